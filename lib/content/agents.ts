import http from "node:http";
import https from "node:https";
import tls from "node:tls";
import type { ByteRequest } from "../systems/port.js";
import { readProxy, TunnelAgent, type Proxy } from "./proxy.js";

/**
 * Connections kept for reuse, one agent for each combination of scheme, private CA and proxy. A free connection is
 * given up before usual servers do so (5 s and more), so that a request seldom runs into a connection just closed.
 */
const KEPT: http.AgentOptions = { keepAlive: true, maxFreeSockets: 16, scheduling: "lifo", timeout: 4_000 };

const agents = new Map<string, http.Agent>();
const proxies = new Map<string, Proxy>();

function proxyOf(text: string): Proxy {
  const known = proxies.get(text);
  if (known !== undefined) return known;
  const proxy = readProxy(text);
  proxies.set(text, proxy);
  return proxy;
}

function secureAgent(ca: string | undefined, proxy: Proxy | undefined): https.Agent {
  // A private CA is trusted beside the public ones: redirects lead to public stores. Parsed once for all connections.
  const trust = ca === undefined ? {} : { secureContext: tls.createSecureContext({ ca: [...tls.rootCertificates, ca] }) };
  return proxy === undefined ? new https.Agent({ ...KEPT, ...trust }) : new TunnelAgent(proxy, trust, KEPT);
}

function agentFor(secure: boolean, ca: string | undefined, proxy: string | undefined): http.Agent {
  const key = JSON.stringify([secure, secure ? (ca ?? "") : "", proxy ?? ""]);
  const known = agents.get(key);
  if (known !== undefined) return known;
  const agent = secure ? secureAgent(ca, proxy === undefined ? undefined : proxyOf(proxy)) : new http.Agent(KEPT);
  agents.set(key, agent);
  return agent;
}

/**
 * The Node request for a byte request, not sent yet: right agent, proxy in absolute form for http, tunnel for https.
 * Its `timeout` event means: no byte for `idleMs`, connecting included.
 */
export function startRequest(request: ByteRequest, headers: Record<string, string>, signal: AbortSignal): http.ClientRequest {
  const url = new URL(request.url);
  const secure = url.protocol === "https:";
  const options: https.RequestOptions = {
    method: request.method,
    agent: agentFor(secure, request.ca, request.proxy),
    headers,
    timeout: request.idleMs,
    signal,
  };
  if (secure) return https.request(url, options);
  if (request.proxy === undefined) return http.request(url, options);
  const proxy = proxyOf(request.proxy);
  const transport = proxy.url.protocol === "https:" ? https : http;
  return transport.request(proxy.url, {
    ...options,
    agent: agentFor(proxy.url.protocol === "https:", undefined, undefined),
    path: url.href,
    headers: { ...headers, ...proxy.headers, host: url.host },
  });
}
