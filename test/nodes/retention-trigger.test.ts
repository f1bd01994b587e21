import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { NodeAPI, NodeInitializer } from "node-red";
import type { FieldValue, LifecycleAsset } from "../../lib/messages/asset.js";
import type { LifecycleMessage } from "../../lib/messages/message.js";
import { openStore, type LifecycleStore } from "../../lib/store/index.js";
import type { ContentSystem, HoldAnswer } from "../../lib/systems/port.js";
import { systems } from "../../lib/systems/registry.js";
import retentionTrigger = require("../../nodes/retention-trigger/retention-trigger.js");
import { coreNode, helper, until } from "../support/helper.js";

const CLASS = "ACME.FIELD.RETENTION CLASS";
const END = "ACME.FIELD.END DATE";
const date = (value: string): FieldValue => ({ type: "date", label: "End", value });

function asset(
  id: string,
  fields: Record<string, FieldValue>,
  more: Partial<LifecycleAsset["ids"]> = {},
): LifecycleAsset {
  return {
    key: `otmm:dam:${id}`,
    version: "1",
    name: id,
    ids: { otmm: { connection: "dam", assetId: id, originalAssetId: id, version: "1" }, ...more },
    fields: { [CLASS]: { type: "domain", label: "Class", value: "CAMP-5Y", display: "Campaign" }, ...fields },
    content: [],
  };
}

/** A system that answers about holds as the test says. */
function holder(system: "otmm" | "preservica", connection: string, answer: () => Promise<HoldAnswer>): ContentSystem {
  const never = (): Promise<never> => Promise.reject(new Error("not asked here"));
  return { system, connection, open: never, stored: never, holds: answer };
}
const clear = (system: "otmm" | "preservica") => (): Promise<HoldAnswer> =>
  Promise.resolve({ state: "clear", system, at: "2026-11-20T00:00:00Z" });

const RULES = [
  {
    name: "Campaign 5 years",
    class: "CAMP-5Y",
    when: [{ field: CLASS, is: "one-of", values: ["CAMP-5Y"] }],
    trigger: { kind: "date", fields: [END] },
    period: "P5Y",
    action: "dispose",
    authority: "Records office",
  },
];
const EVENT_RULES = [
  { name: "Case plus 3", trigger: { kind: "event", event: "case.closed" }, period: "P3Y", action: "review" },
];

describe("retention-trigger", () => {
  let folder: string;
  let file: string;
  const ports: LifecycleMessage[][] = [[], [], [], []];
  const unregister: (() => void)[] = [];

  const storeNode: NodeInitializer = (RED: NodeAPI) => {
    RED.nodes.registerType("test-store", function (config) {
      RED.nodes.createNode(this, config);
      let opened: Promise<LifecycleStore> | undefined;
      Object.assign(this, { store: () => (opened ??= openStore(file)) });
      this.on("close", (_removed: boolean, done: () => void) => {
        (opened ?? Promise.resolve(undefined)).then((store) => store?.close()).then(done, done);
      });
    });
  };
  const at = { x: 10, y: 10, z: "tab0" };
  const load = async (rules: readonly object[] = RULES): Promise<void> => {
    const sinks = [0, 1, 2, 3].map((port) => ({ id: `sink${port}`, type: "helper", ...at }));
    await helper.load([storeNode, retentionTrigger, coreNode("common/25-catch")], [
      { id: "tab0", type: "tab", label: "test" },
      { id: "store0", type: "test-store" },
      {
        id: "trigger0",
        type: "retention-trigger",
        ...at,
        store: "store0",
        zone: "Europe/Berlin",
        rules,
        wires: [["sink0"], ["sink1"], ["sink2"]],
      },
      { id: "catch0", type: "catch", ...at, scope: null, wires: [["sink3"]] },
      ...sinks,
    ] as never);
    for (const port of [0, 1, 2, 3]) {
      helper.getNode(`sink${port}`).on("input", (msg) => ports[port]?.push(msg as LifecycleMessage));
    }
  };
  const send = (msg: object): void => helper.getNode("trigger0").receive(msg as never);
  const first = async (port: number): Promise<LifecycleMessage> => {
    await until(() => (ports[port]?.length ?? 0) > 0);
    const msg = ports[port]?.[0];
    assert.ok(msg !== undefined);
    return msg;
  };

  before(() => new Promise<void>((done) => void helper.startServer(done)));
  after(() => new Promise<void>((done) => void helper.stopServer(done)));
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "retention-"));
    file = join(folder, "s.sqlite");
    for (const port of ports) port.length = 0;
    unregister.push(systems.register(holder("otmm", "dam", clear("otmm"))));
  });
  afterEach(async () => {
    await helper.unload();
    for (const undo of unregister.splice(0)) undo();
    rmSync(folder, { recursive: true, force: true });
  });

  it("sends an asset whose period has ended by the first output, with the reason", async () => {
    await load();
    send({ asset: asset("a", { [END]: date("2021-02-28") }) });
    const msg = await first(0);
    assert.deepEqual(
      { ...msg.asset?.retention },
      {
        outcome: "due",
        rule: "Campaign 5 years",
        period: "P5Y",
        class: "CAMP-5Y",
        trigger: END,
        start: "2021-02-28",
        until: "2026-02-28",
        dueAt: "2026-02-28T23:00:00Z",
        zone: "Europe/Berlin",
        reason: `${END} 2021-02-28, plus P5Y: kept through 2026-02-28 (Europe/Berlin).`,
      },
    );
    const payload = msg.payload as { action: string; authority: string };
    assert.deepEqual([payload.action, payload.authority], ["dispose", "Records office"]);
  });

  it("sends what is still kept by the second output", async () => {
    await load();
    send({ asset: asset("a", { [END]: date("2090-02-28") }) });
    assert.equal((await first(1)).asset?.retention?.outcome, "not-yet");
  });

  for (const [what, fields] of [
    ["missing", {}],
    ["malformed", { [END]: date("31.12.2020") }],
    ["no existing day", { [END]: date("2021-02-30") }],
  ] as const) {
    it(`gives an asset whose date is ${what} to a person: second output, counted as refused`, async () => {
      await load();
      send({ asset: asset("a", fields) });
      const msg = await first(1);
      assert.equal(msg.asset?.retention?.outcome, "to-person");
      const store = await openStore(file);
      await until(async () => (await store.jobs({}))[0]?.state === "refused");
      await store.close();
    });
  }

  it("sends a held asset by the third output and names the matter", async () => {
    for (const undo of unregister.splice(0)) undo();
    unregister.push(
      systems.register(
        holder("otmm", "dam", () =>
          Promise.resolve({ state: "held", system: "otmm", at: "2026-11-20T00:00:00Z", matters: ["MAT-2026-017"] }),
        ),
      ),
    );
    await load();
    send({ asset: asset("a", { [END]: date("2021-02-28") }) });
    const { asset: held } = await first(2);
    assert.deepEqual(held?.retention?.holds, ["otmm dam: MAT-2026-017"]);
    assert.equal(held?.retention?.dueAt, "2026-02-28T23:00:00Z");
  });

  it("takes a system that fails, and one that no connection reaches, as holding", async () => {
    await load();
    send({ asset: asset("a", { [END]: date("2021-02-28") }, { preservica: { connection: "archive", ref: "r" } }) });
    assert.match(
      (await first(2)).asset?.retention?.reason ?? "",
      /preservica archive: not known, which counts as held/,
    );
  });

  it("asks also where only the store knows of a copy", async () => {
    let asked = 0;
    unregister.push(
      systems.register(
        holder("preservica", "archive", () => {
          asked += 1;
          return Promise.resolve({ state: "held", system: "preservica", at: "2026-11-20T00:00:00Z", matters: ["M"] });
        }),
      ),
    );
    await load();
    const copied = asset("a", { [END]: date("2090-02-28") }, { preservica: { connection: "archive", ref: "r" } });
    send({ asset: copied, lifecycle: { run: "first" } });
    await first(2);
    ports[2]?.splice(0);
    send({ asset: asset("a", { [END]: date("2021-02-28") }), lifecycle: { run: "second" } });
    assert.deepEqual((await first(2)).asset?.retention?.holds, ["preservica archive: M"]);
    assert.equal(asked, 2);
  });

  it("waits for an event, takes it from a message, and remembers it for later messages", async () => {
    await load(EVENT_RULES);
    send({ asset: asset("a", {}), lifecycle: { run: "1" } });
    assert.match((await first(1)).asset?.retention?.reason ?? "", /waits for event case\.closed/);
    send({ asset: asset("a", {}), event: { type: "case.closed", at: "2020-01-31" }, lifecycle: { run: "2" } });
    assert.equal((await first(0)).asset?.retention?.until, "2023-01-31");
    ports[0]?.splice(0);
    send({ asset: asset("a", {}), lifecycle: { run: "3" } });
    assert.equal((await first(0)).asset?.retention?.start, "2020-01-31");
    // Told again with a later day: the later counts.
    ports[0]?.splice(0);
    send({ asset: asset("a", {}), event: { type: "case.closed", at: "2021-01-31" }, lifecycle: { run: "4" } });
    assert.equal((await first(0)).asset?.retention?.start, "2021-01-31");
  });

  it("gives an event with an unreadable date to a person and does not remember it", async () => {
    await load(EVENT_RULES);
    send({ asset: asset("a", {}), event: { type: "case.closed", at: "soon" }, lifecycle: { run: "1" } });
    assert.equal((await first(1)).asset?.retention?.outcome, "to-person");
    ports[1]?.splice(0);
    send({ asset: asset("a", {}), lifecycle: { run: "2" } });
    assert.equal((await first(1)).asset?.retention?.outcome, "not-yet");
  });

  it("decides by the clock at the moment of deciding, wherever it jumps", async () => {
    await load();
    const due = Date.parse("2031-02-28T23:00:00Z");
    const RealDate = Date;
    const decideAt = async (now: number, run: string, port: number): Promise<void> => {
      globalThis.Date = class extends RealDate {
        constructor(...given: ConstructorParameters<typeof RealDate> | []) {
          if (given.length === 0) super(now);
          else super(...given);
        }
      } as DateConstructor;
      try {
        send({ asset: asset("a", { [END]: date("2026-02-28") }), lifecycle: { run } });
        await until(() => (ports[port] ?? []).some((msg) => msg.lifecycle?.run === run));
      } finally {
        globalThis.Date = RealDate;
      }
    };
    await decideAt(due - 1000, "before", 1);
    await decideAt(due, "on", 0);
    await decideAt(due - 86_400_000, "back", 1);
  });

  it("refuses to work with a mistaken table, naming rule and field", async () => {
    await load([{ name: "Wrong", trigger: { kind: "date", fields: [END] }, period: "5 years" }]);
    send({ asset: asset("a", {}) });
    const msg = await first(3);
    const error = msg["error"] as { code: string; message: string };
    assert.equal(error.code, "NOT_CONFIGURED");
    assert.match(error.message, /Rule "Wrong", period/);
  });

  it("lets the form try rules that are not deployed", async () => {
    await load();
    const body = {
      rules: RULES,
      zone: "Europe/Berlin",
      now: "2026-03-01",
      fields: { [CLASS]: "CAMP-5Y", [END]: "2021-02-28" },
    };
    const answer = await helper.request().post("/content-lifecycle/retention-trigger/trigger0/preview").send(body);
    assert.equal((answer.body as { decision: { outcome: string } }).decision.outcome, "due");
    const wrong = await helper
      .request()
      .post("/content-lifecycle/retention-trigger/trigger0/preview")
      .send({ ...body, rules: [{ ...RULES[0], period: "x" }] });
    assert.equal((wrong.body as { problems: { field: string }[] }).problems[0]?.field, "period");
  });
});
