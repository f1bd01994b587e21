import assert from "node:assert/strict";
import type { FaultOrder } from "../../sandbox/kernel/faults.js";
import { until } from "../support/helper.js";
import { idsOf, oneAsset, smallCast } from "./campaign.js";
import { scene } from "./scene.js";

describe("ingests that fail or take long", function () {
  this.timeout(240_000);
  const faults = scene();

  it("are told to Catch once with the archive's own reason, OTMM is not told, and a replay archives", async () => {
    const cast = oneAsset();
    await faults.prepare({ cast });
    await faults.world.settings("preservica", { failIngest: { times: 1, message: "Characterisation did not end" } });
    await faults.world.run(idsOf(cast));
    await until(() => faults.world.got("caught").length === 1);
    const [told] = faults.world.got("caught");
    assert.equal(told?.error?.code, "INGEST_FAILED");
    assert.match(told?.error?.message ?? "", /Characterisation did not end/);
    assert.equal(await faults.outcome("otmm-asset-update", cast.good[0]?.name ?? ""), "");
    await faults.holds(cast, await faults.repair());
    assert.equal(faults.world.got("caught").length, 1);
  });

  it("park their jobs: nothing is asked while nothing can have changed, and no worker is held", async () => {
    const cast = smallCast();
    await faults.prepare({ cast });
    await faults.world.settings("preservica", { ingestMs: 60_000 });
    faults.world.press(idsOf(cast));
    const ingests = async () => (await faults.world.jobs()).filter(({ nodeType }) => nodeType === "preservica-ingest");
    await until(
      async () =>
        (await ingests()).filter(({ state, step }) => state === "waiting" && step === "ingesting").length === 2,
    );
    assert.equal(faults.world.got("archived").length, 0, "nothing is called archived before the archive has it");
    await faults.world.kernel.setClock(new Date(faults.world.kernel.clock.now().getTime() + 60_000));
    const run = await faults.world.settled();
    const looks = faults.world.log("preservica").filter(({ path }) => path.includes("/progress/")).length;
    assert.ok(looks < 60, `${looks} looks at two ingests of a minute`);
    await faults.holds(cast, run);
  });

  it("leave no upload in parts behind when the content turns out to be damaged", async () => {
    await faults.prepare({ cast: { good: [], bad: [] }, changes: { attempts: 1 } });
    await faults.world.settings("otmm", { bulk: { count: 1, size: 20_000_000 } });
    const [large] = (await (await faults.readers.otmm()).all()).filter(({ name }) => name.startsWith("bulk"));
    assert.ok(large);
    faults.world.kernel.log.clear();
    const fault = faults.world.fault({
      system: "otmm",
      kind: "corrupt",
      afterBytes: 19_000_000,
      times: 0,
      match: { path: "/renditions/" },
    });
    await faults.world.run([large.id]);
    assert.ok(fault.hit > 0);
    assert.equal(await faults.outcome("preservica-ingest", large.name), "FIXITY_MISMATCH");
    const uploads = faults.world.log("preservica").filter(({ path }) => path.endsWith(".zip"));
    assert.ok(
      uploads.some(({ method, query }) => method === "PUT" && query.includes("partNumber=")),
      "it went in parts",
    );
    assert.deepEqual(
      uploads.filter(({ method }) => method === "DELETE").map(({ status }) => status),
      [204],
    );
    const run = await faults.repair();
    assert.deepEqual({ done: run.counts.done, failed: run.counts.failed }, { done: 1, failed: 0 });
    assert.equal(await faults.archived(`${large.originalId}#v${large.version}`), 1);
  });

  for (const { why, code, orders } of [
    {
      why: "the source is gone",
      code: "NOT_FOUND",
      orders: [
        { system: "otmm", kind: "status", status: 404, times: 0, match: { path: "/renditions/", from: 2 } },
        { system: "otmm", kind: "reset", afterBytes: 17_000_000, match: { path: "/renditions/" } },
      ],
    },
    {
      why: "the archive takes no more",
      code: "DENIED",
      orders: [{ system: "preservica", kind: "status", status: 403, times: 0, match: { path: "partNumber=2" } }],
    },
  ] satisfies { why: string; code: string; orders: FaultOrder[] }[])
    it(`leave no upload in parts behind when ${why}`, async () => {
      await faults.prepare({ cast: { good: [], bad: [] } });
      await faults.world.settings("otmm", { bulk: { count: 1, size: 20_000_000 } });
      const [large] = (await (await faults.readers.otmm()).all()).filter(({ name }) => name.startsWith("bulk"));
      assert.ok(large);
      faults.world.kernel.log.clear();
      for (const order of orders) faults.world.fault(order);
      await faults.world.run([large.id]);
      assert.equal(await faults.outcome("preservica-ingest", large.name), code);
      const uploads = faults.world.log("preservica").filter(({ path }) => path.endsWith(".zip"));
      assert.equal(uploads.filter(({ method, query }) => method === "POST" && query.startsWith("uploads")).length, 1);
      assert.deepEqual(
        uploads.filter(({ method }) => method === "DELETE").map(({ status }) => status),
        [204],
      );
      const run = await faults.repair();
      assert.deepEqual({ done: run.counts.done, failed: run.counts.failed }, { done: 1, failed: 0 });
      assert.equal(await faults.archived(`${large.originalId}#v${large.version}`), 1);
    });
});
