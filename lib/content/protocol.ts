import type { FixityAlgorithm } from "../messages/asset.js";
import type { ByteRequest } from "../systems/port.js";
import type { PlainError } from "./plain-error.js";
import type { RetryPolicy } from "./retry.js";
import type { EntryDigest, ReadResult, Refusal, SentPart } from "./types.js";

/**
 * What the main thread and a worker say to each other. Everything is plain data; whatever decides, signs or stores
 * stays on the main thread, and a worker asks for it by a question.
 */
export type Digests = Partial<Record<FixityAlgorithm, string>>;

/** One source to be read. `index` names it in an `open` question. */
export interface SourceWork {
  index: number;
  /** Names the source in errors. */
  label: string;
  size?: number;
  algorithms: readonly FixityAlgorithm[];
  expected: Digests;
}

export type EntryWork =
  | { kind: "source"; path: string; source: SourceWork & { size: number } }
  | { kind: "bytes"; path: string; label: string; bytes: Uint8Array };

export interface ReadWork {
  kind: "read";
  source: SourceWork;
  retry: RetryPolicy;
  hashing: Hashing;
}

export interface PackageWork {
  kind: "package";
  format: "zip" | "plain";
  entries: EntryWork[];
  /** Milliseconds since 1970 for the headers. */
  modified: number;
  /** Whole in memory and one PUT, or cut into parts. */
  send: { kind: "whole" } | { kind: "parts"; partSize: number; inFlight: number; buffers: number; resume?: ResumeWork };
  retry: RetryPolicy;
  hashing: Hashing;
  zip64From: number;
}

export interface ResumeWork {
  uploadId: string;
  parts: readonly SentPart[];
}

/** `thread`: digests in a companion thread of the worker; `inline`: in the worker itself. */
export type Hashing = "thread" | "inline";

export type Work = ReadWork | PackageWork;

/** What only the main thread can answer. */
export type Question =
  | { kind: "open"; index: number; refused?: Refusal }
  | { kind: "put"; size: number; refused?: Refusal }
  | { kind: "begin" }
  | { kind: "part"; uploadId: string; number: number; size: number; refused?: Refusal }
  | { kind: "finish"; digests: EntryDigest[] }
  | { kind: "complete"; uploadId: string };

/** A source's request, given before it was asked for. */
export interface Opened {
  index: number;
  request: ByteRequest;
}

/** The request that sends a whole package of this size, given along with its last files. */
export interface PutAhead {
  size: number;
  request: ByteRequest;
}

export interface FinishFile {
  path: string;
  bytes: Uint8Array;
}

export type Answer =
  | { kind: "request"; request: ByteRequest }
  | { kind: "upload"; uploadId: string }
  | { kind: "files"; files: FinishFile[]; put?: PutAhead }
  | { kind: "headers"; headers: Record<string, string> }
  | { kind: "error"; error: PlainError };

export type ToWorker =
  /** `first`: the request of the source that is opened first, so that short jobs need not ask for it. */
  | { type: "start"; job: number; work: Work; first?: Opened }
  | { type: "abort"; job: number }
  | { type: "answer"; job: number; ask: number; answer: Answer };

export interface WorkerReceipt {
  kind: "package";
  size: number;
  digests: EntryDigest[];
  headers: Record<string, string>;
  partsSent: number;
  partsSkipped: number;
}
export type WorkResult = ({ kind: "read" } & ReadResult) | WorkerReceipt;

export type FromWorker =
  | { type: "ask"; job: number; ask: number; question: Question }
  /** Bytes of content read so far. */
  | { type: "bytes"; job: number; done: number }
  /** A part is at the target, sent now or proved equal from before. */
  | { type: "part"; job: number; part: SentPart }
  /** The target no longer knows the upload; a new one begins and earlier parts are void. */
  | { type: "restart"; job: number }
  | { type: "done"; job: number; result: WorkResult }
  | { type: "failed"; job: number; error: PlainError };
