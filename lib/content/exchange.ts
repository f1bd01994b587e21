import type { IncomingHttpHeaders, IncomingMessage } from "node:http";
import { LifecycleError } from "../messages/error.js";
import type { ByteRequest } from "../systems/port.js";
import { startRequest } from "./agents.js";
import { isHeldBack } from "./drain.js";
import { IdleError } from "./network-error.js";

/** Longest part of an answer that is read when it is not content: error texts and receipts. */
const SHORT_BODY = 64 * 1024;
const MAX_REDIRECTS = 3;
/** What may follow a redirect: nothing that names or authorises us. */
const REDIRECT_HEADERS = new Set(["accept", "accept-encoding", "range", "if-range", "user-agent"]);

export interface ShortAnswer {
  status: number;
  headers: IncomingHttpHeaders;
  text: string;
}

/** Host of a request, for messages; never its query, which may be signed. */
export function hostOf(request: ByteRequest): string {
  return URL.canParse(request.url) ? new URL(request.url).host : "an address that cannot be read";
}

function idle(request: ByteRequest): IdleError {
  return new IdleError(`no byte for ${Math.round(request.idleMs / 100) / 10} s`);
}

/**
 * Reads a short answer to its end; what exceeds 64 KiB is dropped with the connection.
 *
 * @throws Error when the connection breaks first
 */
export function readShort(response: IncomingMessage): Promise<string> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let length = 0;
    const text = (): string => Buffer.concat(chunks).toString("utf8");
    response.on("data", (chunk: Buffer) => {
      chunks.push(chunk);
      length += chunk.length;
      if (length <= SHORT_BODY) return;
      resolve(text());
      response.destroy();
    });
    response.once("end", () => resolve(text()));
    response.once("error", reject);
    response.once("close", () => reject(new Error("the answer ended early")));
    if (response.destroyed) reject(new Error("the answer ended early"));
  });
}

/** Sends bytes with their length in one request and reads the short answer. */
export function sendBytes(request: ByteRequest, body: Buffer, signal: AbortSignal): Promise<ShortAnswer> {
  return new Promise((resolve, reject) => {
    const headers = { ...lowerCase(request.headers), "content-length": String(body.length) };
    const sent = startRequest(request, headers, signal);
    sent.once("timeout", () => sent.destroy(idle(request)));
    const start = performance.now();
    sent.once("finish", () => {
      // The system's own buffers may still hold megabytes; they need about as long again as the rest took.
      sent.socket?.setTimeout(request.idleMs + (performance.now() - start));
    });
    sent.once("response", (response) => {
      // An early refusal may come while bytes are still being sent; it says more than the broken pipe after it.
      sent.on("error", () => undefined);
      readShort(response)
        .then((text) => resolve({ status: response.statusCode ?? 0, headers: response.headers, text }))
        .catch(reject)
        .finally(() => {
          if (!sent.writableFinished) sent.destroy();
        });
    });
    sent.once("error", reject);
    sent.end(body);
  });
}

function lowerCase(headers: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
}

function getOnce(request: ByteRequest, headers: Record<string, string>, signal: AbortSignal): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const sent = startRequest(request, headers, signal);
    let open: IncomingMessage | undefined;
    sent.on("timeout", () => {
      // Paused by our own back-pressure is not the peer's silence.
      if (open !== undefined && isHeldBack(open)) sent.socket?.setTimeout(request.idleMs);
      else (open ?? sent).destroy(idle(request));
    });
    sent.once("response", (response) => {
      open = response;
      resolve(response);
    });
    sent.on("error", reject);
    sent.end();
  });
}

/** Where a redirect may lead: https, a host that the connection lists. */
function followed(from: ByteRequest, location: string | undefined, hosts: readonly string[]): ByteRequest {
  const target = location !== undefined && URL.canParse(location, from.url) ? new URL(location, from.url) : undefined;
  const allowed = new Set(hosts.map((host) => host.toLowerCase()));
  const where = target === undefined ? "an address that cannot be read" : `${target.protocol}//${target.host}`;
  const known = target !== undefined && (allowed.has(target.host) || allowed.has(target.hostname));
  if (target === undefined || target.protocol !== "https:" || !known) {
    throw new LifecycleError(
      "REFUSED",
      `${hostOf(from)} redirects content to ${where}, which is not among the redirect hosts (https only) of the connection.`,
    );
  }
  const headers = Object.entries(lowerCase(from.headers)).filter(([name]) => REDIRECT_HEADERS.has(name));
  return { ...from, url: target.href, headers: Object.fromEntries(headers) };
}

/**
 * Asks for content; follows at most three redirects, each only over https to a listed host, and without anything that
 * authorises us. Any other answer is given back as it came, its body unread.
 *
 * @throws LifecycleError REFUSED for a redirect that may not be followed; Error from the wire
 */
export async function getContent(
  request: ByteRequest,
  extra: Record<string, string>,
  signal: AbortSignal,
): Promise<IncomingMessage> {
  let current: ByteRequest = {
    ...request,
    headers: { "accept-encoding": "identity", ...lowerCase(request.headers), ...extra },
  };
  for (let hops = 0; ; hops += 1) {
    const response = await getOnce(current, current.headers, signal);
    const status = response.statusCode ?? 0;
    if (![301, 302, 303, 307, 308].includes(status)) return response;
    response.destroy();
    if (hops === MAX_REDIRECTS || request.method !== "GET") {
      throw new LifecycleError(
        "REFUSED",
        `${hostOf(request)} redirects content more often than ${MAX_REDIRECTS} times.`,
      );
    }
    current = followed(current, response.headers.location, request.redirectHosts ?? []);
  }
}
