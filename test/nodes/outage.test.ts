import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import type { NodeAPI, NodeInitializer } from "node-red";
import { LifecycleError } from "../../lib/messages/error.js";
import { type JobContext, type Outcome, registerJobNode, registerJobRoutes } from "../../lib/runtime/index.js";
import { openStore, type JobSummary, type JsonObject, type LifecycleStore } from "../../lib/store/index.js";
import { coreNode, helper, until, whenCalled } from "../support/helper.js";

/** What the system does that all jobs of the test's node go to; each test sets it. */
const system = {
  file: "",
  answer: (_job: JobContext<JsonObject>): Promise<void> => Promise.resolve(),
};

const nodes: NodeInitializer = (RED: NodeAPI) => {
  registerJobRoutes(RED);
  RED.nodes.registerType("test-store", function (config) {
    RED.nodes.createNode(this, config);
    let opened: Promise<LifecycleStore> | undefined;
    Object.assign(this, { store: () => (opened ??= openStore(system.file)) });
    this.on("close", (_removed: boolean, done: () => void) => {
      (opened ?? Promise.resolve(undefined)).then((store) => store?.close()).then(done, done);
    });
  });
  RED.nodes.registerType("test-work", function (config) {
    RED.nodes.createNode(this, config);
    const { attempts } = config as unknown as { attempts: number };
    registerJobNode({
      RED,
      node: this,
      storeId: "store0",
      concurrency: 3,
      attempts,
      settings: () => Promise.resolve({}),
      work: async (job): Promise<Outcome> => {
        await system.answer(job);
        return { kind: "done", outputs: [] };
      },
    });
  });
};

describe("a queue whose system is away", function () {
  this.timeout(30_000);
  let folder: string;
  let told: string[];
  let shown: string[];
  let caught: string[];

  before(() => new Promise<void>((done) => void helper.startServer(done)));
  after(() => new Promise<void>((done) => void helper.stopServer(done)));
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "outage-"));
    system.file = join(folder, "s.sqlite");
    told = [];
    shown = [];
    caught = [];
  });
  afterEach(async () => {
    await helper.unload();
    rmSync(folder, { recursive: true, force: true });
  });

  const load = async (attempts: number): Promise<void> => {
    const at = { x: 10, y: 10, z: "tab0" };
    const flow = [
      { id: "tab0", type: "tab", label: "test" },
      { id: "store0", type: "test-store" },
      { id: "work0", type: "test-work", ...at, attempts, wires: [] },
      { id: "catch0", type: "catch", ...at, scope: null, wires: [["caught0"]] },
      { id: "caught0", type: "helper", ...at },
    ];
    await helper.load([nodes, coreNode("common/25-catch")], flow);
    const node = helper.getNode("work0");
    whenCalled(node, "warn", (text) => told.push(String(text)));
    whenCalled(node, "status", (status) => {
      const { fill, shape, text } = status as { fill: string; shape: string; text: string };
      shown.push(`${fill} ${shape} ${text}`);
    });
    helper.getNode("caught0").on("input", (msg: unknown) => {
      caught.push((msg as { asset: { name: string } }).asset.name);
    });
  };
  const send = (...names: string[]): void => {
    for (const name of names) {
      const asset = { key: `otmm:dam:${name}`, version: "1", name, ids: {}, fields: {}, content: [] };
      helper.getNode("work0").receive({ asset, lifecycle: { run: "r" } });
    }
  };
  const jobs = async (): Promise<JobSummary[]> => {
    const store = await openStore(system.file);
    try {
      return await store.jobs({ limit: 1000 });
    } finally {
      await store.close();
    }
  };
  const all = async (state: string, count: number): Promise<boolean> =>
    (await jobs()).filter((job) => job.state === state).length === count;
  const names = Array.from({ length: 12 }, (_unused, n) => `asset ${n}`);

  it("loses no job to an outage that is longer than all attempts, and goes on by itself when it is over", async () => {
    let away = true;
    let asked = 0;
    system.answer = () => {
      asked += 1;
      return away ? Promise.reject(new LifecycleError("UNREACHABLE", "down")) : Promise.resolve();
    };
    await load(2);
    send(...names);
    await until(() => told.length > 0);
    // Two attempts take two seconds at most.
    await pause(4_000);
    assert.ok(asked <= 5, `${asked} tries while the system was away`);
    assert.deepEqual(
      (await jobs()).filter(({ state, failures }) => failures > 0 || !["queued", "waiting"].includes(state)),
      [],
    );
    assert.match(shown.at(-1) ?? "", /^yellow ring UNREACHABLE \d\d:\d\d:\d\d$/);
    away = false;
    await until(() => all("done", names.length));
    assert.deepEqual(caught, []);
    assert.equal(told.length, 1);
    assert.match(told[0] ?? "", /^UNREACHABLE: down Nothing gets through any more/);
    await until(() => shown.at(-1) === "green dot 12 done");
  });

  it("does not ask a system again before the time that it asked for", async () => {
    const asked: number[] = [];
    system.answer = () => {
      asked.push(performance.now());
      return asked.length > 3
        ? Promise.resolve()
        : Promise.reject(new LifecycleError("THROTTLED", "later", { retryAfter: 3_000 }));
    };
    await load(5);
    send(...names);
    await until(() => all("done", names.length));
    assert.ok((asked[3] ?? 0) - (asked[2] ?? 0) >= 2_990, `asked again after ${(asked[3] ?? 0) - (asked[2] ?? 0)} ms`);
  });

  it("gives up a job that alone does not get through while others do", async () => {
    let others = 0;
    system.answer = ({ msg }) => {
      if (msg.asset.name !== "bad") return Promise.resolve();
      setTimeout(() => send(`other ${(others += 1)}`), 50);
      return Promise.reject(new LifecycleError("TIMEOUT", "silent"));
    };
    await load(2);
    send("bad");
    await until(() => caught.length > 0);
    assert.deepEqual(caught, ["bad"]);
    await until(() => all("done", 3));
    const bad = (await jobs()).find(({ assetName }) => assetName === "bad");
    assert.deepEqual([bad?.state, bad?.failures], ["dead", 2]);
  });

  it("goes by a single attempt to the letter", async () => {
    system.answer = () => Promise.reject(new LifecycleError("UNREACHABLE", "down"));
    await load(1);
    send("a");
    await until(() => caught.length > 0);
    assert.ok(await all("dead", 1));
  });

  it("is given everything back that died before, by one call", async () => {
    let away = true;
    system.answer = () => (away ? Promise.reject(new LifecycleError("UNREACHABLE", "down")) : Promise.resolve());
    await load(1);
    send("a", "b", "c");
    await until(() => all("dead", 3));
    away = false;
    const replay = (query: string) => helper.request().post(`/content-lifecycle/stores/store0/jobs/replay${query}`);
    for (const query of ["", "?state=refused", "?state=dead,done"])
      assert.equal((await replay(query)).status, 400, query);
    const answer = await replay("?state=failed,dead&queue=work0");
    assert.deepEqual(answer.body, { replayed: 3, queues: [{ queue: "work0", jobs: 3 }] });
    await until(() => all("done", 3));
  });

  it("counts attempts of failures that speak of the asset as ever", async () => {
    system.answer = () => Promise.reject(new LifecycleError("LOCKED", "by mkeller", { retryable: true }));
    await load(2);
    send("a", "b", "c", "d");
    await until(() => all("dead", 4));
    assert.deepEqual(told, []);
  });
});
