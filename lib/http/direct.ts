import { request as httpRequest, type Agent as HttpAgent, type IncomingMessage } from "node:http";
import { request as httpsRequest, type Agent as HttpsAgent } from "node:https";
import { pipeline, type Readable } from "node:stream";
import { createBrotliDecompress, createGunzip, createInflate } from "node:zlib";
import type { Halt } from "./halt.js";
import type { Method } from "./types.js";

/** One call as it goes on the wire. */
export interface WireCall {
  url: string;
  method: Method;
  headers: Record<string, string>;
  data: Buffer | undefined;
}
export interface WireAnswer {
  status: number;
  headers: unknown;
  data: unknown;
}

/** Addresses that go on the wire as they are; what else a path or query may hold is encoded first, as `URL` does it. */
const PLAIN = /^\/[\w\-.~!$&()*+,;=:@%/?]*$/;
const BODILESS: ReadonlySet<Method> = new Set(["GET", "HEAD", "DELETE"]);

/**
 * Calls without proxy, by Node.js alone: most calls are small, and a client library costs as much as all the rest of
 * such a call; so everything that is the same for all calls of a connection is found out once. Redirects are answers.
 * Compressed bodies are unpacked.
 */
export class DirectWire {
  readonly #origin: string;
  readonly #host: string;
  readonly #to: { agent: HttpAgent | HttpsAgent; hostname: string; port: string | null };
  readonly #secure: boolean;

  /** @param baseUrl where all calls go: their scheme, host and port */
  constructor(baseUrl: string, http: HttpAgent, https: HttpsAgent) {
    const url = new URL(baseUrl);
    this.#origin = url.origin;
    this.#host = url.host;
    this.#secure = url.protocol === "https:";
    this.#to = {
      agent: this.#secure ? https : http,
      hostname: url.hostname.replace(/^\[|\]$/g, ""),
      port: url.port === "" ? null : url.port,
    };
  }

  /** @throws the error of Node.js, with its `code` */
  send(call: WireCall, halt: Halt): Promise<WireAnswer> {
    const { method, data } = call;
    const options = { ...this.#to, method, path: this.#path(call.url), headers: this.#headers(call) };
    return new Promise((resolve, reject) => {
      const heard = (answer: IncomingMessage): void => {
        resolve({ status: answer.statusCode ?? 0, headers: answer.headers, data: unpacked(answer, method) });
      };
      const request = this.#secure ? httpsRequest(options, heard) : httpRequest(options, heard);
      // Stays after the answer has begun: what breaks later is told by the body's stream.
      request.on("error", reject);
      halt.by(() => request.destroy(new Error("stopped")));
      request.end(data);
    });
  }

  #path(url: string): string {
    const path = url.slice(this.#origin.length);
    if (PLAIN.test(path)) return path;
    const { pathname, search } = new URL(url);
    return `${pathname}${search}`;
  }

  /** As a list, which Node.js sends as it is; `Host` and the length are ours to name then. */
  #headers({ method, headers, data }: WireCall): string[] {
    const list = ["Host", this.#host, "Accept-Encoding", "gzip, deflate, br"];
    for (const [name, value] of Object.entries(headers)) list.push(name, value);
    // Also for the body of a DELETE: without a length the server takes it for a next request.
    if (data !== undefined) list.push("Content-Length", String(data.byteLength));
    else if (!BODILESS.has(method)) list.push("Content-Length", "0");
    return list;
  }
}

function unpacked(answer: IncomingMessage, method: Method): Readable {
  const { statusCode: status } = answer;
  if (method === "HEAD" || status === 204 || status === 304) return answer;
  const unpacker = unpackerOf(answer.headers["content-encoding"]);
  // A broken or cut body ends the unpacked stream with its error; the callback is only there so that nothing is thrown.
  return unpacker === undefined ? answer : pipeline(answer, unpacker, () => undefined);
}

function unpackerOf(encoding = "") {
  switch (encoding.trim().toLowerCase()) {
    case "gzip":
    case "x-gzip":
      return createGunzip();
    case "deflate":
      return createInflate();
    case "br":
      return createBrotliDecompress();
    default:
      return undefined;
  }
}
