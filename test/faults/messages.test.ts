import assert from "node:assert/strict";
import { helper, until } from "../support/helper.js";
import { idsOf, smallCast } from "./campaign.js";
import { IDS } from "./flow.js";
import { scene } from "./scene.js";
import type { Collected } from "./world.js";

/** Writes that reached a system: anything but reading, searching and logging in. */
function writes(log: { system: string; method: string; path: string }[]): string[] {
  return log
    .filter(({ method, path }) => method !== "GET" && !/\/(sessions|accesstoken|search)\b/.test(path))
    .map(({ system, method, path }) => `${system} ${method} ${path}`);
}

describe("messages that come twice, late or out of order", function () {
  this.timeout(240_000);
  const faults = scene();

  it("have the effect of one each", async () => {
    const cast = smallCast();
    // The mapper's wire ends in the test, which plays a bad network between the nodes.
    await faults.prepare({
      cast,
      changes: {
        over: { [IDS.mapper]: { wires: [["tap"], ["rejected"]] } },
        more: [{ id: "tap", type: "helper", z: "ca01000000000001" }],
      },
    });
    faults.world.press(idsOf(cast));
    await until(() => faults.world.got("tap").length === cast.good.length);
    const sent: Collected[] = faults.world.got("tap").map((msg) => structuredClone(msg));
    const again = (): void => {
      for (const msg of sent.toReversed()) helper.getNode(IDS.ingest).receive(structuredClone(msg));
    };
    again();
    again();
    await until(() => faults.world.got("archived").length === cast.good.length);
    again();
    const run = await faults.world.settled();
    await faults.holds(cast, run);
    const uploads = faults.world
      .log("preservica")
      .filter(({ method, path }) => method === "PUT" && path.endsWith(".zip"));
    assert.equal(uploads.length, cast.good.length);
    assert.equal(faults.world.got("archived").length, cast.good.length);
  });

  it("archive once when Run is pressed three times at once", async () => {
    const cast = smallCast();
    await faults.prepare({ cast });
    for (let times = 0; times < 3; times += 1) faults.world.press(idsOf(cast));
    await until(async () => (await (await faults.world.store()).runs(10)).length === 3);
    await until(
      async () =>
        (await (await faults.world.store()).runs(10)).every(
          ({ state, counts }) => state === "done" && counts.running + counts.waiting === 0,
        ),
      60_000,
    );
    for (const run of await (await faults.world.store()).runs(10)) await faults.holds(cast, run);
  });

  it("change nothing when everything is archived already", async () => {
    const cast = smallCast();
    await faults.play({ cast });
    faults.world.kernel.log.clear();
    const run = await faults.world.run(idsOf(cast));
    assert.deepEqual(writes(faults.world.log()), []);
    assert.equal(run.counts.done, cast.good.length);
  });

  it("are taken up where they were when the flow is stopped and started again in the middle, several times", async () => {
    const cast = smallCast();
    await faults.prepare({ cast });
    faults.world.press(idsOf(cast));
    for (const requests of [8, 25, 45, 65, 85]) {
      await until(
        async () =>
          faults.world.log().length >= requests ||
          ((await faults.world.newest())?.state === "done" && (await faults.world.newest())?.counts.waiting === 0),
        20_000,
      );
      await faults.world.unload();
      await faults.world.load();
    }
    await faults.holds(cast);
  });

  it("are kept as failed jobs when the next node cannot take them as it is configured, and go on by a replay", async () => {
    const cast = smallCast();
    await faults.prepare({ cast, changes: { over: { [IDS.update]: { profile: "no-such-profile" } } } });
    const run = await faults.world.run(idsOf(cast));
    assert.deepEqual({ done: run.counts.done, failed: run.counts.failed }, { done: 0, failed: cast.good.length });
    await until(() => faults.world.got("caught").length === cast.good.length);
    assert.deepEqual(new Set(faults.world.got("caught").map(({ error }) => error?.code)), new Set(["NOT_CONFIGURED"]));
    await faults.world.unload();
    await faults.world.load();
    await faults.holds(cast, await faults.repair());
  });

  it("stay on their way when the next node can make no job of them, and arrive once it can", async () => {
    const cast = smallCast();
    await faults.prepare({ cast, changes: { over: { [IDS.update]: { store: "no-such-store" } } } });
    faults.world.press(idsOf(cast));
    await until(() => faults.world.got("caught").length === cast.good.length);
    assert.deepEqual(new Set(faults.world.got("caught").map(({ error }) => error?.code)), new Set(["NOT_CONFIGURED"]));
    assert.equal((await faults.world.newest())?.counts.running, cast.good.length, "nobody calls them done");
    await faults.world.unload();
    await faults.world.load();
    await faults.holds(cast);
  });

  it("write nothing in a dry run, which goes through the whole example to its end and tells what would be written", async () => {
    const cast = smallCast();
    await faults.prepare({ cast });
    faults.world.press(idsOf(cast), { dryRun: true });
    await until(
      () => faults.world.got("archived").length === cast.good.length && faults.world.got("summary").length === 1,
    );
    assert.deepEqual(writes(faults.world.log()), []);
    assert.deepEqual(faults.world.got("caught"), []);
    assert.deepEqual(await faults.world.jobs(), []);
    for (const { plan = [], asset } of faults.world.got("archived")) {
      const actions = new Set(plan.map(({ action }) => action));
      for (const action of ["upload package", "ingest", "write fields"])
        assert.ok(actions.has(action), `${asset?.name}: ${action}`);
      assert.deepEqual(
        plan.filter(({ refused }) => refused !== undefined),
        [],
      );
    }
  });
});
