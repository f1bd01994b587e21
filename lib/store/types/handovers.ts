import type { JsonObject } from "./json.js";

/** What one node hands to the next. */
export interface Handover {
  id: string;
  run: string;
  /** Job or run that made it. */
  from: string;
  /** Queue of the sending node, so that the node can send it again. */
  queue: string;
  port: number;
  /** Asset version that it carries, if any. */
  assetKey?: string;
  assetVersion?: string;
  message: JsonObject;
  /** Queues that acknowledged. */
  takenBy: string[];
  created: number;
}
export type NewHandover = Omit<Handover, "takenBy" | "created">;

/** What of a queue has not ended: jobs, hand-overs that are not settled, open runs. */
export interface QueueWork {
  queue: string;
  jobs: number;
  handovers: number;
  runs: number;
}
/** What another queue took over; `left`: orphaned jobs that it has already under another id. */
export interface AdoptedWork {
  jobs: number;
  handovers: number;
  runs: number;
  left: number;
}
