import type { IncomingMessage, Server, ServerResponse } from "node:http";
import type { NodeAPI } from "node-red";
import { asLifecycleError, LifecycleError } from "../messages/error.js";
import { captured, captureBodies } from "./routes-body.js";

/** What a raw route sees of a request: Node's own objects, the last segment of the path, and the body as it was sent. */
export interface RawCall {
  request: IncomingMessage;
  response: ServerResponse;
  /** Decoded last segment of the path: link, or id of the node. */
  id: string;
  query: URLSearchParams;
  /** The bytes of the body, before any parser. @throws LifecycleError INVALID_INPUT above the limit */
  body(): Promise<Buffer>;
}
type RawHandler = (call: RawCall) => Promise<void>;

const PREFIX = "/content-lifecycle/";
const registered = new WeakMap<object, Set<string>>();

/**
 * Adds one public route on Node-RED's HTTP side, once per process: `<httpNodeRoot>/content-lifecycle/<name>/<id>`.
 * Handlers answer everything themselves; what they throw is answered with 500 and no word of it.
 */
export function rawRoute(RED: NodeAPI, methods: readonly ("GET" | "POST")[], name: string, handler: RawHandler): void {
  const app: unknown = RED.httpNode;
  if (typeof app !== "function") return;
  const known = registered.get(app) ?? new Set<string>();
  registered.set(app, known);
  if (known.has(name)) return;
  known.add(name);
  const server: unknown = Reflect.get(RED, "server");
  if (isServer(server) && methods.includes("POST")) captureBodies(server, `${PREFIX}${name}/`);
  const serve = (request: IncomingMessage, response: ServerResponse): void => {
    const url = new URL(request.url ?? "/", "http://local");
    const call: RawCall = {
      request,
      response,
      id: decoded(url.pathname.split("/").at(-1) ?? ""),
      query: url.searchParams,
      body: () => captured(request),
    };
    handler(call).catch((thrown: unknown) => {
      RED.log.error(`content-lifecycle: ${name}: ${asLifecycleError(thrown).message}`);
      if (response.headersSent) response.destroy();
      else response.writeHead(500, { "content-type": "text/plain" }).end("Internal error");
    });
  };
  const path = `${PREFIX}${name}/:id`;
  // Express answers HEAD with the handler of GET.
  if (methods.includes("GET")) RED.httpNode.get(path, serve);
  if (methods.includes("POST")) RED.httpNode.post(path, serve);
}

/** What stands in the way of outsiders who call a raw route, in words for the node's owner; empty = nothing known. */
export function routeObstacles(RED: NodeAPI): string[] {
  const settings = RED.settings as { httpNodeRoot?: unknown; httpNodeAuth?: unknown };
  const found: string[] = [];
  if (settings.httpNodeRoot === false)
    found.push('httpNodeRoot is false in Node-RED\'s settings, so no public route is served; set a path, e.g. "/api".');
  else if (settings.httpNodeAuth !== undefined && settings.httpNodeAuth !== null)
    found.push("httpNodeAuth is set in Node-RED's settings: callers of public routes need that user and password too.");
  return found;
}

/** Is the HTTP side of Node-RED switched off? */
export function hasNoRoutes(RED: NodeAPI): boolean {
  return (RED.settings as { httpNodeRoot?: unknown }).httpNodeRoot === false;
}

/**
 * Refuses a public address that names a variable which the environment does not have: Node-RED leaves it as it stands.
 *
 * @throws LifecycleError NOT_CONFIGURED
 */
export function demandPublicAddress(base: string): void {
  const [, name] = /^\$\{([^}]+)\}/.exec(base.trim()) ?? [];
  if (name === undefined) return;
  throw new LifecycleError(
    "NOT_CONFIGURED",
    `The public address names ${name}, which is not set in Node-RED's environment; set it, or leave the field empty for trials on this machine.`,
  );
}

/** Public address of a raw route. @param base public address of Node-RED without httpNodeRoot; empty = this machine, for trials */
export function publicAddress(RED: NodeAPI, base: string, name: string, id: string): string {
  const { httpNodeRoot, uiPort } = RED.settings as { httpNodeRoot?: unknown; uiPort?: unknown };
  const port = typeof uiPort === "number" || typeof uiPort === "string" ? String(uiPort) : "1880";
  const start = base === "" ? `http://127.0.0.1:${port}` : base.replace(/\/+$/, "");
  const root = typeof httpNodeRoot === "string" ? httpNodeRoot.replace(/^\/+|\/+$/g, "") : "";
  return `${start}${root === "" ? "" : `/${root}`}${PREFIX}${name}/${encodeURIComponent(id)}`;
}

function isServer(value: unknown): value is Server {
  return typeof value === "object" && value !== null && "prependListener" in value;
}

function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return "";
  }
}
