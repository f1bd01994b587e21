import type { SandboxAnswer, SandboxRequest } from "../kernel/types.js";
import { exception, htmlPage, OtmmError } from "./answers.js";
import { Call, type OtmmParts, type Route } from "./call.js";
import { administrationRoutes } from "./routes/administration.js";
import { assetRoutes, noSuchCall } from "./routes/assets.js";
import { contentRoutes } from "./routes/contents.js";
import { folderRoutes } from "./routes/folders.js";
import { importRoutes } from "./routes/imports.js";
import { searchRoutes } from "./routes/search.js";
import { current, login, otds, sessionRoutes, token } from "./routes/sessions.js";
import { stateRoutes } from "./routes/state.js";

/** In order: the first pattern that fits is taken, so fixed words stand before variables. */
const ROUTES: { route: Route; words: string[] }[] = [
  ...sessionRoutes,
  ...searchRoutes,
  ...stateRoutes,
  ...importRoutes,
  ...assetRoutes,
  ...contentRoutes,
  ...folderRoutes,
  ...administrationRoutes,
].map((route) => ({ route, words: route.pattern.split("/") }));

/** Answers one request: raw brackets, login, session check, route, errors as the vendor gives them. */
export async function dispatch(parts: OtmmParts, request: SandboxRequest): Promise<SandboxAnswer> {
  // Newer Tomcats refuse these characters in the request line before the application is asked.
  if (/[[\]{}]/.test(request.raw.url ?? "")) return htmlPage(400, "Invalid character found in the request target");
  try {
    await parts.orders.carryOut();
    return await route(parts, request);
  } catch (error) {
    if (!(error instanceof OtmmError)) throw error;
    if (error.undocumented) request.refuse(error.message);
    return exception(parts.settings, error.status, error.message);
  }
}

async function route(parts: OtmmParts, request: SandboxRequest): Promise<SandboxAnswer> {
  const [api, version, ...rest] = request.segments;
  const { method } = request;
  if (api === "otdsws") {
    const answer = await otds(parts, request);
    if (answer) return answer;
  }
  if (api !== "otmmapi" || (version !== "v6" && version !== "v5")) throw noSuchCall(method, request.path);
  // What v6 calls collections were lightboxes in v5.
  if (rest[0] === (version === "v5" ? "collections" : "lightboxes")) throw noSuchCall(method, request.path);
  const path = rest.join("/");
  if (path === "sessions" && method === "POST") return login(parts, request);
  if (path === "sessions/oauth2/token" && method === "POST") return token(parts, request);
  if (path === "sessions" && method === "GET") return current(parts, request);
  const caller = parts.sessions.caller(request.headers, path !== "sessions");
  request.setUser(caller.user.login);
  for (const { route, words } of ROUTES) {
    if (route.method !== method) continue;
    const variables = match(words, rest);
    if (variables) return route.run(new Call(parts, request, caller, variables));
  }
  throw noSuchCall(method, request.path);
}

function match(words: string[], segments: string[]): Record<string, string> | undefined {
  if (words.length !== segments.length) return undefined;
  const variables: Record<string, string> = {};
  for (const [n, word] of words.entries()) {
    const segment = segments[n] ?? "";
    if (word.startsWith(":")) variables[word.slice(1)] = segment;
    else if (word !== segment) return undefined;
  }
  return variables;
}
