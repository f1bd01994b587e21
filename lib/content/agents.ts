import http from "node:http";
import https from "node:https";
import type { OnReadOpts } from "node:net";
import type { Duplex } from "node:stream";
import tls from "node:tls";
import type { ByteRequest } from "../systems/port.js";
import { readProxy, TunnelAgent, type Proxy } from "./proxy.js";
import { ReadMemory } from "./read-memory.js";

/** Which way the bytes go: content that comes in is read into memory that is used again. */
type Direction = "in" | "out";

/**
 * Connections kept for reuse, one agent for each combination of direction, scheme, private CA and proxy. A free
 * connection is given up before usual servers do so (5 s and more), so that a request seldom meets a closed one.
 */
const KEPT: http.AgentOptions = { keepAlive: true, maxFreeSockets: 16, scheduling: "lifo", timeout: 4_000 };

type Created = (error: Error | null, stream: Duplex) => void;

/** What `net.connect` and `tls.connect` understand, though the types of the agents do not name it. */
type ReadInto = { onread: OnReadOpts };

class ContentAgent extends http.Agent {
  override createConnection(options: http.ClientRequestArgs, callback?: Created): Duplex | null | undefined {
    const memory = new ReadMemory();
    const into: http.ClientRequestArgs & ReadInto = { ...options, onread: memory.onread };
    const socket = super.createConnection(into, callback);
    return socket === null || socket === undefined ? socket : memory.attach(socket);
  }
}

class SecureContentAgent extends https.Agent {
  override createConnection(options: https.RequestOptions, callback?: Created): Duplex | null | undefined {
    const memory = new ReadMemory();
    const into: https.RequestOptions & ReadInto = { ...options, onread: memory.onread };
    const socket = super.createConnection(into, callback);
    return socket === null || socket === undefined ? socket : memory.attach(socket);
  }
}

const agents = new Map<string, http.Agent>();
const proxies = new Map<string, Proxy>();

function proxyOf(text: string): Proxy {
  const known = proxies.get(text);
  if (known !== undefined) return known;
  const proxy = readProxy(text);
  proxies.set(text, proxy);
  return proxy;
}

function secureAgent(direction: Direction, ca: string | undefined, proxy: Proxy | undefined): https.Agent {
  // A private CA is trusted beside the public ones: redirects lead to public stores. Parsed once for all connections.
  const trust =
    ca === undefined ? {} : { secureContext: tls.createSecureContext({ ca: [...tls.rootCertificates, ca] }) };
  if (proxy !== undefined) return new TunnelAgent(proxy, direction, trust, KEPT);
  return direction === "in" ? new SecureContentAgent({ ...KEPT, ...trust }) : new https.Agent({ ...KEPT, ...trust });
}

function agentFor(
  direction: Direction,
  secure: boolean,
  ca: string | undefined,
  proxy: string | undefined,
): http.Agent {
  const key = JSON.stringify([direction, secure, secure ? (ca ?? "") : "", proxy ?? ""]);
  const known = agents.get(key);
  if (known !== undefined) return known;
  const plain = (): http.Agent => (direction === "in" ? new ContentAgent(KEPT) : new http.Agent(KEPT));
  const agent = secure ? secureAgent(direction, ca, proxy === undefined ? undefined : proxyOf(proxy)) : plain();
  agents.set(key, agent);
  return agent;
}

/**
 * The Node request for a byte request, not sent yet: right agent, proxy in absolute form for http, tunnel for https.
 * Its `timeout` event means: no byte for `idleMs`, connecting included.
 */
export function startRequest(
  request: ByteRequest,
  headers: Record<string, string>,
  signal: AbortSignal,
): http.ClientRequest {
  const url = new URL(request.url);
  const secure = url.protocol === "https:";
  const direction = request.method === "GET" ? "in" : "out";
  const options: https.RequestOptions = { method: request.method, headers, timeout: request.idleMs, signal };
  if (secure) return https.request(url, { ...options, agent: agentFor(direction, true, request.ca, request.proxy) });
  if (request.proxy === undefined)
    return http.request(url, { ...options, agent: agentFor(direction, false, undefined, undefined) });
  const proxy = proxyOf(request.proxy);
  const secureProxy = proxy.url.protocol === "https:";
  return (secureProxy ? https : http).request(proxy.url, {
    ...options,
    agent: agentFor(direction, secureProxy, undefined, undefined),
    path: url.href,
    headers: { ...headers, ...proxy.headers, host: url.host },
  });
}
