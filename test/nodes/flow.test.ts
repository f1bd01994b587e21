import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Node } from "node-red";
import type { LifecycleMessage } from "../../lib/messages/message.js";
import type { LifecycleAsset } from "../../lib/messages/asset.js";
import { DEFAULT_PROFILES } from "../../lib/mapping/index.js";
import store from "../../nodes/lifecycle-store/lifecycle-store.js";
import mapper from "../../nodes/metadata-mapper/metadata-mapper.js";
import profile from "../../nodes/mapping-profile/mapping-profile.js";
import fetchNode from "../../nodes/otmm-asset-fetch/otmm-asset-fetch.js";
import update from "../../nodes/otmm-asset-update/otmm-asset-update.js";
import otmm from "../../nodes/otmm-connection/otmm-connection.js";
import ingest from "../../nodes/preservica-ingest/preservica-ingest.js";
import preservica from "../../nodes/preservica-connection/preservica-connection.js";
import { coreNode, helper, major, until } from "../support/helper.js";
import { startTestSandbox, type TestSandbox } from "../support/sandbox.js";

const NODES = [store, mapper, profile, fetchNode, update, otmm, ingest, preservica];
type FlowNode = { id: string; type: string; wires?: string[][] } & Record<string, unknown>;

/** Ends in a profile whose one row wants a title. */
const PROFILE = {
  name: "titles",
  version: "1.0.0",
  targets: [{ name: "dc", kind: "dublin-core" }],
  rows: [{ id: "1", from: [{ kind: "field", id: "TITLE" }], to: { target: "dc", field: "dc:title" }, required: true }],
};

describe(`the nodes in Node-RED ${major}`, function () {
  this.timeout(120_000);
  let userDir: string;
  let running: TestSandbox;
  let secrets: Record<string, Record<string, string>>;

  before(async function () {
    this.timeout(240_000);
    running = await startTestSandbox();
    const { otmm: dam, preservica: archive } = running.sandbox.ready;
    secrets = {
      "conn-dam": { username: dam?.["username"] ?? "", password: dam?.["password"] ?? "" },
      "conn-archive": { username: archive?.["username"] ?? "", password: archive?.["password"] ?? "" },
    };
    await new Promise<void>((done) => helper.startServer(done));
  });
  after(async () => {
    await new Promise<void>((done) => helper.stopServer(done));
    await running.stop();
  });
  beforeEach(() => {
    userDir = mkdtempSync(join(tmpdir(), "nodes-"));
    helper.settings({ userDir });
  });
  afterEach(async () => {
    await helper.unload();
    rmSync(userDir, { recursive: true, force: true });
  });

  const base = (): FlowNode[] => [
    { id: "flow0", type: "tab", label: "t" },
    { id: "store0", type: "lifecycle-store", file: "t.db", retentionDays: 1 },
    {
      id: "conn-dam",
      type: "otmm-connection",
      key: "dam",
      url: running.sandbox.url("otmm"),
      zone: "Europe/Berlin",
      holdMode: "none",
    },
    { id: "profile0", type: "mapping-profile", profile: PROFILE },
  ];
  const node = (id: string, type: string, members: object, wires: string[][] = []): FlowNode => ({
    id,
    type,
    z: "flow0",
    x: 10,
    y: 10,
    ...members,
    wires,
  });
  const load = async (flow: FlowNode[], credentials = secrets): Promise<void> => {
    await helper.load([...NODES, coreNode("common/25-catch")], flow, credentials);
  };
  const sent = async (id: string): Promise<LifecycleMessage> =>
    await new Promise((done) => helper.getNode(id).once("input", (msg: unknown) => done(msg as LifecycleMessage)));
  const titled = (name: string, title?: string): LifecycleAsset => ({
    key: `otmm:dam:${name}`,
    version: "1",
    name,
    ids: {},
    fields: title === undefined ? {} : { TITLE: { type: "text", label: "Title", value: title } },
    content: [],
  });

  it("loads every node and keeps what its form stored", async () => {
    await load([
      ...base(),
      node("n-fetch", "otmm-asset-fetch", { store: "store0", connection: "conn-dam" }),
      node("n-map", "metadata-mapper", { name: "mine", store: "store0", profile: "profile0" }),
      node("n-ingest", "preservica-ingest", { store: "store0", connection: "conn-archive" }),
      node("n-update", "otmm-asset-update", { store: "store0", connection: "conn-dam" }),
    ]);
    for (const id of ["store0", "conn-dam", "profile0", "n-fetch", "n-map", "n-ingest", "n-update"])
      assert.ok(helper.getNode(id), id);
    assert.equal(helper.getNode("n-map").name, "mine");
  });

  it("maps by the profile: what fits leaves by the first output, what does not by the second with every problem", async () => {
    await load([
      ...base(),
      node("n-map", "metadata-mapper", { store: "store0", profile: "profile0", lossReport: true }, [
        ["n-good"],
        ["n-bad"],
      ]),
      node("n-good", "helper", {}),
      node("n-bad", "helper", {}),
    ]);
    const good = sent("n-good");
    const bad = sent("n-bad");
    helper.getNode("n-map").receive({ asset: titled("a", "Spring"), kept: true });
    helper.getNode("n-map").receive({ asset: titled("b") });
    const mapped = await good;
    assert.equal(mapped.asset?.metadata?.["dc"]?.values["dc:title"], "Spring");
    assert.equal(mapped["kept"], true, "foreign properties stay");
    const problems = (await bad)["problems"] as { row: string }[];
    assert.deepEqual(
      problems.map(({ row }) => row),
      ["1"],
    );
  });

  for (const [what, members, words] of [
    ["without a store", { store: "" }, /store/],
    ["without a deployed connection", { connection: "nowhere" }, /deploy first/],
  ] as const) {
    it(`reports NOT_CONFIGURED once to Catch ${what}`, async () => {
      await load([
        ...base(),
        node("n-fetch", "otmm-asset-fetch", {
          store: "store0",
          connection: "conn-dam",
          mode: "ids",
          ids: "a1",
          idsType: "str",
          ...members,
        }),
        node("n-catch", "catch", { scope: null }, [["n-caught"]]),
        node("n-caught", "helper", {}),
      ]);
      const caught = sent("n-caught");
      helper.getNode("n-fetch").receive({});
      const { error } = (await caught) as { error: { code: string; message: string } };
      assert.equal(error.code, "NOT_CONFIGURED");
      assert.match(error.message, words);
    });
  }

  it("tells mistakes of a profile by row, at deploy in the log and to each message", async () => {
    const broken = {
      ...PROFILE,
      rows: [{ id: "1", from: [{ kind: "fixed", value: "x" }], to: { target: "dc", field: "dc:tittle" } }],
    };
    await load([
      ...base().filter(({ id }) => id !== "profile0"),
      { id: "profile0", type: "mapping-profile", profile: broken },
      node("n-map", "metadata-mapper", { store: "store0", profile: "profile0" }),
      node("n-catch", "catch", { scope: null }, [["n-caught"]]),
      node("n-caught", "helper", {}),
    ]);
    const caught = sent("n-caught");
    helper.getNode("n-map").receive({ asset: titled("a", "x") });
    const { error } = (await caught) as { error: { code: string; message: string } };
    assert.equal(error.code, "NOT_CONFIGURED");
    assert.match(error.message, /row 1, to\.field/);
  });

  it("fetches by ids, refuses what is unknown, and the counts reconcile", async () => {
    const known = await anyAsset();
    await load([
      ...base(),
      node(
        "n-fetch",
        "otmm-asset-fetch",
        { store: "store0", connection: "conn-dam", mode: "ids", ids: "payload", idsType: "msg" },
        [["n-asset"], ["n-sum"]],
      ),
      node("n-asset", "helper", {}),
      node("n-sum", "helper", {}),
    ]);
    await started();
    const one = sent("n-asset");
    const summary = sent("n-sum");
    helper.getNode("n-fetch").receive({ payload: [known, "0".repeat(40)] });
    assert.equal((await one).asset?.ids.otmm?.assetId, known);
    await summary;
    await until(async () => {
      const { body } = await helper.request().get("/content-lifecycle/stores/store0/runs").expect(200);
      const {
        found,
        done,
        refused,
        failed,
        waiting,
        running: working,
      } = (body as { runs: { counts: typeof NO_COUNTS }[] }).runs[0]?.counts ?? NO_COUNTS;
      return found === 2 && refused === 1 && done + failed + waiting + working === 1;
    });
  });

  it("writes only fields that differ, and nothing the second time", async () => {
    const known = await anyAsset();
    await load([
      ...base(),
      node(
        "n-fetch",
        "otmm-asset-fetch",
        {
          store: "store0",
          connection: "conn-dam",
          mode: "ids",
          ids: known,
          idsType: "str",
          needMaster: false,
          skipCheckedOut: false,
        },
        [["n-update"], []],
      ),
      node(
        "n-update",
        "otmm-asset-update",
        {
          store: "store0",
          connection: "conn-dam",
          source: "rows",
          rows: [{ field: "ACME.FIELD.RIGHTS NOTE", value: "seen", valueType: "str" }],
        },
        [["n-out"]],
      ),
      node("n-out", "helper", {}),
    ]);
    await started();
    for (const changed of [["ACME.FIELD.RIGHTS NOTE"], []]) {
      const out = sent("n-out");
      helper.getNode("n-fetch").receive({});
      assert.deepEqual((await out).payload, { ...((await out).payload as object), assetId: known, changed });
    }
  });

  it("lets no earlier reading undo a later one, and tells no event of the time of reading alone", async () => {
    const known = await anyAsset();
    const asOf = "ACME.FIELD.ARCHIVE SYNCED ON";
    const from = { store: "store0", connection: "conn-dam" };
    const rows = [
      { field: "ACME.FIELD.RIGHTS NOTE", value: "note", valueType: "msg" },
      { field: asOf, value: "at", valueType: "msg" },
    ];
    const one = { mode: "ids", ids: known, idsType: "str", needMaster: false, skipCheckedOut: false };
    await load([
      ...base(),
      node("n-fetch", "otmm-asset-fetch", { ...from, ...one }, [["n-update"], []]),
      node("n-update", "otmm-asset-update", { ...from, source: "rows", rows, asOf }, [["n-out"]]),
      node("n-out", "helper", {}),
    ]);
    await started();
    const write = async (
      note: string,
      at: string,
    ): Promise<{ msg: LifecycleMessage; payload: { changed: string[] } }> => {
      const out = sent("n-out");
      const reading: Record<string, unknown> = { note, at };
      helper.getNode("n-fetch").receive(reading);
      const msg = await out;
      return { msg, payload: msg.payload as { changed: string[] } };
    };
    const { changed } = (await write("second", "2026-01-02T00:00:00.700Z")).payload;
    assert.deepEqual(changed, ["ACME.FIELD.RIGHTS NOTE", asOf]);
    const late = await write("first", "2026-01-01T00:00:00Z");
    assert.deepEqual(late.payload, { assetId: known, changed: [], unchanged: [], outdated: true });
    const { msg, payload } = await write("second", "2026-01-03T00:00:00Z");
    assert.deepEqual(payload.changed, [asOf]);
    const key = encodeURIComponent(msg.asset?.key ?? "");
    const { body } = await helper.request().get(`/content-lifecycle/stores/store0/timeline?asset=${key}`);
    const told = (body as { timeline: { type: string }[] }).timeline;
    assert.equal(told.filter(({ type }) => type === "metadata modification").length, 1);
  });

  it("answers its admin endpoints by node id, and says 'deploy first' for what is not deployed", async () => {
    await load(base());
    const folders = await helper.request().get("/content-lifecycle/otmm-connection/conn-dam/folders").expect(200);
    assert.ok((folders.body as { folders: unknown[] }).folders.length > 0);
    const fields = await helper.request().get("/content-lifecycle/otmm-connection/conn-dam/fields").expect(200);
    assert.ok((fields.body as { fields: { id: string }[] }).fields.some(({ id }) => id === "ACME.FIELD.CAMPAIGN CODE"));
    const test = await helper.request().get("/content-lifecycle/otmm-connection/conn-dam/test").expect(200);
    assert.equal((test.body as { ok: boolean }).ok, true);
    const missing = await helper.request().get("/content-lifecycle/otmm-connection/elsewhere/test").expect(404);
    assert.match((missing.body as { message: string }).message, /deploy first/);
  });

  it("never takes a host from the query and never shows a secret", async () => {
    await load(base());
    const { text } = await helper
      .request()
      .get("/content-lifecycle/otmm-connection/conn-dam/test?url=http://127.0.0.1:9&username=x")
      .expect(200);
    assert.equal((JSON.parse(text) as { ok: boolean }).ok, true);
    assert.ok(!text.includes(secrets["conn-dam"]?.["password"] ?? "?"));
  });

  it("a wrong password is named by the test, and the connection does not break the deploy", async () => {
    await load(base(), { "conn-dam": { username: "svc.lifecycle", password: "wrong" } });
    const { body } = await helper.request().get("/content-lifecycle/otmm-connection/conn-dam/test").expect(200);
    const { ok, checks } = body as { ok: boolean; checks: { what: string; ok: boolean }[] };
    assert.equal(ok, false);
    assert.deepEqual(
      checks.map((check) => [check.what, check.ok]),
      [["login", false]],
    );
  });

  it("two connections with one key: the second says so, the first works on", async () => {
    await load([
      ...base(),
      { id: "conn-dam2", type: "otmm-connection", key: "dam", url: running.sandbox.url("otmm"), zone: "UTC" },
    ]);
    await helper.request().get("/content-lifecycle/otmm-connection/conn-dam/test").expect(200);
    const { body } = await helper.request().get("/content-lifecycle/otmm-connection/conn-dam2/test").expect(409);
    assert.match((body as { message: string }).message, /connection key "dam"/);
  });

  it("previews, checks, exports and imports a profile that is not deployed", async () => {
    await load(base());
    const preview = await helper
      .request()
      .post("/content-lifecycle/mapping-profile/unborn/preview")
      .send({ profile: PROFILE, asset: titled("a", "Spring") })
      .expect(200);
    assert.equal((preview.body as { rows: { result: string }[] }).rows[0]?.result, "Spring");
    const csv = await helper
      .request()
      .post("/content-lifecycle/mapping-profile/unborn/format")
      .send({ format: "csv", profile: PROFILE })
      .expect(200);
    const back = await helper
      .request()
      .post("/content-lifecycle/mapping-profile/unborn/parse")
      .send({ format: "csv", text: (csv.body as { text: string }).text })
      .expect(200);
    assert.deepEqual((back.body as { profile: { rows: unknown } }).profile.rows, PROFILE.rows);
    const defaults = await helper.request().get("/content-lifecycle/mapping-profile/unborn/defaults").expect(200);
    assert.deepEqual(
      (defaults.body as { profiles: { name: string }[] }).profiles.map(({ name }) => name),
      [...DEFAULT_PROFILES],
    );
  });

  it("previews dates in the zone of the asset's connection, and JSONata, but no value of the environment", async () => {
    await load(base());
    const rows = [
      {
        id: "day",
        from: [{ kind: "field", id: "END" }],
        steps: [{ do: "date", form: "date" }],
        to: { target: "dc", field: "dc:date" },
      },
      {
        id: "sum",
        from: [{ kind: "jsonata", expression: "'v' & asset.version" }],
        to: { target: "dc", field: "dc:identifier" },
      },
      { id: "env", from: [{ kind: "env", name: "PATH" }], to: { target: "dc", field: "dc:title" } },
    ];
    const asset: LifecycleAsset = {
      ...titled("a"),
      ids: { otmm: { connection: "dam", assetId: "a", originalAssetId: "a", version: "1" } },
      fields: { END: { type: "date", label: "End", value: "2021-02-27T23:00:00Z" } },
    };
    const { body } = await helper
      .request()
      .post("/content-lifecycle/mapping-profile/unborn/preview")
      .send({ profile: { ...PROFILE, rows }, asset })
      .expect(200);
    const results = (body as { rows: { result: unknown }[] }).rows.map(({ result }) => result);
    assert.deepEqual(results, ["2021-02-28", "v1", null]);
  });

  it("offers the last mapped asset as sample, after the first one came by", async () => {
    await load([
      ...base(),
      node("n-map", "metadata-mapper", { store: "store0", profile: "profile0" }, [["n-good"], []]),
      node("n-good", "helper", {}),
    ]);
    await helper.request().get("/content-lifecycle/mapping-profile/profile0/sample").expect(404);
    const good = sent("n-good");
    helper.getNode("n-map").receive({ asset: titled("a", "Spring") });
    await good;
    const { body } = await helper.request().get("/content-lifecycle/mapping-profile/profile0/sample").expect(200);
    assert.equal((body as { asset: { name: string } }).asset.name, "a");
  });

  /** Any campaign asset of the seed that is complete and current. */
  async function anyAsset(): Promise<string> {
    const { otmm: simulated } = (
      (await (await fetch(`${running.sandbox.control}/state`)).json()) as { systems: { otmm: { assets: SeedAsset[] } } }
    ).systems;
    const found = simulated.assets.find(
      (one) => one.latest && !one.deleted && one.values["ACME.FIELD.APPROVAL STATUS"] === "DRA",
    );
    return found?.id ?? "";
  }
  /** Durable nodes send only once flows run; the helper's load does not always tell. */
  async function started(): Promise<void> {
    await until(() => (helper.getNode("n-fetch") as Node | null) !== null);
  }
});

const NO_COUNTS = { found: 0, done: 0, refused: 0, failed: 0, waiting: 0, running: 0 };

interface SeedAsset {
  id: string;
  latest: boolean;
  deleted: boolean;
  values: Record<string, unknown>;
}
