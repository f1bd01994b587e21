import assert from "node:assert/strict";
import type { FaultOrder } from "../../sandbox/kernel/faults.js";
import { smallCast } from "./campaign.js";
import { scene } from "./scene.js";

const lost = (system: FaultOrder["system"], method: string, path: string): FaultOrder => ({
  system,
  kind: "lost",
  match: { method, path },
});

/** Every write of the example: the system does it, and the answer never comes. */
const WRITES: { what: string; order: FaultOrder }[] = [
  { what: "creating a folder", order: lost("preservica", "POST", "/structural-objects") },
  { what: "uploading a package", order: lost("preservica", "PUT", "package.upload") },
  { what: "linking a layout to its picture", order: lost("preservica", "POST", "/links") },
  { what: "assigning the retention policy", order: lost("preservica", "POST", "/retention-assignments") },
  { what: "locking in OTMM", order: { ...lost("otmm", "PUT", "/assets/state") } },
  { what: "writing fields in OTMM", order: lost("otmm", "PATCH", "/assets/") },
  {
    what: "unlocking in OTMM",
    order: { system: "otmm", kind: "lost", match: { method: "PUT", path: "/assets/state", nth: 2 } },
  },
  { what: "logging in to OTMM", order: lost("otmm", "POST", "/sessions") },
  { what: "logging in to Preservica", order: lost("preservica", "POST", "/accesstoken/login") },
];

describe("answers that are lost after the system has done what was asked", function () {
  this.timeout(240_000);
  const faults = scene();

  /** Requests that were processed and not refused. */
  const done = (method: string, path: RegExp): number =>
    faults.world
      .log()
      .filter(
        (entry) =>
          entry.method === method && path.test(entry.path) && (entry.status < 300 || entry.fault !== undefined),
      ).length;

  for (const { what, order } of WRITES) {
    it(`leave one of everything: ${what}`, async () => {
      const cast = smallCast();
      const run = await faults.play({ cast, faults: [order] });
      assert.equal(faults.world.hit().length, 1);
      assert.equal(run.counts.failed, 0);
      await faults.holds(cast, run);
      assert.equal(done("PUT", /\.zip$/), cast.good.length, "each package was sent once");
      // Layout and picture may both become visible before the other looks; who comes second takes its double away.
      assert.equal(done("POST", /\/links$/) - done("DELETE", /\/links\/[^/]+$/), 1, "one link is left");
      assert.equal(done("POST", /\/retention-assignments$/), cast.good.length, "one assignment each");
    });
  }

  it("leave one of everything when all of them are lost in one run", async () => {
    const cast = smallCast();
    const run = await faults.play({ cast, faults: WRITES.map(({ order }) => order) }, 45_000);
    assert.equal(run.counts.failed, 0);
    await faults.holds(cast, run);
    assert.equal(done("PUT", /\.zip$/), cast.good.length);
  });
});
