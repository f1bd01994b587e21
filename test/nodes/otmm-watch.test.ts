import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { LifecycleMessage } from "../../lib/messages/message.js";
import { createOtmm, type OtmmClient } from "../../lib/otmm/index.js";
import { openStore, type LifecycleStore } from "../../lib/store/index.js";
import { gapsOf } from "../../lib/timeline/index.js";
import { OtmmReader } from "../../scripts/demo/readers/otmm.js";
import { noteOwnWrite } from "../../nodes/shared/own-writes.js";
import store from "../../nodes/lifecycle-store/lifecycle-store.js";
import update from "../../nodes/otmm-asset-update/otmm-asset-update.js";
import watch from "../../nodes/otmm-asset-watch/otmm-asset-watch.js";
import otmm from "../../nodes/otmm-connection/otmm-connection.js";
import { helper, major, until } from "../support/helper.js";
import { startTestSandbox, type TestSandbox } from "../support/sandbox.js";

const NOTE = "ACME.FIELD.RIGHTS NOTE";
const TITLE = "ACME.FIELD.DESCRIPTION";

describe(`the watch of OTMM in Node-RED ${major}`, () => {
  let userDir: string;
  let running: TestSandbox;
  let credentials: Record<string, Record<string, string>>;
  let person: OtmmClient;
  let ids: string[];
  const got: LifecycleMessage[] = [];

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
    });
    ids = items
      .filter((asset) => asset.latestVersion && !asset.deleted && !asset.locked && !asset.checkedOut)
      .map(({ assetId }) => assetId);
    assert.ok(ids.length > 10, `only ${ids.length} assets`);
    await new Promise<void>((done) => helper.startServer(done));
  });
  after(async () => {
    await new Promise<void>((done) => helper.stopServer(done));
    await person.close();
    await running.stop();
  });
  beforeEach(() => {
    userDir = mkdtempSync(join(tmpdir(), "watch-"));
    helper.settings({ userDir });
    got.length = 0;
  });
  afterEach(async () => {
    await helper.unload();
    rmSync(userDir, { recursive: true, force: true });
  });

  const at = { z: "flow0", x: 10, y: 10 };
  const load = async (members: object = {}, wires: string[] = ["n-out"]): Promise<void> => {
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
      },
      {
        id: "n-watch",
        type: "otmm-asset-watch",
        ...at,
        store: "store0",
        connection: "conn-dam",
        intervalSeconds: 0.05,
        ...members,
        wires: [wires],
      },
      {
        id: "n-update",
        type: "otmm-asset-update",
        ...at,
        store: "store0",
        connection: "conn-dam",
        source: "rows",
        rows: [{ field: NOTE, value: "payload.changed", valueType: "msg" }],
        wires: [["n-updated"]],
      },
      { id: "n-out", type: "helper", ...at },
      { id: "n-updated", type: "helper", ...at },
    ];
    await helper.load([store, otmm, watch, update], flow, credentials);
    await until(() => (helper.getNode("n-out") as unknown) !== null);
    helper.getNode("n-out").on("input", (msg) => got.push(msg as LifecycleMessage));
  };
  const file = (): string => join(userDir, "content-lifecycle", "t.db");
  const withStore = async <T>(ask: (store: LifecycleStore) => Promise<T>): Promise<T> => {
    const opened = await openStore(file());
    try {
      return await ask(opened);
    } finally {
      await opened.close();
    }
  };
  const round = async (): Promise<number> => (await withStore((opened) => opened.watchState("n-watch")))?.round ?? 0;
  /** Resolves when the watch has looked twice more, from begin to end. */
  const looked = async (): Promise<void> => {
    const before = await round();
    await until(async () => (await round()) >= before + 3);
  };
  const names = (): string[] => got.map(({ asset }) => asset?.ids.otmm?.assetId ?? "").sort();
  /** OTMM's dates are whole seconds: what must be told apart by its date happens in different ones. */
  const nextSecond = async (): Promise<void> => {
    // By OTMM's clock: its seconds do not begin with ours.
    const second = (): number => Math.floor(running.sandbox.kernel.clock.now().getTime() / 1000);
    const now = second();
    await until(() => second() > now);
  };
  /** What the search shows as changed last; it learns of a change late. */
  const newest = async (): Promise<string | undefined> => {
    const page = await person.changedSince("1970-01-01T00:00:00Z", { keyword: "", detail: "system", limit: 1 });
    return page.items[0]?.assetId;
  };
  const edit = (id: string, field: string, value: string) => person.updateFields(id, { [field]: value });

  it("sends what changes from its beginning on, and over downtime, each change once", async () => {
    const [first = "", second = "", third = ""] = ids;
    await nextSecond();
    await load();
    await looked();
    assert.deepEqual(names(), [], "what was there is no change");
    await edit(first, TITLE, "changed once");
    await until(() => got.length === 1);
    await helper.unload();
    await edit(second, TITLE, "changed while away");
    await edit(third, TITLE, "this one too");
    await load();
    await until(() => got.length === 3);
    await looked();
    assert.deepEqual(names(), [first, second, third].sort());
    const [msg] = got;
    assert.equal(msg?.asset?.fields[TITLE]?.type === "text" && msg.asset.fields[TITLE].value, "changed once");
    assert.ok((msg?.asset?.content.length ?? 0) > 0);
    await nextSecond();
    await edit(first, TITLE, "changed again");
    await until(() => got.length === 4);
  });

  it("does not send what an update node wrote, but what a person changed before and after it", async () => {
    const [, , , fourth = "", fifth = ""] = ids;
    await nextSecond();
    // Each change goes into an update that writes to the very asset.
    await load({}, ["n-out", "n-update"]);
    await looked();
    const written: string[] = [];
    helper.getNode("n-updated").on("input", (msg) => {
      written.push(...((msg as LifecycleMessage).payload as { changed: string[] }).changed);
    });
    await edit(fourth, TITLE, "by a person");
    await until(() => written.length === 1);
    assert.deepEqual(written, [NOTE]);
    await looked();
    await nextSecond();
    await looked();
    assert.deepEqual(names(), [fourth], "our own write is no change");
    await edit(fourth, TITLE, "by a person again");
    await until(() => written.length === 2);
    await looked();
    assert.deepEqual(names(), [fourth, fourth]);
    await helper.unload();

    // A person's change that only our own write shows: nobody looked in between.
    await edit(fifth, TITLE, "just before");
    await nextSecond();
    await withStore((opened) => noteOwnWrite(opened, asDam(), fifth, { [NOTE]: "ours" }, new AbortController().signal));
    await edit(fifth, NOTE, "ours");
    got.length = 0;
    await load();
    await until(() => got.length === 1);
    await looked();
    assert.deepEqual(names(), [fifth]);
  });

  it("sends a person's change that came between our note and our write, and one of the very field that we wrote", async () => {
    const [, , , , , sixth = "", seventh = ""] = ids;
    await nextSecond();
    await load();
    await looked();
    await helper.unload();
    await withStore(async (opened) => {
      for (const id of [sixth, seventh])
        await noteOwnWrite(opened, asDam(), id, { [NOTE]: "ours" }, new AbortController().signal);
    });
    await edit(sixth, TITLE, "in between");
    await edit(sixth, NOTE, "ours");
    await edit(seventh, NOTE, "not ours");
    await load();
    await until(() => got.length === 2);
    assert.deepEqual(names(), [sixth, seventh].sort());
  });

  it("does not send what only an update node wrote to an asset that was there when the watch began", async () => {
    const [, , , , , , , eighth = ""] = ids;
    await nextSecond();
    // Nothing is newer than this change, so the watch begins at it.
    await edit(eighth, TITLE, "the past");
    await until(async () => (await newest()) === eighth);
    await load();
    await looked();
    await nextSecond();
    await withStore((opened) =>
      noteOwnWrite(opened, asDam(), eighth, { [NOTE]: "ours" }, new AbortController().signal),
    );
    await edit(eighth, NOTE, "ours");
    await looked();
    assert.deepEqual(names(), []);
    await nextSecond();
    await edit(eighth, TITLE, "by a person");
    await until(() => got.length === 1);
  });

  it("waits for the change that a lock is for, and loses neither that one nor older ones meanwhile", async () => {
    const [, , , , , , , , ninth = "", tenth = ""] = ids;
    await nextSecond();
    await load({ overlapMinutes: 0 });
    await looked();
    // All of it has one date, however long it takes.
    const date = new Date(Math.floor(Date.now() / 1000) * 1000);
    const sameSecond = () => running.sandbox.kernel.clock.set(date);
    sameSecond();
    const { "conn-dam": login } = credentials;
    const hands = await OtmmReader.login({
      url: running.sandbox.url("otmm"),
      username: login?.["username"] ?? "",
      password: login?.["password"] ?? "",
    });
    await hands.state(ninth, "lock");
    await looked();
    sameSecond();
    await edit(tenth, TITLE, "in the same second");
    await until(() => got.length === 1);
    sameSecond();
    await edit(ninth, TITLE, "after the lock");
    await until(() => got.length === 2);
    await looked();
    assert.deepEqual(names(), [ninth, tenth].sort());
    const seen = got.find(({ asset }) => asset?.ids.otmm?.assetId === ninth)?.asset?.fields[TITLE];
    assert.equal(seen?.type === "text" && seen.value, "after the lock");
  });

  it("shows a silence as a gap on the timeline of what changed meanwhile, and only of that", async () => {
    const [first = "", , third = ""] = ids;
    // A silence is measured by our clock, a change by OTMM's.
    running.sandbox.kernel.clock.set(new Date());
    await load();
    await looked();
    await helper.unload();
    await withStore(async (opened) => {
      const state = await opened.watchState("n-watch");
      assert.ok(state);
      const cursor = { ...state.cursor, looked: new Date(Date.now() - 600_000).toISOString() };
      const { round: at } = state;
      await opened.watched({
        queue: "n-watch",
        nodeType: "otmm-asset-watch",
        nodeName: "",
        round: at,
        cursor,
        runs: [],
      });
    });
    await edit(first, TITLE, "while nobody watched");
    await load();
    await until(() => got.length === 1);
    await looked();
    await nextSecond();
    await edit(third, TITLE, "watched again");
    await until(() => got.length === 2);
    await helper.unload();
    const told = await withStore((opened) => Promise.all(got.map(({ asset }) => opened.timeline(asset?.key ?? ""))));
    assert.deepEqual(
      told.map((events) => events.map(({ type, basis, object }) => [type, basis, object])),
      [[["not watched", "witnessed", first]], []],
    );
    const [gap] = gapsOf(told[0] ?? []).filter(({ kind }) => kind === "not-watched");
    assert.ok(Date.parse(gap?.to ?? "") - Date.parse(gap?.from ?? "") >= 600_000);
  });

  it("finds 2,500 assets over page borders, none twice and none missed", async function () {
    this.timeout(120_000);
    await running.sandbox.kernel.settings.change("otmm", { bulk: { count: 2500, size: 64, name: "watchbulk" } });
    await load({ beginning: "everything", keyword: "watchbulk", pageSize: 200, maxUnacknowledged: 1000 });
    await until(() => got.length >= 2500, 90_000);
    await looked();
    assert.equal(got.length, 2500);
    assert.equal(new Set(names()).size, 2500);
  });

  /** The person's client under the key of the connection node: notes are kept by connection. */
  function asDam(): OtmmClient {
    return { ...person, connection: "dam" };
  }
});
