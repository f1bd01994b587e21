import type { JsonObject } from "./json.js";

export interface AssetIdentity {
  system: string;
  connection: string;
  id: string;
  assetKey: string;
}

export type EventBasis = "witnessed" | "reported" | "inferred";
/** One entry of an asset's timeline, as given by the writer; the store adds sequence, salt and chain. */
export interface LifecycleEvent {
  assetKey: string;
  assetVersion?: string;
  /** PREMIS event type or our own event word, see docs. */
  type: string;
  /** ISO instant when it happened. */
  at: string;
  /** Whose clock `at` was read from, when not this machine's: a system, as in `system`, or who told. */
  clock?: string;
  basis: EventBasis;
  /** Person, or software with version. */
  agent: string;
  system?: string;
  object?: string;
  outcome: "success" | "failure" | "refused" | "warning";
  run?: string;
  requestId?: string;
  digest?: string;
  detail?: JsonObject;
}
export interface StoredEvent extends LifecycleEvent {
  seq: number;
  /** ISO instant when we learnt of it. */
  learnt: string;
  hash: string;
  /** The payload was erased: only frame and digest are left. */
  erased?: true;
}

/** Type of the event that records an erasure; its `detail.erased` lists the places, e.g. `3,7-9`. Never erased itself. */
export const ERASURE_EVENT = "payload erased";

/** One event as the hash chain knows it: what a store's file, a backup or an export holds of it. */
export interface ChainFrame {
  seq: number;
  assetKey: string;
  at: string;
  learnt: string;
  /** JSON of the event without asset and time; null when erased. */
  payload: string | null;
  /** Hex; null when erased. */
  salt: string | null;
  payloadDigest: string;
  hash: string;
}
/** A frame with the hash before it, so that it proves its place alone; absent where the frame before is missing. */
export interface PlacedFrame extends ChainFrame {
  previous?: string;
}
/** The head of the chain at a time. Kept elsewhere, it shows a tail that was cut off or rewritten later. */
export interface Anchor {
  /** Place of the last event. */
  seq: number;
  hash: string;
  /** ISO instant at which the anchor was taken. */
  at: string;
}

export type ErasureTarget = { asset: string } | { seq: number };
