import { createHash } from "node:crypto";
import { LifecycleError } from "../messages/error.js";
import { softwareAndVersion } from "../messages/software.js";
import { payloadOf } from "../store/prove.js";
import type { Anchor, AssetIdentity, ChainFrame, JsonObject, PlacedFrame } from "../store/types.js";

export const EXPORT_FORMAT = "content-lifecycle timeline";

/** One event in an export: what it says, and what proves it. */
export interface ExportedEvent {
  seq: number;
  asset: string;
  at: string;
  learnt: string;
  /** What happened; null when erased. */
  event: JsonObject | null;
  salt: string | null;
  payloadDigest: string;
  /** Hash of the event before; only in the export of one asset, whose neighbours are left out. */
  previous?: string;
  hash: string;
}

/** A timeline as a document of its own, verifiable without the store. */
export interface TimelineExport {
  format: typeof EXPORT_FORMAT;
  version: 1;
  /** `asset`: the events of one asset; `all`: the whole chain. */
  scope: "asset" | "all";
  /** ISO instant. */
  made: string;
  software: string;
  asset?: string;
  identities?: AssetIdentity[];
  /** Last event of the whole chain when the export was made. */
  head?: Anchor;
  /** Places of the asset's events, and the digest over their hashes: so a missing one has a number. */
  places?: number[];
  seal?: string;
  events: ExportedEvent[];
}

/** Everything but the events. */
export function exportHead(
  scope: "asset" | "all",
  head: Anchor | undefined,
  made: Date,
): Omit<TimelineExport, "events"> {
  return {
    format: EXPORT_FORMAT,
    version: 1,
    scope,
    made: made.toISOString(),
    software: softwareAndVersion(),
    ...(head === undefined ? {} : { head }),
  };
}

/** The export of one asset. */
export function exportAsset(
  asset: string,
  identities: readonly AssetIdentity[],
  frames: readonly PlacedFrame[],
  head: Anchor | undefined,
  made: Date,
): TimelineExport {
  return {
    ...exportHead("asset", head, made),
    asset,
    identities: [...identities],
    places: frames.map(({ seq }) => seq),
    seal: sealOf(frames.map(({ hash }) => hash)),
    events: frames.map((frame) => ({
      ...exportedEvent(frame),
      ...(frame.previous === undefined ? {} : { previous: frame.previous }),
    })),
  };
}

/** An event without its neighbours. @throws LifecycleError INVALID_INPUT when the store's own payload is damaged */
export function exportedEvent(frame: ChainFrame): ExportedEvent {
  const event = payloadOf(frame) ?? null;
  if (event === null && frame.payload !== null) {
    throw new LifecycleError(
      "INVALID_INPUT",
      `Event ${frame.seq} is damaged and cannot be exported; verify the store.`,
    );
  }
  const { seq, assetKey, at, learnt, salt, payloadDigest, hash } = frame;
  return { seq, asset: assetKey, at, learnt, event, salt, payloadDigest, hash };
}

export function sealOf(hashes: readonly string[]): string {
  return createHash("sha256").update(hashes.join("\n"), "utf8").digest("hex");
}

/** The chain's view of an exported event. */
export function frameOfExport({ event, asset, ...rest }: ExportedEvent): PlacedFrame {
  return { ...rest, assetKey: asset, payload: event === null ? null : JSON.stringify(event) };
}
