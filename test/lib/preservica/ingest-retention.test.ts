import { deepEqual, equal, match, ok, rejects } from "node:assert/strict";
import { LifecycleError } from "../../../lib/messages/error.js";
import type { PreservicaClient } from "../../../lib/preservica/client.js";
import { planIngest, type IngestResult } from "../../../lib/preservica/ingest.js";
import { assetReference } from "../../../lib/preservica/references.js";
import type { Reader } from "./reader.js";
import { Job, QUICK, World } from "./world.js";

const MATTER = "MAT-2026-017";
const WITHOUT_START = '<lifecycle xmlns="urn:clc:schema:lifecycle:1"><retention><start/></retention></lifecycle>';

function resultOf(done: { outputs: { msg: { payload?: unknown } }[] }): IngestResult {
  return done.outputs[0]?.msg.payload as IngestResult;
}

describe("retention at ingest", function () {
  this.timeout(30_000);
  let world: World;
  let preservica: PreservicaClient;
  let reader: Reader;
  let count = 0;
  const nextId = (): string => `r${String(++count).padStart(4, "0")}`;

  before(async () => {
    world = await World.start();
    preservica = world.connect();
    reader = world.reader();
    const manager = world.connect({
      credentials: () => ({ username: "manager.one", password: "archive-Manager-0001" }),
    });
    await manager.governance.createHold(MATTER, "");
    manager.close();
  });
  after(async () => {
    preservica.close();
    await world.stop();
  });

  it("says that the retention clock does not run yet while its event has not happened", async () => {
    const id = nextId();
    await reader.makePolicy(`After the end ${id}`, "lcy.retention_start");
    const hasty = world.connect({ assumptions: { lateStartMs: 100 } });
    const msg = world.message({ id, values: { RetentionPolicy: `After the end ${id}` } });
    const { done } = await world.drive(new Job("job-open", msg), hasty);
    equal(resultOf(done).retention?.state, "not-started");
    match(resultOf(done).warnings.join(), /has not started/);
    hasty.close();
  });

  it("does not count as transferred what the archive gives no retention start, or another one, but keeps and holds it", async () => {
    const hasty = world.connect({ assumptions: { lateStartMs: 100 } });
    const cases = [
      { stated: undefined, told: /states no start date, and it should count from 2021-03-01/ },
      { stated: "2021-02-28", told: /from 2021-02-28, not from 2021-03-01/ },
    ];
    for (const { stated, told } of cases) {
      const id = nextId();
      const ref = assetReference(`${id}#v1`);
      await reader.makePolicy(`After the end ${id}`, "lcy.retention_start");
      const made = { id, values: { RetentionPolicy: `After the end ${id}` } };
      // Mapped by mistake: the document that fills the index says another day than the decision, or none.
      const msg = world.message(
        stated === undefined ? { ...made, fragment: WITHOUT_START } : { ...made, retentionStart: stated },
      );
      msg.asset.retention = { outcome: "due", rule: "r", reason: "r", start: "2021-03-01" };
      const job = new Job(`job-${id}`, msg);
      const refused = await world.drive(job, hasty).catch((thrown: unknown) => thrown);
      ok(refused instanceof LifecycleError);
      deepEqual(
        [refused.code, refused.details?.["ref"], refused.details?.["expectedStart"]],
        ["REFUSED", ref, "2021-03-01"],
      );
      match(refused.message, told);
      equal((await reader.content(ref, "Preservation")).length, 1);
      // Found again by a later run it is refused again; put right, it is transferred.
      const later = new Job(`job-${id}-later`, structuredClone({ ...msg, asset: { ...msg.asset, ids: {} } }));
      await rejects(world.drive(later, hasty), { code: "REFUSED", message: told });
      await reader.setStart(ref, "2021-03-01");
      while (!(await reader.assignments(ref)).join().endsWith(" 2021-03-01"))
        await new Promise((done) => setTimeout(done, 20));
      const { done } = await world.drive(later.again(), preservica);
      equal(resultOf(done).retention?.state, "running");
    }
    hasty.close();
  });

  it("carries the source's hold to an asset whose retention does not run as decided", async () => {
    const id = nextId();
    await reader.makePolicy(`After the end ${id}`, "lcy.retention_start");
    const values = { RetentionPolicy: `After the end ${id}` };
    const msg = world.message({ id, values, retentionStart: "2021-02-28" });
    msg.asset.retention = { outcome: "held", rule: "r", reason: "r", start: "2021-03-01" };
    world.source.answer = { state: "held", system: "otmm", at: new Date().toISOString(), matters: [MATTER] };
    try {
      await rejects(world.drive(new Job("job-held", msg), preservica), { code: "REFUSED" });
    } finally {
      world.source.answer = undefined;
    }
    const ids = { preservica: { connection: "archive", ref: assetReference(`${id}#v1`) } };
    const answer = await preservica.holds({ ...msg.asset, ids });
    deepEqual(answer.state === "held" ? answer.matters : answer.state, [MATTER]);
  });

  it("tells both ends, before and with the ingest, where the policy keeps an asset otherwise than the schedule", async () => {
    const id = nextId();
    // Five years.
    await reader.makePolicy(`Five years ${id}`, "lcy.retention_start");
    await reader.makePolicy(`For good ${id}`, undefined);
    const ends = async (
      policy: string,
      decision: object,
    ): Promise<{ planned: string; told: string; event: string }> => {
      const msg = world.message({ id: nextId(), values: { RetentionPolicy: policy }, retentionStart: "2021-02-28" });
      msg.asset.retention = { outcome: "due", rule: "r", reason: "r", start: "2021-02-28", ...decision };
      const { warnings } = await planIngest(
        "n",
        msg.asset,
        QUICK,
        world.deps(preservica),
        new AbortController().signal,
      );
      const job = new Job(`job-${msg.asset.key}`, msg);
      const { done, events } = await world.drive(job, preservica);
      const told = events.find(({ type }) => type === "accession")?.detail?.["warnings"];
      const about = (all: readonly string[]): string => all.filter((one) => one.includes("keeps")).join();
      const event = about(Array.isArray(told) ? told.map(String) : []);
      return { planned: about(warnings), told: about(resultOf(done).warnings), event };
    };
    const same = await ends(`Five years ${id}`, { until: "2026-02-28" });
    deepEqual(same, { planned: "", told: "", event: "" });
    const cases = [
      [`Five years ${id}`, { until: "2031-02-28" }, /through 2026-02-28, .*through 2031-02-28: shorter/],
      [`Five years ${id}`, { outcome: "never" }, /keeps 5 YEAR, .*for good: shorter/],
      [`For good ${id}`, { until: "2031-02-28" }, /for good, .*through 2031-02-28: longer/],
    ] as const;
    for (const [policy, decision, both] of cases) {
      const { planned, told, event } = await ends(policy, decision);
      for (const text of [planned, told, event]) match(text, both);
    }
  });
});
