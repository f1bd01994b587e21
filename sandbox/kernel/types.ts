import type { IncomingMessage, ServerResponse } from "node:http";

/** The systems that the sandbox stands in for. */
export type SandboxSystem = "otmm" | "preservica" | "ecm" | "s3";

/** Sandbox time: starts at T0 of the seed, runs on at real speed, can be moved by the control API. */
export interface SandboxClock {
  now(): Date;
  /** Calls back once the sandbox clock has passed `at` (also when the clock is moved there). Survives nothing: re-arm after a restart. */
  at(at: Date, run: () => void): void;
}

/** One JSON document per name, kept in the data folder; every change is durable before `update` resolves. */
export interface SandboxState<T> {
  /** The live value, to read. Change it only inside `update`. Plain JSON only: no Date, Map, Set or undefined. */
  readonly value: T;
  /**
   * Runs `change` (synchronous) on the value and resolves when the change is durable. Writes are coalesced: many changes, few fsyncs.
   * Reach what you change THROUGH THE ARGUMENT (`v => { v.assets[id].title = "x" }`): such changes cost only the entries touched
   * (`v.<first key>.<second key>` is one entry). A closure over an object found elsewhere is seen too, but rewrites the whole state.
   */
  update<R>(change: (value: T) => R): Promise<R>;
}

/** Where bytes come from. Generated content is never on disk: byte n follows from the seed and n. */
export type StoredBytes =
  | { kind: "file"; path: string; size: number }
  | { kind: "slice"; of: StoredBytes; offset: number; size: number }
  | { kind: "concat"; parts: StoredBytes[]; size: number }
  | { kind: "generated"; seed: number; size: number }
  | { kind: "inline"; base64: string; size: number };

export interface SandboxFiles {
  /** Streams a range (end exclusive); honours back-pressure. Paths of `file` bytes are relative to the data folder, or absolute (seed media). */
  read(bytes: StoredBytes, start?: number, end?: number): NodeJS.ReadableStream;
  readAll(bytes: StoredBytes): Promise<Buffer>;
  /** Stores a stream as a new file in the data folder, hashing on the way. */
  write(
    stream: NodeJS.ReadableStream | AsyncIterable<Buffer>,
    algorithms?: string[],
  ): Promise<{ bytes: StoredBytes; digests: Record<string, string> }>;
  remove(bytes: StoredBytes): Promise<void>;
  /** Hex digest, off the main thread for large content. Algorithm names of node:crypto. */
  digest(bytes: StoredBytes, algorithm: string): Promise<string>;
}

/** What the log keeps of each request; bodies and credentials are not kept. */
export interface LogEntry {
  n: number;
  at: string;
  system: SandboxSystem;
  method: string;
  path: string;
  query: string;
  status: number;
  /** Bytes of the answer's body that left. */
  bytes: number;
  /** Bytes of the request's body that arrived. */
  received: number;
  ms: number;
  /** Set when the strict sandbox refused something undocumented: what and why. */
  refused?: string;
  /** Set when a fault was applied. */
  fault?: string;
  /** Login, when known. */
  user?: string;
}

/** What a simulator gets from the kernel. */
export interface SandboxContext {
  readonly system: SandboxSystem;
  readonly clock: SandboxClock;
  readonly files: SandboxFiles;
  readonly dataDir: string;
  /** "full": lay the seed data of SEED-DATA.md when there is no state yet; "empty": only what the system cannot be without (users). */
  readonly seed: "full" | "empty";
  /** Named, durable state of this system. `initial` is used when nothing is on disk or after a reset. */
  state<T>(name: string, initial: () => T): Promise<SandboxState<T>>;
  /** Settings changed by the control API (`POST /settings`), e.g. { indexDelayMs, ingestMs, profile }. Defaults come from the simulator. */
  settings<T extends object>(defaults: T): T;
  /** Tells the live page and `/state` listeners that something changed. */
  changed(): void;
  /** Base URL of another system of this sandbox. */
  url(system: SandboxSystem): string;
}

/** A request as simulators see it. */
export interface SandboxRequest {
  readonly raw: IncomingMessage;
  readonly method: string;
  /** As sent, without the query. */
  readonly path: string;
  /** The path's segments, decoded; empty ones are left out. */
  readonly segments: string[];
  readonly query: URLSearchParams;
  readonly headers: IncomingMessage["headers"];
  /** Scheme, host and port the caller used, for absolute URLs in answers. */
  readonly origin: string;
  /** The body as it arrives, to be read once (body, text, form and multipart read it too). */
  stream(): NodeJS.ReadableStream;
  /** @throws BodyTooLarge (the kernel answers 413) above `limit` bytes; default 64 MiB. */
  body(limit?: number): Promise<Buffer>;
  text(limit?: number): Promise<string>;
  form(): Promise<URLSearchParams>;
  /** multipart/form-data; file parts are streamed to the data folder. */
  multipart(): Promise<MultipartPart[]>;
  /** For the log. */
  setUser(login: string): void;
  /** Marks the request as refused because it is undocumented: goes to the log, the live page and the strict count. */
  refuse(why: string): void;
}
export interface MultipartPart {
  name: string;
  filename?: string;
  contentType?: string;
  text(): Promise<string>;
  bytes: StoredBytes;
}

/** What a simulator answers. A stream or StoredBytes body is sent with back-pressure and cut short by faults as asked. */
export interface SandboxAnswer {
  status: number;
  headers?: Record<string, string | string[]>;
  body?: string | Buffer | StoredBytes;
  /** Byte range of a StoredBytes body; end exclusive. */
  range?: { start: number; end: number };
}

/** One stand-in for a vendor's system. */
export interface Simulator {
  handle(request: SandboxRequest, response: ServerResponse): Promise<SandboxAnswer>;
  /** Plain JSON of everything, for `/state` and the live page. No secrets. */
  state(): unknown;
  /** Short facts for the live page: label -> text or number. */
  summary(): Record<string, string | number>;
  /** Login facts for the ready line. */
  ready(): Record<string, string>;
  close(): Promise<void>;
}

/** Builds a simulator; called at the start and again after a reset (then `state` starts from `initial`). All listeners are bound by then. */
export type SimulatorFactory = (context: SandboxContext) => Promise<Simulator>;
