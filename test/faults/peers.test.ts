import assert from "node:assert/strict";
import { sharedPool } from "../../lib/content/index.js";
import { helper, until } from "../support/helper.js";
import { good, idsOf, oneAsset, smallCast } from "./campaign.js";
import { IDS } from "./flow.js";
import { scene } from "./scene.js";

const UPLOAD = { method: "PUT", path: "package.upload" };

/** Connections of this process, both ends of each. */
function sockets(): number {
  return process.getActiveResourcesInfo().filter((kind) => kind === "TCPSocketWrap").length;
}

describe("peers that fall silent, drip or break off", function () {
  this.timeout(240_000);
  const faults = scene();

  it("gives silent peers up after the idle time, before and inside bodies, both ways, and goes on by itself", async () => {
    const cast = smallCast();
    await faults.prepare({
      cast,
      changes: { idleSeconds: 2 },
      faults: [
        { system: "otmm", kind: "stall", match: { method: "GET", path: "/assets?" } },
        { system: "otmm", kind: "stall", match: { path: "/renditions/" }, afterBytes: 5_000 },
        { system: "otmm", kind: "stall", match: { method: "PATCH" } },
        { system: "preservica", kind: "stall", match: { path: "by-identifier" }, afterBytes: 100 },
        { system: "preservica", kind: "stall", when: "request", match: UPLOAD, afterBytes: 4_096 },
        { system: "preservica", kind: "stall", match: { path: "/progress/" } },
      ],
    });
    await faults.world.unload();
    await sharedPool().close();
    const before = sockets();
    await faults.world.load({ idleSeconds: 2 });
    faults.world.press(idsOf(cast));
    await faults.world.settled();
    assert.equal(faults.world.kernel.faults.list().filter(({ hit }) => hit === 0).length, 0, "every fault was hit");
    const run = await faults.world.settled();
    await faults.world.unload();
    await sharedPool().close();
    await until(() => sockets() <= before);
    await faults.holds(cast, run);
  });

  it("does not give up a peer that is slow but not silent", async () => {
    const cast = oneAsset();
    const run = await faults.play({
      cast,
      changes: { idleSeconds: 2 },
      faults: [{ system: "otmm", kind: "slow", bytesPerSecond: 12_000, match: { path: "/renditions/" } }],
    });
    await faults.holds(cast, run);
  });

  it("lets a person cancel a job whose peer drips; its connection ends at once and the others go on", async () => {
    const cast = smallCast();
    const [dripping] = cast.good;
    assert.ok(dripping);
    await faults.prepare({
      cast,
      faults: [{ system: "otmm", kind: "slow", bytesPerSecond: 1, match: { path: "/renditions/" } }],
    });
    faults.world.press(idsOf(cast));
    const ingests = async () => (await faults.world.jobs()).filter(({ nodeType }) => nodeType === "preservica-ingest");
    await until(async () => (await ingests()).filter(({ state }) => state === "done").length === 1);
    const [stuck] = (await ingests()).filter(({ state }) => state !== "done");
    assert.ok(stuck);
    const answer = await helper.request().post(`/content-lifecycle/stores/${IDS.store}/jobs/${stuck.id}/cancel`);
    assert.equal(answer.status, 200);
    await until(() => faults.world.hit().length === 1);
    const run = await faults.world.settled();
    assert.deepEqual({ done: run.counts.done, failed: run.counts.failed }, { done: 1, failed: 1 });
  });

  it("waits for a system that cannot be reached, and goes on by itself when it can", async () => {
    const cast = oneAsset();
    await faults.prepare({ cast, faults: [{ system: "preservica", kind: "reset", times: 0 }] });
    faults.world.press(idsOf(cast));
    await until(async () =>
      (await faults.world.jobs()).some(({ state, error }) => state === "waiting" && error?.code === "UNREACHABLE"),
    );
    faults.world.kernel.faults.clear();
    await faults.holds(cast);
  });

  it("goes on after connections that break inside content, both ways", async () => {
    const cast = { good: [good("Motiv.jpg"), good("spring-film.mp4")], bad: oneAsset().bad };
    const run = await faults.play({
      cast,
      faults: [
        { system: "otmm", kind: "reset", match: { path: "/renditions/" }, afterBytes: 7_000 },
        { system: "otmm", kind: "drop", match: { path: "/renditions/" }, afterBytes: 9_000 },
        { system: "preservica", kind: "reset", when: "request", match: UPLOAD, afterBytes: 10_000 },
        { system: "preservica", kind: "drop", when: "request", match: UPLOAD, afterBytes: 20_000 },
      ],
    });
    assert.equal(faults.world.hit().length, 4);
    await faults.holds(cast, run);
  });
});
