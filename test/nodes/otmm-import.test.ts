import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { subscribe, unsubscribe } from "node:diagnostics_channel";
import type { LifecycleAsset } from "../../lib/messages/asset.js";
import type { LifecycleMessage } from "../../lib/messages/message.js";
import { createOtmm, type OtmmAsset, type OtmmClient } from "../../lib/otmm/index.js";
import { STEP_CHANNEL, type StepNote } from "../../lib/runtime/index.js";
import store from "../../nodes/lifecycle-store/lifecycle-store.js";
import importNode from "../../nodes/otmm-asset-import/otmm-asset-import.js";
import otmm from "../../nodes/otmm-connection/otmm-connection.js";
import { coreNode, helper, major, until } from "../support/helper.js";
import { startTestSandbox, type TestSandbox } from "../support/sandbox.js";

const MARK = "ACME.FIELD.ARCHIVE LINK";
const HOLD = "ACME.FIELD.LEGAL HOLD";
const BY_FIELD = { holdMode: "field", holdField: HOLD, holdValue: "Y" };
const NOTE = "ACME.FIELD.RIGHTS NOTE";

describe(`importing into OTMM in Node-RED ${major}`, () => {
  let userDir: string;
  let running: TestSandbox;
  let credentials: Record<string, Record<string, string>>;
  let person: OtmmClient;
  let origins: OtmmAsset[];
  let folder: string;
  const got: LifecycleMessage[] = [];
  const caught: { code: string; message: string }[] = [];

  before(async function () {
    this.timeout(240_000);
    running = await startTestSandbox();
    const { username = "", password = "" } = running.sandbox.ready.otmm ?? {};
    credentials = { "conn-dam": { username, password } };
    person = createOtmm({
      connection: "person",
      baseUrl: running.sandbox.url("otmm"),
      login: { method: "session" },
      credentials: () => Promise.resolve({ username, password }),
      zone: "UTC",
    });
    const { items } = await person.search({
      conditions: [{ fieldId: "ACME.FIELD.CAMPAIGN STATUS", operator: "contains", value: "END" }],
      detail: "full",
    });
    origins = items.filter((one) => one.latestVersion && !one.deleted && !one.locked && !one.checkedOut && one.master);
    assert.ok(origins.length > 10);
    const [root] = await person.rootFolders();
    folder = (await person.subfolders(root?.id ?? ""))[0]?.id ?? "";
    assert.notEqual(folder, "");
    await new Promise<void>((done) => helper.startServer(done));
  });
  after(async () => {
    await new Promise<void>((done) => helper.stopServer(done));
    await person.close();
    await running.stop();
  });
  beforeEach(() => {
    userDir = mkdtempSync(join(tmpdir(), "import-"));
    helper.settings({ userDir });
    got.length = 0;
    caught.length = 0;
  });
  afterEach(async () => {
    await helper.unload();
    await running.sandbox.kernel.settings.change("otmm", { failImports: "", jobMs: 300 });
    rmSync(userDir, { recursive: true, force: true });
  });

  const at = { z: "flow0", x: 10, y: 10 };
  const load = async (members: object = {}, connection: object = {}): Promise<void> => {
    const flow = [
      { id: "flow0", type: "tab", label: "t" },
      { id: "store0", type: "lifecycle-store", file: "t.db", retentionDays: 1 },
      {
        id: "conn-dam",
        type: "otmm-connection",
        key: "dam",
        url: running.sandbox.url("otmm"),
        zone: "Europe/Berlin",
        holdMode: "none",
        ...connection,
      },
      {
        id: "n-import",
        type: "otmm-asset-import",
        ...at,
        store: "store0",
        connection: "conn-dam",
        role: "preservation",
        folder,
        model: origins[0]?.modelId ?? "",
        policies: "2",
        sourceField: MARK,
        source: "rows",
        rows: [{ field: NOTE, value: "by the flow", valueType: "str" }],
        ...members,
        wires: [["n-out"]],
      },
      { id: "n-out", type: "helper", ...at },
      { id: "n-catch", type: "catch", ...at, scope: ["n-import"], wires: [["n-caught"]] },
      { id: "n-caught", type: "helper", ...at },
    ];
    await helper.load([store, otmm, importNode, coreNode("common/25-catch")], flow, credentials);
    await until(() => (helper.getNode("n-out") as unknown) !== null);
    helper.getNode("n-out").on("input", (msg) => got.push(msg as LifecycleMessage));
    helper.getNode("n-caught").on("input", (msg) => {
      caught.push((msg as unknown as { error: { code: string; message: string } }).error);
    });
  };
  /** The origin as a message of another system's asset would carry it: content by reference, another key. */
  const derivative = (origin: OtmmAsset, key: string, size = origin.master?.size): LifecycleAsset => {
    const asset = { ...person, connection: "dam" }.toLifecycleAsset(origin);
    return {
      ...asset,
      key,
      content: asset.content.map((content) => ({
        ...content,
        connection: "dam",
        ...(size === undefined ? {} : { size }),
      })),
      ids: { otmm: { connection: "dam", ...pick(origin) } },
    };
  };
  const marked = async (key: string): Promise<OtmmAsset[]> => {
    const { items } = await person.search({
      conditions: [{ fieldId: MARK, operator: "contains", value: `${key}@` }],
      detail: "full",
    });
    return items;
  };
  const payload = (index: number) =>
    got[index]?.payload as {
      assetId: string;
      originalAssetId: string;
      version: string;
      created: boolean;
      sha256: string;
    };
  const origin = (index: number): OtmmAsset => origins[index] ?? assert.fail("too few assets");

  it("makes one asset with equal bytes, metadata and a link to its origin; the same again gives the same asset", async () => {
    const source = origin(0);
    await load({ linkType: "DERIVED_FROM" });
    helper.getNode("n-import").receive({ asset: derivative(source, "preservica:archive:one") });
    await until(() => got.length === 1);
    helper.getNode("n-import").receive({ asset: derivative(source, "preservica:archive:one") });
    await until(() => got.length === 2);
    assert.deepEqual([payload(0).created, payload(1).created], [true, false]);
    assert.equal(payload(0).assetId, payload(1).assetId);
    const found = await marked("preservica:archive:one");
    assert.equal(found.length, 1);
    const made = await person.asset(payload(0).assetId);
    assert.equal(made.master?.md5, source.master?.md5);
    assert.equal(made.master?.size, source.master?.size);
    assert.equal(made.metadata?.find(({ id }) => id === NOTE)?.values[0]?.value, "by the flow");
    assert.deepEqual(
      made.links.map(({ type, direction, assetId }) => [type, direction, assetId]),
      [["DERIVED_FROM", "to", source.assetId]],
    );
    const [content] = made.master === undefined ? [] : person.toLifecycleAsset(made).content;
    const bytes = await person.open(content ?? assert.fail("no content"));
    const body = Buffer.from(await (await fetch(bytes.url, { headers: bytes.headers })).arrayBuffer());
    assert.equal(createHash("sha256").update(body).digest("hex"), payload(0).sha256);
  });

  it("makes one asset of two messages that come at once", async () => {
    await load();
    for (let n = 0; n < 2; n += 1)
      helper.getNode("n-import").receive({ asset: derivative(origin(1), "preservica:archive:both") });
    await until(() => got.length === 2, 90_000);
    assert.equal((await marked("preservica:archive:both")).length, 1);
  });

  it("makes one asset of the same bytes, whoever delivers them, when it is told to go by them", async () => {
    await load({ sameBy: "bytes", linkType: "DERIVED_FROM" });
    const [bytes, one, other] = [origin(3), origin(0), origin(1)];
    const deliver = async (key: string, from: OtmmAsset): Promise<void> => {
      const before = got.length;
      const asset = derivative(bytes, key);
      const ids = { otmm: { connection: "dam", ...pick(from) } };
      helper.getNode("n-import").receive({ asset: { ...asset, ids } });
      await until(() => got.length === before + 1);
    };
    await deliver("otmm:dam:agency", one);
    await deliver("otmm:dam:colleague", other);
    assert.deepEqual([payload(0).created, payload(1).created], [true, false]);
    assert.equal(payload(0).assetId, payload(1).assetId);
    const made = await person.asset(payload(0).assetId);
    assert.match(String(made.metadata?.find(({ id }) => id === MARK)?.values[0]?.value), /^MD5:[0-9a-f]{32}:\d+$/);
    assert.deepEqual(made.links.map(({ assetId }) => assetId).sort(), [one.assetId, other.assetId].sort());
  });

  it("refuses to go by bytes of which nobody states a digest", async () => {
    await load({ sameBy: "bytes" });
    const asset = derivative(origin(4), "otmm:dam:nameless");
    const [content] = asset.content;
    helper.getNode("n-import").receive({ asset: { ...asset, content: [{ ...content, fixity: [] }] } });
    await until(() => caught.length === 1);
    assert.equal(caught[0]?.code, "INVALID_INPUT");
    assert.match(caught[0]?.message ?? "", /states a digest/);
  });

  it("checks in a new version, ends the checkout, and does it once", async () => {
    const [target, source] = [origin(2), origin(3)];
    await load({ mode: "version", target: target.assetId, targetType: "str" });
    helper.getNode("n-import").receive({ asset: derivative(source, "preservica:archive:version") });
    await until(() => got.length === 1);
    helper.getNode("n-import").receive({ asset: derivative(source, "preservica:archive:version") });
    await until(() => got.length === 2);
    const versions = await person.versions(target.originalAssetId);
    const latest = versions.at(-1);
    assert.equal(Number(latest?.version), Number(target.version) + 1);
    assert.equal(latest?.master?.md5, source.master?.md5);
    assert.equal(latest?.metadata?.find(({ id }) => id === NOTE)?.values[0]?.value, "by the flow");
    assert.ok(versions.every(({ checkedOut }) => !checkedOut));
    assert.deepEqual([payload(0).created, payload(1).created], [true, false]);
  });

  it("checks nothing in over an asset that is held, or of which nobody can say, and plans the refusal", async () => {
    const target = origin(5);
    const version = { mode: "version", target: target.assetId, targetType: "str" };
    const before = await person.versions(target.originalAssetId);
    await person.updateFields(target.assetId, { [HOLD]: "Y" });
    const changes = (): number =>
      running.sandbox.kernel.log
        .entries({ limit: 100_000, system: "otmm" })
        .filter(({ method, path }) => method === "PUT" && path.includes("/assets/state")).length;
    const unchanged = changes();
    for (const connection of [BY_FIELD, { holdMode: "undeclared" }]) {
      caught.length = got.length = 0;
      await load(version, connection);
      const asset = derivative(origin(3), `preservica:archive:held-${connection.holdMode}`);
      helper.getNode("n-import").receive({ asset });
      await until(() => caught.length === 1);
      assert.equal(caught[0]?.code, "ON_HOLD");
      helper.getNode("n-import").receive({ asset, dryRun: true });
      await until(() => got.length === 1);
      assert.match(got[0]?.plan?.[0]?.refused ?? "", /^Held: /);
      await helper.unload();
    }
    assert.equal(changes(), unchanged);
    const after = await person.versions(target.originalAssetId);
    assert.deepEqual(
      after.map(({ assetId, checkedOut }) => [assetId, checkedOut]),
      before.map(({ assetId }) => [assetId, false]),
    );
    await person.updateFields(target.assetId, { [HOLD]: "N" });
  });

  it("asks holds again before OTMM is told to go on, and gives the checkout back", async () => {
    const target = origin(5);
    const before = await person.versions(target.originalAssetId);
    await load({ mode: "version", target: target.assetId, targetType: "str" }, BY_FIELD);
    const onStep = (note: unknown): void => {
      if ((note as StepNote).step === "check out") hold = person.updateFields(target.assetId, { [HOLD]: "Y" });
    };
    let hold: Promise<unknown> | undefined;
    // The bytes wait until the hold is there.
    const fault = running.sandbox.kernel.faults.add({
      system: "otmm",
      kind: "slow",
      delayMs: 1_000,
      match: { method: "POST", path: "/jobs/imports" },
    });
    subscribe(STEP_CHANNEL, onStep);
    try {
      helper.getNode("n-import").receive({ asset: derivative(origin(3), "preservica:archive:late-hold") });
      await until(() => caught.length === 1);
    } finally {
      unsubscribe(STEP_CHANNEL, onStep);
    }
    await hold;
    assert.equal(fault.hit, 1);
    assert.equal(caught[0]?.code, "ON_HOLD");
    const after = await person.versions(target.originalAssetId);
    assert.deepEqual(
      after.map(({ assetId, checkedOut }) => [assetId, checkedOut]),
      before.map(({ assetId }) => [assetId, false]),
    );
    await person.updateFields(target.assetId, { [HOLD]: "N" });
  });

  it("cancels the checkout when OTMM refuses the check-in, and says why", async () => {
    await running.sandbox.kernel.settings.change("otmm", { failImports: "The disk of the content manager is full." });
    const target = origin(4);
    await load({ mode: "version", target: target.assetId, targetType: "str" });
    helper.getNode("n-import").receive({ asset: derivative(origin(3), "preservica:archive:refused") });
    await until(() => caught.length === 1);
    assert.equal(caught[0]?.code, "INGEST_FAILED");
    assert.match(caught[0]?.message ?? "", /disk of the content manager/);
    const after = await person.asset(target.assetId);
    assert.deepEqual([after.checkedOut, after.locked, after.latestVersion], [false, false, true]);
  });

  it("commits nothing when the bytes are not those that the source states", async () => {
    await load();
    const asset = derivative(origin(6), "preservica:archive:damaged");
    const [content] = asset.content;
    const damaged = { ...content, fixity: [{ algorithm: "SHA-256", value: "0".repeat(64), by: "source" }] };
    helper.getNode("n-import").receive({ asset: { ...asset, content: [damaged] } });
    await until(() => caught.length === 1);
    assert.equal(caught[0]?.code, "FIXITY_MISMATCH");
    assert.deepEqual(await marked("preservica:archive:damaged"), []);
  });

  it("makes one asset when the answer to the commit is lost, and when OTMM never heard it", async () => {
    await load();
    for (const [key, order] of [
      ["preservica:archive:unheard", { kind: "drop", when: "request" }],
      ["preservica:archive:unanswered", { kind: "lost" }],
    ] as const) {
      const fault = running.sandbox.kernel.faults.add({
        system: "otmm",
        ...order,
        match: { method: "PUT", path: "/jobs/imports/" },
      });
      got.length = 0;
      helper.getNode("n-import").receive({ asset: derivative(origin(1), key) });
      await until(() => got.length === 1, 90_000);
      assert.equal(fault.hit, 1);
      assert.equal((await marked(key)).length, 1);
    }
  });

  for (const step of ["check out", "commit", "found", "end"]) {
    for (const mode of ["asset", "version"]) {
      if (mode === "asset" && step === "check out") continue;
      it(`makes it once when stopped behind "${step}" (${mode})`, async () => {
        const key = `preservica:archive:stopped-${step.replace(" ", "-")}-${mode}`;
        const target = origin(7);
        const members = mode === "version" ? { mode, target: target.assetId, targetType: "str" } : {};
        const before = await person.versions(target.originalAssetId);
        await load(members);
        const stopped = new Promise<void>((resolve) => {
          const onStep = (note: unknown): void => {
            if ((note as StepNote).step !== step) return;
            unsubscribe(STEP_CHANNEL, onStep);
            void helper.unload().then(() => resolve());
          };
          subscribe(STEP_CHANNEL, onStep);
        });
        helper.getNode("n-import").receive({ asset: derivative(origin(8), key) });
        await stopped;
        await load(members);
        await until(async () => (await marked(key)).length > 0);
        await until(async () => (await jobs()).every(({ state }) => state === "done"));
        if (mode === "asset") assert.equal((await marked(key)).length, 1);
        const after = await person.versions(target.originalAssetId);
        assert.equal(after.length, before.length + (mode === "version" ? 1 : 0));
        assert.ok(after.every(({ checkedOut }) => !checkedOut));
      });
    }
  }

  it("plans in a dry run and writes nothing", async () => {
    await load();
    helper.getNode("n-import").receive({ dryRun: true, asset: derivative(origin(9), "preservica:archive:dry") });
    await until(() => got.length === 1);
    const [planned] = got[0]?.plan ?? [];
    assert.deepEqual([planned?.action, planned?.bytes], ["import asset", origin(9).master?.size]);
    assert.deepEqual(await marked("preservica:archive:dry"), []);
  });

  async function jobs(): Promise<{ state: string }[]> {
    const { body } = await helper.request().get("/content-lifecycle/stores/store0/jobs").expect(200);
    return (body as { jobs: { state: string }[] }).jobs;
  }
});

function pick({ assetId, originalAssetId, version }: OtmmAsset) {
  return { assetId, originalAssetId, version };
}
