import assert from "node:assert/strict";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { NodeInitializer } from "node-red";
import type { LifecycleMessage } from "../../lib/messages/message.js";
import type { StoredEvent } from "../../lib/store/index.js";
import { StoreFile } from "../../lib/store/store-file.js";
import { verifyChain } from "../../lib/store/verify.js";
import { assetWith, readAnchors, readExport, type AssetReport, verifyExport } from "../../lib/timeline/index.js";
import lifecycleEvent from "../../nodes/lifecycle-event/lifecycle-event.js";
import { eventFrom } from "../../nodes/lifecycle-event/event.js";
import lifecycleQuery from "../../nodes/lifecycle-query/lifecycle-query.js";
import lifecycleStore from "../../nodes/lifecycle-store/lifecycle-store.js";
import { event, withStore } from "../lib/store/timeline-support.js";
import { coreNode, helper, major, until } from "../support/helper.js";

const KEY = "otmm:dam:a";
const asset = { key: KEY, version: "2", name: "a", ids: {}, fields: {}, content: [] };
const at = { z: "tab0", x: 10, y: 10 };

describe(`lifecycle-event and lifecycle-query in Node-RED ${major}`, () => {
  let userDir: string;
  const got: Record<string, LifecycleMessage[]> = {};
  const modules: NodeInitializer[] = [lifecycleStore, lifecycleEvent, lifecycleQuery, coreNode("common/25-catch")];

  before(() => new Promise<void>((done) => void helper.startServer(done)));
  after(() => new Promise<void>((done) => void helper.stopServer(done)));
  beforeEach(() => {
    userDir = mkdtempSync(join(tmpdir(), "timeline-nodes-"));
    helper.settings({ userDir });
    for (const name of Object.keys(got)) delete got[name];
  });
  afterEach(async () => {
    await helper.unload();
    rmSync(userDir, { recursive: true, force: true });
  });

  /** One node between its outputs and a Catch; what arrives is listed by the sink's id. */
  async function load(type: string, members: object): Promise<void> {
    const sinks = ["first", "second", "caught"].map((id) => ({ id, type: "helper", ...at }));
    const flow = [
      { id: "tab0", type: "tab", label: "t" },
      { id: "store0", type: "lifecycle-store", file: "t.db", retentionDays: 0 },
      {
        id: "node0",
        type,
        ...at,
        store: "store0",
        ...members,
        wires: [["first"], ["second"]].slice(0, type === "lifecycle-query" ? 2 : 1),
      },
      { id: "catch0", type: "catch", ...at, scope: null, wires: [["caught"]] },
      ...sinks,
    ];
    await helper.load(modules, flow);
    for (const { id } of sinks) helper.getNode(id).on("input", (msg) => (got[id] ??= []).push(msg as LifecycleMessage));
  }
  const send = (msg: object): void => helper.getNode("node0").receive(msg as never);
  async function next(sink: string, count = 1): Promise<LifecycleMessage> {
    await until(() => (got[sink]?.length ?? 0) >= count);
    const message = got[sink]?.[count - 1];
    assert.ok(message);
    return message;
  }
  const codeOf = (msg: LifecycleMessage): unknown => (msg["error"] as { code?: unknown } | undefined)?.code;
  const file = (): string => join(userDir, "content-lifecycle", "t.db");
  const stored = async (): Promise<StoredEvent[]> => await withStore(file(), (store) => store.timeline(KEY));

  describe("lifecycle-event", () => {
    it("writes the flow's event onto the asset's timeline, by the node and its software", async () => {
      await load("lifecycle-event", {
        name: "Night desk",
        event: "topic",
        eventType: "msg",
        detail: '{"room":"4"}',
        detailType: "json",
        system: "otmm:dam",
      });
      send({ asset, topic: "shown in the exhibition", lifecycle: { run: "run-7" } });
      const { payload } = await next("first");
      const [written, ...others] = await stored();
      assert.equal(others.length, 0);
      assert.equal((payload as StoredEvent).type, "shown in the exhibition");
      assert.match(written?.agent ?? "", /^node Night desk \(@content-lifecycle\/node-red \d+\.\d+\.\d+\)$/);
      assert.deepEqual(
        [written?.assetVersion, written?.basis, written?.outcome, written?.run, written?.system, written?.detail],
        ["2", "reported", "success", "run-7", "otmm:dam", { room: "4" }],
      );
      assert.equal(written?.clock, undefined);
    });

    it("takes the time from the flow, keeps whose clock it was, and finds the asset by its key", async () => {
      await load("lifecycle-event", {
        about: "payload",
        event: "shown",
        at: "when",
        atType: "msg",
        outcome: "warning",
      });
      await withStoreOf(async (store) => store.append([event("a", "selected")]));
      send({ payload: KEY, when: "2026-03-01T14:00:00+01:00" });
      await next("first");
      const written = (await stored()).find(({ type }) => type === "shown");
      assert.deepEqual(
        [written?.at, written?.clock, written?.outcome],
        ["2026-03-01T13:00:00.000Z", "flow", "warning"],
      );
    });

    it("writes once what is sent again by the same hand-over", async () => {
      await load("lifecycle-event", { event: "shown" });
      for (let time = 1; time <= 2; time += 1) {
        send({ asset, lifecycle: { run: "r", handover: "h1" } });
        await next("first", time);
      }
      send({ asset, lifecycle: { run: "r", handover: "h2" } });
      await next("first", 3);
      assert.equal((await stored()).length, 2);
    });

    it("writes a state only when it differs, with what was before, and finds the asset by the ids of the message", async () => {
      await load("lifecycle-event", {
        event: "rights stated",
        detail: "{'usage': usage}",
        detailType: "jsonata",
        at: "when",
        atType: "msg",
        system: "otmm:dam",
        onlyChanges: true,
      });
      const ids = { otmm: { connection: "dam", assetId: "a2", originalAssetId: "a", version: "2" } };
      const day = (n: number): string => `2026-03-0${n}T10:00:00Z`;
      const told = [
        ["LIC", 1],
        ["LIC", 2],
        ["OWN", 3],
        // Late: older than what is known.
        ["LIC", 2],
        ["UNK", 4],
        ["OWN", 5],
      ] as const;
      for (const [index, [usage, when]] of told.entries()) {
        send({ asset: { ...asset, ids }, usage, when: day(when) });
        await next("first", index + 1);
      }
      const written = await stored();
      assert.deepEqual(
        written.map(({ detail }) => detail),
        [
          { usage: "LIC" },
          { usage: "OWN", was: { usage: "LIC" } },
          { usage: "UNK", was: { usage: "OWN" } },
          { usage: "OWN", was: { usage: "UNK" } },
        ],
      );
      assert.deepEqual(
        (got["first"] ?? []).map(({ payload }) => (payload as StoredEvent).at),
        [1, 1, 3, 3, 4, 5].map((n) => new Date(day(n)).toISOString()),
      );
      assert.equal(written[0]?.clock, "otmm:dam");
      for (const id of ["a", "a2"]) assert.equal(await withStoreOf((store) => assetWith(store, id)), KEY);
    });

    it("does not let two messages about an asset both find that nothing is written yet", async () => {
      await load("lifecycle-event", { event: "created", onlyChanges: true });
      for (let time = 1; time <= 5; time += 1) send({ asset });
      await next("first", 5);
      assert.equal((await stored()).length, 1);
    });

    it("plans, but writes nothing in a dry run", async () => {
      await load("lifecycle-event", { event: "shown" });
      send({ asset, dryRun: true });
      const { plan } = await next("first");
      assert.equal(plan?.[0]?.action, "write event");
      assert.deepEqual(await stored(), []);
    });

    it("tells a Catch node about a missing asset, an unknown id and a reserved type", async () => {
      await load("lifecycle-event", { about: "about", event: "topic", eventType: "msg" });
      const wrong = [{ topic: "shown" }, { topic: "shown", about: "nothing" }, { topic: "approved", about: asset }];
      const codes: unknown[] = [];
      for (const [index, msg] of wrong.entries()) {
        send(msg);
        codes.push(codeOf(await next("caught", index + 1)));
      }
      assert.deepEqual(codes, ["INVALID_INPUT", "NOT_FOUND", "INVALID_INPUT"]);
    });

    it("refuses approvers, acts of the package, times that cannot be, and what is no data", () => {
      const good = {
        event: "shown",
        outcome: "success",
        detail: undefined,
        at: "",
        basis: "reported",
        system: "",
      } as const;
      const now = new Date("2026-03-01T12:00:00Z");
      const make = (change: object) => eventFrom({ ...good, ...change }, KEY, "agent", now);
      assert.equal(make({}).at, "2026-03-01T12:00:00.000Z");
      assert.deepEqual(make({ detail: 4 }).detail, { value: 4 });
      assert.equal(make({ at: 0 }).at, "1970-01-01T00:00:00.000Z");
      const circular: { self?: object } = {};
      circular.self = circular;
      for (const wrong of [
        { event: "" },
        { event: 3 },
        { event: "payload erased" },
        { event: "Final approval" },
        { event: "job cancelled" },
        { event: " accession " },
        { event: "source released" },
        { event: "destroyed" },
        { outcome: "fine" },
        { at: "2026-03-01T12:00:00" },
        { at: "yesterday" },
        { at: "2026-03-02T12:00:00Z" },
        { detail: { approvedBy: "Ines" } },
        { detail: { approver: "Ines" } },
        { detail: circular },
        { detail: "x".repeat(20_000) },
      ]) {
        assert.throws(() => make(wrong), { code: "INVALID_INPUT" }, Object.keys(wrong).join());
      }
    });
  });

  async function withStoreOf<T>(work: Parameters<typeof withStore<T>>[1]): Promise<T> {
    return await withStore(file(), work);
  }

  describe("the store's daily anchor", () => {
    const opens = async (members: object): Promise<void> => {
      const flow = [
        { id: "tab0", type: "tab", label: "t" },
        { id: "store0", type: "lifecycle-store", file: "t.db", retentionDays: 0, ...members },
        { id: "node0", type: "lifecycle-query", ...at, store: "store0", mode: "report", wires: [[], []] },
      ];
      await helper.load(modules, flow);
      send({ payload: KEY });
    };
    const anchors = (): string => join(userDir, "anchors.jsonl");

    it("is written when the store opens, into the file that is set", async () => {
      await withStoreOf((store) => store.append([event("a", "created")]));
      await opens({ anchor: "file", anchorFile: "anchors.jsonl" });
      await until(() => existsSync(anchors()) && readFileSync(anchors(), "utf8").endsWith("\n"));
      await helper.unload();
      const [written] = readAnchors(readFileSync(anchors(), "utf8"));
      assert.deepEqual(await withStoreOf((store) => store.anchors()), [written]);
    });

    it("stays in the store where no file is set, and can be left out", async () => {
      await withStoreOf((store) => store.append([event("a", "created")]));
      const kept = async (): Promise<number> => {
        const answer = await helper.request().get("/content-lifecycle/stores/store0/anchors");
        return (answer.body as { anchors: object[] }).anchors.length;
      };
      await opens({ anchor: "off" });
      assert.equal(await kept(), 0);
      await helper.unload();
      await opens({});
      await until(async () => (await kept()) === 1);
      assert.equal(existsSync(anchors()), false);
    });

    it("tells in the log why it was not taken, and no flow stops for it", async () => {
      await withStoreOf((store) => store.append([event("a", "created")]));
      await opens({ anchor: "file", anchorFile: "no/where.jsonl" });
      const said = (): string[] =>
        helper
          .log()
          .args.flatMap(([entry]) => ((entry as { id?: string }).id === "store0" ? [JSON.stringify(entry)] : []));
      await until(() => said().some((line) => line.includes("The daily anchor was not taken")));
      assert.match(said().join(), /no\/where\.jsonl/);
    });
  });

  describe("lifecycle-query", () => {
    async function known(): Promise<void> {
      await withStoreOf(async (store) => {
        await store.startRun({
          id: "run-1",
          queue: "f",
          nodeType: "otmm-asset-fetch",
          nodeName: "",
          message: {},
          settings: {},
        });
        const { job } = await store.intake({
          queue: "q",
          nodeType: "preservica-ingest",
          nodeName: "",
          assetKey: KEY,
          assetVersion: "1",
          assetName: "a",
          run: "run-1",
          message: {},
          settings: {},
        });
        await store.claim("q", 1, Date.now() + 1000);
        const identities = [{ system: "preservica", connection: "archive", id: "ref-1", assetKey: KEY }];
        const events = [event("a", "accession", { system: "preservica", basis: "reported" })];
        await store.change({ job: job.id, attempt: 1, state: "done", identities, events });
      });
    }

    it("finds the asset by an id of any system and tells all about it", async () => {
      await load("lifecycle-query", { mode: "report", zone: "Europe/Berlin" });
      await known();
      send({ payload: "ref-1", topic: "kept" });
      const { payload, topic } = await next("first");
      const report = payload as AssetReport;
      assert.equal(topic, "kept");
      assert.equal(report.asset, KEY);
      assert.deepEqual(report.jobs, { done: 1 });
      assert.deepEqual(
        report.location.map(({ system, state, since }) => [system, state, since]),
        [["preservica", "present", "2026-03-01T10:00:00.000Z"]],
      );
      assert.equal(report.timeline[0]?.local, "2026-03-01T11:00:00.000+01:00");
      assert.equal(got["second"], undefined);
    });

    it("sends what the store does not know by the second output", async () => {
      await load("lifecycle-query", { mode: "location" });
      send({ payload: "nothing" });
      assert.deepEqual((await next("second")).payload, { id: "nothing" });
      assert.equal(got["first"], undefined);
    });

    it("gives the timeline as JSON that verifies, and as PREMIS", async () => {
      await load("lifecycle-query", { mode: "timeline", format: "json" });
      await known();
      send({ payload: KEY });
      const document = readExport(String((await next("first")).payload));
      assert.equal(verifyExport(document).intact, true);
      assert.equal(document.events.length, 1);
      await helper.unload();
      await load("lifecycle-query", { mode: "timeline", format: "premis" });
      send({ payload: KEY });
      assert.match(String((await next("first", 2)).payload), /^<\?xml[^]*<premis [^]*>accession<\/eventType>/);
    });

    it("counts a run by state, and takes an anchor of the chain", async () => {
      await load("lifecycle-query", { mode: "counts" });
      await known();
      send({ lifecycle: { run: "run-1" } });
      const counted = (await next("first")).payload as { counts: object };
      assert.deepEqual(counted.counts, { found: 1, done: 1, refused: 0, failed: 0, waiting: 0, running: 0 });
      send({ lifecycle: { run: "none" } });
      assert.deepEqual((await next("second")).payload, { run: "none" });
      await helper.unload();
      await load("lifecycle-query", { mode: "head" });
      send({});
      const anchor = (await next("first", 2)).payload;
      assert.deepEqual(await withStoreOf((store) => store.anchors()), [anchor]);
    });

    it("tells a Catch node when the message names nothing, and when an id is not one asset's alone", async () => {
      await load("lifecycle-query", { mode: "report" });
      send({ payload: {} });
      assert.equal(codeOf(await next("caught")), "INVALID_INPUT");
      await known();
      await withStoreOf(async (store) => {
        const { job } = await store.intake({
          queue: "q",
          nodeType: "t",
          nodeName: "",
          assetKey: "s3:b:x",
          assetVersion: "1",
          assetName: "x",
          run: "",
          message: {},
          settings: {},
        });
        await store.claim("q", 1, Date.now() + 1000);
        const identities = [{ system: "s3", connection: "b", id: "ref-1", assetKey: "s3:b:x" }];
        await store.change({ job: job.id, attempt: 1, state: "done", identities });
      });
      send({ payload: "ref-1" });
      assert.equal(codeOf(await next("caught", 2)), "CONFLICT");
    });

    it("answers the same over the admin API, where only a signed-in person erases", async () => {
      await load("lifecycle-query", { mode: "report" });
      await known();
      const url = "/content-lifecycle/stores/store0";
      const found = await helper.request().get(`${url}/find?id=ref-1`);
      assert.deepEqual(found.body, {
        assets: [{ asset: KEY, ids: [{ system: "preservica", connection: "archive", id: "ref-1" }] }],
      });
      assert.deepEqual((await helper.request().get(`${url}/find?id=none`)).body, { assets: [] });
      const told = await helper.request().get(`${url}/timeline?asset=ref-1&zone=Europe/Berlin`);
      assert.equal((told.body as AssetReport).timeline[0]?.local, "2026-03-01T11:00:00.000+01:00");
      assert.equal((await helper.request().get(`${url}/timeline?asset=none`)).status, 404);
      assert.equal((await helper.request().get(`${url}/timeline`)).status, 400);
      assert.equal((await helper.request().get(`${url}/timeline?asset=ref-1&zone=Mars`)).status, 400);
      const anchor = await helper.request().post(`${url}/anchors`);
      assert.deepEqual((await helper.request().get(`${url}/anchors`)).body, {
        anchors: [(anchor.body as { anchor: object }).anchor],
      });
      const backup = await helper.request().post(`${url}/backup`);
      const copy = new StoreFile((backup.body as { file: string }).file);
      assert.equal(verifyChain(copy.frames(), copy.anchors()).intact, true);
      copy.close();
      const erase = await helper.request().post(`${url}/erase`).send({ asset: KEY, reason: "request" });
      assert.equal(erase.status, 403);
      assert.equal(
        (await stored()).some(({ erased }) => erased === true),
        false,
      );
    });
  });
});
