import assert from "node:assert/strict";
import { setTimeout as pause } from "node:timers/promises";
import type { LogEntry } from "../../sandbox/kernel/types.js";
import { until } from "../support/helper.js";
import { good, idsOf, oneAsset, smallCast } from "./campaign.js";
import { scene } from "./scene.js";

/** When a request of the log came in, in milliseconds of the sandbox's clock. */
const at = (entry: LogEntry): number => Date.parse(entry.at);

describe("systems that ask to slow down", function () {
  this.timeout(240_000);
  const faults = scene();

  it("are given the time that they ask for, in seconds and as a date, for reads, writes and uploads", async () => {
    const cast = oneAsset();
    const date = new Date(Math.ceil(Date.now() / 1000) * 1000 + 3_000);
    const run = await faults.play({
      cast,
      faults: [
        {
          system: "preservica",
          kind: "status",
          status: 429,
          headers: { "retry-after": "1" },
          match: { path: "by-identifier" },
        },
        {
          system: "preservica",
          kind: "status",
          status: 503,
          headers: { "retry-after": "1" },
          match: { method: "PUT", path: "package.upload" },
        },
        {
          system: "preservica",
          kind: "status",
          status: 429,
          headers: { "retry-after": "1" },
          match: { method: "POST", path: "/retention-assignments" },
        },
        {
          system: "otmm",
          kind: "status",
          status: 503,
          headers: { "retry-after": date.toUTCString(), date: new Date(date.getTime() - 1_000).toUTCString() },
          match: { method: "GET", path: "/assets?" },
        },
        { system: "otmm", kind: "status", status: 503, headers: { "retry-after": "1" }, match: { method: "PATCH" } },
      ],
    });
    const log = faults.world.log();
    for (const refused of faults.world.hit()) {
      const next = log.find(
        (entry) => entry.n > refused.n && entry.method === refused.method && entry.path === refused.path,
      );
      assert.ok(next, `${refused.method} ${refused.path} was not asked again`);
      assert.ok(
        at(next) - at(refused) >= 990,
        `${refused.method} ${refused.path} was asked again after ${at(next) - at(refused)} ms`,
      );
    }
    assert.equal(faults.world.hit().length, 5);
    await faults.holds(cast, run);
  });

  it("are not waited for inside a job when they ask for an hour: the job is parked until then, the others go on", async () => {
    const cast = smallCast();
    await faults.prepare({
      cast,
      faults: [
        {
          system: "preservica",
          kind: "status",
          status: 503,
          headers: { "retry-after": "3600" },
          match: { method: "PUT", path: "package.upload" },
        },
      ],
    });
    faults.world.press(idsOf(cast));
    const ingests = async () => (await faults.world.jobs()).filter(({ nodeType }) => nodeType === "preservica-ingest");
    await until(async () => (await ingests()).some(({ state }) => state === "done"));
    const parked = (await ingests()).find(({ state }) => state !== "done");
    assert.equal(parked?.state, "waiting");
    assert.equal(parked?.error?.code, "THROTTLED");
    assert.ok((parked?.due ?? 0) > Date.now() + 3_500_000);
  });

  it("are not run over by jobs that all come back together, and get everything once they take it", async () => {
    const names = [
      "Motiv.jpg",
      "spring-film.mp4",
      "spring-loop.mp4",
      "ete-plage.jpg",
      "ete-soleil.jpg",
      "ete-film.mp4",
      "spring-banner-web.png",
      "gardener-portrait.jpg",
      "spring-meadow.jpg",
      "ete-dossier.pdf",
    ];
    const cast = { good: names.map(good), bad: [] };
    await faults.prepare({ cast });
    faults.world.fault({ system: "preservica", kind: "status", status: 503, times: 0 });
    faults.world.press(idsOf(cast));
    const ingests = async () => (await faults.world.jobs()).filter(({ nodeType }) => nodeType === "preservica-ingest");
    const waiting = async () => (await ingests()).filter(({ error }) => error?.code === "THROTTLED").length;
    await until(async () => (await waiting()) >= 3, 30_000);
    const asked = faults.world.hit().length;
    await pause(6_000);
    const more = faults.world.hit().length - asked;
    // One job that was under way, and two that were tried since; each request is repeated four times.
    assert.ok(more <= 3 * 5, `${more} requests in six seconds against a system that takes none`);
    assert.deepEqual(
      (await ingests()).filter(({ failures }) => failures > 0),
      [],
    );
    faults.world.kernel.faults.clear();
    const run = await faults.world.settled(45_000);
    assert.equal(run.counts.failed, 0);
    await faults.holds(cast, run);
  });
});
