import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { SandboxKernel } from "../kernel/sandbox.js";
import { stateCost } from "../kernel/state.js";
import type { SandboxAnswer } from "../kernel/types.js";
import type { ServerRequest } from "../kernel/request.js";
import { asClockChange, asFaultOrder, asSystem, BadInput, jsonObject, queryNumber } from "./input.js";

type Route = (request: ServerRequest, kernel: SandboxKernel) => Promise<SandboxAnswer> | SandboxAnswer;

/** Files of the live page, beside this one. */
const PAGE_FILES: Record<string, string> = {
  "": "text/html; charset=utf-8",
  "page.css": "text/css; charset=utf-8",
  "page.js": "text/javascript; charset=utf-8",
};

/** Everything the control API does, by "<METHOD> <first segment>". */
const ROUTES: Record<string, Route> = {
  "GET clock": (_request, kernel) => json({ now: kernel.clock.now().toISOString() }),
  "POST clock": async (request, kernel) => {
    await kernel.setClock(asClockChange(jsonObject(await request.text()), kernel.clock.now()));
    return json({ now: kernel.clock.now().toISOString() });
  },
  "GET faults": (_request, kernel) => json({ faults: kernel.faults.list() }),
  "POST faults": async (request, kernel) =>
    json(kernel.faults.add(asFaultOrder(jsonObject(await request.text()))), 201),
  "DELETE faults": (request, kernel) => {
    const id = request.segments[1];
    if (id === undefined) kernel.faults.clear();
    else if (!kernel.faults.remove(id)) return json({ error: `there is no fault ${id}` }, 404);
    return { status: 204 };
  },
  "GET log": (request, kernel) => {
    const since = queryNumber(request.query, "since");
    const limit = queryNumber(request.query, "limit");
    const system = request.query.get("system");
    const entries = kernel.log.entries({
      ...(since === undefined ? {} : { since }),
      ...(limit === undefined ? {} : { limit }),
      ...(system === null ? {} : { system: asSystem(system) }),
      refused: request.query.get("refused") === "1",
    });
    const totals = Object.fromEntries(kernel.simulators().map(([name]) => [name, kernel.log.totalsOf(name)]));
    return json({ last: kernel.log.lastNumber, totals, entries });
  },
  "DELETE log": (_request, kernel) => {
    kernel.log.clear();
    return { status: 204 };
  },
  "GET state": (request, kernel) => {
    const wanted = request.query.get("system");
    if (wanted === null) {
      const systems = Object.fromEntries(kernel.simulators().map(([name, simulator]) => [name, simulator.state()]));
      return json({ now: kernel.clock.now().toISOString(), systems, writes: stateCost });
    }
    const simulator = kernel.simulators().find(([name]) => name === asSystem(wanted))?.[1];
    return simulator ? json(simulator.state()) : json({ error: `this sandbox has no ${wanted}` }, 404);
  },
  "GET settings": (_request, kernel) => json(kernel.settings.all()),
  "POST settings": async (request, kernel) => {
    const { system, ...changes } = jsonObject(await request.text());
    return json(await kernel.settings.change(asSystem(system), changes));
  },
  "POST reset": async (_request, kernel) => {
    await kernel.reset();
    return json({ now: kernel.clock.now().toISOString() });
  },
};

/** Answers a request to the control API. @throws BadInput, BadFault, BadSettings for input that makes no sense */
export async function control(request: ServerRequest, kernel: SandboxKernel): Promise<SandboxAnswer> {
  refuseForeignPages(request);
  const name = request.segments[0] ?? "";
  const type = PAGE_FILES[name];
  if (type !== undefined && request.method === "GET" && request.segments.length < 2) {
    const headers = {
      "content-type": type,
      "cache-control": "no-store",
      "content-security-policy": "default-src 'self'; img-src data:",
    };
    return { status: 200, headers, body: await readFile(join(__dirname, "page", name === "" ? "page.html" : name)) };
  }
  const route = ROUTES[`${request.method} ${name}`];
  if (route && request.segments.length <= (name === "faults" && request.method === "DELETE" ? 2 : 1))
    return route(request, kernel);
  const methods = Object.keys(ROUTES).filter((key) => key.endsWith(` ${name}`));
  return methods.length > 0
    ? json({ error: `${name} takes ${methods.join(", ")}` }, 405)
    : json({ error: `there is no /${name}` }, 404);
}

/** A page of another site, open in the same browser, must not be able to reset the sandbox. */
function refuseForeignPages(request: ServerRequest): void {
  const { origin } = request.headers;
  if (origin !== undefined && origin !== request.origin)
    throw new BadInput(`requests from pages of ${origin} are not taken`);
}

/** A JSON answer. */
export function json(value: unknown, status = 200): SandboxAnswer {
  return {
    status,
    headers: { "content-type": "application/json", "cache-control": "no-store" },
    body: JSON.stringify(value),
  };
}
