import { randomBytes } from "node:crypto";
import { deepEqual, equal, match, ok, rejects } from "node:assert/strict";
import type { PreservicaClient } from "../../../lib/preservica/client.js";
import { type IngestResult, planIngest } from "../../../lib/preservica/ingest.js";
import { assetReference } from "../../../lib/preservica/references.js";
import type { Reader } from "./reader.js";
import { Job, QUICK, sha256, World } from "./world.js";

describe("an access copy that comes after its master", function () {
  this.timeout(60_000);
  let world: World;
  let preservica: PreservicaClient;
  let reader: Reader;
  let count = 0;
  const master = randomBytes(20_000);
  const clip = randomBytes(3000);
  const film = { name: "film.mxf", bytes: master };
  const copy = (bytes = clip, representation = "Clip") => ({
    role: "access" as const,
    representation,
    name: "clip.mp4",
    bytes,
  });

  before(async () => {
    world = await World.start({ asyncMs: 60 });
  });
  after(async () => {
    await world.stop();
  });
  beforeEach(async () => {
    await fetch(`${world.sandbox.control}/faults`, { method: "DELETE" });
    await fetch(`${world.sandbox.control}/log`, { method: "DELETE" });
    await world.change({ newRepresentationFeature: true });
    preservica = world.connect();
    reader = world.reader();
  });
  afterEach(() => {
    preservica.close();
  });

  const posts = (): number => world.requests().filter((line) => /^POST \S*\/representations\?/.test(line)).length;
  const warningsOf = (done: { outputs: { msg: { payload?: unknown } }[] }): string[] =>
    (done.outputs[0]?.msg.payload as IngestResult | undefined)?.warnings ?? ["no result"];

  /** A master that was archived without access copy. @returns id and reference */
  async function archived(files: Parameters<World["message"]>[0]["files"] = [film]): Promise<[string, string]> {
    const id = `l${String(++count).padStart(4, "0")}`;
    await world.drive(new Job(`job-${id}-first`, world.message({ id, files })), preservica);
    return [id, assetReference(`${id}#v1`)];
  }
  async function accessOf(ref: string): Promise<string[]> {
    const found: string[] = [];
    const names = (await reader.representations(ref)).filter((one) => one.startsWith("Access"));
    for (const [at, name] of names.entries())
      for (const { bytes } of await reader.content(ref, "Access", at + 1)) found.push(`${name} ${sha256(bytes)}`);
    return found;
  }

  it("is added to the archived asset, with its identifier, proven by reading it back, and only once", async () => {
    const [id, ref] = await archived();
    const msg = world.message({ id, files: [film, copy()], values: { "Identifier/OTMM-Part": "c".repeat(40) } });
    const { done } = await world.drive(new Job(`job-${id}-second`, msg), preservica);
    deepEqual(await accessOf(ref), [`Access Clip ${sha256(clip)}`]);
    deepEqual(await reader.byIdentifier("OTMM-Part", "c".repeat(40)), [ref]);
    deepEqual(await reader.byIdentifier("OTMM-Asset", `${id}#v1`), [ref]);
    const chain = done.outputs[0]?.msg.asset?.content[1]?.fixity.map(({ by, algorithm }) => `${by} ${algorithm}`);
    deepEqual(chain, ["source MD5", "flow SHA-256", "target SHA-256"]);
    deepEqual(warningsOf(done), []);
    await world.drive(new Job(`job-${id}-third`, msg), preservica);
    equal(posts(), 1);
    equal((await reader.content(ref, "Preservation")).length, 1);
  });

  it("may be several, each in a representation of its own", async () => {
    const [id, ref] = await archived();
    const second = randomBytes(3000);
    const msg = world.message({ id, files: [film, copy(), copy(second, "Clip 2")] });
    await world.drive(new Job(`job-${id}-second`, msg), preservica);
    deepEqual(await accessOf(ref), [`Access Clip ${sha256(clip)}`, `Access Clip 2 ${sha256(second)}`]);
  });

  it("is added once whatever is lost: the request's bytes, its answer, or the process at any checkpoint", async () => {
    const crash = new Error("crash");
    for (let at = 1, ended = false; !ended; at += 1) {
      const [id, ref] = await archived();
      const patient = world.connect({ retries: 0, assumptions: { lostAnswerMs: 400 } });
      if (at === 1) await world.fault({ kind: "lost", match: { method: "POST", path: "/representations" } });
      if (at === 2)
        await world.fault({
          kind: "drop",
          when: "request",
          afterBytes: 100,
          match: { method: "POST", path: "/representations" },
        });
      let current = new Job(`job-${id}-crash`, world.message({ id, files: [film, copy()] }));
      let saves = 0;
      ended = true;
      for (;;) {
        current.beforeSave = () => {
          saves += 1;
          if (saves === at) throw crash;
        };
        try {
          await world.drive(current, patient);
          break;
        } catch (thrown) {
          ok(thrown === crash || at <= 2, String(thrown));
          if (thrown === crash) ended = false;
          current = current.again();
        }
      }
      deepEqual(await accessOf(ref), [`Access Clip ${sha256(clip)}`], `crash at save ${at}`);
      patient.close();
    }
  });

  it("is sent anew by a replay when Preservica took it and failed", async () => {
    const [id, ref] = await archived();
    // Not to be seen while Preservica says that it failed.
    await world.change({ asyncMs: 5000 });
    const job = new Job(`job-${id}-failing`, world.message({ id, files: [film, copy()] }));
    let failing = true;
    const { progress } = preservica;
    preservica.progress = async (token) =>
      failing ? { token, status: "FAILED", errors: "out of space" } : await progress.call(preservica, token);
    await rejects(world.drive(job, preservica), {
      code: "INGEST_FAILED",
      message: /access copy "clip.mp4": out of space/,
    });
    failing = false;
    await world.change({ asyncMs: 60 });
    await world.drive(job.again(), preservica);
    ok((await accessOf(ref)).every((one) => one === `Access Clip ${sha256(clip)}`));
  });

  it("is a warning, and the asset stays archived, where the tenant or a hold forbids it", async () => {
    await world.change({ newRepresentationFeature: false });
    const [id, ref] = await archived();
    const msg = world.message({ id, files: [film, copy()] });
    const refused = await world.drive(new Job(`job-${id}-off`, msg), preservica);
    match(
      warningsOf(refused.done).join(),
      /access copy "clip.mp4" was not added: .*HTTP 403.*post\.new\.representation\.feature/,
    );
    await world.change({ newRepresentationFeature: true });
    const old = world.connect({ assumptions: { addAccessSince: "99.0" } });
    const early = await world.drive(new Job(`job-${id}-old`, msg), old);
    match(warningsOf(early.done).join(), /needs Preservica 99.0/);
    old.close();
    await reader.hold(ref, `MAT-${id}`);
    const held = await world.drive(new Job(`job-${id}-held`, msg), preservica);
    match(warningsOf(held.done).join(), new RegExp(`on hold \\(MAT-${id}\\)`));
    deepEqual(await accessOf(ref), []);
  });

  it("leaves what stands there under its name with other bytes to a person, and a preview that was drawn anew alone", async () => {
    const [id, ref] = await archived([film, copy()]);
    const other = await world.drive(
      new Job(`job-${id}-other`, world.message({ id, files: [film, copy(randomBytes(3000))] })),
      preservica,
    );
    match(warningsOf(other.done).join(), /another access copy "Clip" than "clip.mp4"; a person has to decide/);
    const { representation: _unnamed, ...preview } = copy(randomBytes(10));
    const redrawn = await world.drive(
      new Job(`job-${id}-preview`, world.message({ id, files: [film, preview] })),
      preservica,
    );
    deepEqual(warningsOf(redrawn.done), []);
    deepEqual(await accessOf(ref), [`Access Clip ${sha256(clip)}`]);
    equal(posts(), 0);
  });

  it("is planned by a dry run without a byte sent", async () => {
    const [id, ref] = await archived();
    const { asset } = world.message({ id, files: [film, copy()] });
    const plan = await planIngest("ingest", asset, QUICK, world.deps(preservica), new AbortController().signal);
    deepEqual(plan.planned, [
      {
        node: "ingest",
        system: "preservica",
        action: "add access representation",
        target: `${ref}: Clip (clip.mp4)`,
        bytes: clip.length,
      },
    ]);
    equal(posts(), 0);
    deepEqual(await accessOf(ref), []);
  });
});
