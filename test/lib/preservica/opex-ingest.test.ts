import { randomBytes } from "node:crypto";
import { deepEqual, equal, match, ok, rejects } from "node:assert/strict";
import type { PreservicaClient } from "../../../lib/preservica/client.js";
import { ingest, planIngest, type IngestResult } from "../../../lib/preservica/ingest.js";
import { assetReference } from "../../../lib/preservica/references.js";
import { Job, type MadeAsset, QUICK, sha256, World } from "./world.js";
import type { Reader } from "./reader.js";

const OPEX = { ...QUICK, way: "opex" } as const;
const REQUIRES = "http://purl.org/dc/terms/requires";

/** The small result on the message. */
function resultOf(done: { outputs: { msg: { payload?: unknown } }[] }): IngestResult {
  return done.outputs[0]?.msg.payload as IngestResult;
}

describe("ingest into Preservica by OPEX", function () {
  this.timeout(60_000);
  let world: World;
  let preservica: PreservicaClient;
  let reader: Reader;
  let count = 0;
  const nextId = (): string => `o${String(++count).padStart(4, "0")}`;
  const jobOf = (made: MadeAsset, name = "job"): Job => new Job(`${name}-${made.id}`, world.message(made), OPEX);
  const starts = (): number => world.requests().filter((line) => line === "POST /sdb/rest/workflow/instances").length;
  const refOf = async (id: string, version = "1"): Promise<string> => {
    const found = await reader.byIdentifier("OTMM-Asset", `${id}#v${version}`);
    equal(found.length, 1, `${id} is there ${found.length} times`);
    return found[0] ?? "";
  };
  /** Keys that lie in the ingest source now. */
  const lying = (): string[] => {
    const there = new Set<string>();
    for (const { method, path, status } of world.sandbox.kernel.log.entries({ limit: 100_000 })) {
      const key = /^\/api\/s3\/buckets\/[^/]+opex\.source\/(.+)$/.exec(path)?.[1];
      if (key === undefined || status >= 300) continue;
      if (method === "DELETE") there.delete(key);
      else if (method === "PUT" || method === "POST") there.add(key);
    }
    return [...there];
  };

  before(async () => {
    world = await World.start();
  });
  after(async () => {
    await world.stop();
  });
  beforeEach(async () => {
    await fetch(`${world.sandbox.control}/faults`, { method: "DELETE" });
    await fetch(`${world.sandbox.control}/log`, { method: "DELETE" });
    await world.change({ ingestMs: 120, failIngest: { times: 0, message: "" }, profile: "9.1.0" });
    preservica = world.connect();
    reader = world.reader();
  });
  afterEach(() => {
    preservica.close();
    const refused = world.sandbox.kernel.log.entries({ refused: true, limit: 1000 });
    deepEqual(
      refused.map((entry) => `${entry.method} ${entry.path}: ${entry.refused ?? ""}`),
      [],
      "undocumented requests",
    );
  });

  it("carries one file as it is: place, tag, identifiers, metadata, digest as the archive states it", async () => {
    const id = nextId();
    const master = randomBytes(50_000);
    const { done } = await world.drive(jobOf({ id, files: [{ name: "hero.tif", bytes: master }] }), preservica);
    const ref = await refOf(id);
    const asset = await reader.asset(ref);
    deepEqual([asset.title, asset.tag], [`Asset ${id}`, "internal"]);
    deepEqual(await reader.path(asset.parent), ["Alder & Finch", "Campaigns", "2021"]);
    const [stored] = await reader.content(ref, "Preservation");
    ok(stored?.bytes.equals(master));
    deepEqual([stored?.filename, stored?.sha256], ["hero.tif", sha256(master)]);
    match(await reader.fragment(ref, "urn:clc:schema:lifecycle:1"), new RegExp(sha256(master)));
    deepEqual(await reader.byIdentifier("SourceID", `${id}#v1`), [ref]);
    deepEqual(await reader.byIdentifier("OTMM-Original", id), [ref]);
    const result = resultOf(done);
    deepEqual([result.ref, result.sha256, result.alreadyThere], [ref, sha256(master), false]);
    equal(done.outputs[0]?.msg.asset?.ids.preservica?.ref, ref);
    equal(starts(), 1);
    equal(world.uploads(), 0, "no package was sent");
    deepEqual(lying(), [], "nothing is left in the ingest source");
  });

  it("carries several files and representations as a PAX, each byte for byte, in their order", async () => {
    const id = nextId();
    const [front, back, preview] = [randomBytes(700), randomBytes(700), randomBytes(90)];
    const files = [
      { name: "a.tif", bytes: front },
      { name: "a.tif", bytes: back },
      { role: "access" as const, name: "a.jpg", bytes: preview, md5: null },
    ];
    await world.drive(jobOf({ id, files }), preservica);
    const ref = await refOf(id);
    deepEqual(
      (await reader.content(ref, "Preservation")).map((file) => [file.filename, file.sha256]),
      [
        ["a.tif", sha256(front)],
        ["a-2.tif", sha256(back)],
      ],
    );
    ok((await reader.content(ref, "Access"))[0]?.bytes.equals(preview));
  });

  it("says that names of several representations are lost, and numbers them", async () => {
    const id = nextId();
    const [large, small] = [randomBytes(90), randomBytes(30)];
    const files = [
      { name: "a.tif", bytes: randomBytes(700) },
      { role: "access" as const, name: "large.jpg", bytes: large, representation: "Print" },
      { role: "access" as const, name: "small.jpg", bytes: small, representation: "Web" },
    ];
    const { done } = await world.drive(jobOf({ id, files }), preservica);
    match(resultOf(done).warnings.join(), /names of representations: Print, Web/);
    const bitstreams = await preservica.bitstreamsOf(await refOf(id), "Access");
    deepEqual(
      bitstreams.map(({ filename, representation }) => `${representation.index} ${filename}`),
      ["1 large.jpg", "2 small.jpg"],
    );
  });

  it("keeps awkward names, and names that OPEX would read as something else", async () => {
    const names = ["Frühling/../hero?.tif", "list.opex", "old.metadata", "packed.pax.zip", "🌸 & <x>.png", ".hidden"];
    for (const name of names) {
      const id = nextId();
      const bytes = randomBytes(300);
      await world.drive(jobOf({ id, files: [{ name, bytes }] }), preservica);
      const ref = await refOf(id);
      const stored = await reader.content(ref, "Preservation");
      equal(stored.length, 1, name);
      ok(stored[0]?.bytes.equals(bytes), name);
    }
  });

  it("finds the folder that people made, and marks it once for twenty at a time", async () => {
    const made = await preservica.entities.createFolder({
      ref: "22222222-0000-4000-8000-000000000001",
      title: `By hand ${nextId()}`,
      securityTag: "open",
    });
    const ids = Array.from({ length: 20 }, nextId);
    await Promise.all(ids.map((id) => world.drive(jobOf({ id, parent: made.title }), preservica)));
    for (const id of ids) equal((await reader.asset(await refOf(id))).parent, made.ref);
    const marks = await preservica.entities.identifiers("SO", made.ref);
    deepEqual(
      marks.map(({ type, value }) => `${type} ${value}`),
      [`SourceID ${made.ref}`],
    );
    equal((await reader.childTitles()).filter((title) => title === made.title).length, 1);
  });

  it("refuses a folder whose SourceID another one carries too", async () => {
    const title = `Twin ${nextId()}`;
    const entities = ["22222222-0000-4000-8000-000000000002", "22222222-0000-4000-8000-000000000003"];
    for (const [index, ref] of entities.entries()) {
      await preservica.entities.createFolder({ ref, title: `${title} ${index}`, securityTag: "open" });
      await preservica.entities.addIdentifier("SO", ref, { type: "SourceID", value: title });
    }
    await rejects(world.drive(jobOf({ id: nextId(), parent: `${title} 0` }), preservica), {
      code: "CONFLICT",
      message: /2 entities/,
    });
    equal(starts(), 0);
  });

  it("does not ingest what is there already, whichever way it came", async () => {
    const id = nextId();
    await world.drive(new Job(`job-xip-${id}`, world.message({ id }), QUICK), preservica);
    const { done } = await world.drive(jobOf({ id }), preservica);
    deepEqual([resultOf(done).alreadyThere, resultOf(done).ref], [true, assetReference(`${id}#v1`)]);
    const other = nextId();
    await world.drive(jobOf({ id: other }), preservica);
    const again = await world.drive(new Job(`job-again-${other}`, world.message({ id: other }), QUICK), preservica);
    deepEqual([resultOf(again.done).alreadyThere, resultOf(again.done).ref], [true, await refOf(other)]);
    const bytes = Buffer.from("other bytes of that size");
    const changed = jobOf({ id: other, files: [{ name: "hero.tif", bytes }] }, "changed");
    await rejects(world.drive(changed, preservica), { code: "CONFLICT" });
    equal(starts(), 1);
  });

  it("lets a new version be a new asset that replaces the earlier one, and links by identifiers", async () => {
    const id = nextId();
    const picture = nextId();
    await world.drive(jobOf({ id, links: { [REQUIRES]: [`otmm:dam:${picture}`] } }), preservica);
    await world.drive(jobOf({ id: picture }), preservica);
    await world.drive(jobOf({ id, version: "2" }, "second"), preservica);
    const first = await refOf(id);
    const second = await refOf(id, "2");
    ok((await reader.linksFrom(second)).includes(`replaces ${first}`));
    deepEqual(await reader.linksFrom(first), [`requires ${await refOf(picture)}`]);
  });

  it("puts the retention policy on and reads its start back", async () => {
    const id = nextId();
    const name = `After the end ${id}`;
    await reader.makePolicy(name, "lcy.retention_start");
    const made = { id, values: { RetentionPolicy: name }, retentionStart: "2021-02-28" };
    const { done } = await world.drive(jobOf(made), preservica);
    deepEqual(resultOf(done).retention, { policy: name, state: "running", start: "2021-02-28", expired: true });
  });

  it("refuses before anything is written what OPEX cannot carry, and what the archive is not set up for", async () => {
    const plain = (values: Record<string, string>): Job => jobOf({ id: nextId(), values });
    const refusals: [Job, PreservicaClient, object][] = [
      [plain({ CustomType: "Record" }), preservica, { code: "REFUSED", message: /custom type "Record"/ }],
      [plain({ "Identifier/SourceID": "x" }), preservica, { code: "INVALID_INPUT", message: /SourceID/ }],
      [
        plain({}),
        world.connect({ assumptions: { opexWorkflow: "Ingest by night" } }),
        { code: "NOT_CONFIGURED", message: /"Ingest by night" \(there are: .*"Ingest OPEX \(Incremental\)"/ },
      ],
      [
        plain({}),
        world.connect({ assumptions: { sourceBucketSuffix: ".nowhere" } }),
        { code: "NOT_CONFIGURED", message: /alder\.nowhere/ },
      ],
      [plain({}), world.connect({ assumptions: { opexSince: "10.0" } }), { code: "REFUSED", message: /10\.0/ }],
    ];
    const twice = [1, 2].map((nth) => ({ name: `${nth}.tif`, bytes: Buffer.from(`file ${nth}`) }));
    refusals.push([
      jobOf({ id: nextId(), files: twice }),
      world.connect({ assumptions: { paxFolderSince: "10.0" } }),
      { code: "REFUSED", message: /PAX/ },
    ]);
    for (const [job, client, error] of refusals) {
      await rejects(ingest(job, world.deps(client)), error);
      if (client !== preservica) client.close();
    }
    const foreign = world.message({ id: nextId() });
    const [lifecycle] = Object.values(foreign.asset.metadata ?? {}).filter(({ kind }) => kind === "fragment");
    if (lifecycle !== undefined) lifecycle.schema = "urn:another:schema";
    await rejects(ingest(new Job("job-foreign", foreign, OPEX), world.deps(preservica)), { code: "INVALID_INPUT" });
    const wrote = world.requests().filter((line) => !/^(GET|HEAD) |accesstoken/.test(line));
    deepEqual(wrote, []);
  });

  it("plans without writing: container, bytes, and what would be refused", async () => {
    const id = nextId();
    const plan = (made: MadeAsset): ReturnType<typeof planIngest> =>
      planIngest("ingest", world.message(made).asset, OPEX, world.deps(preservica), new AbortController().signal);
    const good = await plan({ id, parent: `Planned ${id}` });
    deepEqual(
      good.planned.map((write) => write.action),
      ["create folder", "lay container", "ingest"],
    );
    match((await plan({ id, values: { CustomType: "x" } })).planned[0]?.refused ?? "", /custom type/);
    deepEqual(
      world.requests().filter((line) => !/^(GET|HEAD) |accesstoken/.test(line)),
      [],
    );
  });

  it("tells the archive's own reason when the ingest fails, and sends anew when replayed", async () => {
    const id = nextId();
    await world.change({ failIngest: { times: 1, message: "Characterisation did not end" } });
    const job = jobOf({ id });
    await rejects(world.drive(job, preservica), { code: "INGEST_FAILED", message: /Characterisation did not end/ });
    await world.drive(job.again(), preservica);
    await refOf(id);
    equal(starts(), 2);
    deepEqual(lying(), [], "the failed container is gone, too");
  });

  it("leaves nothing behind when the content turns out to be damaged", async () => {
    const id = nextId();
    const files = [
      { name: "good.tif", bytes: randomBytes(500) },
      { name: "bad.tif", bytes: randomBytes(500), md5: "0".repeat(32) },
    ];
    await rejects(world.drive(jobOf({ id, files }), preservica), { code: "FIXITY_MISMATCH" });
    deepEqual(lying(), []);
    equal(starts(), 0);
  });

  it("leaves nothing behind when the workflow may not be started, and sends anew when replayed", async () => {
    const id = nextId();
    const match = { method: "POST", path: "/workflow/instances" };
    await world.fault({ kind: "status", status: 403, match });
    const job = jobOf({ id });
    await rejects(world.drive(job, preservica), { code: "DENIED" });
    deepEqual(lying(), []);
    job.keep();
    await world.drive(job.again(), preservica);
    await refOf(id);
    deepEqual(lying(), []);
  });

  it("notices when what arrived is not what was sent", async () => {
    const id = nextId();
    await world.fault({ kind: "corrupt", match: { method: "GET", path: "/bitstreams/1/content" }, times: 0 });
    const job = new Job(`job-${id}`, world.message({ id }), { ...OPEX, verify: "content" });
    await rejects(world.drive(job, preservica), { code: "FIXITY_MISMATCH" });
  });

  it("does not start a second ingest while another job ingests the same asset, by either way", async () => {
    const id = nextId();
    await world.change({ ingestMs: 600 });
    const first = jobOf({ id }, "one");
    equal((await ingest(first, world.deps(preservica))).kind, "wait");
    const others = [jobOf({ id }, "two"), new Job(`job-three-${id}`, world.message({ id }), QUICK)];
    await Promise.all([first.again(), ...others].map((job) => world.drive(job, preservica)));
    equal(starts() + world.uploads(), 1);
    await refOf(id);
  });

  it("ends with one asset whichever of its requests loses its answer", async function () {
    this.timeout(240_000);
    const patient = world.connect({ retries: 0, assumptions: { lostAnswerMs: 200 } });
    for (let nth = 1, hit = true; hit; nth += 1) {
      const id = nextId();
      await world.fault({ kind: "lost", match: { path: "/", nth } });
      let job = jobOf({ id, parent: `OPEX sweep/${id}` }, "sweep");
      for (let attempt = 1; attempt < 5; attempt += 1) {
        const ended = await world.drive(job, patient).then(
          () => true,
          (error: { retryable?: boolean }) => {
            if (error.retryable !== true) throw error;
            return false;
          },
        );
        if (ended) break;
        job = job.again();
      }
      hit = world.sandbox.kernel.faults.list().some((fault) => fault.hit > 0);
      await fetch(`${world.sandbox.control}/faults`, { method: "DELETE" });
      await refOf(id);
    }
    patient.close();
    equal((await reader.childTitles()).filter((title) => title === "OPEX sweep").length, 1);
  });

  it("survives a crash at any of its checkpoints with one asset", async () => {
    const crash = new Error("crash");
    for (let at = 1, ended = false; !ended; at += 1) {
      const id = nextId();
      const patient = world.connect({ assumptions: { lostAnswerMs: 300 } });
      ended = true;
      let current = jobOf({ id }, `crash-${at}`);
      let saves = 0;
      for (;;) {
        current.beforeSave = () => {
          saves += 1;
          if (saves === at) throw crash;
        };
        try {
          await world.drive(current, patient);
          break;
        } catch (thrown) {
          if (saves < at) throw thrown;
          ended = false;
          current = current.again();
        }
      }
      await refOf(id);
      patient.close();
    }
    deepEqual(lying(), []);
  });

  it("goes on with the files and parts that a crash left, without sending them again", async () => {
    const id = nextId();
    const [film, clip] = [randomBytes(16 * 1024 * 1024), randomBytes(6 * 1024 * 1024)];
    const files = [
      { name: "film.mov", bytes: film },
      { role: "access" as const, name: "clip.mp4", bytes: clip },
    ];
    const job = jobOf({ id, files }, "parts");
    job.beforeSave = (step) => {
      const kept =
        step === "container" ? job.checkpoint<{ resume: { state: { parts: string[] } } | null }>(step) : undefined;
      if ((kept?.resume?.state.parts.length ?? 0) >= 1) throw new Error("crash");
    };
    await rejects(world.drive(job, preservica));
    const second = job.again();
    second.beforeSave = (step) => {
      if (step === "upload" && second.checkpoint<{ sent: string[] }>("container")?.sent.length === 2)
        throw new Error("crash");
    };
    await rejects(world.drive(second, preservica));
    await world.drive(second.again(), preservica);
    const ref = await refOf(id);
    ok((await reader.content(ref, "Preservation"))[0]?.bytes.equals(film));
    ok((await reader.content(ref, "Access"))[0]?.bytes.equals(clip));
    equal(world.requests().filter((line) => /^POST .*\?uploads/.test(line)).length, 2);
    equal(world.requests().filter((line) => /^POST .*\?uploadId=/.test(line)).length, 2);
  });
});
