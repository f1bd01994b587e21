import type { FixityAlgorithm } from "../messages/asset.js";
import type { ByteRequest } from "../systems/port.js";

/** The peer refused the request made before with this HTTP status (401, or an expired token): renew what it carried. */
export interface Refusal {
  status: number;
}

/**
 * Asks the main thread for a fresh, authorised request; called again when a transfer is repeated or a token ended.
 * `refused` is present when the request made before was refused as not authorised: the token it carried is no good.
 */
export type Opener = (refused?: Refusal) => Promise<ByteRequest>;

/** Bytes moved so far in this job and in all (when known). Called at most a few times a second. */
export type OnBytes = (done: number, total: number | undefined) => void;

export interface ReadRequest {
  open: Opener;
  /** Size that the source states; a different count is SHORT_READ, before any digest is compared. */
  size?: number;
  algorithms: readonly FixityAlgorithm[];
  /** Digests that the source states; a difference is FIXITY_MISMATCH (damaged at the source). */
  expected?: Partial<Record<FixityAlgorithm, string>>;
  signal: AbortSignal;
  onBytes?: OnBytes;
}
export interface ReadResult {
  size: number;
  digests: Partial<Record<FixityAlgorithm, string>>;
}

/** One file of a package. */
export type PackageEntry =
  | {
      /** Path inside the zip: safe, relative, `/`-separated, UTF-8. */
      path: string;
      /** Names the entry in digests and errors, e.g. `preservation/0`. */
      label: string;
      open: Opener;
      size: number;
      algorithms: readonly FixityAlgorithm[];
      expected?: Partial<Record<FixityAlgorithm, string>>;
    }
  | { path: string; label: string; bytes: Uint8Array };

export interface EntryDigest {
  label: string;
  path: string;
  size: number;
  digests: Partial<Record<FixityAlgorithm, string>>;
}

/** The upload side, in the words of S3 multipart; every request is made fresh by the main thread (tokens end). */
export interface UploadTarget {
  /** One PUT for packages below one part. */
  put(size: number, refused?: Refusal): Promise<ByteRequest>;
  /** Starts a multipart upload; resolves with its id. */
  begin(): Promise<string>;
  part(uploadId: string, number: number, size: number, refused?: Refusal): Promise<ByteRequest>;
  /** Completes; resolves with the answer's headers (lower-case names). A 200 with an error body is an error. */
  complete(uploadId: string, parts: readonly SentPart[]): Promise<Record<string, string>>;
  abort(uploadId: string): Promise<void>;
}
export interface SentPart {
  number: number;
  etag: string;
  /** Digest that proves the part equal when the source is read again after a restart. */
  digest: string;
  size: number;
}
/** What must outlive the process to resume: kept by the job in the store. */
export interface UploadState {
  uploadId: string;
  partSize: number;
  parts: SentPart[];
}

export interface PackageUpload {
  /**
   * `zip` (default): the entries in a stored ZIP64 package, whose arrival starts something at the target.
   * `plain`: the one entry's bytes as they are. A later arrival replaces an earlier one, so a PUT may be repeated.
   */
  format?: "zip" | "plain";
  entries: PackageEntry[];
  /** Upper bound of the bytes that `finish` will add; part size follows from the whole. */
  finishSize: number;
  /** Entries that depend on the digests (metadata.xml), appended last; none where the format is plain. */
  finish(digests: EntryDigest[]): Promise<{ path: string; bytes: Uint8Array }[]>;
  /** Time stamp in the zip's headers; the same on every attempt, so that parts repeat byte for byte. */
  modified: Date;
  target: UploadTarget;
  /** From an earlier attempt; parts whose digest matches are not sent again. */
  resume?: UploadState;
  /** Called after begin and after each part; must be durable when it resolves. */
  onState(state: UploadState): Promise<void>;
  signal: AbortSignal;
  onBytes?: OnBytes;
}
export interface PackageReceipt {
  size: number;
  digests: EntryDigest[];
  /** Headers of the PUT or of the completing answer, lower-case names. */
  headers: Record<string, string>;
  partsSent: number;
  partsSkipped: number;
}

/**
 * The byte path: one long-lived pool of worker threads. Main thread keeps control, workers move bytes.
 *
 * Errors: UNREACHABLE, TIMEOUT (idle), DENIED, NOT_FOUND, ARCHIVED, LOCKED, CONFLICT, THROTTLED (with `retryAfter`),
 * SHORT_READ, FIXITY_MISMATCH, REFUSED (a redirect that may not be followed), INVALID_INPUT (paths, sizes), UPSTREAM.
 * - Stopped by its signal: the signal's reason when that is a LifecycleError, else UPSTREAM with `details.stopped`.
 * - `details.outcome` is `unknown` when a whole package may have arrived although no answer came: look at the target
 *   before sending again. It is never sent twice here; parts and plain files are.
 * - The pool never aborts an upload: what failed can be taken up again with the last state, or ended by the caller
 *   through `target.abort`.
 */
export interface ContentPool {
  /** Streams once and hashes; used to prove copies. */
  read(request: ReadRequest): Promise<ReadResult>;
  /** Streams the entries once into a stored ZIP64 package, or one entry as it is, and uploads it. */
  sendPackage(upload: PackageUpload): Promise<PackageReceipt>;
  close(): Promise<void>;
}
