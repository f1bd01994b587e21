import type { Node, NodeAPI } from "node-red";
import type { LifecycleAsset } from "../messages/asset.js";
import type { LifecycleMessage, PlannedWrite } from "../messages/message.js";
import type { JsonObject, LifecycleEvent, LifecycleStore } from "../store/types.js";

/** What a step of work ends in. */
export type Outcome =
  /** Finished; each output goes to its port as a hand-over. */
  | { kind: "done"; outputs: Output[]; summary?: string }
  /** A second normal outcome that is no success: recorded as refused, with the reason, and handed to its port (if any). */
  | { kind: "refused"; reason: string; outputs: Output[] }
  /** Parked: looked at again at `until`; `step` is where work goes on. */
  | {
      kind: "wait";
      until: Date;
      step: string;
      why: string;
      /** What is told meanwhile, e.g. that people have to decide. */ outputs?: Output[];
    };

export interface Output {
  /** 0-based output of the node. */
  port: number;
  msg: LifecycleMessage;
}

/** What a node tells of its own work; asset, version and run are filled in, and the agent: this software, its version, the node's type. */
export type OwnEvent = Omit<LifecycleEvent, "assetKey" | "assetVersion" | "run" | "agent" | "at"> & { at?: string };

/** What the work of a durable node sees. Everything it learns that must survive goes through `save`. */
export interface JobContext<Settings> {
  readonly id: string;
  readonly run: string;
  readonly attempt: number;
  /** When the job was taken in; the same on every attempt. */
  readonly created: Date;
  /** A copy of its own; results are set on it. */
  readonly msg: LifecycleMessage & { asset: LifecycleAsset };
  readonly settings: Settings;
  /** What earlier attempts saved, by step. */
  checkpoint<T extends JsonObject>(step: string): T | undefined;
  /** Records a step; on disk when it resolves. Throws CONFLICT when the job was cancelled or taken over. */
  save(step: string, facts: JsonObject): Promise<void>;
  /**
   * Records a step in the transaction of the next `save`, of a wait or of the end: for what a crash before that lets be
   * found out again without harm. What must be known before something is done to a system is saved.
   */
  note(step: string, facts: JsonObject): void;
  /** Adds to the asset's timeline, in the transaction of the next `save` or of the end. */
  event(event: OwnEvent): void;
  /** Aborted when the node closes or the job is cancelled. */
  readonly signal: AbortSignal;
  /** Bytes so far: shown in the node's status with percentage and rate. */
  progress(done: number, total: number | undefined): void;
  /** Short word for the status, e.g. "uploading". */
  stage(word: string): void;
}

/** A node that works one asset version at a time, durably. */
export interface JobNodeOptions<Settings extends JsonObject> {
  RED: NodeAPI;
  node: Node;
  /** Id of the lifecycle-store config node. */
  storeId: string;
  /** Settable queue name; empty = node id. */
  queue?: string;
  /** Jobs at once. */
  concurrency: number;
  /** Resolves everything that work needs, at intake; plain JSON, no secrets. Throws INVALID_INPUT / NOT_CONFIGURED. */
  settings(msg: LifecycleMessage): Promise<Settings>;
  /** Default: msg.asset with its key and version; throws INVALID_INPUT when absent. */
  subject?(msg: LifecycleMessage): LifecycleAsset;
  work(job: JobContext<Settings>): Promise<Outcome>;
  /** Reads for real, writes nothing, plans. Its result goes to port 0 with the plan appended. */
  plan?(
    msg: LifecycleMessage & { asset: LifecycleAsset },
    settings: Settings,
  ): Promise<{ msg: LifecycleMessage; planned: PlannedWrite[]; port?: number }>;
  /** Attempts for retryable failures before the job is dead; a system that is away uses up none, unless it is 1. Default 5. */
  attempts?: number;
}

/** A trigger node: one message starts a run that finds assets page by page. */
export interface RunNodeOptions<Settings extends JsonObject> {
  RED: NodeAPI;
  node: Node;
  storeId: string;
  queue?: string;
  /** Pause while this many outputs of the run are unacknowledged. Default 100. */
  maxUnacknowledged?: number;
  settings(msg: LifecycleMessage): Promise<Settings>;
  /** Reads one page from where the cursor says. Cursor `undefined` in the answer = no more. */
  page(run: { id: string; settings: Settings; cursor: JsonObject; signal: AbortSignal }): Promise<RunPageResult>;
  /** What `msg.payload` of an asset is; default: key, version and name. */
  payload?(asset: LifecycleAsset): unknown;
  /** Told when a run reads no more: it is done, failed, or left to the next start. */
  ended?(run: string, how: "done" | "failed" | "stopped"): void;
  /** Port for assets (default 0) and for the summary (default 1). */
  ports?: { asset: number; summary: number };
}

export interface RunPageResult {
  assets: LifecycleAsset[];
  /** Found, but not to be moved: recorded as refused jobs, with the reason. */
  refused?: { asset: LifecycleAsset; reason: string }[];
  /** Where the next page begins; absent = no more. */
  cursor: JsonObject | undefined;
  /** How many there are in all, when the source says. */
  total?: number;
}

/** What `lifecycle-store` config nodes offer. */
export interface StoreHolder {
  store(): Promise<LifecycleStore>;
}

/** A trigger node that looks for changes again and again, from a cursor that is kept over restarts. */
export interface WatchNodeOptions {
  RED: NodeAPI;
  node: Node;
  storeId: string;
  /** Settable queue name; empty = node id. The cursor belongs to it. */
  queue?: string;
  /** Milliseconds between two looks. */
  intervalMs: number;
  /** Pause while this many outputs are unacknowledged. Default 100. */
  maxUnacknowledged?: number;
  /**
   * Reads one page of changes. May overlap with what was read before: a change that was handed over already is left
   * out by its id. Repeated with the same cursor until its page is stored.
   */
  poll(round: WatchRound): Promise<WatchPage>;
}

export interface WatchRound {
  /** As the last page left it; undefined at the very first look. */
  cursor: JsonObject | undefined;
  store: LifecycleStore;
  /** Of these change ids, those that were not handed over yet; spares reading known ones in full. */
  fresh(ids: readonly string[]): Promise<Set<string>>;
  signal: AbortSignal;
}

export interface WatchPage {
  changes: WatchChange[];
  /** Where the next look begins; stored in one transaction with the changes. */
  cursor: JsonObject;
  /** There is more to read at once. */
  more?: boolean;
}

export interface WatchChange {
  /** The same whenever this very change is read again, and different for every other one, e.g. asset id and date. */
  id: string;
  asset: LifecycleAsset;
  /** Small result on `msg.payload`. Default: key, version and name. */
  payload?: unknown;
  /** 0-based output; default 0. */
  port?: number;
  /** Put on the asset's timeline with the change, in the same transaction, once. */
  events?: OwnEvent[];
}
