import { deepEqual, equal, match, ok, rejects } from "node:assert/strict";
import { LifecycleError } from "../../../lib/messages/error.js";
import type { PreservicaClient } from "../../../lib/preservica/client.js";
import { planIngest, type IngestResult } from "../../../lib/preservica/ingest.js";
import type { HoldAnswer } from "../../../lib/systems/port.js";
import { Job, QUICK, World } from "./world.js";

const MATTER = "MAT-2026-017";
const OTHER = "MAT-2026-021";

function resultOf(done: { outputs: { msg: { payload?: unknown } }[] }): IngestResult {
  return done.outputs[0]?.msg.payload as IngestResult;
}

describe("legal holds carried at ingest", function () {
  this.timeout(120_000);
  let world: World;
  let preservica: PreservicaClient;
  let count = 0;
  const nextId = (): string => `h${String(++count).padStart(4, "0")}`;
  const held = (...matters: string[]): HoldAnswer => ({
    state: "held",
    system: "otmm",
    at: "2026-11-16T09:00:00Z",
    matters,
  });
  const drive = async (id: string, way: "xip" | "opex" = "xip"): Promise<IngestResult> => {
    const job = new Job(`job-${id}-${++count}`, world.message({ id }), { ...QUICK, way });
    return resultOf((await world.drive(job, preservica)).done);
  };
  const statedOn = (ref: string): ReturnType<PreservicaClient["holds"]> =>
    preservica.holds({
      key: "otmm:dam:x",
      version: "1",
      name: "",
      ids: { preservica: { connection: "archive", ref } },
      fields: {},
      content: [],
    });
  const mattersOn = async (ref: string): Promise<string[]> => {
    const answer = await statedOn(ref);
    return answer.state === "held" ? answer.matters.toSorted() : [];
  };

  before(async () => {
    world = await World.start();
    preservica = world.connect();
    const manager = world.connect({
      credentials: () => ({ username: "manager.one", password: "archive-Manager-0001" }),
    });
    for (const matter of [MATTER, OTHER]) await manager.governance.createHold(matter, "");
    for (const matter of [MATTER, OTHER]) await manager.governance.createHoldPolicy(matter);
    manager.close();
  });
  after(async () => {
    preservica.close();
    await world.stop();
  });
  beforeEach(async () => {
    await world.change({ profile: "9.1.0" });
    preservica.close();
    preservica = world.connect();
    world.source.answer = undefined;
  });

  it("says that nothing holds an asset that its source does not hold", async () => {
    const result = await drive(nextId());
    deepEqual(result.holds, { state: "clear", matters: [] });
    deepEqual(await mattersOn(result.ref), []);
  });

  for (const way of ["xip", "opex"] as const) {
    it(`puts every matter of the source on the archived asset, once, and reads it back (${way})`, async () => {
      const id = nextId();
      world.source.answer = held(MATTER, OTHER);
      const first = await drive(id, way);
      deepEqual(first.holds, { state: "carried", matters: [MATTER, OTHER] });
      deepEqual(await mattersOn(first.ref), [MATTER, OTHER]);
      const again = await drive(id, way);
      deepEqual([again.alreadyThere, again.holds.state], [true, "carried"]);
      deepEqual(await preservica.retention.holdRefs(first.ref).then((refs) => refs.length), 2);
    });
  }

  it("carries the hold of a part that was joined into the asset, and counts one that cannot say as holding", async () => {
    const clip = {
      key: "otmm:dam:clip",
      version: "1",
      name: "clip.mp4",
      otmm: { connection: "dam", assetId: "clip", originalAssetId: "clip", version: "1" },
      content: [],
    };
    const archive = async (answer: HoldAnswer): Promise<IngestResult> => {
      world.source.answers.set(clip.key, answer);
      const msg = world.message({ id: nextId() });
      const job = new Job(`job-${++count}`, { ...msg, asset: { ...msg.asset, joined: [clip] } }, QUICK);
      return resultOf((await world.drive(job, preservica)).done);
    };
    try {
      const result = await archive(held(MATTER));
      deepEqual(result.holds, { state: "carried", matters: [MATTER] });
      deepEqual(await mattersOn(result.ref), [MATTER]);
      const blind = await archive({ state: "unknown", system: "otmm", at: "2026-11-16T09:00:00Z", why: "no right" });
      equal(blind.holds.state, "unknown");
    } finally {
      world.source.answers.clear();
    }
  });

  it("puts a hold that came later on the asset that is there already", async () => {
    const id = nextId();
    const before = await drive(id);
    world.source.answer = held(MATTER);
    const after = await drive(id);
    deepEqual([after.ref, after.holds.state], [before.ref, "carried"]);
    deepEqual(await mattersOn(before.ref), [MATTER]);
  });

  it("uses the policy that stands for a hold on a server without legal holds", async () => {
    await world.change({ profile: "7.7.0" });
    world.source.answer = held(MATTER);
    const result = await drive(nextId());
    equal(result.holds.state, "carried");
    const [assignment] = await preservica.retention.assignments(result.ref);
    equal((await preservica.retention.policy(assignment?.policy ?? "")).name, `LH: ${MATTER}`);
  });

  it("counts the asset as held where the archive answers 403, and says so", async () => {
    await world.change({ profile: "9.1.0 hold-403" });
    world.source.answer = held(MATTER);
    const result = await drive(nextId());
    equal(result.holds.state, "unknown");
    match(result.warnings.join(), /held by MAT-2026-017, but that is not proven/);
    equal((await statedOn(result.ref)).state, "unknown");
  });

  it("names the matter for which the archive has no hold", async () => {
    world.source.answer = held("MAT-2099-001");
    const result = await drive(nextId());
    deepEqual(result.holds, { state: "unknown", matters: ["MAT-2099-001"] });
    match(result.warnings.join(), /no legal hold "MAT-2099-001"/);
  });

  it("counts the asset as held where the source cannot say", async () => {
    world.source.answer = { state: "unknown", system: "otmm", at: "2026-11-16T09:00:00Z", why: "no right" };
    const result = await drive(nextId());
    equal(result.holds.state, "unknown");
    match(result.warnings.join(), /not known, which counts as held \(otmm: no right\)/);
  });

  it("fails for another attempt while the source cannot be asked, and carries the hold once it answers", async () => {
    const id = nextId();
    const why = "OTMM failed (HTTP 500, GET /assets/1)";
    world.source.answer = { state: "unknown", system: "otmm", at: "2026-11-16T09:00:00Z", why, passing: true };
    const job = new Job(`job-${id}`, world.message({ id }), QUICK);
    await rejects(world.drive(job, preservica), (error) => {
      ok(error instanceof LifecycleError);
      deepEqual([error.code, error.system, error.retryable], ["UNREACHABLE", "otmm", true]);
      match(error.message, /HTTP 500/);
      return true;
    });
    world.source.answer = held(MATTER);
    const result = resultOf((await world.drive(job.again(), preservica)).done);
    deepEqual(result.holds, { state: "carried", matters: [MATTER] });
    deepEqual(await mattersOn(result.ref), [MATTER]);
  });

  it("asks the archive again when it could not be read back for a moment", async () => {
    const id = nextId();
    world.source.answer = held(MATTER);
    const job = new Job(`job-${id}`, world.message({ id }), QUICK);
    // The first look is made before the hold is put on, the second reads it back.
    const match = { method: "GET", path: "/information-objects.*legal-holds/", nth: 2 };
    await world.fault({ kind: "status", status: 500, match });
    await rejects(world.drive(job, preservica), { code: "UNREACHABLE", retryable: true });
    const result = resultOf((await world.drive(job.again(), preservica)).done);
    deepEqual(result.holds, { state: "carried", matters: [MATTER] });
  });

  it("plans the hold that would be carried", async () => {
    world.source.answer = held(MATTER);
    const { asset } = world.message({ id: nextId() });
    const plan = await planIngest("ingest", asset, QUICK, world.deps(preservica), new AbortController().signal);
    deepEqual(
      plan.planned.filter(({ action }) => action === "carry legal hold").map(({ target }) => target),
      [MATTER],
    );
  });
});
