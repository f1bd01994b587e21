import type { Refusal, UploadTarget } from "../content/types.js";
import type { ContentRef } from "../messages/asset.js";
import type { Destroying } from "../systems/disposal.js";
import type { ByteRequest, ContentSystem } from "../systems/port.js";
import type { PreservicaAssumptions } from "./assumptions.js";
import type { Entities } from "./entities.js";
import type { Exports } from "./exports.js";
import type { FolderRecords } from "./folder-records.js";
import type { FoundFolder } from "./folders.js";
import type { ApiPath } from "./gateway.js";
import type { Governance } from "./governance.js";
import type { IndexFields } from "./index-fields.js";
import type { IntegrityCheck } from "./integrity.js";
import type { MonitorQuery, Processes } from "./processes.js";
import type { Representations } from "./representations.js";
import type { Retention } from "./retention.js";
import type { SearchPage } from "./search.js";
import type { Credentials } from "./session.js";
import type * as T from "./types.js";
import type { UploadEndpoint } from "./upload.js";
import type { Webhooks } from "./webhooks.js";
import type { Workflows } from "./workflows.js";

export interface PreservicaOptions {
  /** Connection key. */
  connection: string;
  /** `https://<host>`, without path. */
  baseUrl: string;
  /** Short code of the tenant, e.g. `TEN`. */
  tenant: string;
  /** Read at each login, so that a changed secret counts at once. */
  credentials(): Promise<Credentials> | Credentials;
  /** Version of the Entity API's path; default `latest`. */
  apiPath?: ApiPath | undefined;
  /** Calls at once; default 8. */
  concurrency?: number | undefined;
  ratePerSecond?: number | undefined;
  /** PEM of a private CA. */
  ca?: string | undefined;
  proxy?: string | undefined;
  /** Milliseconds without a byte; default 60,000. */
  idleMs?: number | undefined;
  /** Repetitions of idempotent calls; default 3. */
  retries?: number | undefined;
  userAgent?: string | undefined;
  /** Where a tenant differs from what this package assumes. */
  assumptions?: Partial<PreservicaAssumptions> | undefined;
  /** Monotonic milliseconds, for token life and caches. */
  clock?: (() => number) | undefined;
}

/**
 * Preservica in its own words. All calls may throw LifecycleError: DENIED, NOT_FOUND, INVALID_INPUT, CONFLICT,
 * THROTTLED, UNREACHABLE, TIMEOUT, UPSTREAM. Lists are read to the end, page by page.
 */
export interface PreservicaClient extends ContentSystem {
  readonly system: "preservica";
  readonly tenant: string;
  readonly assumptions: PreservicaAssumptions;
  readonly entities: Entities;
  readonly representations: Representations;
  readonly processes: Processes;
  readonly retention: Retention;
  readonly governance: Governance;
  readonly webhooks: Webhooks;
  readonly exports: Exports;
  readonly destroying: Destroying;
  readonly workflows: Workflows;
  /** Bucket in which OPEX containers are laid for a workflow. */
  readonly ingestSource: UploadEndpoint;
  readonly folderRecords: FolderRecords;
  readonly indexFields: IndexFields;
  /** Makes sure that there is a live token. */
  login(): Promise<void>;
  serverVersion(): Promise<string>;
  userDetails(): Promise<T.UserDetails>;
  testConnection(): Promise<T.ConnectionReport>;
  folder(ref: string): Promise<T.Entity>;
  asset(ref: string): Promise<T.Entity>;
  /** undefined when there is none; a tombstone is an answer, with `deleted`. */
  findAsset(ref: string): Promise<T.Entity | undefined>;
  /** Without reference, the root folders. */
  children(ref?: string): AsyncGenerator<T.EntityRef>;
  ensureFolderPath(path: string | readonly string[], securityTag: string): Promise<FoundFolder>;
  findFolderPath(path: string | readonly string[]): Promise<{ ref?: string; missing: string[] }>;
  findByIdentifier(type: string, value: string): Promise<T.EntityRef[]>;
  /** Bitstreams of generations in use. */
  bitstreamsOf(assetRef: string, representationType?: string): Promise<T.Bitstream[]>;
  /** The asset's content as references that travel on a message. */
  contentOf(assetRef: string): Promise<ContentRef[]>;
  /** The archive's own checks of a file, newest first. @param path see `Bitstream.path` */
  integrityChecks(path: string): Promise<IntegrityCheck[]>;
  /** Request for a bitstream's bytes. @param path see `Bitstream.path` */
  bitstreamContent(path: string, refused?: Refusal): Promise<ByteRequest>;
  /** Request for the preview picture of an asset or folder: never the content (RECORDS rule 5). */
  thumbnail(type: "IO" | "SO", ref: string, size: "small" | "medium" | "large"): Promise<ByteRequest>;
  progress(token: string, includeErrors?: boolean): Promise<T.Progress | undefined>;
  monitors(query: MonitorQuery): Promise<T.Monitor[]>;
  /** Is there such a security tag? A yes may be some seconds old, a no is fresh. */
  knowsSecurityTag(name: string): Promise<boolean>;
  /** Names of the tenant's security tags, asked now. */
  securityTags(): Promise<string[]>;
  search(request: T.SearchRequest): AsyncGenerator<T.SearchHit>;
  /** One page of a search, for a reader that keeps its place over a restart. */
  searchPage(request: T.SearchRequest, start: number, max: number): Promise<SearchPage>;
  /** Is a package of that key (still) in the upload bucket? */
  packageArrived(packageKey: string): Promise<boolean>;
  uploadTarget(packageKey: string, folderRef: string): UploadTarget;
  /** Ends running calls and closes sockets. */
  close(): void;
}
