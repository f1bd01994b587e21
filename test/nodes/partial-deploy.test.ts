import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { NodeAPI, NodeInitializer } from "node-red";
import type { LifecycleAsset } from "../../lib/messages/asset.js";
import type { LifecycleMessage } from "../../lib/messages/message.js";
import { registerJobNode, type StoreHolder } from "../../lib/runtime/index.js";
import type { JobSummary } from "../../lib/store/types.js";
import { holdsIn } from "../../lib/systems/holds.js";
import { systems } from "../../lib/systems/registry.js";
import store from "../../nodes/lifecycle-store/lifecycle-store.js";
import otmm from "../../nodes/otmm-connection/otmm-connection.js";
import { zoneOf } from "../../nodes/shared/zone.js";
import { coreNode, helper, until } from "../support/helper.js";

const PLACE = { system: "otmm", connection: "dam" } as const;
const ASSET: LifecycleAsset = {
  key: "otmm:dam:a",
  version: "1",
  name: "a",
  ids: { otmm: { connection: "dam", assetId: "a", originalAssetId: "a", version: "1" } },
  fields: {},
  content: [],
};

/** A promise and what fulfils it. */
function gate(): { opened: Promise<void>; open: () => void } {
  let open = (): void => undefined;
  const opened = new Promise<void>((resolve) => (open = resolve));
  return { opened, open };
}

/** What the test's nodes wait for; each test sets it. */
let begun = gate();
let goOn = gate();
let mayClose = gate();
let tries = 0;

const nodes: NodeInitializer = (RED: NodeAPI) => {
  // Names no connection, as the ingest: what it needs of the source it finds by the connection's key.
  RED.nodes.registerType("test-work", function (config) {
    RED.nodes.createNode(this, config);
    registerJobNode({
      RED,
      node: this,
      storeId: "store0",
      concurrency: 1,
      attempts: 1,
      settings: () => Promise.resolve({}),
      work: async (job) => {
        tries += 1;
        begun.open();
        await goOn.opened;
        systems.get(PLACE.system, PLACE.connection);
        return { kind: "done", outputs: [{ port: 0, msg: job.msg }] };
      },
    });
  });
  // As above, for what takes a failure for an answer, and for zones.
  RED.nodes.registerType("test-ask", function (config) {
    RED.nodes.createNode(this, config);
    registerJobNode({
      RED,
      node: this,
      storeId: "store0",
      concurrency: 1,
      attempts: 1,
      settings: () => Promise.resolve({}),
      work: async (job) => {
        tries += 1;
        begun.open();
        await goOn.opened;
        const zone = zoneOf(job.msg.asset);
        const { state } = await holdsIn(systems, PLACE, job.msg.asset);
        return { kind: "done", outputs: [{ port: 0, msg: { ...job.msg, payload: { zone, state } } }] };
      },
    });
  });
  // Names the connection and takes its time to close, as an update that is under way.
  RED.nodes.registerType("test-slow", function (config) {
    RED.nodes.createNode(this, config);
    this.on("close", (_removed: boolean, done: () => void) => void mayClose.opened.then(done));
  });
};

describe("a deploy of the modified nodes only, when a connection is among them", () => {
  let userDir: string;
  const got: LifecycleMessage[] = [];

  before(() => new Promise<void>((done) => void helper.startServer(done)));
  after(() => new Promise<void>((done) => void helper.stopServer(done)));
  beforeEach(() => {
    userDir = mkdtempSync(join(tmpdir(), "partial-"));
    helper.settings({ userDir });
    [begun, goOn, mayClose] = [gate(), gate(), gate()];
    tries = 0;
    got.length = 0;
  });
  afterEach(async () => {
    mayClose.open();
    goOn.open();
    await helper.unload();
    rmSync(userDir, { recursive: true, force: true });
  });

  const at = { z: "tab0", x: 10, y: 10 };
  const connection = (idleSeconds: number) => ({
    id: "conn0",
    type: "otmm-connection",
    key: "dam",
    url: "http://127.0.0.1:9",
    zone: "Europe/Berlin",
    holdMode: "none",
    idleSeconds,
  });
  const flow = (type: string, ...connections: object[]): object[] => [
    { id: "tab0", type: "tab", label: "t" },
    { id: "store0", type: "lifecycle-store", file: "t.db", retentionDays: 1 },
    ...connections,
    { id: "slow0", type: "test-slow", connection: connections.length === 0 ? "" : "conn0", ...at, wires: [] },
    { id: "work0", type, ...at, wires: [["sink0"]] },
    { id: "catch0", type: "catch", scope: null, ...at, wires: [["sink0"]] },
    { id: "sink0", type: "helper", ...at },
  ];
  const jobs = async (): Promise<JobSummary[]> =>
    await (await (helper.getNode("store0") as unknown as StoreHolder).store()).jobs({});

  const isThere = (id: string): boolean => Boolean(helper.getNode(id));

  /** The job asks for the connection after it was closed and before the deploy is over. */
  async function deployAround(type: string, ...after: object[]): Promise<void> {
    await helper.load([store, otmm, nodes, coreNode("common/25-catch")], flow(type, connection(60)) as never);
    helper.getNode("sink0").on("input", (msg) => got.push(msg as LifecycleMessage));
    helper.getNode("work0").receive({ asset: ASSET, lifecycle: { run: "r" } });
    await begun.opened;
    const deployed = helper.setFlows(flow(type, ...after) as never, "nodes");
    await until(() => !isThere("conn0"));
    goOn.open();
    await new Promise((done) => setTimeout(done, 100));
    assert.deepEqual(got, []);
    mayClose.open();
    await deployed;
    await until(() => got.length === 1);
  }

  it("does not fail a job that needs the connection meanwhile, and does not count the attempt", async () => {
    await deployAround("test-work", connection(61));
    const [job] = await jobs();
    assert.deepEqual([job?.state, job?.failures, tries], ["done", 0, 2]);
  });

  it("does not take the connection's silence for an answer about holds, nor its zone for none", async () => {
    await deployAround("test-ask", connection(61));
    assert.deepEqual(got[0]?.payload, { zone: "Europe/Berlin", state: "clear" });
    assert.equal(tries, 2);
  });

  it("fails the job once the deploy is over when the connection was taken away", async () => {
    await deployAround("test-work");
    assert.equal((got[0]?.["error"] as { code: string } | undefined)?.code, "NOT_CONFIGURED");
    assert.deepEqual(
      (await jobs()).map(({ state }) => state),
      ["failed"],
    );
    assert.equal(zoneOf(ASSET), undefined);
  });
});
