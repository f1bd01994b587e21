import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import type { NodeAPI, NodeInitializer } from "node-red";
import type { LifecycleAsset } from "../../lib/messages/asset.js";
import { LifecycleError } from "../../lib/messages/error.js";
import type { LifecycleMessage } from "../../lib/messages/message.js";
import {
  registerJobNode,
  registerJobRoutes,
  registerRunNode,
  type JobContext,
  type Outcome,
} from "../../lib/runtime/index.js";
import { openStore, type JobSummary, type JsonObject, type LifecycleStore } from "../../lib/store/index.js";
import lifecycleEvent from "../../nodes/lifecycle-event/lifecycle-event.js";
import { coreNode, helper, until, whenCalled } from "../support/helper.js";

function asset(name: string, version = "1"): LifecycleAsset {
  return { key: `otmm:dam:${name}`, version, name, ids: {}, fields: {}, content: [] };
}

/** What the test's own durable nodes do; each test sets it. */
const script = {
  file: "",
  pages: [] as LifecycleAsset[][],
  refused: [] as LifecycleAsset[],
  pageAsked: (_cursor: JsonObject): void => undefined,
  /** Before a search resolves its settings. */
  searched: (_node: string): void => undefined,
  /** Before a worker resolves its settings. */
  settled: (_node: string): void => undefined,
  work: (_job: JobContext<JsonObject>, _node: string): Promise<Outcome> => Promise.reject(new Error("not set")),
};
const pass = (job: JobContext<JsonObject>): Promise<Outcome> =>
  Promise.resolve({ kind: "done", outputs: [{ port: 0, msg: job.msg }] });

const nodes: NodeInitializer = (RED: NodeAPI) => {
  registerJobRoutes(RED);
  RED.nodes.registerType("test-store", function (config) {
    RED.nodes.createNode(this, config);
    let opened: Promise<LifecycleStore> | undefined;
    Object.assign(this, { store: () => (opened ??= openStore(script.file)) });
    this.on("close", (_removed: boolean, done: () => void) => {
      (opened ?? Promise.resolve(undefined)).then((store) => store?.close()).then(done, done);
    });
  });
  RED.nodes.registerType("test-find", function (config) {
    RED.nodes.createNode(this, config);
    registerRunNode({
      RED,
      node: this,
      storeId: "store0",
      settings: async () => {
        await Promise.resolve();
        script.searched(this.id);
        return {};
      },
      page: ({ cursor }) => {
        script.pageAsked(cursor);
        const page = Number(cursor["page"] ?? 0);
        return Promise.resolve({
          assets: script.pages[page] ?? [],
          refused: page === 0 ? script.refused.map((refused) => ({ asset: refused, reason: "not approved" })) : [],
          cursor: page + 1 < script.pages.length ? { page: page + 1 } : undefined,
        });
      },
    });
  });
  RED.nodes.registerType("test-work", function (config) {
    RED.nodes.createNode(this, config);
    const { queue, store = "store0" } = config as unknown as { queue?: string; store?: string };
    registerJobNode({
      RED,
      node: this,
      storeId: store,
      ...(queue === undefined ? {} : { queue }),
      concurrency: 4,
      settings: async () => {
        await Promise.resolve();
        script.settled(this.id);
        return { node: this.id };
      },
      work: (job) => script.work(job, this.id),
      plan: (msg) =>
        Promise.resolve({ msg, planned: [{ node: this.id, system: "none", action: "work", target: msg.asset.name }] }),
    });
  });
};

/** As if so many milliseconds of process life had gone by. */
async function later(ms: number, then: () => Promise<void>): Promise<void> {
  const real = performance.now.bind(performance);
  performance.now = () => real() + ms;
  try {
    await then();
  } finally {
    performance.now = real;
  }
}

const at = { x: 10, y: 10, z: "tab0" };
const tab = { id: "tab0", type: "tab", label: "test" };
const store0 = { id: "store0", type: "test-store" };
const find = (wires: string[][]) => ({ id: "find0", type: "test-find", ...at, wires });
const work = (id: string, wires: string[][], more: object = {}) => ({ id, type: "test-work", ...at, wires, ...more });
const sink = (id: string) => ({ id, type: "helper", ...at });

describe("durable nodes", () => {
  let folder: string;
  const got: LifecycleMessage[] = [];
  const modules = [
    nodes,
    coreNode("common/25-catch"),
    coreNode("function/10-switch"),
    coreNode("function/15-change"),
    coreNode("common/60-link"),
    lifecycleEvent,
  ];
  const load = async (flow: object[]): Promise<void> => {
    await helper.load(modules, flow as never);
    const node = helper.getNode("sink0");
    node?.on("input", (msg) => got.push(msg as LifecycleMessage));
  };
  const names = (): string[] => got.map((msg) => msg.asset?.name ?? "").sort();
  const withStore = async <T>(ask: (store: LifecycleStore) => Promise<T>): Promise<T> => {
    const store = await openStore(script.file);
    try {
      return await ask(store);
    } finally {
      await store.close();
    }
  };
  const jobs = (): Promise<JobSummary[]> => withStore((store) => store.jobs({ limit: 1000 }));

  before(() => new Promise<void>((done) => void helper.startServer(done)));
  after(() => new Promise<void>((done) => void helper.stopServer(done)));
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "runtime-"));
    Object.assign(script, {
      file: join(folder, "s.sqlite"),
      pages: [],
      refused: [],
      pageAsked: () => undefined,
      searched: () => undefined,
      settled: () => undefined,
      work: pass,
    });
    got.length = 0;
  });
  afterEach(async () => {
    await helper.unload();
    rmSync(folder, { recursive: true, force: true });
  });

  it("hands every asset of every page on, once, and reconciles", async () => {
    script.pages = [[asset("a"), asset("b")], [asset("c")], [asset("d")]];
    script.refused = [asset("x")];
    await load([tab, store0, find([["work0"], ["sum0"]]), work("work0", [["sink0"]]), sink("sink0"), sink("sum0")]);
    const summary = once(helper.getNode("sum0"), "input") as Promise<[LifecycleMessage]>;
    helper.getNode("find0").receive({ topic: "keep me" });
    await until(() => got.length === 4);
    assert.deepEqual(names(), ["a", "b", "c", "d"]);
    assert.equal(got[0]?.topic, "keep me");
    const [{ payload }] = await summary;
    assert.deepEqual({ ...(payload as object), run: 0 }, { run: 0, found: 5, refused: 1 });
    const [run] = await withStore((store) => store.runs(1));
    assert.deepEqual(run?.counts, { found: 5, done: 4, refused: 1, failed: 0, waiting: 0, running: 0 });
  });

  it("reports a failure to Catch once, with its code, and keeps the job for a replay", async () => {
    script.work = () =>
      Promise.reject(new LifecycleError("FIXITY_MISMATCH", "damaged at the source", { details: { row: 3 } }));
    const catcher = { id: "catch0", type: "catch", ...at, scope: null, wires: [["sink0"]] };
    await load([tab, store0, work("work0", [[]]), catcher, sink("sink0")]);
    helper.getNode("work0").receive({ asset: asset("a") });
    await until(() => got.length > 0);
    const error = got[0]?.["error"] as { code: string; message: string };
    assert.equal(error.code, "FIXITY_MISMATCH");
    assert.match(error.message, /damaged at the source/);
    assert.deepEqual(got[0]?.["errorDetails"], { row: 3 });
    script.work = pass;
    const [failed] = await jobs();
    assert.equal(failed?.state, "failed");
    const answer = await helper.request().post(`/content-lifecycle/stores/store0/jobs/${failed?.id}/replay`);
    assert.equal(answer.status, 200);
    await until(async () => (await jobs())[0]?.state === "done");
    assert.equal(got.length, 1);
  });

  it("goes on with a failed job when a flow sends it from Catch to its node again", async () => {
    let tries = 0;
    script.work = (job) => {
      tries += 1;
      return tries === 1 ? Promise.reject(new LifecycleError("DENIED", "no right")) : pass(job);
    };
    const catcher = { id: "catch0", type: "catch", ...at, scope: null, wires: [["work0"]] };
    await load([tab, store0, work("work0", [["sink0"]]), catcher, sink("sink0")]);
    helper.getNode("work0").receive({ asset: asset("a"), lifecycle: { run: "r" } });
    await until(() => got.length === 1);
    assert.deepEqual(
      (await jobs()).map(({ state, attempt }) => [state, attempt]),
      [["done", 2]],
    );
  });

  it("goes on, too, with what failed because the node could not resolve its settings", async () => {
    script.settled = (node) => {
      if (node === "work1" && got.length === 0) throw new LifecycleError("NOT_CONFIGURED", "no profile");
    };
    const catcher = { id: "catch0", type: "catch", ...at, scope: null, wires: [["sink0", "switch0"]] };
    const retry = {
      id: "switch0",
      type: "switch",
      ...at,
      property: "error.code",
      propertyType: "msg",
      rules: [{ t: "eq", v: "NOT_CONFIGURED", vt: "str" }],
      checkall: "true",
      outputs: 1,
      wires: [["work1"]],
    };
    const flow = [tab, store0, work("work0", [["work1"]]), work("work1", [["sink0"]]), catcher, retry, sink("sink0")];
    await load(flow);
    helper.getNode("work0").receive({ asset: asset("a"), lifecycle: { run: "r" } });
    await until(() => got.length === 2);
    assert.deepEqual(
      (await jobs()).map(({ queue, state }) => [queue, state]),
      [
        ["work0", "done"],
        ["work1", "done"],
      ],
    );
  });

  it("makes a job of each of two outputs of one job that end in the same node", async () => {
    let looked = 0;
    script.work = (job, node) => {
      if (node !== "work0") return pass(job);
      looked += 1;
      const msg = { ...job.msg, payload: looked === 1 ? "awaiting approval" : "disposed" };
      return Promise.resolve(
        looked === 1
          ? { kind: "wait", until: new Date(), step: "approval", why: "people decide", outputs: [{ port: 0, msg }] }
          : { kind: "done", outputs: [{ port: 1, msg }] },
      );
    };
    await load([tab, store0, work("work0", [["work1"], ["work1"]]), work("work1", [["sink0"]]), sink("sink0")]);
    helper.getNode("work0").receive({ asset: asset("a"), lifecycle: { run: "r" } });
    await until(() => got.length === 2);
    assert.deepEqual(new Set(got.map(({ payload }) => payload)), new Set(["awaiting approval", "disposed"]));
  });

  it("warns which job has a message that is left out", async () => {
    let release = (): void => undefined;
    const held = new Promise<void>((resolve) => (release = resolve));
    script.work = (job) => held.then(() => pass(job));
    await load([tab, store0, work("work0", [["sink0"]]), sink("sink0")]);
    const warned = once(helper.getNode("work0"), "call:warn");
    for (let times = 0; times < 2; times += 1)
      helper.getNode("work0").receive({ asset: asset("a"), lifecycle: { run: "r" } });
    const [call] = (await warned) as [{ args: [string] }];
    const [job] = await jobs();
    assert.match(call.args[0], new RegExp(`"a" came again .* job ${job?.id}`));
    release();
    await until(() => got.length === 1);
  });

  it("refuses a message without an asset by name", async () => {
    const catcher = { id: "catch0", type: "catch", ...at, scope: null, wires: [["sink0"]] };
    await load([tab, store0, work("work0", [[]]), catcher, sink("sink0")]);
    helper.getNode("work0").receive({ payload: 1 });
    await until(() => got.length > 0);
    assert.equal((got[0]?.["error"] as { code: string } | undefined)?.code, "INVALID_INPUT");
    assert.deepEqual(await jobs(), []);
  });

  it("tries again by itself after a passing failure", async () => {
    let tries = 0;
    script.work = (job) => {
      tries += 1;
      return tries === 1 ? Promise.reject(new LifecycleError("UNREACHABLE", "down")) : pass(job);
    };
    await load([tab, store0, work("work0", [["sink0"]]), sink("sink0")]);
    helper.getNode("work0").receive({ asset: asset("a") });
    await until(() => got.length === 1);
    assert.equal(tries, 2);
  });

  it("parks a waiting job and goes on with what it saved", async () => {
    const seen: unknown[] = [];
    script.work = async (job) => {
      const saved = job.checkpoint("upload");
      seen.push(saved);
      if (saved !== undefined) return pass(job);
      await job.save("upload", { token: "t" });
      return { kind: "wait", until: new Date(Date.now() + 30), step: "ingesting", why: "ingest runs" };
    };
    await load([tab, store0, work("work0", [["sink0"]]), sink("sink0")]);
    helper.getNode("work0").receive({ asset: asset("a") });
    await until(() => got.length === 1);
    assert.deepEqual(seen, [undefined, { token: "t" }]);
  });

  it("puts noted steps and events on disk with the next save, the wait or the end, and not before", async () => {
    let asked = 0;
    const kept: string[][] = [];
    const seen = async (): Promise<void> => {
      const [job] = await jobs();
      const whole = await withStore(async (store) => await store.job(job?.id ?? ""));
      const timeline = await withStore(async (store) => await store.timeline("otmm:dam:a"));
      kept.push([...Object.keys(whole?.checkpoint ?? {}), ...timeline.map(({ type }) => type)]);
    };
    script.work = async (job) => {
      asked += 1;
      if (asked === 1) {
        job.note("first", { n: 1 });
        job.event({ type: "looked", basis: "witnessed", outcome: "success" });
        await seen();
        await job.save("second", { n: 2 });
        await seen();
        job.note("third", { n: 3 });
        return { kind: "wait", until: new Date(Date.now() + 60), step: "second", why: "busy" };
      }
      await seen();
      assert.deepEqual(job.checkpoint("third"), { n: 3 });
      job.note("fourth", { n: 4 });
      return await pass(job);
    };
    await load([tab, store0, work("work0", [["sink0"]]), sink("sink0")]);
    helper.getNode("work0").receive({ asset: asset("a") });
    await until(() => got.length === 1);
    await seen();
    assert.deepEqual(kept, [
      [],
      ["first", "second", "looked"],
      ["first", "second", "third", "looked"],
      ["first", "second", "third", "fourth", "looked"],
    ]);
  });

  it("goes on after a stop in the middle of work, from the last saved step", async () => {
    let reached = (): void => undefined;
    const middle = new Promise<void>((resolve) => (reached = resolve));
    script.work = async (job) => {
      await job.save("first", { ok: true });
      reached();
      await once(job.signal, "abort");
      throw new Error("aborted");
    };
    const flow = [tab, store0, work("work0", [["sink0"]]), sink("sink0")];
    await load(flow);
    helper.getNode("work0").receive({ asset: asset("a"), lifecycle: { run: "r" } });
    await middle;
    await helper.unload();
    script.work = (job) => {
      assert.deepEqual(job.checkpoint("first"), { ok: true });
      return pass(job);
    };
    await load(flow);
    await until(() => got.length === 1);
    assert.deepEqual(names(), ["a"]);
  });

  it("sends a hand-over again that no durable node had taken when the flows stopped", async () => {
    script.pages = [[asset("a"), asset("b")]];
    // The wire ends in a switch that lets nothing through: as if a deploy had dropped the messages.
    const gate = (value: string) => ({
      id: "gate0",
      type: "switch",
      ...at,
      property: "topic",
      propertyType: "msg",
      rules: [{ t: "eq", v: value, vt: "str" }],
      checkall: "true",
      outputs: 1,
      wires: [["work0"]],
    });
    const rest = [tab, store0, find([["gate0"], []]), work("work0", [["sink0"]]), sink("sink0")];
    await load([...rest, gate("never")]);
    helper.getNode("find0").receive({ topic: "go" });
    await until(() => withStore(async (store) => (await store.pending(["find0"])).length === 2));
    await helper.unload();
    assert.deepEqual(got, []);
    await load([...rest, gate("go")]);
    await until(() => got.length === 2);
    assert.deepEqual(names(), ["a", "b"]);
  });

  it("waits for what follows a link call when a message returns to it", async () => {
    const link = (id: string, type: string, more: object) => ({ id, type, name: id, ...at, ...more });
    const call = link("call0", "link call", { links: ["in0"], linkType: "static", timeout: "30" });
    const into = link("in0", "link in", { links: [], wires: [["work0"]] });
    const back = link("out0", "link out", { mode: "return", links: [] });
    const inner = [tab, store0, into, work("work0", [["out0"]]), back, sink("sink0")];
    script.work = (job, node) => (node === "work0" ? pass(job) : Promise.reject(new Error("closed")));
    await load([...inner, { ...call, wires: [["work1"]] }, work("work1", [["sink0"]], { store: "nowhere" })]);
    helper.getNode("call0").receive({ asset: asset("a"), lifecycle: { run: "r" } });
    await until(async () => (await jobs())[0]?.state === "done");
    await pause(300);
    assert.equal((await withStore((store) => store.pending(["work0"]))).length, 1);
    await helper.unload();
    script.work = pass;
    await load([...inner, { ...call, wires: [["work1"]] }, work("work1", [["sink0"]])]);
    await until(() => got.length === 1);
  });

  it("settles at once what returns to link calls that nothing durable follows", async () => {
    const into = { id: "in0", type: "link in", name: "in0", ...at, links: [], wires: [["work0"]] };
    const call = { id: "call0", type: "link call", ...at, links: ["in0"], linkType: "static", timeout: "30" };
    const back = { id: "out0", type: "link out", ...at, mode: "return", links: [] };
    await load([tab, store0, into, { ...call, wires: [["sink0"]] }, work("work0", [["out0"]]), back, sink("sink0")]);
    helper.getNode("call0").receive({ asset: asset("a"), lifecycle: { run: "r" } });
    await until(() => got.length === 1);
    await until(async () => (await withStore((store) => store.pending(["work0"]))).length === 0);
  });

  describe("before a node that writes an event", () => {
    const told = (more: object) => ({
      id: "event0",
      type: "lifecycle-event",
      ...at,
      store: "store0",
      event: "shown",
      wires: [["sink0"]],
      ...more,
    });
    const catcher = { id: "catch0", type: "catch", ...at, scope: null, wires: [["caught0"]] };
    const rest = [tab, store0, work("work0", [["event0"]]), catcher, sink("sink0"), sink("caught0")];
    const pending = async (): Promise<number> => (await withStore((store) => store.pending(["work0"]))).length;
    const events = async (): Promise<number> =>
      (await withStore((store) => store.timeline("otmm:dam:a"))).filter(({ type }) => type === "shown").length;
    const start = async (event: object): Promise<string> => {
      await load([...rest, told(event)]);
      const caught = once(helper.getNode("caught0"), "input") as Promise<[{ error: { code: string } }]>;
      helper.getNode("work0").receive({ asset: asset("a"), lifecycle: { run: "r" } });
      const [{ error }] = await caught;
      return error.code;
    };

    it("keep a message until the event is written, once, however long that takes", async () => {
      assert.equal(await start({ store: "nowhere" }), "NOT_CONFIGURED");
      await later(70_000, async () => {
        await pause(2_500);
        assert.equal(await pending(), 1);
      });
      await helper.unload();
      await load([...rest, told({})]);
      await until(() => got.length === 1);
      await until(async () => (await pending()) === 0);
      assert.equal(await events(), 1);
    });

    it("keep no message that no event can ever be made of, and that Catch was told of", async () => {
      assert.equal(await start({ detail: '{"approver":"me"}', detailType: "json" }), "INVALID_INPUT");
      await until(async () => (await pending()) === 0);
      assert.equal(await events(), 0);
    });

    it("wait for the durable node after it, too", async () => {
      const next = work("work1", [["sink0"]], { store: "nowhere" });
      await load([...rest, told({ wires: [["work1"]] }), next]);
      helper.getNode("work0").receive({ asset: asset("a"), lifecycle: { run: "r" } });
      await until(async () => (await events()) === 1);
      await pause(300);
      assert.equal(await pending(), 1);
      await helper.unload();
      await load([...rest, told({ wires: [["work1"]] }), work("work1", [["sink0"]])]);
      await until(() => got.length === 1);
      await until(async () => (await pending()) === 0);
      assert.equal(await events(), 1);
    });
  });

  it("feeds both of two durable nodes behind one output, also when one of them was missing", async () => {
    script.pages = [[asset("a")]];
    let release = (): void => undefined;
    const held = new Promise<void>((resolve) => (release = resolve));
    script.work = (job, node) => (node === "work1" ? held.then(() => pass(job)) : pass(job));
    const flow = [
      tab,
      store0,
      find([["work0", "work1"], []]),
      work("work0", [["sink0"]]),
      work("work1", [["sink0"]]),
      sink("sink0"),
    ];
    await load(flow);
    helper.getNode("find0").receive({});
    await until(() => got.length === 1);
    release();
    await until(() => got.length === 2);
    const states = (await jobs()).map(({ queue, state }) => `${queue} ${state}`).sort();
    assert.deepEqual(states, ["work0 done", "work1 done"]);
  });

  for (const [what, next] of [
    ["make no job of", "work1"],
    ["start no run by", "find1"],
  ] as const) {
    it(`keeps what a node can ${what} for longer than a minute, and sends it again after a deploy`, async () => {
      const catcher = { id: "catch0", type: "catch", ...at, scope: null, wires: [["caught0"]] };
      const search = { ...find([["sink0"], []]), id: "find1" };
      const rest = [tab, store0, work("work0", [[next]]), search, catcher, sink("sink0"), sink("caught0")];
      script.pages = [[asset("a")]];
      script.searched = () => {
        throw new LifecycleError("NOT_CONFIGURED", "no connection");
      };
      await load([...rest, work("work1", [["sink0"]], { store: "nowhere" })]);
      const caught = once(helper.getNode("caught0"), "input");
      helper.getNode("work0").receive({ asset: asset("a"), lifecycle: { run: "r" } });
      await caught;
      await later(70_000, async () => {
        // Longer than the time between two looks for what nobody took.
        await pause(2_500);
        assert.equal((await withStore((store) => store.pending(["work0"]))).length, 1);
      });
      assert.deepEqual(got, []);
      await helper.unload();
      script.searched = () => undefined;
      await load([...rest, work("work1", [["sink0"]])]);
      await until(() => got.length === 1);
      assert.deepEqual(names(), ["a"]);
    });
  }

  it("starts the run of a search by itself once there is space in the store again", async () => {
    script.pages = [[asset("found")]];
    let full = true;
    let tries = 0;
    script.searched = () => {
      tries += 1;
      if (full) throw new LifecycleError("STORE_FULL", "no space");
    };
    const search = { ...find([["sink0"], []]), id: "find1" };
    await load([tab, store0, work("work0", [["find1"]]), search, sink("sink0")]);
    helper.getNode("work0").receive({ asset: asset("a"), lifecycle: { run: "r" } });
    await until(() => tries > 0);
    full = false;
    await until(() => got.length === 1);
    assert.deepEqual(names(), ["found"]);
  });

  it("pauses while too many outputs are unacknowledged", async () => {
    script.pages = Array.from({ length: 40 }, (_unused, page) =>
      Array.from({ length: 10 }, (_none, n) => asset(`${page}-${n}`)),
    );
    let asked = 0;
    script.pageAsked = () => (asked += 1);
    const gate = {
      id: "gate0",
      type: "switch",
      ...at,
      property: "topic",
      propertyType: "msg",
      rules: [{ t: "eq", v: "x", vt: "str" }],
      checkall: "true",
      outputs: 1,
      wires: [["work0"]],
    };
    await load([tab, store0, find([["gate0"], []]), work("work0", [["sink0"]]), gate, sink("sink0")]);
    helper.getNode("find0").receive({ topic: "blocked" });
    await until(() => withStore(async (store) => (await store.pending(["find0"])).length >= 100));
    const pages = asked;
    assert.ok(pages <= 11, `${pages} pages were read`);
  });

  it("orphans the jobs of a removed node and lets a person give them to another", async () => {
    let reached = (): void => undefined;
    const middle = new Promise<void>((resolve) => (reached = resolve));
    script.work = async (job) => {
      reached();
      await once(job.signal, "abort");
      throw new Error("aborted");
    };
    await load([tab, store0, work("work0", [[]]), sink("sink0")]);
    helper.getNode("work0").receive({ asset: asset("a"), lifecycle: { run: "r" } });
    await middle;
    await helper.unload();
    script.work = pass;
    await load([tab, store0, work("copy0", [["sink0"]], { queue: "copied" }), sink("sink0")]);
    await until(async () => (await jobs())[0]?.state === "orphaned");
    const id = (await jobs())[0]?.id ?? "";
    const wrong = await helper
      .request()
      .post(`/content-lifecycle/stores/store0/jobs/${id}/adopt`)
      .send({ queue: "nobody" });
    assert.equal(wrong.status, 404);
    const adopted = await helper
      .request()
      .post(`/content-lifecycle/stores/store0/jobs/${id}/adopt`)
      .send({ queue: "copied" });
    assert.equal(adopted.status, 200);
    await until(() => got.length === 1);
  });

  it("works no job twice at once when another node of its queue could not write down how one ended", async () => {
    let long = 0;
    let bad = 0;
    let release = (): void => undefined;
    const held = new Promise<void>((resolve) => (release = resolve));
    const workers = new Set<string>();
    script.work = async (job, node) => {
      workers.add(node);
      if (job.msg.asset.name === "long") {
        long += 1;
        await held;
        return await pass(job);
      }
      bad += 1;
      if (bad === 1) {
        // What no store can hold: the end of this attempt is not written.
        const endless: JsonObject = {};
        endless["itself"] = endless;
        job.note("endless", endless);
      }
      return await pass(job);
    };
    const shared = { queue: "shared" };
    await load([tab, store0, work("work0", [["sink0"]], shared), work("work1", [["sink0"]], shared), sink("sink0")]);
    helper.getNode("work0").receive({ asset: asset("long"), lifecycle: { run: "r" } });
    await until(() => long === 1);
    helper.getNode("work1").receive({ asset: asset("bad"), lifecycle: { run: "r" } });
    await until(() => got.length === 1);
    assert.deepEqual([long, bad, workers.size], [1, 2, 2]);
    release();
    await until(() => got.length === 2);
    assert.equal(long, 1);
  });

  it("stops a job that a person cancels, and does not hand anything on", async () => {
    let reached = (): void => undefined;
    const middle = new Promise<void>((resolve) => (reached = resolve));
    let aborted = false;
    script.work = async (job) => {
      reached();
      await once(job.signal, "abort");
      aborted = true;
      return pass(job);
    };
    await load([tab, store0, work("work0", [["sink0"]]), sink("sink0")]);
    helper.getNode("work0").receive({ asset: asset("a"), lifecycle: { run: "r" } });
    await middle;
    const id = (await jobs())[0]?.id ?? "";
    const answer = await helper.request().post(`/content-lifecycle/stores/store0/jobs/${id}/cancel`);
    assert.equal(answer.status, 200);
    await until(() => aborted);
    const shown = await helper.request().get(`/content-lifecycle/stores/store0/jobs/${id}`);
    assert.equal((shown.body as { job: { state: string } }).job.state, "failed");
    assert.deepEqual(got, []);
  });

  it("shows no more that a job waits once a person has cancelled it", async () => {
    script.work = () =>
      Promise.resolve({ kind: "wait", until: new Date(Date.now() + 3_600_000), step: "asked", why: "people decide" });
    await load([tab, store0, work("work0", [[]]), sink("sink0")]);
    const shown: string[] = [];
    whenCalled(helper.getNode("work0"), "status", (status) => shown.push((status as { text: string }).text));
    helper.getNode("work0").receive({ asset: asset("a") });
    await until(() => shown.at(-1) === "1 waiting");
    const [job] = await jobs();
    const answer = await helper.request().post(`/content-lifecycle/stores/store0/jobs/${job?.id}/cancel`);
    assert.equal(answer.status, 200);
    await until(() => shown.at(-1) === "0 done", 2_000);
  });

  it("keeps nothing in a dry run, and passes the plan on", async () => {
    script.pages = [[asset("a")], [asset("b")]];
    await load([tab, store0, find([["work0"], []]), work("work0", [["sink0"]]), sink("sink0")]);
    helper.getNode("find0").receive({ dryRun: true });
    await until(() => got.length === 2);
    assert.deepEqual(
      got.map((msg) => msg.plan?.map(({ target }) => target)),
      [["a"], ["b"]],
    );
    assert.deepEqual(await jobs(), []);
    assert.deepEqual(await withStore((store) => store.runs(10)), []);
  });

  it("carries an asset with more than 64 KB of fields, and the next node sees all of them", async () => {
    const big = {
      ...asset("a"),
      fields: { note: { type: "text" as const, label: "Note", value: "x".repeat(200_000) } },
    };
    script.pages = [[big]];
    const seen: number[] = [];
    script.work = (job) => {
      const note = job.msg.asset.fields["note"];
      seen.push(note?.type === "text" ? note.value.length : 0);
      return pass(job);
    };
    await load([
      tab,
      store0,
      find([["work0"], []]),
      work("work0", [["work1"]]),
      work("work1", [["sink0"]]),
      sink("sink0"),
    ]);
    helper.getNode("find0").receive({});
    await until(() => got.length === 1);
    assert.deepEqual(seen, [200_000, 200_000]);
    assert.ok(JSON.stringify(got[0]).length < 5000);
  });

  it("hands on what a node, ours or another, changes in an asset with more than 64 KB of fields", async () => {
    const text = (value: string) => ({ type: "text" as const, label: "Note", value });
    script.pages = [[{ ...asset("a"), fields: { note: text("x".repeat(200_000)), place: text("old") } }]];
    const seen: Record<string, unknown>[] = [];
    script.work = (job, node) => {
      const { fields } = job.msg.asset;
      seen.push(Object.fromEntries(Object.entries(fields).map(([id, field]) => [id, JSON.stringify(field).length])));
      if (node !== "work0") return pass(job);
      const changed = { ...fields, place: text("archive"), history: text("y".repeat(100_000)) };
      const msg = { ...job.msg, asset: { ...job.msg.asset, fields: changed } };
      return Promise.resolve({ kind: "done", outputs: [{ port: 0, msg }] });
    };
    const set = {
      id: "set0",
      type: "change",
      ...at,
      rules: [
        { t: "set", p: 'asset.fields["by-hand"]', pt: "msg", to: JSON.stringify(text("mine")), tot: "json" },
        { t: "set", p: "asset.fields.place", pt: "msg", to: JSON.stringify(text("the other archive")), tot: "json" },
      ],
      wires: [["work1"]],
    };
    await load([
      tab,
      store0,
      find([["work0"], []]),
      work("work0", [["set0"]]),
      set,
      work("work1", [["work2"]]),
      work("work2", [["sink0"]]),
      sink("sink0"),
    ]);
    helper.getNode("find0").receive({});
    await until(() => got.length === 1);
    const size = (value: string): number => JSON.stringify(text(value)).length;
    const note = size("x".repeat(200_000));
    const after = {
      note,
      place: size("the other archive"),
      history: size("y".repeat(100_000)),
      "by-hand": size("mine"),
    };
    assert.deepEqual(seen, [{ note, place: size("old") }, after, after]);
  });

  it("lists jobs by state and names a wrong filter", async () => {
    await load([tab, store0, work("work0", [["sink0"]]), sink("sink0")]);
    helper.getNode("work0").receive({ asset: asset("a") });
    await until(() => got.length === 1);
    const done = await helper.request().get("/content-lifecycle/stores/store0/jobs?state=done");
    assert.deepEqual(
      (done.body as { jobs: JobSummary[] }).jobs.map(({ assetName }) => assetName),
      ["a"],
    );
    const wrong = await helper.request().get("/content-lifecycle/stores/store0/jobs?state=lost");
    assert.equal(wrong.status, 400);
    const unknown = await helper.request().get("/content-lifecycle/stores/nobody/jobs");
    assert.equal(unknown.status, 404);
  });

  it("keeps what a disabled node should get until it is enabled again", async () => {
    const off = { store: "store0", queue: "", d: true };
    await load([tab, store0, work("work0", [["work1"]]), work("work1", [["sink0"]], off), sink("sink0")]);
    helper.getNode("work0").receive({ asset: asset("a"), lifecycle: { run: "r" } });
    await until(async () => (await jobs()).some(({ state }) => state === "done"));
    assert.deepEqual(got, []);
    const waiting = await withStore((store) => store.pending(["work0"]));
    assert.deepEqual(
      waiting.map(({ assetKey }) => assetKey),
      ["otmm:dam:a"],
    );
    await helper.unload();
    await load([tab, store0, work("work0", [["work1"]]), work("work1", [["sink0"]]), sink("sink0")]);
    await until(() => got.length === 1);
    assert.deepEqual(names(), ["a"]);
  });

  it("gives everything of queues that nobody works any more to the nodes of a copy", async () => {
    script.pages = [[asset("a")], [asset("b")], [asset("c")]];
    // The second page never comes, and the first asset is never done: then the flow is imported as a copy.
    let pageAsked: (() => void) | undefined;
    const stuck = new Promise<void>((resolve) => {
      pageAsked = resolve;
    });
    let closing: (() => void) | undefined;
    const late = new Promise<void>((resolve) => {
      closing = resolve;
    });
    script.work = async (job) => {
      pageAsked?.();
      await new Promise<void>((resolve) => job.signal.addEventListener("abort", () => resolve()));
      await late;
      return pass(job);
    };
    await load([tab, store0, find([["work0"], []]), work("work0", [["sink0"]]), sink("sink0")]);
    helper.getNode("find0").receive({});
    await stuck;
    closing?.();
    await helper.unload();
    script.work = pass;
    await load([tab, store0, { ...find([["work9"], []]), id: "find9" }, work("work9", [["sink0"]]), sink("sink0")]);
    const base = "/content-lifecycle/stores/store0/queues";
    const orphaned = async (): Promise<string[]> => {
      const { queues } = (await helper.request().get(base)).body as { queues: { queue: string; owned: boolean }[] };
      return queues.filter(({ owned }) => !owned).map(({ queue }) => queue);
    };
    await until(async () => (await jobs()).every(({ state }) => state === "orphaned"));
    assert.ok((await orphaned()).includes("work0"));
    const foreign = await helper.request().post(`${base}/work0/adopt`).send({ queue: "nobody" });
    assert.equal(foreign.status, 404);
    const owned = await helper.request().post(`${base}/work9/adopt`).send({ queue: "find9" });
    assert.equal(owned.status, 409);
    for (const [from, queue] of [
      ["work0", "work9"],
      ["find0", "find9"],
    ] as const) {
      const answer = await helper.request().post(`${base}/${from}/adopt`).send({ queue });
      assert.equal(answer.status, 200);
    }
    await until(async () => (await withStore((store) => store.runs(1)))[0]?.counts.done === 3);
    assert.deepEqual([...new Set(names())], ["a", "b", "c"]);
    assert.deepEqual(await orphaned(), []);
  });
});
