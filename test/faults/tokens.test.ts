import assert from "node:assert/strict";
import { until } from "../support/helper.js";
import { allGood, smallCast } from "./campaign.js";
import { scene, type Scene } from "./scene.js";

/** Logins that reached the systems since the run began, the readers' own left out. */
function logins(faults: Scene): { otmm: number; preservica: number } {
  const of = (system: "otmm" | "preservica", path: RegExp): number =>
    faults.world.log(system).filter((entry) => entry.method === "POST" && path.test(entry.path)).length;
  return { otmm: of("otmm", /\/sessions$/), preservica: of("preservica", /\/accesstoken\/(login|refresh)$/) };
}

describe("sessions and tokens that end in the middle", function () {
  this.timeout(240_000);
  const faults = scene();

  it("cost one login when a token is refused in mid-upload, and nothing else", async () => {
    const cast = smallCast();
    const run = await faults.play({
      cast,
      faults: [
        {
          system: "preservica",
          kind: "status",
          status: 401,
          match: { method: "PUT", path: "package.upload" },
          body: "<Error><Code>ExpiredToken</Code><Message>The provided token has expired.</Message></Error>",
        },
      ],
    });
    assert.deepEqual(logins(faults), { otmm: 1, preservica: 2 });
    await faults.holds(cast, run);
  });

  it("cost one login each when fifty jobs meet the end of both together", async () => {
    const bulk = { count: 50, size: 2_000 };
    await faults.prepare({ cast: { good: [], bad: [] }, changes: { concurrency: 16, pageSize: 100 } });
    await faults.world.settings("otmm", { bulk });
    const assets = (await (await faults.readers.otmm()).all()).filter(({ name }) => name.startsWith("bulk"));
    assert.equal(assets.length, bulk.count);
    faults.world.kernel.log.clear();
    faults.world.press(assets.map(({ id }) => id));
    const uploads = (): number =>
      faults.world.log("preservica").filter(({ method, path }) => method === "PUT" && path.endsWith(".zip")).length;
    await until(() => uploads() >= 10);
    // Every session of OTMM and every token of Preservica has ended on the servers' clock, unknown to the clients.
    await faults.world.kernel.setClock(new Date(Date.now() + 3_600_000));
    const run = await faults.world.settled(45_000);
    assert.deepEqual({ done: run.counts.done, failed: run.counts.failed }, { done: bulk.count, failed: 0 });
    assert.deepEqual(logins(faults), { otmm: 2, preservica: 2 });
    const preservica = await faults.readers.preservica();
    for (const { originalId, version } of assets) {
      assert.equal((await preservica.byIdentifier("OTMM-Asset", `${originalId}#v${version}`)).length, 1);
    }
  });

  it("do not lock the account: refused credentials are tried once, whoever asks", async () => {
    const cast = smallCast();
    const run = await faults.play({
      cast,
      faults: [
        {
          system: "otmm",
          kind: "status",
          status: 401,
          times: 0,
          match: { method: "POST", path: "/sessions" },
          body: "{}",
        },
      ],
    });
    assert.equal(run.error?.code, "DENIED");
    assert.equal(logins(faults).otmm, 1);
  });

  it("do not lock the archive's account either, however many jobs ask", async () => {
    const cast = { good: allGood(({ size }) => size < 25_000), bad: [] };
    assert.ok(cast.good.length > 5);
    const run = await faults.play({
      cast,
      faults: [
        {
          system: "preservica",
          kind: "status",
          status: 401,
          times: 0,
          match: { method: "POST", path: "/accesstoken/login" },
          body: '{"success":false,"message":"login.failed"}',
        },
      ],
    });
    assert.deepEqual({ done: run.counts.done, failed: run.counts.failed }, { done: 0, failed: cast.good.length });
    for (const { name } of cast.good) assert.match(await faults.outcome("preservica-ingest", name), /^DENIED/);
    assert.equal(logins(faults).preservica, 1);
  });
});
