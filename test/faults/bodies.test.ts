import assert from "node:assert/strict";
import type { FaultOrder } from "../../sandbox/kernel/faults.js";
import type { ContentRef } from "../../lib/messages/asset.js";
import { until } from "../support/helper.js";
import { bad, good, idsOf, smallCast } from "./campaign.js";
import { scene, type Scene } from "./scene.js";

const PAGE = "<!DOCTYPE html><html><body><form>Please sign in</form></body></html>";
const HTML = { "content-type": "text/html; charset=utf-8" };

/** What the master of each asset suffers, and the code that the job must end with. */
const SPOILT: { asset: string; says: string; code: string; fault: Omit<FaultOrder, "system"> }[] = [
  { asset: "spring-meadow.jpg", says: "cut short", code: "SHORT_READ", fault: { kind: "truncate", afterBytes: 100 } },
  {
    asset: "gardener-portrait.jpg",
    says: "cut short without a length",
    code: "SHORT_READ",
    fault: { kind: "truncate", afterBytes: 100, chunked: true },
  },
  { asset: "ete-plage.jpg", says: "longer than stated", code: "SHORT_READ", fault: { kind: "excess", afterBytes: 32 } },
  {
    asset: "ete-litige.jpg",
    says: "with one bit flipped",
    code: "FIXITY_MISMATCH",
    fault: { kind: "corrupt", afterBytes: 1_000 },
  },
  {
    asset: "ete-contrat.jpg",
    says: "a login page",
    code: "SHORT_READ",
    fault: { kind: "body", body: PAGE, headers: HTML },
  },
  {
    asset: "ete-soleil.jpg",
    says: "an error message behind 200",
    code: "SHORT_READ",
    fault: {
      kind: "body",
      body: '{"exception_body":{"message":"no"}}',
      headers: { "content-type": "application/json" },
    },
  },
  { asset: "ete-film.mp4", says: "empty", code: "SHORT_READ", fault: { kind: "body", body: "" } },
];

/** The masters' content ids, from a dry run: nothing is written by it. */
async function masters(faults: Scene, ids: readonly string[], count: number): Promise<Map<string, ContentRef>> {
  faults.world.press(ids, { dryRun: true });
  await until(() => faults.world.got("archived").length === count);
  const found = new Map<string, ContentRef>();
  for (const { asset } of faults.world.got("archived")) {
    const master = asset?.content.find(({ role }) => role === "preservation");
    if (asset !== undefined && master !== undefined) found.set(asset.name, master);
  }
  return found;
}

describe("bodies that are not what they should be", function () {
  this.timeout(240_000);
  const faults = scene();

  it("archives no content that is short, long, damaged or something else, says which, and archives it once it is whole", async () => {
    const rotten = bad("spring-rotten.jpg");
    const cast = { good: SPOILT.map(({ asset }) => good(asset)), bad: [rotten, bad("spring-alternative-1.jpg")] };
    await faults.prepare({ cast, changes: { attempts: 1, concurrency: 8 } });
    const found = await masters(faults, idsOf(cast), cast.good.length + 1);
    for (const { asset, fault } of SPOILT) {
      // A content id of OTMM is asset and rendition.
      const path = `/renditions/${found.get(asset)?.id.split("/")[1]}`;
      faults.world.fault({ system: "otmm", ...fault, times: 0, match: { path } });
    }
    await faults.world.run(idsOf(cast), 45_000);
    for (const { asset, says, code } of SPOILT) {
      assert.equal(await faults.outcome("preservica-ingest", asset), code, `${asset}: ${says}`);
      assert.equal(
        await faults.archived(good(asset).sourceId),
        0,
        `${asset} is in the archive although it came ${says}`,
      );
    }
    // Its bytes never had the digest that OTMM stored: a replay cannot help.
    assert.equal(await faults.outcome("preservica-ingest", rotten.name), "FIXITY_MISMATCH");
    const run = await faults.repair();
    assert.equal(await faults.outcome("preservica-ingest", rotten.name), "FIXITY_MISMATCH");
    await faults.holds(cast, run);
  });

  it("names damage at the source to Catch, once", async () => {
    const rotten = bad("spring-rotten.jpg");
    await faults.play({ cast: { good: [], bad: [rotten] } });
    await until(() => faults.world.got("caught").length > 0);
    await faults.world.unload();
    assert.deepEqual(
      faults.world.got("caught").map(({ error }) => error?.code),
      ["FIXITY_MISMATCH"],
    );
  });

  it("takes a login page for what it is wherever it comes, and ends well once the systems answer again", async () => {
    const page = { kind: "body", body: PAGE, headers: HTML } as const;
    const cast = smallCast();
    await faults.play({
      cast,
      faults: [
        { system: "otmm", ...page, match: { method: "PUT", path: "/assets/state" } },
        { system: "otmm", ...page, match: { method: "PATCH" } },
        { system: "otmm", ...page, match: { path: "/renditions/" } },
        { system: "preservica", ...page, match: { path: "by-identifier" } },
        { system: "preservica", ...page, match: { method: "POST", path: "/structural-objects" } },
        { system: "preservica", ...page, match: { method: "PUT", path: "package.upload" } },
        { system: "preservica", ...page, match: { path: "/progress/" } },
        { system: "preservica", ...page, match: { method: "POST", path: "/retention-assignments" } },
        { system: "preservica", ...page, match: { method: "POST", path: "/links" } },
        { system: "preservica", ...page, match: { path: "/bitstreams/" } },
      ],
    });
    for (let times = 0; times < 8 && (await faults.world.replay()) > 0; times += 1) await faults.world.settled();
    await faults.holds(cast);
  });

  it("does not call archived what was damaged on the way into the archive", async () => {
    const cast = smallCast();
    const [first] = cast.good;
    assert.ok(first);
    await faults.play({
      cast,
      changes: { attempts: 1 },
      faults: [
        {
          system: "preservica",
          kind: "corrupt",
          when: "request",
          afterBytes: 9_000,
          times: 0,
          match: { method: "PUT", path: "package.upload" },
        },
      ],
    });
    for (const asset of cast.good) {
      assert.equal(await faults.outcome("preservica-ingest", asset.name), "INGEST_FAILED");
      assert.equal(await faults.outcome("otmm-asset-update", asset.name), "", "OTMM was not told");
      assert.equal(await faults.archived(asset.sourceId), 0);
    }
    await faults.holds(cast, await faults.repair());
  });

  it("ends a run with the reason when OTMM answers the search with a page, and changes nothing", async () => {
    const cast = smallCast();
    const run = await faults.play({
      cast,
      faults: [{ system: "otmm", kind: "body", body: PAGE, headers: HTML, times: 0, match: { method: "GET" } }],
    });
    assert.equal(run.state, "failed");
    assert.equal(run.error?.code, "UPSTREAM");
    assert.match(run.error?.message ?? "", /web page/);
    await until(() => faults.world.got("caught").some(({ error }) => error?.code === "UPSTREAM"));
    faults.world.kernel.faults.clear();
    await faults.holds(cast, await faults.world.run(idsOf(cast)));
  });
});
