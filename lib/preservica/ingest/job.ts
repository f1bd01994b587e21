import type { ContentPool } from "../../content/types.js";
import type { LifecycleAsset } from "../../messages/asset.js";
import type { LifecycleMessage } from "../../messages/message.js";
import type { SystemRegistry } from "../../systems/registry.js";
import type { PreservicaClient } from "../client.js";
import type { JsonObject } from "../json.js";

/** `xip`: one zip to the bucket for packages. `opex`: a container in an ingest source, taken in by a workflow. */
export type IngestWayName = "xip" | "opex";

/** How an ingest is to be done; plain JSON, resolved at intake. */
export type IngestSettings = {
  /** Absent in jobs that were taken in before there was a choice: `xip`. */
  way?: IngestWayName;
  /** Identifier types: of the asset version (names the asset in the archive) and of what all its versions share. */
  identifiers: { asset: string; original: string };
  /** What stands between original id and version in the asset version's identifier. */
  versionSeparator: string;
  /** Folder path when the mapping gives none. */
  folder?: string;
  /** Security tag of folders that have to be made. */
  folderTag: string;
  /** `fixity`: the archive's own SHA-256 is enough where it states one; `content`: always read the copy back. */
  verify: "fixity" | "content";
  /** Link types of the source -> relation URIs; links of other types are not carried. */
  links: Record<string, string>;
  /** Milliseconds until the first look at a running ingest; later looks grow up to `longestLookMs`. */
  firstLookMs: number;
  longestLookMs: number;
};

export const DEFAULT_INGEST_SETTINGS: IngestSettings = {
  identifiers: { asset: "OTMM-Asset", original: "OTMM-Original" },
  versionSeparator: "#v",
  folderTag: "closed",
  verify: "fixity",
  links: {},
  firstLookMs: 2_000,
  longestLookMs: 60_000,
};

/** An entry of the asset's timeline; run, asset and agent are filled in by the runtime. */
export interface IngestEvent {
  type: string;
  at?: string;
  basis: "witnessed" | "reported" | "inferred";
  system?: string;
  object?: string;
  outcome: "success" | "failure" | "refused" | "warning";
  digest?: string;
  detail?: JsonObject;
}

/** What the ingest sees of its durable job: a part of the runtime's `JobContext`. */
export interface IngestJob {
  readonly id: string;
  /** When the job was taken in; the same on every attempt, so that packages repeat byte for byte. */
  readonly created: Date;
  readonly msg: LifecycleMessage & { asset: LifecycleAsset };
  readonly settings: IngestSettings;
  checkpoint<T extends JsonObject>(step: string): T | undefined;
  save(step: string, facts: JsonObject): Promise<void>;
  /** Recorded with the next `save`, a wait or the end: what can be found out again after a crash. */
  note(step: string, facts: JsonObject): void;
  event(event: IngestEvent): void;
  readonly signal: AbortSignal;
  progress(done: number, total: number | undefined): void;
  stage(word: string): void;
}

export interface IngestDeps {
  preservica: PreservicaClient;
  contentPool: ContentPool;
  /** The systems that content refs speak of. */
  systems: Pick<SystemRegistry, "get">;
  /** Default: the wall clock. */
  now?: () => Date;
}

export type IngestOutcome =
  | { kind: "done"; outputs: { port: number; msg: LifecycleMessage }[]; summary?: string }
  | { kind: "wait"; until: Date; step: string; why: string };

/** One file as it goes into the package. */
export type PlannedFile = {
  /** Where it stands in `msg.asset.content`. */
  content: number;
  role: "preservation" | "access";
  /** Name of the representation that it is part of; files of one role and name make one representation. */
  representation: string;
  /** Names it in digests and errors: `preservation/0`. */
  label: string;
  title: string;
  filename: string;
  location: string;
  size: number;
  /** Digests that the source states. */
  expected: { MD5?: string; "SHA-1"?: string; "SHA-256"?: string; "SHA-512"?: string };
  renamed: boolean;
};

/** A link that this asset should have, by the other end's reference or by one of its identifiers (`folder`: of a folder). */
export type WantedLink = { relation: string; ref?: string; idType?: string; id?: string; folder?: true };

/** What is to be archived, decided once and kept: the same on every attempt. Fragments stay on the message. */
export type ResolvedAsset = {
  ref: string;
  title: string;
  description: string | null;
  securityTag: string;
  folder: string[];
  /** May hold late values. */
  identifiers: { type: string; value: string }[];
  /** Values of the two identifiers that others know this asset by. */
  assetId: string;
  originalId: string | null;
  version: string;
  wanted: WantedLink[];
  files: PlannedFile[];
  customType: string | null;
  /** Retention policy to assign; `fromField`: its clock starts by a field of the asset. */
  policy: { ref: string; name: string; fromField: boolean } | null;
  /** Calendar date at which retention is known to have started. */
  retentionStart: string | null;
  warnings: string[];
};

export type LookupFacts = {
  /** Reference of the asset that is there already; null when none. */
  found: string | null;
  /** Proven equal: digests by label. */
  files: ProvenFile[];
};
export type ProvenFile = {
  label: string;
  size: number;
  sha256: string | null;
  at: string;
  /** Path of the archived file, where it was found there. */
  bitstream?: string;
};

/** `warnings`: how the folder is described otherwise than the mapping says; absent when it is not. */
export type FolderFacts = { ref: string; created: string[]; warnings?: string[] };

/** The upload of a package. `finishing` is on disk before the request that may start the ingest is sent. */
export type UploadFacts = {
  nth: number;
  key: string;
  finishing: "no" | "put" | "complete" | "start";
  /** ISO instant from which on the archive is looked at after a lost answer. */
  lostSince: string | null;
  /** The ingest of this upload failed, with the reason; the next attempt is a new upload. */
  failed: string | null;
  resume: {
    uploadId: string;
    partSize: number;
    parts: { number: number; etag: string; digest: string; size: number }[];
  } | null;
};

/** A file of a container, in the ingest source: what was computed on its way. */
export type SentFile = {
  label: string;
  key: string;
  size: number;
  sha256: string | null;
  digests: Record<string, string>;
};

/** What of a container is in the ingest source. `pending`: digests of the file whose last request is being sent. */
export type ContainerFacts = {
  nth: number;
  /** Every key under which something was or is being put. */
  keys: string[];
  sent: SentFile[];
  pending: SentFile | null;
  resume: { key: string; state: NonNullable<UploadFacts["resume"]> } | null;
};

/** Digests computed while packing, on disk before the package is complete. */
export type PackedFacts = { nth: number; files: ProvenFile[]; md5: { label: string; value: string }[]; at: string };

export type IngestingFacts = {
  nth: number;
  /** Progress token, or number of the workflow; null: the answer was lost. */
  token: string | null;
  /** ISO instant of the upload's end. */
  since: string;
  /** ISO instant at which the archive first called it complete although the asset could not be seen. */
  completeSince: string | null;
};

export type VerifyFacts = {
  at: string;
  /** When the archive took the asset in, as its own history says; null when it does not. */
  since: string | null;
  /** What the archive states or what was read back. */
  files: { label: string; size: number; sha256: string | null; by: "stated" | "read"; bitstream: string }[];
  warnings: string[];
};

/**
 * Legal holds of the source and of the archived asset. `clear`: the source holds it not; `carried`: every matter that
 * holds it there is read back here; `unknown`: not proven, counts as held and forbids a release (RECORDS rule 3).
 */
export type HoldFacts = { state: "clear" | "carried" | "unknown"; matters: string[]; warning: string | null };

/** What Preservica says of the asset's retention; anything but `running` and `permanent` forbids a release (RECORDS rule 6). */
export type RetentionFacts = {
  policy: string;
  state: "running" | "permanent" | "not-started" | "different";
  /** Start date as Preservica counts it, a calendar date. */
  start: string | null;
  expired: boolean;
  warning: string | null;
  /** Why the asset does not count as transferred; null when it does. */
  refusal: string | null;
};
