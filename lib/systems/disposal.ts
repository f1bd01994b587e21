import type { ContentRef, FieldValue, Fixity, LifecycleAsset } from "../messages/asset.js";

/** Asks every system for holds at this very moment. @throws LifecycleError ON_HOLD when one holds, or cannot say */
export type HoldGuard = () => Promise<void>;

/** One version of an asset in the system that is to let go of it. */
export interface SourceVersion {
  id: string;
  version: string;
  latest: boolean;
  /** Marked for deletion or gone. */
  deleted: boolean;
  /** Its use has ended by the system's own expiry. */
  expired: boolean;
  locked: boolean;
  lockHolder?: string;
  checkedOut: boolean;
  checkOutHolder?: string;
  /** Its master files. */
  content: ContentRef[];
}

/** A link to another asset; `version` is that of the other one, absent when the source does not tell it. */
export interface SourceLink {
  type: string;
  direction: "to" | "from";
  key: string;
  version?: string;
}

/** What stands against, or for, releasing a copy: as the source says now. */
export interface SourceState {
  /** ISO instant before the first read. */
  at: string;
  /** All versions, oldest first. */
  versions: SourceVersion[];
  /** Folders in which the latest version stands. */
  folders: { id: string; name: string }[];
  /** Links of the latest version, in both directions. */
  links: SourceLink[];
  /** Metadata of the latest version. */
  fields: Record<string, FieldValue>;
}

/** What a release is to do; made once and kept, so that a repetition does the same. */
export type ReleaseOrder = {
  /** `archive-folder`: moved there and expired, entry and preview stay. `delete`: marked for deletion. */
  how: "archive-folder" | "delete";
  /** Id of the archive folder; empty with `delete`. */
  folder: string;
  /** Calendar day of the expiry, in the source's zone. */
  expiry: string;
  /** Status field and value that say that the source was released; empty = none. */
  statusField: string;
  statusValue: string;
  /** Folders as they were, for an undo. */
  before: string[];
  /** Status as it was; empty = was empty. */
  statusBefore: string;
};

/** A system whose non-record copies can be released. */
export interface Releasing {
  look(asset: LifecycleAsset, signal?: AbortSignal): Promise<SourceState>;
  /** What a release would do, from what stands there now; writes nothing. */
  order(state: SourceState, wish: Pick<ReleaseOrder, "how" | "folder" | "statusField" | "statusValue">): ReleaseOrder;
  /** Is all that the order asks for done? */
  done(state: SourceState, order: ReleaseOrder): boolean;
  /**
   * Does what is left of an order, on every version. Asks the guard while nobody else can write the asset, right
   * before each change.
   *
   * @throws LifecycleError ON_HOLD from the guard, LOCKED, DENIED, UPSTREAM
   */
  release(asset: LifecycleAsset, order: ReleaseOrder, guard: HoldGuard, signal?: AbortSignal): Promise<void>;
  /** Takes back what was done of an order, as far as it was done. */
  undo(asset: LifecycleAsset, order: ReleaseOrder, signal?: AbortSignal): Promise<void>;
}

/** A retention policy on an archived asset, as the archive states it. */
export interface StatedRetention {
  policy: string;
  /** Reference by which the system knows the policy; absent where it gives its policies none. */
  ref?: string;
  /** As the system writes it, e.g. `5 YEAR`; absent when the policy has none. */
  period?: string;
  /** Calendar date read back from the archive; absent while the clock does not run. */
  start?: string;
  /** Kept through this calendar date, by the policy's own period; absent while its clock does not run. */
  until?: string;
  expired: boolean;
  /** The policy has no period: kept for good. */
  permanent: boolean;
  /** The clock starts at the ingest, not at an event. */
  fromIngest: boolean;
}

/** A file that an archive keeps, with the digests that it states. */
export type KeptFile = { name: string; size: number; fixity: Fixity[] };

/** An archived copy, as the archive states it now. */
export interface CustodyState {
  /** ISO instant before the first read. */
  at: string;
  /** `gone`: only a tombstone, or nothing at all. */
  state: "kept" | "gone";
  id: string;
  title: string;
  securityTag: string;
  /** When the archive took it in, by its own history. */
  since?: string;
  /** Files of the preservation representation. */
  files: KeptFile[];
  /** Files of the other representations; looked for only where parts were joined into the asset. */
  others?: KeptFile[];
  /** Ordinary policies; those that stand for holds are left out. */
  retention: StatedRetention[];
}

/** A system that keeps the official copy. */
export interface Custody {
  look(asset: LifecycleAsset): Promise<CustodyState>;
}

/** One copy of a record in a system. */
export interface RecordCopy {
  id: string;
  /** Version of the source; empty where the system does not say which. */
  version: string;
  title: string;
  role: "official" | "convenience";
  /** `marked`: marked for deletion; the system's own job removes it. */
  state: "kept" | "marked" | "gone";
}

/** How far the destruction in one system is. */
export type Destruction =
  | { state: "gone"; method: string; confirmed: string; notReached: string[] }
  /** People of that system decide there; `token` finds the request again. */
  | { state: "pending"; token: string; why: string }
  | { state: "refused"; why: string };

/** What is asked of a system: which copies, by what its people know the request, and how it is found again. */
export type DestructionRequest = { ids: readonly string[]; comment: string; token?: string };

/** A system in which copies of a record can be destroyed. Destroying is idempotent: what is gone stays gone. */
export interface Destroying {
  /** People of that system decide on what is requested; a request that was sent cannot be taken back from here. */
  readonly byPeople: boolean;
  /** Every copy that the system has of the asset now; empty when it knows none. */
  copies(asset: LifecycleAsset, signal?: AbortSignal): Promise<RecordCopy[]>;
  /**
   * Begins, or follows, the destruction of the named copies in this system, and of no other. Asks the guard right before
   * each change.
   *
   * @param request `ids` of the copies, as `copies` gives them; `comment` for the people of that system; `token` of an
   *   earlier answer
   * @throws LifecycleError ON_HOLD from the guard, LOCKED, UNREACHABLE
   */
  destroy(
    asset: LifecycleAsset,
    request: DestructionRequest,
    guard: HoldGuard,
    signal?: AbortSignal,
  ): Promise<Destruction>;
  /** Takes back what can be taken back, of these copies. */
  undo(asset: LifecycleAsset, ids: readonly string[], signal?: AbortSignal): Promise<void>;
}
