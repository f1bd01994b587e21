import http from "node:http";
import https from "node:https";
import type { Duplex } from "node:stream";
import tls from "node:tls";
import { ReadMemory } from "./read-memory.js";

/** A proxy as the byte path needs it: address and, when the URL names a user, the header that says so. */
export interface Proxy {
  url: URL;
  headers: Record<string, string>;
}

/** Reads a proxy URL `http://user:password@host:port`. */
export function readProxy(text: string): Proxy {
  const url = new URL(text);
  if (url.protocol !== "http:" && url.protocol !== "https:")
    throw new Error("a proxy address starts with http:// or https://");
  const headers: Record<string, string> = {};
  if (url.username !== "") {
    const user = `${decodeURIComponent(url.username)}:${decodeURIComponent(url.password)}`;
    headers["proxy-authorization"] = `Basic ${Buffer.from(user).toString("base64")}`;
  }
  return { url, headers };
}

/** Time that a proxy has to open a tunnel, in milliseconds. */
const TUNNEL_MS = 30_000;

/** Keep-alive agent for https through a proxy: each connection is a CONNECT tunnel with TLS to the target inside. */
export class TunnelAgent extends https.Agent {
  readonly #proxy: Proxy;
  readonly #trust: tls.ConnectionOptions;

  readonly #direction: "in" | "out";

  /**
   * @param direction `in` for content that is read, see `ReadMemory`
   * @param trust private CA and the like, for the TLS inside the tunnel
   */
  constructor(proxy: Proxy, direction: "in" | "out", trust: tls.ConnectionOptions, options: https.AgentOptions) {
    super(options);
    this.#direction = direction;
    this.#proxy = proxy;
    this.#trust = trust;
  }

  override createConnection(
    options: https.RequestOptions,
    callback?: (error: Error | null, stream: Duplex) => void,
  ): Duplex | null | undefined {
    const host = options.host ?? "localhost";
    const authority = `${host.includes(":") ? `[${host}]` : host}:${options.port ?? 443}`;
    const { url, headers } = this.#proxy;
    const connect = (url.protocol === "https:" ? https : http).request({
      host: url.hostname.replace(/^\[|\]$/g, ""),
      port: url.port === "" ? (url.protocol === "https:" ? 443 : 80) : Number(url.port),
      method: "CONNECT",
      path: authority,
      headers: { ...headers, host: authority },
      agent: false,
      timeout: TUNNEL_MS,
    });
    const failed = (error: Error): void => {
      connect.destroy();
      // Node's callback type asks for a stream even beside an error, and ignores it.
      (callback as ((error: Error) => void) | undefined)?.(error);
    };
    connect.once("connect", (response, socket) => {
      connect.off("error", failed);
      socket.setTimeout(0);
      if (response.statusCode !== 200) {
        socket.destroy();
        failed(new Error(`the proxy answered ${response.statusCode ?? "nothing"} to CONNECT`));
        return;
      }
      const memory = new ReadMemory();
      const secure = tls.connect({
        ...this.#trust,
        socket,
        ...(this.#direction === "in" ? { onread: memory.onread } : {}),
        servername: options.servername ?? (/^[\d.]+$|:/.test(host) ? "" : host),
        host,
      });
      callback?.(null, this.#direction === "in" ? memory.attach(secure) : secure);
    });
    connect.once("timeout", () => failed(new Error("the proxy did not open a tunnel in time")));
    connect.on("error", failed);
    connect.end();
    return undefined;
  }
}
