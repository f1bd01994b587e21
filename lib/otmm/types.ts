import type { Backoff, HttpTls, RequestNote } from "../http/index.js";
import type { FieldValue, LifecycleAsset } from "../messages/asset.js";
import type { OtmmAssumptions, OtmmOperator } from "./assumptions.js";
import type { MetadataElement } from "./metadata.js";

/** Secrets as the connection holds them now; asked at each login, never kept. */
export interface OtmmCredentials {
  username: string;
  password: string;
  /** For `oauth`. */
  clientId?: string | undefined;
  clientSecret?: string | undefined;
}

/**
 * How the connection logs in: `session` cookie, message `digest`, `oauth` password grant, or an `otds` ticket for the
 * OTMM resource.
 */
export type OtmmLogin =
  | { method: "session" }
  | { method: "digest" }
  | { method: "oauth" }
  | { method: "otds"; otdsUrl: string; resourceId: string };

/** OTMM has no holds of its own: a field of the model is one, or an administrator declares that there is none. */
export type OtmmHolds = { fieldId: string; values: readonly string[]; matterFieldId?: string | undefined } | "none";

export interface OtmmOptions {
  /** Connection key. */
  connection: string;
  /** `scheme://host[:port]` */
  baseUrl: string;
  /** Default 6. */
  apiVersion?: number | undefined;
  login: OtmmLogin;
  credentials(): Promise<OtmmCredentials>;
  /** IANA zone in which date fields are calendar dates. */
  zone: string;
  /** Absent = nobody said: holds are unknown, which counts as held. */
  holds?: OtmmHolds | undefined;
  tls?: HttpTls | undefined;
  /** Default 60 s. */
  idleMs?: number | undefined;
  /** Default 6. */
  concurrency?: number | undefined;
  ratePerSecond?: number | undefined;
  /** Default 4. */
  retries?: number | undefined;
  /** Attempts to lock an asset that somebody else holds, after the first. Default 4. */
  lockRetries?: number | undefined;
  backoff?: Partial<Backoff> | undefined;
  /** Cloud stores to which content downloads may be redirected. */
  redirectHosts?: readonly string[] | undefined;
  userAgent?: string | undefined;
  assumptions?: Partial<OtmmAssumptions> | undefined;
  onRequest?: ((note: RequestNote) => void) | undefined;
}

/** One file of an asset. */
export interface OtmmContent {
  /** Rendition id; absent on some imports. */
  id?: string;
  /** As OTMM says: MASTER, PREVIEW, THUMBNAIL, PDF_PREVIEW … */
  kind: string;
  name: string;
  mediaType: string;
  size?: number;
  /** Lower-case hex. */
  md5?: string;
}

export interface OtmmLink {
  type: string;
  direction: "to" | "from";
  /** Id of the version that the link names. */
  assetId: string;
  /** Known once resolved, see `OtmmClient.resolveLinks`. */
  originalAssetId?: string;
  version?: string;
}

/** One version of an asset, narrowed from the answer; what OTMM omits is absent or false. */
export interface OtmmAsset {
  assetId: string;
  originalAssetId: string;
  version: string;
  latestVersion: boolean;
  name: string;
  /** BITMAP, VIDEO, ACROBAT, NONE (no file) … */
  contentType?: string;
  mediaType?: string;
  size?: number;
  modelId?: string;
  /** UTC, whole seconds. */
  imported?: string;
  lastUpdated?: string;
  importedBy?: string;
  importJobId?: string;
  deleted: boolean;
  expired: boolean;
  locked: boolean;
  checkedOut: boolean;
  /** Who holds the lock, or held it last: meaningful only while `locked`. */
  lockHolder?: string;
  /** Who has it checked out; meaningful only while `checkedOut`. */
  checkOutHolder?: string;
  contentState?: string;
  /** Folders and other containers appear in listings beside assets. */
  container: boolean;
  master?: OtmmContent;
  preview?: OtmmContent;
  thumbnail?: OtmmContent;
  pdf?: OtmmContent;
  /** Absent: the call did not ask for metadata. */
  metadata?: readonly MetadataElement[];
  /** What the connection's user may do with it, by OTMM's key. */
  permissions: Readonly<Record<string, boolean>>;
  policies: readonly { id: string; name?: string }[];
  paths: readonly string[];
  links: readonly OtmmLink[];
}

export interface OtmmFolder {
  id: string;
  name: string;
  /** Absent when OTMM did not say. */
  assets?: number;
  folders?: number;
  paths: readonly string[];
  lastUpdated?: string;
}

export interface OtmmCondition {
  /** Metadata field, or table with `columnId`. */
  fieldId: string;
  columnId?: string | undefined;
  operator: OtmmOperator;
  /** Value id for controlled fields; YYYY-MM-DD for dates. */
  value?: string | number | undefined;
  /** Joins to the previous condition; default `and`. */
  join?: "and" | "or" | undefined;
  /** Opens / closes a parenthesis before / after this condition. */
  open?: boolean | undefined;
  close?: boolean | undefined;
}

export interface OtmmQuery {
  /** Full-text expression; default `*`. */
  keyword?: string | undefined;
  conditions?: readonly OtmmCondition[] | undefined;
  folder?: { id: string; subfolders: boolean } | undefined;
  /** Keeps assets having any of the values; display names, `null` = no value. */
  facets?: readonly { fieldId: string; name?: string; values: readonly (string | null)[] }[] | undefined;
  /** Default: ascending asset id. */
  sort?: { fieldId: string; descending?: boolean } | undefined;
  /** Field ids; absent = all. */
  fields?: readonly string[] | undefined;
  /** `full` also loads paths, policies and links. Default `metadata`. */
  detail?: "system" | "metadata" | "full" | undefined;
  limit?: number | undefined;
}

/** Where a listing goes on: plain JSON for a run's cursor. */
export type OtmmCursor = { after: number; total?: number; first?: string; unsorted?: boolean };

export interface OtmmPage<T = OtmmAsset> {
  items: T[];
  /** All hits, where OTMM counts them. */
  total?: number;
  /** Absent: this was the last page. */
  next?: OtmmCursor;
}

export interface PageOptions {
  cursor?: OtmmCursor | undefined;
  signal?: AbortSignal | undefined;
}
export interface CallOptions {
  signal?: AbortSignal | undefined;
}

/** A new value. `null` or "" empties. Controlled values: the value id, with the display value where known. Lists for multi-valued fields and table columns. */
export type OtmmNewItem = string | number | { value: string | number; display?: string | undefined };
export type OtmmNewValue = null | OtmmNewItem | readonly OtmmNewItem[];

export interface OtmmUpdate {
  assetId: string;
  /** Field and column ids that were written. */
  changed: string[];
  /** Ids whose value was already as asked. */
  unchanged: string[];
  /** Values before, of `changed`; absent = was empty. */
  before: Record<string, FieldValue>;
  /** As OTMM says after the write; our own change has this date. */
  lastUpdated?: string;
  /** Set when the asset could not be unlocked again: what OTMM said. */
  leftLocked?: string;
}

/** A write of ours, noted before it is made; plain JSON. */
export interface OwnWrite {
  /** Hex SHA-256 of what the asset holds besides the written fields. */
  digest: string;
  values: Record<string, OtmmNewValue>;
  /** `lastUpdated` before the write: the last change by others. */
  before?: string;
  /** The note that this one follows: still true when the later write was never made. */
  earlier?: Omit<OwnWrite, "earlier">;
}

export interface DomainValue {
  value: string;
  /** As given, may carry stray blanks. */
  display: string;
  expired: boolean;
}

/** A field as the pickers show it. */
export interface OtmmField {
  id: string;
  label: string;
  type: "text" | "number" | "date" | "domain" | "cascading" | "list" | "table" | "unknown";
  category?: string;
  domainId?: string;
  /** Columns of a table. */
  columns?: { id: string; label: string; type: OtmmField["type"] }[];
  /** What the entries of a list are. */
  items?: OtmmField["type"];
  required?: boolean;
}

/** What the connection can and cannot do, as far as reading tells. */
export interface OtmmCheck {
  name: "login" | "search" | "folders" | "metadata" | "download" | "preview" | "edit" | "holds";
  state: "ok" | "missing" | "unknown";
  /** For people: what was found, which permission is missing, who can give it. */
  message: string;
}

export interface AssetSelection {
  /** Source fields (or tables) that travel; absent = all that were loaded. */
  fields?: readonly string[] | undefined;
  /** Roles of content references; default all three that OTMM has. */
  roles?: readonly ("preservation" | "access" | "thumbnail")[] | undefined;
}

export type ToLifecycleAsset = (asset: OtmmAsset, selection?: AssetSelection) => LifecycleAsset;
