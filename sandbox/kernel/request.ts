import type { IncomingMessage } from "node:http";
import { pipeline } from "node:stream";
import type { Fault } from "./faults.js";
import { parseMultipart } from "./multipart.js";
import { RequestBody } from "./request-faults.js";
import type { MultipartPart, SandboxFiles, SandboxRequest } from "./types.js";

const DEFAULT_LIMIT = 64 << 20;

/** The kernel answers 413. */
export class BodyTooLarge extends Error {}

/** The path is not valid percent-encoding; the kernel answers 400. */
export class BadPath extends Error {}

/** A request of node:http as simulators see it. */
export class ServerRequest implements SandboxRequest {
  readonly method: string;
  readonly path: string;
  readonly segments: string[];
  readonly query: URLSearchParams;
  readonly headers: IncomingMessage["headers"];
  readonly origin: string;
  user: string | undefined;
  refused: string | undefined;
  private bodyStream: RequestBody | undefined;

  /** @throws BadPath */
  constructor(
    readonly raw: IncomingMessage,
    private readonly files: SandboxFiles,
    private readonly fault: Fault | undefined,
  ) {
    const url = raw.url ?? "/";
    const mark = url.indexOf("?");
    this.method = raw.method ?? "GET";
    this.path = mark < 0 ? url : url.slice(0, mark);
    this.query = new URLSearchParams(mark < 0 ? "" : url.slice(mark + 1));
    this.headers = raw.headers;
    this.origin = `http://${raw.headers.host ?? "127.0.0.1"}`;
    this.segments = decodeSegments(this.path);
  }

  /** Bytes of the body that arrived so far. */
  get received(): number {
    return this.bodyStream?.received ?? 0;
  }

  stream(): RequestBody {
    if (!this.bodyStream) {
      const body = new RequestBody(this.raw, this.fault);
      // The reader of `body` gets the error; pipeline only sees to it that neither end is left open.
      pipeline(this.raw, body, () => undefined);
      this.bodyStream = body;
    }
    return this.bodyStream;
  }

  async body(limit = DEFAULT_LIMIT): Promise<Buffer> {
    const chunks: Buffer[] = [];
    let size = 0;
    for await (const chunk of this.stream()) {
      if (!Buffer.isBuffer(chunk)) continue;
      size += chunk.length;
      if (size > limit) throw new BodyTooLarge(`the request's body is longer than ${limit} bytes`);
      chunks.push(chunk);
    }
    return Buffer.concat(chunks);
  }

  async text(limit = DEFAULT_LIMIT): Promise<string> {
    return (await this.body(limit)).toString("utf8");
  }

  async form(): Promise<URLSearchParams> {
    return new URLSearchParams(await this.text());
  }

  multipart(): Promise<MultipartPart[]> {
    return parseMultipart(this.headers["content-type"], this.stream(), this.files);
  }

  setUser(login: string): void {
    this.user = login;
  }

  refuse(why: string): void {
    this.refused = why;
  }
}

function decodeSegments(path: string): string[] {
  try {
    return path
      .split("/")
      .filter((segment) => segment !== "")
      .map(decodeURIComponent);
  } catch {
    throw new BadPath(`the path is not valid percent-encoding: ${path}`);
  }
}
