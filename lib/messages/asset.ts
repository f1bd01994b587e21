/** The systems that this package connects. Only these words name a system in messages, stores and papers. */
export const SYSTEM_NAMES = ["otmm", "preservica", "s3", "ecm"] as const;
export type SystemName = (typeof SYSTEM_NAMES)[number];

/** `<system>:<connection key>:<stable id>`, the same for every version of an asset. */
export type AssetKey = string & { readonly __brand?: "AssetKey" };

export interface OtmmId {
  connection: string;
  /** Id of this very version (40 hex). */
  assetId: string;
  /** Id of version 1, shared by all versions. */
  originalAssetId: string;
  version: string;
}
export interface PreservicaId {
  connection: string;
  /** Reference (UUID) of the information object. */
  ref: string;
  /** Reference of the structural object (folder) it stands in. */
  parent?: string;
  /** ISO instant at which the archive took it in, by the archive's own history. */
  since?: string;
}
export interface S3Id {
  connection: string;
  bucket: string;
  key: string;
  versionId?: string;
}
export interface EcmId {
  connection: string;
  nodeId: string;
  version?: string;
}
export interface AssetIds {
  otmm?: OtmmId;
  preservica?: PreservicaId;
  s3?: S3Id;
  ecm?: EcmId;
}

/** One metadata value of a source system, with the label and type that the source gives it. */
export type FieldValue =
  | { type: "text"; label: string; value: string }
  | { type: "number"; label: string; value: number }
  /** ISO 8601 exactly as the source gave it; what day it means depends on the connection's zone. */
  | { type: "date"; label: string; value: string }
  /** A controlled value: `value` is the id, `display` what people read (untrimmed, as given). */
  | { type: "domain"; label: string; value: string; display: string }
  /** Levels joined by `^` in both. */
  | { type: "cascading"; label: string; value: string; display: string }
  | { type: "list"; label: string; values: ListItem[] }
  /** Column by column; row n is the n-th entry of every column. */
  | { type: "table"; label: string; columns: Record<string, { label: string; values: ListItem[] }> };

export interface ListItem {
  value: string | number;
  display?: string;
}

export const CONTENT_ROLES = ["preservation", "access", "thumbnail", "attachment"] as const;
export type ContentRole = (typeof CONTENT_ROLES)[number];

export const FIXITY_ALGORITHMS = ["MD5", "SHA-1", "SHA-256", "SHA-512"] as const;
export type FixityAlgorithm = (typeof FIXITY_ALGORITHMS)[number];

/** One link of a fixity chain: which digest, who computed it, when. */
export interface Fixity {
  algorithm: FixityAlgorithm;
  /** Lower-case hex. */
  value: string;
  /** `source`: stored by the source; `flow`: computed by us while streaming; `target`: stated by the target. */
  by: "source" | "flow" | "target";
  /** ISO instant, when known. */
  at?: string;
}

/** Where bytes are and how to prove them; never the bytes. */
export interface ContentRef {
  system: SystemName;
  /** Connection key, see `ConnectionKey` in the docs; never a node id. */
  connection: string;
  /** Id of the content in its system (OTMM rendition id, Preservica bitstream path, S3 `bucket/key`). */
  id: string;
  role: ContentRole;
  /** File name as the system gives it; unsafe, use `safeName` before making a path of it. */
  name: string;
  mediaType: string;
  /** Bytes; absent when the system does not say. */
  size?: number;
  fixity: Fixity[];
  /** Name of the representation that it belongs to, where an asset has several in one role; absent: the role's only one. */
  representation?: string;
  bucket?: string;
  key?: string;
  versionId?: string;
}

/** A link from this asset to another one of the same system. */
export interface AssetLink {
  type: string;
  direction: "to" | "from";
  /** Key of the other asset. */
  key: AssetKey;
  version?: string;
}

/** Another asset of the source whose content travels on this message, because both are parts of one thing. */
export interface JoinedAsset {
  key: AssetKey;
  version: string;
  name: string;
  otmm: OtmmId;
  /** Ids of the content that is its own. */
  content: string[];
}

/** What a mapping profile made for one target. */
export interface MappedMetadata {
  profile: { name: string; version: string };
  /** Kind of target, e.g. `preservica-entity`, `dublin-core`, `fragment`, `otmm-fields`. */
  kind: string;
  /** Schema URI of an XML target. */
  schema?: string;
  /** Target field -> value or values, in the order of the profile. */
  values: Record<string, MappedValue>;
  /** Type of each value where the target is typed (`otmm-fields`): `date`, `decimal`, `domain` … */
  types?: Record<string, string>;
  /** It describes a folder of the asset's path, not the asset: 1 the asset's own folder, 2 the one above it. */
  folder?: number;
  /** Fields that have no value any more and are to be emptied (`otmm-fields`). */
  cleared?: string[];
  /** Complete document of an XML target; may hold late values, see `lib/messages/late.ts`. */
  xml?: string;
}
export type MappedValue = string | string[] | { value: string; display?: string };

export interface RetentionDecision {
  outcome: "due" | "not-yet" | "held" | "never" | "to-person";
  rule: string;
  reason: string;
  class?: string;
  trigger?: string;
  /** Calendar date YYYY-MM-DD. */
  start?: string;
  /** ISO 8601 period. */
  period?: string;
  /** Kept through this calendar date. */
  until?: string;
  /** First instant at which disposal would be allowed (UTC). */
  dueAt?: string;
  zone?: string;
  holds?: string[];
}

/** The thing that travels on `msg.asset`: plain JSON, safe to clone, to store and to replay. */
export interface LifecycleAsset {
  key: AssetKey;
  version: string;
  name: string;
  ids: AssetIds;
  fields: Record<string, FieldValue>;
  content: ContentRef[];
  links?: AssetLink[];
  /** Parts that are assets of their own in the source: what is archived of them is in this asset. */
  joined?: JoinedAsset[];
  /** Folder paths in the source system. */
  paths?: string[];
  metadata?: Record<string, MappedMetadata>;
  retention?: RetentionDecision;
  /** What else the source says in its own words (state, dates), for filters and the mapper: flat, plain. */
  source?: Record<string, string | number | boolean>;
}
