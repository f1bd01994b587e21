import assert from "node:assert/strict";
import type { LifecycleStore } from "../../lib/store/types.js";
import { approveLift } from "../../nodes/preservica-govern/lifts.js";
import type { PreservicaClient } from "../../lib/preservica/index.js";
import { helper, until } from "../support/helper.js";
import { codeOf, messageOf, PreservicaStage } from "./preservica-stage.js";

interface Done {
  changed: boolean;
  what?: string;
}

describe("preservica-govern", () => {
  let stage: PreservicaStage;
  before(async () => {
    stage = await PreservicaStage.open();
  });
  after(() => stage.close());
  afterEach(() => stage.unload());

  const once = async (action: string, value: string, number: number, more: object = {}) => {
    await stage.deploy("preservica-govern", { action, value, valueType: "str", ...more }, 1);
    const answer = await stage.ask({ asset: stage.seeded(number), ...more });
    return { ...answer, done: answer.msg.payload as Done };
  };
  const holdsOn = async (number: number): Promise<number> => {
    const xml = await stage.reader.get(`/api/entity/information-objects/${await stage.refOf(number)}/legal-holds`);
    return [...xml.matchAll(/<LegalHoldAssignment>/g)].length;
  };
  const policiesOn = async (number: number): Promise<number> =>
    (await stage.reader.assignments(await stage.refOf(number))).length;

  it("tightens a tag, once, and the archive shows it", async () => {
    const { done } = await once("tag", "restricted", 1);
    assert.equal(done.changed, true);
    assert.equal((await stage.reader.asset(await stage.refOf(1))).tag, "restricted");
    const again = await stage.ask({ asset: stage.seeded(1) });
    assert.deepEqual((again.msg.payload as Done).changed, false);
  });

  it("leaves loosening a tag, and tags that its order does not name, to a person", async () => {
    const loosened = await once("tag", "open", 2);
    assert.deepEqual([loosened.from, codeOf(loosened.msg)], ["errors", "REFUSED"]);
    assert.match(messageOf(loosened.msg), /A person loosens a tag/);
    assert.equal((await stage.reader.asset(await stage.refOf(2))).tag, "internal");
    await stage.unload();
    const unnamed = await once("tag", "closed", 2, { tagOrder: "open, internal" });
    assert.equal(codeOf(unnamed.msg), "REFUSED");
    await stage.unload();
    assert.equal(codeOf((await once("tag", "no-such-tag", 2)).msg), "INVALID_INPUT");
  });

  it("assigns a policy, and replaces the one before only where nothing gets shorter", async () => {
    const longer = await once("assign-policy", "Campaign 10 years after end", 4, { replace: true });
    assert.equal(longer.done.changed, true);
    const [only, ...more] = await stage.reader.assignments(await stage.refOf(4));
    assert.match(only ?? "", / 2024-12-31$/);
    assert.equal(more.length, 0);
    await stage.unload();
    const shorter = await once("assign-policy", "Campaign 5 years after end", 4, { replace: true });
    assert.equal(codeOf(shorter.msg), "REFUSED");
    assert.equal(await policiesOn(4), 2);
  });

  it("takes no policy away that alone keeps an asset, and an expired one does", async () => {
    const running = await once("unassign-policy", "Campaign 5 years after end", 3);
    assert.equal(codeOf(running.msg), "REFUSED");
    assert.equal(await policiesOn(3), 1);
    await stage.unload();
    assert.equal((await once("unassign-policy", "Campaign 5 years after end", 8)).done.changed, true);
    assert.equal(await policiesOn(8), 0);
  });

  it("refuses retired policies and policies that stand for holds", async () => {
    assert.equal(codeOf((await once("assign-policy", "Retired policy 2015", 2)).msg), "REFUSED");
    await stage.unload();
    assert.equal(codeOf((await once("assign-policy", "LH: MAT-2026-017", 2)).msg), "REFUSED");
  });

  it("puts a legal hold on, once, and moves nothing that is held", async () => {
    assert.equal((await once("hold-on", "MAT-2026-017", 9)).done.changed, true);
    assert.equal(await holdsOn(9), 1);
    assert.equal(((await stage.ask({ asset: stage.seeded(9) })).msg.payload as Done).changed, false);
    await stage.unload();
    const moved = await once("move", "_Quarantine", 9);
    assert.equal(codeOf(moved.msg), "ON_HOLD");
  });

  it("holds by a policy where the archive has no legal holds", async () => {
    await stage.change({ profile: "7.7.0" });
    try {
      assert.equal((await once("hold-on", "MAT-2026-017", 7)).done.changed, true);
      assert.equal(await policiesOn(7), 2);
    } finally {
      await stage.change({ profile: "9.1.0" });
    }
  });

  it("moves what is free", async () => {
    assert.equal((await once("move", "_Quarantine", 2)).done.changed, true);
    const { parent } = await stage.reader.asset(await stage.refOf(2));
    assert.deepEqual(await stage.reader.path(parent), ["_Quarantine"]);
  });

  it("lifts a hold only with a signed-in person's approval, and only that one", async () => {
    const refused = await once("hold-off", "MAT-2026-017", 6);
    assert.equal(codeOf(refused.msg), "REFUSED");
    assert.equal(await holdsOn(6), 2);
    const nobody = await helper
      .request()
      .post("/content-lifecycle/preservica-govern/node0/lifts")
      .send({ ref: await stage.refOf(6), matter: "MAT-2026-017", reason: "settled" });
    assert.equal(nobody.status, 403);
    const store = await (helper.getNode("store0") as unknown as { store(): Promise<LifecycleStore> }).store();
    const client = (helper.getNode("archive0") as unknown as { client(): PreservicaClient }).client();
    const lift = { ref: await stage.refOf(6), matter: "MAT-2026-017" };
    await approveLift(store, client, lift, "user:records.manager", "the matter is settled");
    const [job] = await store.jobs({ queue: "node0", state: "refused", assetKey: stage.seeded(6).key });
    const replayed = await helper.request().post(`/content-lifecycle/stores/store0/jobs/${job?.id}/replay`);
    assert.equal(replayed.status, 200);
    await until(() => stage.got(0).length === 1);
    assert.equal(await holdsOn(6), 1);
    const timeline = await store.timeline(stage.seeded(6).key);
    const lifted = timeline.find(({ type }) => type === "hold off");
    assert.equal(lifted?.detail?.["agent"], "user:records.manager");
  });

  it("plans in a dry run what it would write or refuse, and writes nothing", async () => {
    const { msg } = await once("tag", "closed", 3, { dryRun: true });
    assert.deepEqual(
      msg.plan?.map(({ action }) => action),
      ["tag internal -> closed"],
    );
    await stage.unload();
    const refused = await once("tag", "open", 3, { dryRun: true });
    assert.match(refused.msg.plan?.[0]?.refused ?? "", /A person loosens/);
    assert.equal((await stage.reader.asset(await stage.refOf(3))).tag, "internal");
  });
});
