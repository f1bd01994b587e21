import { createHash } from "node:crypto";
import http from "node:http";
import type { AddressInfo, Socket } from "node:net";
import type { PackageUpload, SentPart, UploadState, UploadTarget, Refusal } from "../../../lib/content/types.js";
import type { ByteRequest } from "../../../lib/systems/port.js";

/** A small local server that counts its connections and closes with all of them. */
export class LocalServer {
  readonly #server: http.Server;
  readonly sockets = new Set<Socket>();
  requests = 0;

  constructor(handle: (request: http.IncomingMessage, response: http.ServerResponse) => void) {
    this.#server = http.createServer((request, response) => {
      this.requests += 1;
      handle(request, response);
    });
    this.#server.on("connection", (socket: Socket) => {
      this.sockets.add(socket);
      socket.once("close", () => this.sockets.delete(socket));
    });
  }

  async start(): Promise<this> {
    await new Promise<void>((resolve) => {
      this.#server.listen(0, "127.0.0.1", resolve);
    });
    return this;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}

/** Bytes that look random and are the same each time, so that a shifted or repeated block shows. */
export function content(size: number, seed = 1): Buffer {
  const bytes = Buffer.allocUnsafe(size);
  let state = seed >>> 0 || 1;
  const words = Math.floor(size / 4);
  for (let word = 0; word < words; word += 1) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    bytes.writeUInt32LE(state, word * 4);
  }
  for (let rest = words * 4; rest < size; rest += 1) bytes[rest] = (rest * 31 + seed) & 0xff;
  return bytes;
}

export function sha256(bytes: Buffer): string {
  return createHash("sha256").update(bytes).digest("hex");
}

/** Serves files by path; honours ranges when `ranges` is set. */
export class SourceServer extends LocalServer {
  readonly files = new Map<string, Buffer>();
  readonly log: { path: string; range: string | undefined; headers: http.IncomingHttpHeaders }[] = [];
  ranges = true;
  etags = true;
  /** Called before each answer; true = it answered itself. */
  fault: (request: http.IncomingMessage, response: http.ServerResponse, bytes: Buffer) => boolean = () => false;

  constructor() {
    super((request, response) => this.#serve(request, response));
  }

  #serve(request: http.IncomingMessage, response: http.ServerResponse): void {
    const path = request.url ?? "/";
    this.log.push({ path, range: request.headers.range, headers: request.headers });
    const bytes = this.files.get(path);
    if (bytes === undefined) {
      response.writeHead(404).end();
      return;
    }
    if (this.fault(request, response, bytes)) return;
    const headers: http.OutgoingHttpHeaders = this.etags ? { etag: `"${sha256(bytes).slice(0, 16)}"` } : {};
    const range = /^bytes=(\d+)-$/.exec(request.headers.range ?? "");
    if (range !== null && this.ranges) {
      const from = Number(range[1]);
      response.writeHead(206, {
        ...headers,
        "content-range": `bytes ${from}-${bytes.length - 1}/${bytes.length}`,
        "content-length": bytes.length - from,
      });
      response.end(bytes.subarray(from));
      return;
    }
    response.writeHead(200, { ...headers, "content-length": bytes.length });
    response.end(bytes);
  }
}

/** The upload side: keeps single PUTs and multipart uploads in memory. */
export class TargetServer extends LocalServer {
  readonly uploads = new Map<string, Map<number, Buffer>>();
  readonly objects = new Map<string, Buffer>();
  readonly partRequests: number[] = [];
  /** Called when a body has arrived; true = it answered itself and nothing is stored unless it does so. */
  fault: (put: {
    path: string;
    part: number | undefined;
    body: Buffer;
    request: http.IncomingMessage;
    response: http.ServerResponse;
  }) => boolean = () => false;
  #count = 0;

  constructor() {
    super((request, response) => {
      const chunks: Buffer[] = [];
      request.on("data", (chunk: Buffer) => chunks.push(chunk));
      request.on("end", () => this.#put(request, response, Buffer.concat(chunks)));
    });
  }

  begin(): string {
    this.#count += 1;
    const id = `upload-${this.#count}`;
    this.uploads.set(id, new Map());
    return id;
  }

  /** Joins the parts as listed. */
  complete(uploadId: string, key: string, parts: readonly SentPart[]): Buffer {
    const stored = this.uploads.get(uploadId);
    if (stored === undefined) throw new Error("NoSuchUpload");
    const pieces = parts.map((part) => {
      const bytes = stored.get(part.number);
      if (bytes === undefined) throw new Error(`part ${part.number} is missing`);
      if (part.etag !== etagOf(bytes)) throw new Error(`part ${part.number} has another ETag`);
      return bytes;
    });
    const whole = Buffer.concat(pieces);
    this.objects.set(key, whole);
    this.uploads.delete(uploadId);
    return whole;
  }

  store(path: string, part: number | undefined, body: Buffer): void {
    if (part === undefined) this.objects.set(path, body);
    else this.uploads.get(new URL(path, this.url).searchParams.get("uploadId") ?? "")?.set(part, body);
  }

  #put(request: http.IncomingMessage, response: http.ServerResponse, body: Buffer): void {
    const url = new URL(request.url ?? "/", this.url);
    const number = url.searchParams.get("partNumber");
    const part = number === null ? undefined : Number(number);
    if (part !== undefined) this.partRequests.push(part);
    const path = request.url ?? "/";
    if (this.fault({ path, part, body, request, response })) return;
    if (part !== undefined && !this.uploads.has(url.searchParams.get("uploadId") ?? "")) {
      response.writeHead(404).end('<?xml version="1.0"?><Error><Code>NoSuchUpload</Code></Error>');
      return;
    }
    this.store(path, part, body);
    response.writeHead(200, { etag: etagOf(body), "preservica-progress-token": "t-1" }).end();
  }
}

/** Gives `GET /<bytes>` and swallows every PUT: for transfers too large to keep. */
export class EndlessServer extends LocalServer {
  static readonly #block = Buffer.alloc(1024 * 1024, "block");

  constructor() {
    super((request, response) => {
      if (request.method === "PUT") {
        request.resume();
        request.once("end", () => response.writeHead(200, { etag: '"e"', "content-length": 0 }).end());
        return;
      }
      let left = Number((request.url ?? "/0").slice(1));
      response.writeHead(200, { "content-length": left });
      const more = (): void => {
        while (left > 0) {
          const chunk = EndlessServer.#block.subarray(0, left);
          left -= chunk.length;
          if (!response.write(chunk)) {
            response.once("drain", more);
            return;
          }
        }
        response.end();
      };
      more();
    });
  }
}

export function etagOf(body: Buffer): string {
  return `"${createHash("md5").update(body).digest("hex")}"`;
}

export function get(url: string, more: Partial<ByteRequest> = {}): ByteRequest {
  return { method: "GET", url, headers: {}, idleMs: 5_000, ...more };
}

/** An upload target over a `TargetServer`; records what it was asked. */
export class TestTarget implements UploadTarget {
  token = "one";
  readonly refusals: Refusal[] = [];
  readonly aborted: string[] = [];
  completed = 0;
  idleMs = 5_000;

  constructor(
    readonly server: TargetServer,
    readonly key = "/package.zip",
  ) {}

  async put(_size: number, refused?: Refusal): Promise<ByteRequest> {
    return this.#request(this.key, refused);
  }

  async begin(): Promise<string> {
    return this.server.begin();
  }

  async part(uploadId: string, number: number, _size: number, refused?: Refusal): Promise<ByteRequest> {
    return this.#request(`${this.key}?uploadId=${uploadId}&partNumber=${number}`, refused);
  }

  async complete(uploadId: string, parts: readonly SentPart[]): Promise<Record<string, string>> {
    this.completed += 1;
    this.server.complete(uploadId, this.key, parts);
    return { "preservica-progress-token": "t-2" };
  }

  async abort(uploadId: string): Promise<void> {
    this.aborted.push(uploadId);
    this.server.uploads.delete(uploadId);
  }

  #request(path: string, refused: Refusal | undefined): ByteRequest {
    if (refused !== undefined) {
      this.refusals.push(refused);
      this.token = `${this.token}+`;
    }
    return {
      method: "PUT",
      url: this.server.url + path,
      headers: { authorization: `Bearer ${this.token}` },
      idleMs: this.idleMs,
    };
  }
}

/** A package of the given files with a small `metadata.xml` at its end, and the states that it saved. */
export function packageOf(
  source: SourceServer,
  target: TestTarget,
  paths: readonly string[],
  more: Partial<PackageUpload> = {},
): PackageUpload & { states: UploadState[] } {
  const states: UploadState[] = [];
  return {
    states,
    entries: paths.map((path, index) => ({
      path: `content${path}`,
      label: `preservation/${index}`,
      open: async () => get(source.url + path),
      size: source.files.get(path)?.length ?? 0,
      algorithms: ["SHA-256"],
    })),
    finishSize: 64 * 1024,
    finish: async (digests) => [
      { path: "metadata.xml", bytes: Buffer.from(`<digests>${JSON.stringify(digests)}</digests>`) },
    ],
    modified: new Date("2025-03-01T12:00:00Z"),
    target,
    onState: async (state) => {
      states.push(structuredClone(state));
    },
    signal: new AbortController().signal,
    ...more,
  };
}
