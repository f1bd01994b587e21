import type { LifecycleEvent } from "./events.js";
import type { JobError } from "./jobs.js";
import type { NewHandover } from "./handovers.js";
import type { JsonObject } from "./json.js";

export const RUN_STATES = ["running", "done", "failed", "cancelled"] as const;
export type RunState = (typeof RUN_STATES)[number];
export interface Run {
  id: string;
  queue: string;
  nodeType: string;
  nodeName: string;
  state: RunState;
  message: JsonObject;
  settings: JsonObject;
  cursor: JsonObject;
  /** Every page is stored: no more will be found. */
  complete: boolean;
  error?: JobError;
  started: number;
  updated: number;
}
/** found = done + refused + failed + waiting + running, always. `failed` includes dead and orphaned. */
export interface RunCounts {
  found: number;
  done: number;
  refused: number;
  failed: number;
  waiting: number;
  running: number;
}

export interface RunPage {
  cursor: JsonObject;
  complete: boolean;
  assets: { key: string; version: string; name: string }[];
  handovers: NewHandover[];
  /** Assets that were found and refused at once: each becomes a refused job of the run's queue. */
  refused: RefusedAsset[];
}
export interface RefusedAsset {
  key: string;
  version: string;
  name: string;
  reason: string;
  message: JsonObject;
}

/** The kept cursor of a watch, and how many rounds it has behind it: fences out a watch that was overtaken. */
export interface WatchState {
  round: number;
  cursor: JsonObject;
}
export interface WatchBatch {
  /** Queue of the watching node; names the cursor. */
  queue: string;
  nodeType: string;
  nodeName: string;
  /** Round that this batch follows; 0 for the first. */
  round: number;
  cursor: JsonObject;
  runs: WatchRun[];
}
/** Changes that go on together; each asset version at most once, because a run counts it once. */
export interface WatchRun {
  id: string;
  handovers: (NewHandover & {
    assetKey: string;
    assetVersion: string;
    /** Go onto the timeline with the hand-over, when it is new. */
    events?: LifecycleEvent[];
  })[];
}
