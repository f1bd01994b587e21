import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createRequire } from "node:module";
import type { NodeInitializer } from "node-red";
import { registerJobNode } from "../../lib/runtime/index.js";
import type { StoreHolder } from "../../lib/runtime/types.js";
import type { JobSummary, LifecycleStore } from "../../lib/store/types.js";
import { OtmmReader } from "../../scripts/demo/readers/otmm.js";
import { startSandbox, type Sandbox } from "../../sandbox/start.js";
import { Reader } from "../lib/preservica/reader.js";
import { helper, until } from "../support/helper.js";

/** More than any page, and than any ten pages, of either system. */
const MANY = 2_601;
const LIMIT_MS = 500_000;
const XIP = "http://preservica.com/XIP/v9.1";
const load = createRequire(__filename);

/** A durable node that takes everything and does nothing: what it has as jobs is what arrived for good. */
const taker: NodeInitializer = (RED) => {
  RED.nodes.registerType("test-taker", function (config) {
    RED.nodes.createNode(this, config);
    registerJobNode({
      RED,
      node: this,
      storeId: "store0",
      concurrency: 50,
      settings: () => Promise.resolve({}),
      work: () => Promise.resolve({ kind: "done", outputs: [] }),
    });
  });
};

describe(`more than ${MANY - 101} assets, while Node-RED is stopped in the middle and started again`, function () {
  this.timeout(3 * LIMIT_MS);
  let folder: string;
  let sandbox: Sandbox;
  let files = 0;

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), "many-"));
    sandbox = await startSandbox({ dataDir: join(folder, "sandbox"), systems: ["otmm", "preservica"] });
    await sandbox.kernel.settings.change("preservica", { ingestMs: 0, indexDelayMs: 0, asyncMs: 20 });
    await new Promise<void>((done) => helper.startServer(done));
    helper.settings({ userDir: folder });
  });
  after(async () => {
    await helper.unload();
    await new Promise<void>((done) => helper.stopServer(done));
    await sandbox.close();
    rmSync(folder, { recursive: true, force: true });
  });
  afterEach(() => helper.unload());

  const login = (system: "otmm" | "preservica"): { username: string; password: string } => {
    const { username = "", password = "" } = sandbox.ready[system] ?? {};
    return { username, password };
  };

  /** A flow of one finding node and the taker; the same store at each start of the same flow. */
  const flowOf = (type: string, config: object): (() => Promise<void>) => {
    files += 1;
    const at = { x: 10, y: 10, z: "tab0" };
    const system = type.startsWith("otmm") ? "otmm" : "preservica";
    const flow = [
      { id: "tab0", type: "tab", label: "test" },
      { id: "store0", type: "lifecycle-store", file: `many-${files}.db`, retentionDays: 90 },
      system === "otmm"
        ? {
            id: "system0",
            type: "otmm-connection",
            key: "dam",
            url: sandbox.url("otmm"),
            zone: "UTC",
            holdMode: "none",
          }
        : {
            id: "system0",
            type: "preservica-connection",
            key: "archive",
            url: sandbox.url("preservica"),
            tenant: "ALDER",
            rate: 0,
          },
      { id: "finder", type, store: "store0", connection: "system0", ...config, ...at, wires: [["taker"], []] },
      { id: "taker", type: "test-taker", ...at, wires: [] },
    ];
    const modules = ["lifecycle-store", `${system}-connection`, type].map(
      (name) => load(`../../nodes/${name}/${name}.js`) as NodeInitializer,
    );
    return () => helper.load([taker, ...modules], flow, { system0: login(system) });
  };
  const store = (): Promise<LifecycleStore> => (helper.getNode("store0") as unknown as StoreHolder).store();
  const jobs = async (): Promise<JobSummary[]> => {
    const opened = await store();
    const found: JobSummary[] = [];
    for (;;) {
      const after = found.at(-1)?.id;
      const page = await opened.jobs({ queue: "taker", limit: 1000, ...(after === undefined ? {} : { after }) });
      found.push(...page);
      if (page.length < 1000) return found;
    }
  };
  const taken = async (): Promise<number> => (await jobs()).length;

  /** Stops the flow when some have arrived but not all, starts it again, and resolves with what is there once all are. */
  const throughAStop = async (start: () => Promise<void>, wanted: number): Promise<JobSummary[]> => {
    await until(async () => (await taken()) >= Math.floor(wanted / 5), LIMIT_MS);
    await helper.unload();
    await start();
    const before = await taken();
    assert.ok(before < wanted, `${before} of ${wanted} had arrived when the flow was stopped`);
    await until(async () => (await taken()) >= wanted, LIMIT_MS);
    return await jobs();
  };
  const eachOnce = (found: readonly JobSummary[], wanted: readonly string[]): void => {
    const keys = found.map(({ assetKey }) => assetKey).sort();
    assert.equal(new Set(keys).size, keys.length, "some came twice");
    assert.deepEqual(keys, [...wanted].sort());
  };

  describe("in OTMM", () => {
    let target: string;
    let wanted: string[];
    const bulk = (name: string): Promise<unknown> =>
      sandbox.kernel.settings.change("otmm", { bulk: { count: MANY, size: 64, name, folder: target } });
    const made = async (name: string): Promise<string[]> => {
      const reader = await OtmmReader.login({ url: sandbox.url("otmm"), ...login("otmm") });
      return (await reader.all()).filter((one) => one.name.startsWith(name)).map(({ originalId }) => originalId);
    };

    before(async () => {
      const reader = await OtmmReader.login({ url: sandbox.url("otmm"), ...login("otmm") });
      target = await reader.makeFolder("Many");
      await bulk("manyone");
      wanted = (await made("manyone")).map((id) => `otmm:dam:${id}`);
      assert.equal(wanted.length, MANY);
    });

    for (const [way, config] of [
      [
        "search",
        {
          mode: "search",
          conditions: [{ field: "ARTESIA.FIELD.ASSET NAME", operator: "contains", value: "manyone", valueType: "str" }],
        },
      ],
      ["folder", { mode: "folder" }],
    ] as const) {
      it(`are fetched by ${way}, none twice and none missed`, async () => {
        const start = flowOf("otmm-asset-fetch", { ...config, folder: target, allFields: false, pageSize: 100 });
        await start();
        helper.getNode("finder").receive({ payload: "go" });
        eachOnce(await throughAStop(start, MANY), wanted);
      });
    }

    it("are noticed by the watch, those too that came while it was down, none twice and none missed", async () => {
      const start = flowOf("otmm-asset-watch", { intervalSeconds: 0.2, pageSize: 100 });
      await start();
      await until(async () => (await (await store()).watchState("finder")) !== undefined, LIMIT_MS);
      await helper.unload();
      await bulk("manytwo");
      await start();
      const all = (await made("manytwo")).map((id) => `otmm:dam:${id}`);
      assert.equal(all.length, MANY);
      eachOnce(await throughAStop(start, MANY), all);
    });
  });

  describe("in Preservica", () => {
    const top = randomUUID();
    const wanted = Array.from({ length: MANY }, () => randomUUID());
    const keys = wanted.map((ref) => `preservica:archive:${ref}`);
    let reader: Reader;

    const create = async (): Promise<void> => {
      const below = randomUUID();
      const made = async (path: string, xml: string): Promise<void> => {
        const answer = await reader.raw("POST", `/api/entity/${path}`, xml);
        if (!answer.ok) throw new Error(`${answer.status} ${await answer.text()}`);
      };
      const entity = (ref: string, title: string, parent: string): string =>
        `<Ref>${ref}</Ref><Title>${title}</Title><Description/><SecurityTag>open</SecurityTag><Parent>${parent}</Parent>`;
      await made(
        "structural-objects",
        `<StructuralObject xmlns="${XIP}">${entity(below, "Below", top)}</StructuralObject>`,
      );
      const make = (ref: string, index: number): Promise<void> =>
        made(
          "information-objects",
          `<XIP xmlns="${XIP}"><InformationObject>${entity(ref, "same title", index % 2 === 0 ? top : below)}</InformationObject><Representation><InformationObject>${ref}</InformationObject><Name>Physical</Name><Type>Physical</Type></Representation></XIP>`,
        );
      for (let at = 0; at < wanted.length; at += 50)
        await Promise.all(wanted.slice(at, at + 50).map((ref, n) => make(ref, at + n)));
    };

    before(async () => {
      reader = new Reader(sandbox.url("preservica"));
      const xml = `<StructuralObject xmlns="${XIP}"><Ref>${top}</Ref><Title>Many</Title><Description/><SecurityTag>open</SecurityTag></StructuralObject>`;
      assert.ok((await reader.raw("POST", "/api/entity/structural-objects", xml)).ok);
    });

    it("are told by its events, though all came while the flow was down, none twice and none missed", async () => {
      const start = flowOf("preservica-events", { pollSeconds: 1, sweepMinutes: 0, folder: top });
      const looks = (): number =>
        sandbox.kernel.log
          .entries({ system: "preservica", limit: 100_000 })
          .filter(({ path }) => path.endsWith("/entities/updated-since")).length;
      await start();
      await until(() => looks() > 1, LIMIT_MS);
      await helper.unload();
      await create();
      await start();
      eachOnce(await throughAStop(start, MANY), keys);
    });

    for (const [way, config] of [
      ["folder", { mode: "folder", folder: "Many" }],
      ["search", { mode: "search", text: "%", folder: "Many" }],
    ] as const) {
      it(`are fetched by ${way}, none twice and none missed`, async () => {
        const start = flowOf("preservica-fetch", { ...config, content: "none", pageSize: 100 });
        await start();
        helper.getNode("finder").receive({ payload: "go" });
        eachOnce(await throughAStop(start, MANY), keys);
      });
    }
  });
});
