import type { SandboxAnswer } from "../../kernel/types.js";
import { ENTITY_PATHS, type EntityType } from "../model.js";
import { atLeast } from "../settings.js";
import type { Call } from "./call.js";
import { notFound, undocumented } from "./refusal.js";

export type Method = "GET" | "POST" | "PUT" | "DELETE" | "HEAD";
export type Handler = (call: Call) => SandboxAnswer | Promise<SandboxAnswer>;

/** One documented call. Pattern segments that start with ":" are parameters. */
export interface Route {
  method: Method;
  pattern: readonly string[];
  /** Documented query parameters; any other is refused. */
  query: readonly string[];
  handle: Handler;
  /** First server version that has the call; older ones answer 404. */
  since?: string;
}

/** @param pattern segments joined by "/" */
export function route(
  method: Method,
  pattern: string,
  handle: Handler,
  query: readonly string[] = [],
  since?: string,
): Route {
  return { method, pattern: pattern.split("/"), query, handle, ...(since === undefined ? {} : { since }) };
}

/** The same call below several entity types: `<type's path>/:ref/<rest>`. */
export function entityRoutes(
  types: readonly EntityType[],
  method: Method,
  rest: string,
  handle: Handler,
  query: readonly string[] = [],
  since?: string,
): Route[] {
  return types.map((type) =>
    route(
      method,
      rest === "" ? `${ENTITY_PATHS[type]}/:ref` : `${ENTITY_PATHS[type]}/:ref/${rest}`,
      handle,
      query,
      since,
    ),
  );
}

export interface Match {
  route: Route;
  params: Record<string, string>;
}

/**
 * Finds the documented call for a path below an API's base.
 *
 * @param version major.minor of the API; calls that are newer count as unknown, but are not held against the client
 * @throws Refusal 404 for an unknown path, 405 for an unknown method there, 400 for an unknown query parameter
 */
export function matchRoute(
  routes: readonly Route[],
  method: string,
  segments: readonly string[],
  query: URLSearchParams,
  version: string,
): Match {
  const fitting = routes
    .map((candidate) => ({ route: candidate, params: fit(candidate.pattern, segments) }))
    .filter((candidate): candidate is Match => candidate.params !== undefined);
  const place = `/${segments.join("/")}`;
  if (fitting.length === 0) throw undocumented(404, `${method} ${place} is not documented`);
  const match = fitting.find((candidate) => candidate.route.method === method);
  if (!match) throw undocumented(405, `method ${method} is not documented for ${place}`);
  if (match.route.since !== undefined && !atLeast(version, match.route.since))
    throw notFound(`${place} (server ${version})`);
  for (const name of query.keys()) {
    if (!match.route.query.includes(name))
      throw undocumented(400, `query parameter ${name} is not documented for ${method} ${place}`);
  }
  return match;
}

function fit(wanted: readonly string[], segments: readonly string[]): Record<string, string> | undefined {
  if (wanted.length !== segments.length) return undefined;
  const params: Record<string, string> = {};
  for (const [index, part] of wanted.entries()) {
    const segment = segments[index] ?? "";
    if (part.startsWith(":")) params[part.slice(1)] = segment;
    else if (part !== segment) return undefined;
  }
  return params;
}
