import assert from "node:assert/strict";
import { Random } from "../support/random.js";
import { CampaignReaders, heldCast } from "./campaign.js";
import { FAILURES, nameOf, sweepCase, SYSTEMS, type SweepCase } from "./sweep.js";
import { FaultWorld } from "./world.js";

/** Changes what the sample looks at; the whole sweep is `test/long/faults.ts`. */
const SEED = Number(process.env["SEED"] ?? 1);
const HELD = heldCast().good.find(({ holds }) => holds.length > 0)?.assetId ?? "";
/** Places in the run where the answer matters most, beside the sample. */
const CHOSEN: SweepCase[] = [
  { system: "preservica", failure: "lost", mode: "once", nth: 39 },
  { system: "otmm", failure: "lost", mode: "once", nth: 26 },
  { system: "preservica", failure: "500", mode: "stays", nth: 45 },
  { system: "preservica", failure: "500", mode: "stays", nth: 60, way: "opex" },
  // The first look at one asset alone is the question for holds; the search is a part of it.
  { system: "otmm", failure: "500", mode: "once", nth: 1, path: `/assets/${HELD}` },
  { system: "otmm", failure: "500", mode: "stays", nth: 1, path: "/search/text" },
  { system: "preservica", failure: "500", mode: "once", nth: 3, path: "/legal-holds" },
];

function sampled(): SweepCase[] {
  const random = new Random(SEED);
  const cases: SweepCase[] = [];
  for (const system of SYSTEMS) {
    for (const failure of FAILURES) {
      cases.push({ system, failure, mode: "once", nth: random.between(1, system === "otmm" ? 30 : 115) });
    }
  }
  for (const failure of FAILURES)
    cases.push({ system: "preservica", failure, mode: "once", nth: random.between(1, 165), way: "opex" });
  return cases;
}

describe("fault sweep over the campaign example", function () {
  this.timeout(240_000);
  let world: FaultWorld;
  let readers: CampaignReaders;
  before(async () => {
    world = await FaultWorld.open();
    readers = new CampaignReaders(world);
  });
  after(() => world.close());

  for (const one of [...CHOSEN, ...sampled()]) {
    it(`loses nothing and doubles nothing when ${nameOf(one)}`, async () => {
      const { problems } = await sweepCase(world, readers, one);
      assert.deepEqual(problems, []);
    });
  }
});
