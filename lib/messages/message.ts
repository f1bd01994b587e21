import type { LifecycleAsset } from "./asset.js";

/** Ties a message to its run and to the hand-over by which it came. */
export interface LifecycleTrace {
  run: string;
  handover?: string;
}

/** One planned write of a dry run. */
export interface PlannedWrite {
  node: string;
  system: string;
  action: string;
  target: string;
  bytes?: number;
  /** Why the real run would refuse, when it would. */
  refused?: string;
  /** What it would do otherwise than asked, or could not do. */
  warnings?: string[];
}

/** A Node-RED message as this package reads and writes it; foreign properties are left alone. */
export interface LifecycleMessage {
  _msgid?: string;
  topic?: string;
  payload?: unknown;
  asset?: LifecycleAsset;
  lifecycle?: LifecycleTrace;
  dryRun?: boolean;
  plan?: PlannedWrite[];
  parts?: { id: string; index: number; count?: number; type?: string };
  [foreign: string]: unknown;
}
