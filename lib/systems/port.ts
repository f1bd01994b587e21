import type { AssetIds, ContentRef, Fixity, LifecycleAsset, SystemName } from "../messages/asset.js";
import type { Custody, Destroying, Releasing } from "./disposal.js";

/** A request for bytes, plain enough to cross to a worker thread. */
export interface ByteRequest {
  method: "GET" | "PUT" | "POST";
  url: string;
  /** May hold credentials: never logged, never stored. */
  headers: Record<string, string>;
  /** Milliseconds without a byte after which the transfer is given up. */
  idleMs: number;
  /** PEM of a private CA. */
  ca?: string;
  /** Proxy URL; absent = direct. */
  proxy?: string;
  /** Hosts to which a content GET may be redirected (https, without Authorization). Empty = none. */
  redirectHosts?: string[];
}

/** What a system itself says of a piece of content now. */
export interface StoredContent {
  size?: number;
  fixity: Fixity[];
}

/**
 * Answer to "is anything holding this asset?". No answer, a missing right, an error: `unknown`, which counts as held.
 * `passing`: what went wrong may pass, so the same question is worth asking again; else only a person can change it.
 */
export type HoldAnswer =
  | { state: "clear"; system: SystemName; at: string }
  | { state: "held"; system: SystemName; at: string; matters: string[] }
  | { state: "unknown"; system: SystemName; at: string; why: string; passing?: true };

/**
 * The port that every connected system implements. Nodes and the core speak only this; a system's own words stay in
 * its folder. Everything may throw LifecycleError.
 */
export interface ContentSystem {
  readonly system: SystemName;
  /** Connection key. */
  readonly connection: string;
  /**
   * A fresh, authorised request for the bytes of `ref`; asked again when a transfer is repeated or a token ends.
   * `refused`: the request given before was answered so (401), hence what it carried is no good any more.
   */
  open(ref: ContentRef, refused?: { status: number }): Promise<ByteRequest>;
  /** Size and digests as the system states them now. */
  stored(ref: ContentRef): Promise<StoredContent>;
  /** Holds on the asset in this system, asked now. Never throws: what goes wrong is `unknown`. */
  holds(asset: LifecycleAsset): Promise<HoldAnswer>;
  /**
   * Which asset an id of this system stands for; only where several ids may stand for one asset.
   *
   * @throws LifecycleError NOT_FOUND when the system knows no such id (any more)
   */
  readonly identify?: (id: string) => Promise<AssetIds>;
  /** Where non-record copies can be released (RECORDS.md 1). */
  readonly releasing?: Releasing;
  /** Where official copies are kept and what governs them is stated. */
  readonly custody?: Custody;
  /** Where copies of a record can be destroyed. */
  readonly destroying?: Destroying;
}
