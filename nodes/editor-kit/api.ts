import type { Text } from "./text.js";

/** Why a call to the runtime failed, in words for the form. */
export class EditorCallError extends Error {
  constructor(
    message: string,
    readonly status: number,
  ) {
    super(message);
  }
}

/** The node a picker or test asks through: its type and the id under which it is deployed. */
export interface Endpoint {
  type: string;
  id: string;
}

const ROOT = "content-lifecycle";
const TIMEOUT_MS = 60_000;

/**
 * Calls one of our admin endpoints. The address stays relative, so that the editor adds its token.
 *
 * @throws EditorCallError with a readable text; "deploy first" where the runtime does not know the node yet
 */
export async function ask<T>(
  text: Text,
  endpoint: Endpoint,
  action: string,
  query: Record<string, string> = {},
): Promise<T> {
  return await call<T>(text, endpoint, action, { method: "GET", data: query });
}

/** As `ask`, with a JSON body, for what changes something or needs more than a query. */
export async function send<T>(text: Text, endpoint: Endpoint, action: string, body: unknown): Promise<T> {
  return await call<T>(text, endpoint, action, {
    method: "POST",
    data: JSON.stringify(body),
    contentType: "application/json",
  });
}

/** True when the runtime runs this node as it stands in the editor. */
export function isDeployed(id: string): boolean {
  const node: unknown = id === "" ? null : RED.nodes.node(id);
  return typeof node === "object" && node !== null && !("changed" in node && node.changed === true);
}

async function call<T>(text: Text, endpoint: Endpoint, action: string, options: JQuery.AjaxSettings): Promise<T> {
  if (endpoint.id === "" || endpoint.id === "_ADD_") throw new EditorCallError(text("kit.call.choose-connection"), 0);
  const url = `${ROOT}/${endpoint.type}/${encodeURIComponent(endpoint.id)}/${action}`;
  return await new Promise<T>((done, fail) => {
    $.ajax({ url, dataType: "json", timeout: TIMEOUT_MS, ...options })
      .done((answer: T) => done(answer))
      .fail((request: JQuery.jqXHR) => fail(new EditorCallError(reason(text, request), request.status)));
  });
}

function reason(text: Text, request: JQuery.jqXHR): string {
  const body: unknown = request.responseJSON;
  const stated = typeof body === "object" && body !== null && "message" in body ? String(body.message) : "";
  switch (request.status) {
    case 0:
      return text("kit.call.no-answer");
    case 401:
    case 403:
      return text("kit.call.not-allowed");
    case 404:
      return stated !== "" ? stated : text("kit.call.deploy-first");
    default:
      return stated !== "" ? stated : text("kit.call.failed", { status: request.status });
  }
}
