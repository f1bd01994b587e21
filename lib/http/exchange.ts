import { Agent as HttpAgent } from "node:http";
import { Agent as HttpsAgent } from "node:https";
import { Readable } from "node:stream";
import type { AxiosProxyConfig } from "axios";
import { LifecycleError } from "../messages/error.js";
import { Answer } from "./answer.js";
import { sendDirect, type WireAnswer, type WireCall } from "./direct.js";
import { failure, networkFailure, SYSTEM_TITLES, type CallFrame } from "./failure.js";
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
  request(call: WireCall): Promise<WireAnswer>;
}

/** Speaks HTTP for one connection: sockets, TLS, proxy, idle time, size. Knows nothing of retries and logins. */
export class Exchange {
  readonly #idleMs: number;
  readonly #proxy: AxiosProxyConfig | false;
  readonly #http: HttpAgent;
  readonly #https: HttpsAgent;
  #axios: Promise<Sender> | undefined;

  constructor(idleMs: number, sockets: number, tls: HttpTls | undefined) {
    this.#idleMs = idleMs;
    this.#proxy = tls?.proxy === undefined || tls.proxy === "" ? false : proxyOf(tls.proxy);
    const keep = { keepAlive: true, maxSockets: Math.max(1, sockets), maxFreeSockets: Math.max(1, sockets) };
    this.#http = new HttpAgent(keep);
    this.#https = new HttpsAgent({ ...keep, ...(tls?.ca === undefined || tls.ca === "" ? {} : { ca: tls.ca }) });
  }

  /**
   * @param signal ends the attempt; its reason is thrown
   * @returns any complete answer, whatever its status
   * @throws LifecycleError UNREACHABLE, TIMEOUT, UPSTREAM (no HTTP, too large)
   */
  async send(out: Outgoing, signal: AbortSignal): Promise<Answer> {
    signal.throwIfAborted();
    const stop = new AbortController();
    const idle = { gone: false };
    const timer = setTimeout(() => {
      idle.gone = true;
      stop.abort();
    }, this.#idleMs);
    const abort = (): void => stop.abort();
    signal.addEventListener("abort", abort, { once: true });
    try {
      const answer = await this.#send({
        url: out.url,
        method: out.method,
        headers: out.headers,
        data: out.body === undefined ? undefined : Buffer.from(out.body),
        signal: stop.signal,
      });
      timer.refresh();
      const headers = plainHeaders(answer.headers);
      const body = await this.#read(answer.data, out, headers, timer, stop.signal);
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

  async #send(call: WireCall): Promise<WireAnswer> {
    return this.#proxy === false
      ? await sendDirect(call, this.#http, this.#https)
      : await (await this.#load()).request(call);
  }

  async #read(
    stream: unknown,
    out: Outgoing,
    headers: Record<string, string>,
    timer: NodeJS.Timeout,
    stop: AbortSignal,
  ): Promise<Buffer> {
    if (!(stream instanceof Readable)) return Buffer.alloc(0);
    const cut = (): void => void stream.destroy(new Error("stopped"));
    stop.addEventListener("abort", cut, { once: true });
    if (stop.aborted) cut();
    try {
      if (out.method !== "HEAD" && Number(headers["content-length"] ?? 0) > out.maxBytes) throw tooLarge(out);
      const parts: Buffer[] = [];
      let size = 0;
      for await (const part of stream) {
        timer.refresh();
        const chunk = Buffer.isBuffer(part) ? part : Buffer.from(String(part));
        size += chunk.length;
        if (size > out.maxBytes) throw tooLarge(out);
        parts.push(chunk);
      }
      return Buffer.concat(parts, size);
    } finally {
      stop.removeEventListener("abort", cut);
      stream.destroy();
    }
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
    plain[name.toLowerCase()] = list(value).map(String).join(", ");
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
