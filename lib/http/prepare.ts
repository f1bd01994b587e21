import type { SystemName } from "../messages/asset.js";
import { failure, SYSTEM_TITLES } from "./failure.js";
import type { Outgoing } from "./exchange.js";
import type { HttpOptions, HttpRequest, QueryValue } from "./types.js";

const MAX_BYTES = 32 * 1024 * 1024;
const ACCEPT = {
  json: "application/json",
  xml: "application/xml, text/xml;q=0.9",
  text: "text/plain, */*;q=0.5",
  any: "*/*",
} as const;

/**
 * An address without user info, query, fragment and trailing slash.
 * @throws LifecycleError NOT_CONFIGURED
 */
export function checkBaseUrl(baseUrl: string, system: SystemName): string {
  const url = URL.canParse(baseUrl) ? new URL(baseUrl) : undefined;
  const usable =
    url !== undefined &&
    (url.protocol === "https:" || url.protocol === "http:") &&
    url.username === "" &&
    url.password === "" &&
    url.search === "" &&
    url.hash === "";
  if (!usable) {
    throw failure(
      "NOT_CONFIGURED",
      `The address of the ${SYSTEM_TITLES[system]} connection is not understood; give it as https://host[:port], without user name and query.`,
      { system },
    );
  }
  return `${url.origin}${url.pathname.replace(/\/+$/, "")}`;
}

/** One path segment from an id, whatever it holds. @throws LifecycleError INVALID_INPUT when empty or a dot segment */
export function segment(id: string): string {
  if (id === "" || id === "." || id === "..") throw failure("INVALID_INPUT", `"${id}" is no id.`);
  return encodeURIComponent(id);
}

/** `?a=1&b=x%20y`, or nothing; every reserved character encoded (newer Tomcats answer 400 to raw brackets). */
export function queryString(query: Record<string, QueryValue> | undefined): string {
  const pairs = Object.entries(query ?? {}).flatMap(([name, value]) => {
    if (value === undefined) return [];
    const values = typeof value === "object" ? value : [value];
    return values.map((one) => `${encodeURIComponent(name)}=${encodeURIComponent(String(one))}`);
  });
  return pairs.length === 0 ? "" : `?${pairs.join("&")}`;
}

/** Turns a request into what goes out, without credentials. @param host of the base URL @throws LifecycleError INVALID_INPUT */
export function prepare(baseUrl: string, host: string, options: HttpOptions, request: HttpRequest): Outgoing {
  if (!/^\/(?!\/)[^?#\\]*$/.test(request.path) || /(^|\/)(\.|%2e){1,2}(\/|$)/i.test(request.path)) {
    throw failure("INVALID_INPUT", `"${request.path}" is no path below the connection's address.`, {
      system: options.system,
    });
  }
  const body = bodyOf(request);
  return {
    frame: { system: options.system, method: request.method, path: request.path, host },
    method: request.method,
    url: `${baseUrl}${request.path}${queryString(request.query)}`,
    headers: {
      Accept: ACCEPT[request.expect ?? "any"],
      "User-Agent": options.userAgent,
      ...(body.type === undefined ? {} : { "Content-Type": body.type }),
      ...request.headers,
    },
    body: body.content,
    maxBytes: request.maxBytes ?? MAX_BYTES,
  };
}

function bodyOf(request: HttpRequest): { content: string | Uint8Array | undefined; type?: string } {
  if (request.json !== undefined)
    return { content: JSON.stringify(request.json), type: "application/json; charset=UTF-8" };
  if (request.xml !== undefined) return { content: request.xml, type: "application/xml; charset=UTF-8" };
  if (request.form !== undefined) {
    const form = new URLSearchParams();
    for (const [name, value] of Object.entries(request.form)) if (value !== undefined) form.append(name, String(value));
    return { content: form.toString(), type: "application/x-www-form-urlencoded" };
  }
  return { content: request.body };
}
