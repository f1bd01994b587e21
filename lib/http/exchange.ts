import { Agent as HttpAgent } from "node:http";
import { Agent as HttpsAgent } from "node:https";
import { Readable } from "node:stream";
import type { AxiosProxyConfig } from "axios";
import { LifecycleError } from "../messages/error.js";
import { Answer } from "./answer.js";
import { DirectWire, type WireAnswer, type WireCall } from "./direct.js";
import { failure, networkFailure, SYSTEM_TITLES, type CallFrame } from "./failure.js";
import { Halt } from "./halt.js";
import { secrets } from "./redact.js";
import { isRecord, list } from "./shape.js";
import type { HttpTls, Method } from "./types.js";

/** One attempt, ready to go out. */
export interface Outgoing {
  frame: CallFrame;
  method: Method;
  url: string;
  headers: Record<string, string>;
  body: string | Uint8Array | undefined;
  maxBytes: number;
}

/** What is used of axios: one call that answers with a stream. */
interface Sender {
  request(call: WireCall & { signal: AbortSignal }): Promise<WireAnswer>;
}

/** Speaks HTTP for one connection: sockets, TLS, proxy, idle time, size. Knows nothing of retries and logins. */
export class Exchange {
  readonly #idleMs: number;
  readonly #proxy: AxiosProxyConfig | false;
  readonly #http: HttpAgent;
  readonly #https: HttpsAgent;
  readonly #direct: DirectWire;
  #axios: Promise<Sender> | undefined;

  constructor(baseUrl: string, idleMs: number, sockets: number, tls: HttpTls | undefined) {
    this.#idleMs = idleMs;
    this.#proxy = tls?.proxy === undefined || tls.proxy === "" ? false : proxyOf(tls.proxy);
    const keep = { keepAlive: true, maxSockets: Math.max(1, sockets), maxFreeSockets: Math.max(1, sockets) };
    this.#http = new HttpAgent(keep);
    this.#https = new HttpsAgent({ ...keep, ...(tls?.ca === undefined || tls.ca === "" ? {} : { ca: tls.ca }) });
    this.#direct = new DirectWire(baseUrl, this.#http, this.#https);
  }

  /**
   * @param signal ends the attempt; its reason is thrown
   * @returns any complete answer, whatever its status
   * @throws LifecycleError UNREACHABLE, TIMEOUT, UPSTREAM (no HTTP, too large)
   */
  async send(out: Outgoing, signal: AbortSignal): Promise<Answer> {
    signal.throwIfAborted();
    const halt = new Halt();
    const idle = { gone: false };
    const timer = setTimeout(() => {
      idle.gone = true;
      halt.now();
    }, this.#idleMs);
    const abort = (): void => halt.now();
    signal.addEventListener("abort", abort, { once: true });
    try {
      const answer = await this.#send(
        {
          url: out.url,
          method: out.method,
          headers: out.headers,
          data: out.body === undefined ? undefined : Buffer.from(out.body),
        },
        halt,
      );
      timer.refresh();
      const headers = plainHeaders(answer.headers);
      const body = await this.#read(answer.data, out, headers, timer, halt);
      return new Answer(out.frame, answer.status, headers, cookiesOf(answer.headers), body);
    } catch (thrown) {
      if (thrown instanceof LifecycleError) throw thrown;
      if (idle.gone) throw this.#silent(out.frame);
      signal.throwIfAborted();
      throw networkFailure(out.frame, thrown);
    } finally {
      clearTimeout(timer);
      signal.removeEventListener("abort", abort);
    }
  }

  close(): void {
    this.#http.destroy();
    this.#https.destroy();
  }

  async #send(call: WireCall, halt: Halt): Promise<WireAnswer> {
    if (this.#proxy === false) return await this.#direct.send(call, halt);
    const stop = new AbortController();
    halt.by(() => stop.abort());
    return await (await this.#load()).request({ ...call, signal: stop.signal });
  }

  async #read(
    stream: unknown,
    out: Outgoing,
    headers: Record<string, string>,
    timer: NodeJS.Timeout,
    halt: Halt,
  ): Promise<Buffer> {
    if (!(stream instanceof Readable)) return Buffer.alloc(0);
    const cut = (why: Error): void => void stream.destroy(why);
    halt.by(() => cut(new Error("stopped")));
    return await new Promise<Buffer>((resolve, reject) => {
      const parts: Buffer[] = [];
      let size = 0;
      let whole = false;
      const failed = (why: Error): void => {
        reject(why);
        cut(why);
      };
      stream.on("error", failed);
      stream.once("close", () => {
        if (!whole) failed(new Error("the answer ended early"));
      });
      stream.once("end", () => {
        whole = true;
        const [first] = parts;
        resolve(first !== undefined && parts.length === 1 ? first : Buffer.concat(parts, size));
      });
      if (stream.destroyed) failed(stream.errored ?? new Error("the answer ended early"));
      else if (out.method !== "HEAD" && Number(headers["content-length"] ?? 0) > out.maxBytes) failed(tooLarge(out));
      stream.on("data", (part: unknown) => {
        timer.refresh();
        const chunk = Buffer.isBuffer(part) ? part : Buffer.from(String(part));
        size += chunk.length;
        if (size > out.maxBytes) failed(tooLarge(out));
        else parts.push(chunk);
      });
    });
  }

  #silent(frame: CallFrame): LifecycleError {
    return failure(
      "TIMEOUT",
      `${SYSTEM_TITLES[frame.system]} at ${frame.host} sent nothing for ${this.#idleMs / 1000} s (${frame.method} ${frame.path}); it may be overloaded, or a firewall swallows the connection.`,
      {
        system: frame.system,
        details: { host: frame.host, method: frame.method, path: frame.path, idleMs: this.#idleMs },
      },
    );
  }

  /** For calls through a proxy. Loaded at the first one only: loading the package must stay cheap. */
  #load(): Promise<Sender> {
    this.#axios ??= import("axios").then(({ default: axios }) =>
      axios.create({
        adapter: "http",
        httpAgent: this.#http,
        httpsAgent: this.#https,
        // `false` also keeps axios from reading proxy variables of the environment.
        proxy: this.#proxy,
        maxRedirects: 0,
        validateStatus: () => true,
        responseType: "stream",
        maxBodyLength: Number.POSITIVE_INFINITY,
        maxContentLength: Number.POSITIVE_INFINITY,
        transformRequest: [(body: unknown) => body],
        transformResponse: [(body: unknown) => body],
      }),
    );
    return this.#axios;
  }
}

function tooLarge(out: Outgoing): LifecycleError {
  return failure(
    "UPSTREAM",
    `${SYSTEM_TITLES[out.frame.system]} answered ${out.method} ${out.frame.path} with more than ${Math.round(out.maxBytes / 1024)} KiB; ask for less at once.`,
    { system: out.frame.system, details: { host: out.frame.host, path: out.frame.path, maxBytes: out.maxBytes } },
  );
}

function plainHeaders(given: unknown): Record<string, string> {
  const plain: Record<string, string> = {};
  if (!isRecord(given)) return plain;
  for (const [name, value] of Object.entries(given)) {
    if (name.toLowerCase() === "set-cookie" || value === undefined || value === null) continue;
    plain[name.toLowerCase()] = typeof value === "string" ? value : list(value).map(String).join(", ");
  }
  return plain;
}

function cookiesOf(given: unknown): string[] {
  return isRecord(given) ? list(given["set-cookie"]).map(String) : [];
}

/** @throws LifecycleError NOT_CONFIGURED when the proxy's address is none */
function proxyOf(address: string): AxiosProxyConfig {
  const url = URL.canParse(address) ? new URL(address) : undefined;
  if (url === undefined || (url.protocol !== "http:" && url.protocol !== "https:")) {
    throw failure("NOT_CONFIGURED", "The proxy's address is not understood; give it as http://host:port.");
  }
  const password = decodeURIComponent(url.password);
  secrets.add(password);
  return {
    protocol: url.protocol,
    host: url.hostname,
    port: Number(url.port === "" ? (url.protocol === "https:" ? 443 : 80) : url.port),
    ...(url.username === "" ? {} : { auth: { username: decodeURIComponent(url.username), password } }),
  };
}
