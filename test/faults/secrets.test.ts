import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CLOCK_ARGS, exampleFlow, flowEnvironment, type SandboxReady } from "../../scripts/demo/stage.js";
import { startNodeRed, type NodeRed } from "../../scripts/node-red.js";
import { startSandbox, type Sandbox } from "../../sandbox/start.js";
import { until } from "../support/helper.js";
import { Wire } from "./wire.js";

const TAB = "ca01000000000001";
/** What every place of the runtime says, in full: to the sidebar and to the log. */
const LISTENERS = [
  { id: "c-catch", type: "catch", scope: null, uncaught: false },
  { id: "c-status", type: "status", scope: null },
  {
    id: "c-complete",
    type: "complete",
    scope: ["ca01000000000020", "ca01000000000030", "ca01000000000040", "ca01000000000050"],
  },
].flatMap((node) => [
  { ...node, z: TAB, x: 100, y: 500, wires: [[`${node.id}-debug`]] },
  {
    id: `${node.id}-debug`,
    type: "debug",
    z: TAB,
    x: 300,
    y: 500,
    active: true,
    tosidebar: true,
    console: true,
    complete: "true",
    targetType: "full",
    wires: [],
  },
]);

/** A careless flow: a call of the public side starts the run, and what it carried stays on the message. */
const FETCH = "ca01000000000020";
const BY_CALL = [
  { id: "c-called", type: "http in", url: "/start", method: "get", upload: false, wires: [["c-keep"]] },
  {
    id: "c-keep",
    type: "change",
    rules: [
      { t: "set", p: "headers", pt: "msg", to: "req.headers", tot: "msg" },
      { t: "set", p: "cookies", pt: "msg", to: "req.cookies", tot: "msg" },
      { t: "set", p: "responseUrl", pt: "msg", to: "req.headers.authorization", tot: "msg" },
    ],
    wires: [[FETCH, "c-answer"]],
  },
  { id: "c-answer", type: "http response", statusCode: "200", wires: [] },
].map((node) => ({ ...node, z: TAB, x: 100, y: 600 }));

/** Everything that open editors are told: debug sidebar, node status, notifications. */
class Sidebar {
  readonly heard: string[] = [];
  readonly #socket: WebSocket;
  constructor(nodeRed: NodeRed) {
    this.#socket = new WebSocket(`${nodeRed.url.replace("http", "ws")}/comms`);
    this.#socket.addEventListener("open", () => {
      for (const subscribe of ["debug", "status/#", "notification/#", "event-log/#"])
        this.#socket.send(JSON.stringify({ subscribe }));
    });
    this.#socket.addEventListener("message", ({ data }) => this.heard.push(String(data)));
  }
  close(): void {
    this.#socket.close();
  }
}

/** Files below a folder with their bytes, links left out. */
function files(folder: string): { path: string; bytes: Buffer }[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isSymbolicLink()) return [];
    if (entry.isDirectory()) return files(path);
    return statSync(path).isFile() ? [{ path, bytes: readFileSync(path) }] : [];
  });
}

/** Every form in which a secret may be written down. */
function forms(secret: string): string[] {
  const base64 = Buffer.from(secret).toString("base64");
  return [
    ...new Set([
      secret,
      encodeURIComponent(secret),
      JSON.stringify(secret).slice(1, -1),
      base64.replace(/=+$/, "").slice(0, -1),
    ]),
  ];
}

describe("secrets", function () {
  this.timeout(500_000);
  let sandbox: Sandbox;
  let nodeRed: NodeRed;
  let folder: string;
  const wires: { otmm?: Wire; preservica?: Wire } = {};

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), "canary-"));
    sandbox = await startSandbox({ dataDir: join(folder, "sandbox"), systems: ["otmm", "preservica"] });
    wires.otmm = await new Wire(sandbox.url("otmm")).open();
    wires.preservica = await new Wire(sandbox.url("preservica")).open();
  });
  after(async () => {
    await nodeRed?.stop();
    await wires.otmm?.close();
    await wires.preservica?.close();
    await sandbox.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it("appear in no message, status, log, error, answer of the admin API, flow export and file, whatever goes wrong", async () => {
    const { otmm, preservica } = wires;
    assert.ok(otmm && preservica);
    const systems = sandbox.ready as unknown as SandboxReady;
    const ready: SandboxReady = {
      control: sandbox.control,
      otmm: { ...systems.otmm, url: otmm.url },
      preservica: { ...systems.preservica, url: preservica.url },
    };
    nodeRed = await startNodeRed({
      version: 5,
      userDir: join(folder, "node-red"),
      env: flowEnvironment(ready, sandbox.kernel.clock.now().getTime()),
      execArgv: CLOCK_ARGS,
      settings: { logging: { console: { level: "trace", metrics: true, audit: true } } },
    });
    const sidebar = new Sidebar(nodeRed);
    const asked: string[] = [];
    const ask = async (method: string, path: string, body?: unknown): Promise<string> => {
      const answer = await fetch(`${nodeRed.url}/${path}`, {
        method,
        headers: { "content-type": "application/json" },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      const text = await answer.text();
      asked.push(`${method} ${path}: ${text}`);
      return text;
    };
    const flow = exampleFlow("otmm-preservica/01-campaign-archive.json").map((node) =>
      node.type.startsWith("otmm-asset-update") || node.type === "preservica-ingest" ? { ...node, attempts: 2 } : node,
    );
    await nodeRed.deploy([...flow, ...LISTENERS, ...BY_CALL]);

    // Careless servers: each kind of request is answered once or more by an error that repeats everything it was sent.
    const statuses = [500, 400, 401, 403, 404, 409, 422, 429, 503];
    const echo = (wire: Wire, match: RegExp, status: number, times = 1): void =>
      void wire.echoes.push({ match, status, times });
    // A refused login is not tried again for a minute by the client that met it; a deploy makes another one.
    for (const status of [429, 401]) echo(preservica, /POST .*accesstoken\/login/, status);
    assert.match(await ask("GET", "content-lifecycle/preservica-connection/clc-preservica/test"), /refused the login/);
    await nodeRed.deploy([...flow, ...LISTENERS, ...BY_CALL]);
    for (const [index, match] of [
      /GET .*by-identifier/,
      /GET .*information-objects/,
      /POST .*structural-objects/,
      /PUT .*\.zip/,
      /GET .*\/progress\//,
      /POST .*retention-assignments/,
      /GET .*bitstreams/,
      /GET .*monitors/,
    ].entries()) {
      echo(preservica, match, statuses[index % statuses.length] ?? 500);
      echo(preservica, match, statuses[(index + 4) % statuses.length] ?? 500);
    }
    for (const [index, match] of [
      /GET .*search/,
      /GET .*renditions/,
      /PATCH /,
      /PUT .*assets\/state/,
      /POST .*sessions/,
    ].entries()) {
      echo(otmm, match, statuses[index % statuses.length] ?? 500);
      echo(otmm, match, statuses[(index + 3) % statuses.length] ?? 500);
    }

    const store = "content-lifecycle/stores/clc-store";
    const ended = async (): Promise<boolean> => {
      const { runs } = JSON.parse(await (await nodeRed.admin("GET", `${store}/runs`)).text()) as {
        runs: { state: string; counts: { running: number; waiting: number } }[];
      };
      return (
        runs.length > 0 &&
        runs.every(({ state, counts }) => state !== "running" && counts.running + counts.waiting === 0)
      );
    };
    const runs = async (): Promise<number> =>
      (JSON.parse(await (await nodeRed.admin("GET", `${store}/runs`)).text()) as { runs: object[] }).runs.length;
    const press = async (): Promise<void> => {
      const before = await runs();
      await nodeRed.inject("ca01000000000011");
      await until(async () => (await runs()) > before, 60_000);
      await until(ended, 60_000);
    };
    await nodeRed.inject("ca01000000000012");
    for (const connection of ["otmm-connection/clc-otmm", "preservica-connection/clc-preservica"])
      await ask("GET", `content-lifecycle/${connection}/test`);
    for (let times = 0; times < 3; times += 1) await press();
    const canary = `canary-${randomUUID()}`;
    const headers = { authorization: `Bearer ${canary}`, cookie: `session=${canary}` };
    await fetch(`${nodeRed.url}/start`, { headers });
    await until(ended, 60_000);
    for (let times = 0; times < 4; times += 1) {
      const { jobs } = JSON.parse(await ask("GET", `${store}/jobs?state=failed,dead`)) as { jobs: { id: string }[] };
      for (const { id } of jobs) {
        await ask("GET", `${store}/jobs/${id}`);
        await ask("POST", `${store}/jobs/${id}/replay`);
      }
      await until(ended, 60_000);
    }
    for (const path of ["jobs", "runs", "queues"]) await ask("GET", `${store}/${path}`);
    for (const connection of ["otmm-connection/clc-otmm", "preservica-connection/clc-preservica"])
      await ask("GET", `content-lifecycle/${connection}/test`);
    for (const path of [
      "flows",
      "nodes",
      "settings",
      "context/global",
      "credentials/otmm-connection/clc-otmm",
      "credentials/preservica-connection/clc-preservica",
    ])
      await ask("GET", path);
    assert.ok(otmm.echoed + preservica.echoed >= 18, `${otmm.echoed + preservica.echoed} errors were provoked`);
    const jobs = JSON.parse(
      asked
        .find((line) => line.startsWith(`GET ${store}/jobs:`))
        ?.split(": ")
        .slice(1)
        .join(": ") ?? "{}",
    ) as { jobs: { state: string }[] };
    assert.ok(jobs.jobs.filter(({ state }) => state === "done").length > 20, "assets were moved as well");
    assert.ok(sidebar.heard.length > 50, "the sidebar was heard");
    sidebar.close();
    await nodeRed.stop();

    const secrets = new Set([
      ...otmm.secrets,
      ...preservica.secrets,
      systems.otmm.password,
      systems.preservica.password,
    ]);
    assert.ok(secrets.size >= 6, "sessions and tokens were seen on the wire");
    const places: { where: string; bytes: Buffer }[] = [
      { where: "log", bytes: Buffer.from(nodeRed.output()) },
      ...sidebar.heard.map((text) => ({ where: "sidebar", bytes: Buffer.from(text) })),
      ...asked.map((text) => ({ where: `admin API, ${text.slice(0, 60)}`, bytes: Buffer.from(text) })),
      ...files(join(folder, "node-red")).map(({ path, bytes }) => ({ where: path.slice(folder.length), bytes })),
    ];
    assert.ok(
      places.some(({ where }) => where.endsWith("lifecycle.db")),
      "the store is among the files",
    );
    // What is no secret must be found by the same search, or finding nothing would prove nothing.
    for (const kind of ["log", "sidebar", "admin API", "lifecycle.db"]) {
      assert.ok(
        places.some(({ where, bytes }) => where.includes(kind) && bytes.includes("spring-meadow.jpg")),
        `names are found in: ${kind}`,
      );
    }
    // Where people ask for whole messages they see it; nothing of this package keeps it or tells it.
    const whole = (where: string): boolean => where === "log" || where === "sidebar";
    const seen = places.filter(({ bytes }) => bytes.includes(canary)).map(({ where }) => where);
    assert.ok(seen.some(whole), "the call started a run");
    assert.deepEqual(
      seen.filter((where) => !whole(where)),
      [],
    );
    const hits = places.flatMap(({ where, bytes }) =>
      [...secrets].flatMap((secret) =>
        forms(secret).flatMap((form) => (bytes.includes(form) ? [`${where}: ${secret.slice(0, 12)}…`] : [])),
      ),
    );
    assert.deepEqual([...new Set(hits)], []);
  });
});
