import type { NodeAPI } from "node-red";
import { asLifecycleError, type ErrorCode } from "../messages/error.js";

export const READ = "content-lifecycle.read";
export const WRITE = "content-lifecycle.write";

const STATUS: Partial<Record<ErrorCode, number>> = {
  NOT_FOUND: 404,
  INVALID_INPUT: 400,
  CONFLICT: 409,
  NOT_CONFIGURED: 404,
  DENIED: 403,
  STORE_FULL: 507,
};

/** What an admin handler sees of a request. */
export interface AdminRequest {
  params: Record<string, string>;
  query: Record<string, unknown>;
  body: unknown;
  /** The signed-in user of the editor; without adminAuth nobody can be told apart. */
  agent: string;
}
type Handler = (request: AdminRequest) => Promise<unknown>;

/** The person behind a request, from Node-RED's own authentication; never from the body. */
function agentOf(request: unknown): string {
  const user = (request as { user?: { username?: unknown } }).user;
  return typeof user?.username === "string" && user.username !== ""
    ? `user:${user.username}`
    : "editor (not signed in)";
}

/**
 * Adds one admin route. Every failure is answered as JSON with code and message; nothing rejects unseen.
 *
 * @param path below `/content-lifecycle/`, with `:params`; works by the ids of deployed nodes, never by host or secret
 */
export function adminRoute(
  RED: NodeAPI,
  method: "get" | "post" | "put",
  path: string,
  permission: typeof READ | typeof WRITE,
  handler: Handler,
): void {
  RED.httpAdmin[method](`/content-lifecycle/${path}`, RED.auth.needsPermission(permission), (request, response) => {
    const facts: AdminRequest = {
      params: request.params,
      query: request.query,
      body: request.body as unknown,
      agent: agentOf(request as unknown),
    };
    const answered = async (): Promise<unknown> => await handler(facts);
    answered().then(
      (answer) => response.json(answer ?? { ok: true }),
      (thrown: unknown) => {
        const { code, message, details } = asLifecycleError(thrown);
        response.status(STATUS[code] ?? 502).json({ code, message, details });
      },
    );
  });
}

/** A query parameter that is given and not empty. */
export function textOf(query: Record<string, unknown>, name: string): string | undefined {
  const value = query[name];
  return typeof value === "string" && value !== "" ? value : undefined;
}
