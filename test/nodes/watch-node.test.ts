import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { NodeAPI, NodeInitializer } from "node-red";
import type { LifecycleAsset } from "../../lib/messages/asset.js";
import { LifecycleError } from "../../lib/messages/error.js";
import type { LifecycleMessage } from "../../lib/messages/message.js";
import { registerJobNode, registerWatchNode, type WatchPage, type WatchRound } from "../../lib/runtime/index.js";
import { openStore, type LifecycleStore } from "../../lib/store/index.js";
import { coreNode, helper, major, until } from "../support/helper.js";

function asset(name: string, version = "1"): LifecycleAsset {
  return { key: `otmm:dam:${name}`, version, name, ids: {}, fields: {}, content: [] };
}
const change = (name: string, at: number) => ({ id: `${name}@${at}`, asset: asset(name), payload: { name, at } });

/** What the watched system holds; each test sets it. The cursor is the time of the newest change, read again with 2 of overlap. */
const script = {
  file: "",
  changes: [] as { name: string; at: number }[],
  pageSize: 100,
  polls: 0,
  fail: undefined as LifecycleError | undefined,
  interval: 30,
  /** The next node takes nothing in before this. */
  gate: Promise.resolve(),
};

function poll({ cursor }: WatchRound): Promise<WatchPage> {
  script.polls += 1;
  if (script.fail !== undefined) return Promise.reject(script.fail);
  const since = Number(cursor?.["since"] ?? 0);
  const after = Number(cursor?.["after"] ?? 0);
  const found = script.changes.filter(({ at }) => at >= since - 2);
  const page = found.slice(after, after + script.pageSize);
  const more = after + page.length < found.length;
  const newest = Math.max(since, ...found.map(({ at }) => at));
  return Promise.resolve({
    changes: page.map(({ name, at }) => change(name, at)),
    cursor: more ? { since, after: after + page.length } : { since: newest },
    more,
  });
}

const nodes: NodeInitializer = (RED: NodeAPI) => {
  RED.nodes.registerType("test-store", function (config) {
    RED.nodes.createNode(this, config);
    let opened: Promise<LifecycleStore> | undefined;
    Object.assign(this, { store: () => (opened ??= openStore(script.file)) });
    this.on("close", (_removed: boolean, done: () => void) => {
      (opened ?? Promise.resolve(undefined)).then((store) => store?.close()).then(done, done);
    });
  });
  RED.nodes.registerType("test-watch", function (config) {
    RED.nodes.createNode(this, config);
    registerWatchNode({ RED, node: this, storeId: "store0", intervalMs: script.interval, maxUnacknowledged: 5, poll });
  });
  RED.nodes.registerType("test-work", function (config) {
    RED.nodes.createNode(this, config);
    registerJobNode({
      RED,
      node: this,
      storeId: "store0",
      concurrency: 4,
      settings: () => script.gate.then(() => ({})),
      work: (job) => Promise.resolve({ kind: "done", outputs: [{ port: 0, msg: job.msg }] }),
    });
  });
};

const at = { x: 10, y: 10, z: "tab0" };
const FLOW = [
  { id: "tab0", type: "tab", label: "test" },
  { id: "store0", type: "test-store" },
  { id: "watch0", type: "test-watch", ...at, wires: [["work0", "plan0"]] },
  { id: "work0", type: "test-work", ...at, wires: [["sink0"]] },
  { id: "sink0", type: "helper", ...at },
  { id: "plan0", type: "helper", ...at },
  { id: "catch0", type: "catch", ...at, scope: ["watch0"], wires: [["caught0"]] },
  { id: "caught0", type: "helper", ...at },
];

describe(`a watching node in Node-RED ${major}`, () => {
  let folder: string;
  const got: string[] = [];
  const caught: string[] = [];
  const load = async (flow: object[] = FLOW): Promise<void> => {
    await helper.load([nodes, coreNode("common/25-catch")], flow as never);
    helper.getNode("sink0").on("input", (msg) => {
      const { payload } = msg as { payload: { name: string; at: number } };
      got.push(`${payload.name}@${payload.at}`);
    });
    helper.getNode("caught0").on("input", (msg) => {
      caught.push(String((msg as { error?: { code?: string } }).error?.code));
    });
  };
  const polled = async (times: number): Promise<void> => {
    const before = script.polls;
    await until(() => script.polls >= before + times);
  };
  const withStore = async <T>(ask: (store: LifecycleStore) => Promise<T>): Promise<T> => {
    const store = await openStore(script.file);
    try {
      return await ask(store);
    } finally {
      await store.close();
    }
  };

  before(() => new Promise<void>((done) => void helper.startServer(done)));
  after(() => new Promise<void>((done) => void helper.stopServer(done)));
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "watch-"));
    Object.assign(script, {
      file: join(folder, "s.sqlite"),
      changes: [],
      pageSize: 100,
      polls: 0,
      fail: undefined,
      interval: 30,
      gate: Promise.resolve(),
    });
    got.length = 0;
    caught.length = 0;
  });
  afterEach(async () => {
    await helper.unload();
    rmSync(folder, { recursive: true, force: true });
  });

  it("sends each change once although every look overlaps with the one before", async () => {
    script.changes = [1, 2, 3].map((n) => ({ name: `a${n}`, at: n }));
    await load();
    await until(() => got.length === 3);
    script.changes.push({ name: "b", at: 3 });
    await until(() => got.length === 4);
    await polled(4);
    assert.deepEqual(got.toSorted(), ["a1@1", "a2@2", "a3@3", "b@3"]);
    const runs = await withStore((store) => store.runs(10));
    assert.deepEqual(
      runs.map(({ state, counts }) => [state, counts.found, counts.done]),
      [
        ["done", 1, 1],
        ["done", 3, 3],
      ],
    );
  });

  it("sends a second change of the same asset version, also when both are found at one look", async () => {
    script.changes = [
      { name: "a", at: 1 },
      { name: "a", at: 2 },
    ];
    await load();
    await until(() => got.length === 2);
    script.changes.push({ name: "a", at: 3 });
    await until(() => got.length === 3);
    assert.deepEqual(got.toSorted(), ["a@1", "a@2", "a@3"]);
  });

  it("goes on after downtime from its kept cursor: nothing missed, nothing twice", async () => {
    script.changes = [{ name: "a", at: 1 }];
    await load();
    await until(() => got.length === 1);
    await helper.unload();
    script.changes.push({ name: "b", at: 2 }, { name: "c", at: 50 });
    await load();
    await until(() => got.length === 3);
    await polled(3);
    assert.deepEqual(got.toSorted(), ["a@1", "b@2", "c@50"]);
  });

  it("sends after the start what was stored but not sent before the end", async () => {
    const message = { asset: asset("kept"), payload: { name: "kept", at: 9 } };
    const batch = {
      queue: "watch0",
      nodeType: "test-watch",
      nodeName: "",
      round: 0,
      cursor: { since: 9 },
      runs: [
        {
          id: "run0",
          handovers: [
            {
              id: "watch0.kept@9",
              run: "run0",
              from: "run0",
              queue: "watch0",
              port: 0,
              assetKey: "otmm:dam:kept",
              assetVersion: "1",
              message: JSON.parse(JSON.stringify(message)) as never,
            },
          ],
        },
      ],
    };
    await withStore(async (store) => {
      assert.deepEqual(await store.watched(batch), ["watch0.kept@9"]);
      await assert.rejects(store.watched(batch), { code: "CONFLICT" }, "an overtaken watch changes nothing");
    });
    script.changes = [{ name: "kept", at: 9 }];
    await load();
    await until(() => got.length === 1);
    await polled(3);
    assert.deepEqual(got, ["kept@9"]);
  });

  it("waits while too many outputs are unacknowledged", async () => {
    script.changes = Array.from({ length: 20 }, (_, n) => ({ name: `a${n}`, at: n }));
    script.pageSize = 5;
    let open = (): void => undefined;
    script.gate = new Promise((resolve) => (open = resolve));
    await load();
    await until(async () => (await withStore((store) => store.watchState("watch0")))?.round === 1);
    helper.getNode("watch0").receive({});
    assert.equal(script.polls, 1, "five are under way: no further look");
    open();
    await until(() => got.length === 20);
    assert.equal(new Set(got).size, 20);
  });

  it("tells a failure once to Catch with its code, keeps the cursor and goes on when it is over", async () => {
    script.changes = [{ name: "a", at: 1 }];
    script.fail = new LifecycleError("UNREACHABLE", "The system is away.");
    await load();
    await until(() => script.polls >= 4);
    assert.deepEqual(caught, ["UNREACHABLE"]);
    assert.equal(await withStore((store) => store.watchState("watch0")), undefined);
    script.fail = undefined;
    await until(() => got.length === 1);
    assert.deepEqual(got, ["a@1"]);
  });

  it("shows in a dry run what it would send, and keeps nothing", async () => {
    script.interval = 600_000;
    script.changes = [{ name: "a", at: 1 }];
    await load();
    await until(() => got.length === 1);
    script.changes.push({ name: "b", at: 2 });
    const planned: LifecycleMessage[] = [];
    helper.getNode("plan0").on("input", (msg) => planned.push(msg as LifecycleMessage));
    helper.getNode("watch0").receive({ dryRun: true });
    await until(() => planned.length > 0);
    assert.deepEqual([planned[0]?.asset?.name, planned[0]?.dryRun], ["b", true]);
    assert.equal((await withStore((store) => store.watchState("watch0")))?.round, 1);
    helper.getNode("watch0").receive({});
    await until(() => got.length === 2);
  });
});
