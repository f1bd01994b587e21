import assert from "node:assert/strict";
import type { IngestResult } from "../../lib/preservica/index.js";
import { CampaignReaders, idsOf, oneAsset, smallCast } from "../faults/campaign.js";
import { IDS } from "../faults/flow.js";
import { FaultWorld } from "../faults/world.js";
import { until } from "../support/helper.js";

/** An asset that a matter holds in OTMM. */
const HELD = "spring-film.mp4";
const MATTER = "MAT-2026-017";

describe("preservica-ingest", function () {
  this.timeout(240_000);
  let world: FaultWorld;
  let readers: CampaignReaders;
  before(async () => {
    world = await FaultWorld.open();
    readers = new CampaignReaders(world);
  });
  after(() => world.close());

  const resultOf = (): IngestResult => world.got("ingested")[0]?.payload as IngestResult;
  const deploy = (way: "xip" | "opex", settings: object = {}): Promise<void> =>
    world.fresh({
      over: { [IDS.ingest]: { way, wires: [[IDS.update, "ingested"]], ...settings } },
      more: [{ id: "ingested", type: "helper", z: "ca01000000000001", x: 100, y: 400 }],
    });

  for (const way of ["xip", "opex"] as const) {
    it(`archives a layout and its picture, with previews, links and all that OTMM shows (${way})`, async () => {
      const cast = smallCast();
      await deploy(way);
      const before = await readers.before();
      const run = await world.run(idsOf(cast));
      assert.deepEqual(await readers.problems(cast, before, run), []);
      const containers = world.log("preservica").filter(({ path }) => path.endsWith("/workflow/instances"));
      assert.equal(containers.length, way === "opex" ? 2 : 0);
    });

    it(`carries the legal hold of a held asset, reads it back, and says so (${way})`, async () => {
      const cast = oneAsset(HELD);
      await deploy(way);
      await world.run(idsOf(cast));
      assert.deepEqual(resultOf().holds, { state: "carried", matters: [MATTER] });
      assert.deepEqual(await (await readers.preservica()).legalHolds(resultOf().ref), [MATTER]);
    });
  }

  it("shows in OTMM as preserved only what the archive counts from the day decided, and goes on once it does", async () => {
    const cast = oneAsset();
    const [asset] = cast.good;
    assert.ok(asset !== undefined);
    await deploy("xip");
    // Nothing is indexed in time, so the archive states no start.
    await world.settings("preservica", { indexDelayMs: 3_600_000 });
    await world.run(idsOf(cast));
    const status = async (): Promise<string | string[] | undefined> =>
      (await (await readers.otmm()).asset(asset.assetId)).fields["ACME.FIELD.PRESERVATION STATUS"];
    await until(() => world.got("caught").length > 0);
    assert.equal(world.got("ingested").length, 0);
    const [told] = world.got("caught");
    assert.equal(told?.error?.code, "REFUSED");
    assert.match(told?.error?.message ?? "", /does not count as transferred.*should count from 2021-02-28/);
    assert.equal(await status(), undefined);
    const [there] = await (await readers.preservica()).byIdentifier("OTMM-Asset", asset.sourceId);
    const ref = there?.ref ?? "";
    const store = await world.store();
    assert.deepEqual([...new Set((await store.find(ref)).map(({ assetKey }) => assetKey))], [told?.asset?.key]);
    const refused = (await store.timeline(told?.asset?.key ?? "")).filter(({ outcome }) => outcome === "refused");
    assert.deepEqual(
      refused.map(({ type, object }) => [type, object]),
      [["policy assignment", ref]],
    );

    await world.kernel.setClock(new Date(Date.now() + 2 * 3_600_000));
    const archive = await readers.preservica();
    await until(async () => (await archive.retention(ref))[0]?.start.slice(0, 10) === "2021-02-28");
    assert.equal(await world.replay(), 1);
    await world.settled();
    assert.equal(await status(), "PRE");
    assert.equal(resultOf().retention?.state, "running");
  });

  it("counts a held asset as held where the archive does not let it look", async () => {
    const cast = oneAsset(HELD);
    await deploy("xip");
    await world.settings("preservica", { profile: "9.1.0 hold-403" });
    await world.run(idsOf(cast));
    assert.equal(resultOf().holds.state, "unknown");
    assert.match(resultOf().warnings.join(), /it counts as held/);
  });

  it("reports to Catch, with its code, what the archive is not set up for, before anything is sent", async () => {
    const cast = oneAsset();
    await deploy("opex");
    await world.unload();
    await world.load({
      over: { [IDS.ingest]: { way: "opex" }, [IDS.preservica]: { assumptions: '{"opexWorkflow":"No such workflow"}' } },
    });
    await world.run(idsOf(cast));
    await until(() => world.got("caught").length > 0);
    const [told] = world.got("caught");
    assert.equal(told?.error?.code, "NOT_CONFIGURED");
    assert.match(told?.error?.message ?? "", /No such workflow/);
    assert.deepEqual(
      world.log("preservica").filter(({ method, path }) => method !== "GET" && !path.includes("accesstoken")),
      [],
    );
  });
});
