import { randomBytes } from "node:crypto";
import { deepEqual, equal, match, ok, rejects } from "node:assert/strict";
import type { PreservicaClient } from "../../../lib/preservica/client.js";
import { ingest, planIngest, type IngestResult } from "../../../lib/preservica/ingest.js";
import { assetReference } from "../../../lib/preservica/references.js";
import { Job, QUICK, sha256, World } from "./world.js";
import type { Reader } from "./reader.js";

/** The small result on the message. */
function resultOf(done: { outputs: { msg: { payload?: unknown } }[] }): IngestResult {
  return done.outputs[0]?.msg.payload as IngestResult;
}

const REQUIRES = "http://purl.org/dc/terms/requires";

describe("ingest into Preservica", function () {
  this.timeout(120_000);
  let world: World;
  let preservica: PreservicaClient;
  let reader: Reader;
  let count = 0;
  const nextId = (): string => `a${String(++count).padStart(4, "0")}`;

  before(async () => {
    world = await World.start();
  });
  after(async () => {
    await world.stop();
  });
  beforeEach(async () => {
    await fetch(`${world.sandbox.control}/faults`, { method: "DELETE" });
    await fetch(`${world.sandbox.control}/log`, { method: "DELETE" });
    await world.change({ ingestMs: 120, failIngest: { times: 0, message: "" } });
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

  it("ends with the asset in its folder, with tag, identifiers, metadata and both representations, byte for byte", async () => {
    const id = nextId();
    const master = randomBytes(50_000);
    const preview = randomBytes(900);
    const msg = world.message({
      id,
      files: [
        { name: "Frühling/../hero?.tif", bytes: master },
        { role: "access", name: "hero.jpg", bytes: preview, md5: null },
      ],
    });
    const job = new Job("job-1", msg);
    const { done } = await world.drive(job, preservica);
    const ref = assetReference(`${id}#v1`);
    deepEqual(await reader.byIdentifier("OTMM-Asset", `${id}#v1`), [ref]);
    const asset = await reader.asset(ref);
    deepEqual([asset.title, asset.tag], [`Asset ${id}`, "internal"]);
    deepEqual(await reader.path(asset.parent), ["Alder & Finch", "Campaigns", "2021"]);
    const [stored] = await reader.content(ref, "Preservation");
    ok(stored?.bytes.equals(master));
    deepEqual([stored?.filename, stored?.sha256], ["Frühling_hero_.tif", sha256(master)]);
    ok((await reader.content(ref, "Access"))[0]?.bytes.equals(preview));
    match(await reader.fragment(ref, "urn:clc:schema:lifecycle:1"), new RegExp(sha256(master)));
    const msgOut = done.outputs[0]?.msg;
    const { since, ...ids } = msgOut?.asset?.ids.preservica ?? { connection: "", ref: "" };
    deepEqual(ids, { connection: "archive", ref, parent: asset.parent });
    ok(!Number.isNaN(Date.parse(since ?? "")));
    const result = msgOut?.payload as IngestResult;
    deepEqual(
      [result.ref, result.size, result.sha256, result.securityTag, result.alreadyThere, result.warnings],
      [ref, master.length, sha256(master), "internal", false, []],
    );
    const chain = msgOut?.asset?.content[0]?.fixity.map((entry) => `${entry.by} ${entry.algorithm}`);
    deepEqual(chain, ["source MD5", "flow SHA-256", "flow MD5", "target SHA-256"]);
  });

  it("tells the steps to the timeline in PREMIS words", async () => {
    const events: string[] = [];
    const job = new Job("job-events", world.message({ id: nextId() }));
    let current = job;
    for (;;) {
      const outcome = await ingest(current, world.deps(preservica));
      events.push(...current.events.map((event) => event.type));
      if (outcome.kind === "done") break;
      current.keep();
      current = current.again();
    }
    deepEqual(events, [
      "message digest calculation",
      "fixity check",
      "packing",
      "transfer",
      "ingestion start",
      "ingestion end",
      "fixity check",
      "accession",
    ]);
  });

  it("sends large content in parts", async () => {
    const id = nextId();
    const master = randomBytes(12 * 1024 * 1024);
    await world.drive(
      new Job("job-large", world.message({ id, files: [{ name: "film.mov", bytes: master }] })),
      preservica,
    );
    const [stored] = await reader.content(assetReference(`${id}#v1`), "Preservation");
    equal(stored?.sha256, sha256(master));
    ok(stored?.bytes.equals(master));
    ok(world.requests().some((line) => /partNumber=3/.test(line)));
  });

  it("sends nothing when the same content is archived already", async () => {
    const id = nextId();
    await world.drive(new Job("job-first", world.message({ id })), preservica);
    const uploads = world.uploads();
    equal(uploads, 1);
    const { done } = await world.drive(new Job("job-second", world.message({ id, tag: "restricted" })), preservica);
    const result = done.outputs[0]?.msg.payload as IngestResult;
    equal(result.alreadyThere, true);
    equal(result.sha256, sha256(Buffer.from(`bytes of ${id} v1`)));
    match(result.warnings.join(), /security tag is "internal", not "restricted"/);
    equal(world.uploads(), uploads);
  });

  it("proves archived content equal by reading the source when the two sides state no common digest", async () => {
    const id = nextId();
    const files = [{ name: "hero.tif", bytes: Buffer.from("same bytes"), md5: null }];
    await world.drive(new Job("job-first", world.message({ id, files })), preservica);
    const { done } = await world.drive(new Job("job-second", world.message({ id, files })), preservica);
    equal(resultOf(done).alreadyThere, true);
  });

  it("reports a conflict when other bytes are archived under the same identity, and changes nothing", async () => {
    const id = nextId();
    const first = Buffer.from("the archived bytes");
    await world.drive(
      new Job("job-first", world.message({ id, files: [{ name: "hero.tif", bytes: first }] })),
      preservica,
    );
    for (const [bytes, md5] of [
      [Buffer.from("THE ARCHIVED BYTES"), undefined],
      [Buffer.from("THE archived BYTES"), null],
      [Buffer.from("longer than the archived bytes"), undefined],
    ] as const) {
      const job = new Job(
        "job-other",
        world.message({ id, files: [{ name: "hero.tif", bytes, ...(md5 === undefined ? {} : { md5 }) }] }),
      );
      await rejects(ingest(job, world.deps(preservica)), { code: "CONFLICT" });
    }
    ok((await reader.content(assetReference(`${id}#v1`), "Preservation"))[0]?.bytes.equals(first));
    equal(world.uploads(), 1);
  });

  it("finds an asset that somebody else archived, by its identifier", async () => {
    const id = nextId();
    await world.drive(new Job("job-old", world.message({ id: `old-${id}` })), preservica);
    const old = assetReference(`old-${id}#v1`);
    await preservica.entities.addIdentifier("IO", old, { type: "OTMM-Asset", value: `${id}#v1` });
    const msg = world.message({ id, files: [{ name: "hero.tif", bytes: Buffer.from(`bytes of old-${id} v1`) }] });
    const { done } = await world.drive(new Job("job-new", msg), preservica);
    equal(resultOf(done).ref, old);
  });

  it("refuses a version whose reference belongs to a deleted asset", async () => {
    const id = nextId();
    await world.drive(new Job("job-first", world.message({ id, tag: "open" })), preservica);
    await reader.destroy(assetReference(`${id}#v1`));
    await rejects(ingest(new Job("job-again", world.message({ id })), world.deps(preservica)), {
      code: "REFUSED",
      message: /deleted/,
    });
    equal(world.uploads(), 1);
  });

  it("refuses empty content and names everything that the mapping left out", async () => {
    await rejects(
      ingest(
        new Job("j", world.message({ id: nextId(), files: [{ name: "zero.tif", bytes: Buffer.alloc(0) }] })),
        world.deps(preservica),
      ),
      { code: "REFUSED", message: /zero\.tif.*empty/ },
    );
    const bare = world.message({ id: nextId(), without: ["Title", "Parent", "Identifier/OTMM-Asset"] });
    await rejects(ingest(new Job("j", bare), world.deps(preservica)), {
      code: "INVALID_INPUT",
      message: /Title, Parent, Identifier\/OTMM-Asset/,
    });
    const open = world.message({
      id: nextId(),
      fragment: '<l xmlns="urn:clc:schema:lifecycle:1">urn:clc:late:sha256:access</l>',
    });
    await rejects(ingest(new Job("j", open), world.deps(preservica)), {
      code: "INVALID_INPUT",
      message: /urn:clc:late:sha256:access/,
    });
    equal(world.uploads(), 0);
  });

  it("stops at a source that does not match its own digest", async () => {
    const id = nextId();
    const files = [{ name: "hero.tif", bytes: Buffer.from("damaged"), md5: "0".repeat(32) }];
    await rejects(ingest(new Job("j", world.message({ id, files })), world.deps(preservica)), {
      code: "FIXITY_MISMATCH",
    });
    deepEqual(await reader.byIdentifier("OTMM-Asset", `${id}#v1`), []);
  });

  it("closes what carries an unknown security tag or none, and says so", async () => {
    for (const made of [
      { id: nextId(), tag: "secret-sauce" },
      { id: nextId(), without: ["SecurityTag"] },
    ]) {
      const { done } = await world.drive(new Job("j", world.message(made)), preservica);
      equal((await reader.asset(assetReference(`${made.id}#v1`))).tag, "closed");
      match(resultOf(done).warnings.join(), /"closed" is used/);
    }
  });

  it("tells the archive's own reasons when an ingest fails, and sends anew when the job is replayed", async () => {
    const id = nextId();
    await world.change({ failIngest: { times: 1, message: "Virus scanner not reachable" } });
    const job = new Job("job-fails", world.message({ id }));
    await rejects(world.drive(job, preservica), { code: "INGEST_FAILED", message: /Virus scanner not reachable/ });
    deepEqual(await reader.byIdentifier("OTMM-Asset", `${id}#v1`), []);
    await world.drive(job.again(), preservica);
    equal((await reader.byIdentifier("OTMM-Asset", `${id}#v1`)).length, 1);
    equal(world.uploads(), 2);
  });

  it("waits for an entity that is created late, and calls nothing preserved before", async () => {
    const id = nextId();
    await world.change({ ingestMs: 900 });
    const { waits } = await world.drive(new Job("job-late", world.message({ id })), preservica);
    ok(waits.length >= 2, waits.join("; "));
    equal((await reader.byIdentifier("OTMM-Asset", `${id}#v1`)).length, 1);
  });

  for (const [how, size, path, method] of [
    ["of a single PUT", 1000, ".zip", "PUT"],
    ["that completes the parts", 11 * 1024 * 1024, ".zip?uploadId=", "POST"],
  ] as const) {
    it(`does not send again when the answer ${how} is lost`, async () => {
      const id = nextId();
      await world.fault({ kind: "lost", match: { method, path } });
      const job = new Job(
        `job-lost-${size}`,
        world.message({ id, files: [{ name: "a.bin", bytes: randomBytes(size) }] }),
      );
      await rejects(world.drive(job, preservica), { retryable: true });
      await world.drive(job.again(), preservica);
      equal((await reader.byIdentifier("OTMM-Asset", `${id}#v1`)).length, 1);
      equal(world.uploads(), 1);
    });
  }

  it("sends again once nothing is to be seen of a lost upload for long enough", async () => {
    const id = nextId();
    const impatient = world.connect({ assumptions: { lostAnswerMs: 100 } });
    // The connection ends while the package is on its way: nothing arrives.
    await world.fault({ kind: "drop", when: "request", match: { method: "PUT", path: ".zip" }, afterBytes: 100 });
    const job = new Job("job-gone", world.message({ id }));
    await rejects(world.drive(job, impatient), { retryable: true });
    const { waits } = await world.drive(job.again(), impatient);
    match(waits.join(), /looking whether it arrived/);
    equal((await reader.byIdentifier("OTMM-Asset", `${id}#v1`)).length, 1);
    impatient.close();
  });

  it("looks at the ingest in the same attempt when no wait is asked for, and parks only what is under way", async () => {
    const job = new Job("job-at-once", world.message({ id: nextId() }), { ...QUICK, firstLookMs: 0 });
    const before = world.requests().length;
    equal((await ingest(job, world.deps(preservica))).kind, "wait");
    const asked = world.requests().slice(before);
    equal(asked.filter((line) => line.includes("/progress/")).length, 1);
    const { done } = await world.drive(job.again(), preservica);
    equal(resultOf(done).alreadyThere, false);
  });

  it("goes on when the token ends between upload and outcome", async () => {
    const id = nextId();
    const job = new Job("job-token", world.message({ id }));
    equal((await ingest(job, world.deps(preservica))).kind, "wait");
    await world.control("clock", { advance: "PT16M" });
    await world.drive(job.again(), preservica);
    equal((await reader.byIdentifier("OTMM-Asset", `${id}#v1`)).length, 1);
    const logins = world.sandbox.kernel.log
      .entries({ limit: 1000 })
      .filter((entry) => entry.path.endsWith("/accesstoken/login") && entry.user === "svc.lifecycle");
    equal(logins.length, 2);
  });

  it("ends with one asset whichever of its requests loses its answer", async function () {
    this.timeout(120_000);
    const patient = world.connect({ retries: 0, assumptions: { lostAnswerMs: 200 } });
    for (let nth = 1, hit = true; hit; nth += 1) {
      const id = nextId();
      await world.fault({ kind: "lost", match: { path: "/api/", nth } });
      const links = { [REQUIRES]: [`otmm:dam:none-${id}`] };
      let job = new Job(`job-sweep-${nth}`, world.message({ id, parent: `Sweep/${id}`, links }));
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
      deepEqual(
        await reader.byIdentifier("OTMM-Asset", `${id}#v1`),
        [assetReference(`${id}#v1`)],
        `answer ${nth} lost`,
      );
    }
    patient.close();
    const folders = await reader.childTitles();
    equal(folders.filter((title) => title === "Sweep").length, 1);
  });

  it("reads the archived copy back when asked to, and notices that it differs", async () => {
    const id = nextId();
    const settings = { ...QUICK, verify: "content" } as const;
    await world.drive(new Job("job-read", world.message({ id }), settings), preservica);
    ok(world.requests().some((line) => line.endsWith("/content")));
    const other = nextId();
    await world.fault({ kind: "corrupt", match: { method: "GET", path: "/bitstreams/1/content" }, times: 0 });
    await rejects(world.drive(new Job("job-damaged", world.message({ id: other }), settings), preservica), {
      code: "FIXITY_MISMATCH",
      message: /copy of "hero.tif" in Preservica/,
    });
  });

  it("makes a folder once for twenty ingests at the same time", async () => {
    const parent = `Race ${nextId()}/Inner/Leaf`;
    const ids = Array.from({ length: 20 }, nextId);
    await Promise.all(ids.map((id) => world.drive(new Job(`job-${id}`, world.message({ id, parent })), preservica)));
    const top = parent.split("/")[0] ?? "";
    equal((await reader.childTitles()).filter((title) => title === top).length, 1);
    const parents = await Promise.all(ids.map(async (id) => (await reader.asset(assetReference(`${id}#v1`))).parent));
    equal(new Set(parents).size, 1);
    deepEqual(await reader.path(parents[0] ?? ""), parent.split("/"));
  });

  it("makes a folder once for several processes at the same time", async () => {
    const clients = Array.from({ length: 5 }, () => world.connect());
    const path = `Processes ${nextId()}/Inner`;
    const found = await Promise.all(clients.map((client) => client.ensureFolderPath(path, "open")));
    equal(new Set(found.map((folder) => folder.ref)).size, 1);
    equal(found.flatMap((folder) => folder.created).length, 2);
    for (const client of clients) client.close();
  });

  it("uses folders that people made, and refuses to choose between two of the same title", async () => {
    const title = `By hand ${nextId()}`;
    const made = await preservica.entities.createFolder({
      ref: "11111111-0000-4000-8000-000000000001",
      title,
      securityTag: "open",
    });
    equal((await preservica.ensureFolderPath(title, "open")).ref, made.ref);
    await preservica.entities.createFolder({ ref: "11111111-0000-4000-8000-000000000002", title, securityTag: "open" });
    const fresh = world.connect();
    await rejects(fresh.ensureFolderPath(title, "open"), { code: "CONFLICT", message: /2 folders/ });
    fresh.close();
  });

  it("links a layout to its pictures, whichever is archived first, exactly once", async () => {
    for (const order of ["layout first", "pictures first", "all at once"]) {
      const [layout, one, two] = [nextId(), nextId(), nextId()];
      const messages = [
        world.message({ id: layout, links: { [REQUIRES]: [`otmm:dam:${one}`, `otmm:dam:${two}`] } }),
        world.message({ id: one }),
        world.message({ id: two }),
      ];
      const jobs = messages.map((msg, index) => new Job(`job-${layout}-${index}`, msg));
      if (order === "all at once") await Promise.all(jobs.map((job) => world.drive(job, preservica)));
      else for (const job of order === "layout first" ? jobs : jobs.toReversed()) await world.drive(job, preservica);
      const links = await reader.linksFrom(assetReference(`${layout}#v1`));
      deepEqual(links.sort(), [one, two].map((id) => `requires ${assetReference(`${id}#v1`)}`).sort(), order);
    }
  });

  it("says which links wait for an asset that is not archived yet", async () => {
    const { done } = await world.drive(
      new Job("j", world.message({ id: nextId(), links: { [REQUIRES]: ["otmm:dam:not-there"] } })),
      preservica,
    );
    match(resultOf(done).warnings.join(), /requires to not-there waits/);
  });

  it("lets a new version replace the one before it, also when the older one comes later", async () => {
    const id = nextId();
    for (const version of ["3", "1", "2"])
      await world.drive(new Job(`job-v${version}`, world.message({ id, version })), preservica);
    const ref = (version: number): string => assetReference(`${id}#v${version}`);
    ok((await reader.linksFrom(ref(3))).includes(`replaces ${ref(2)}`));
    deepEqual(await reader.linksFrom(ref(2)), [`replaces ${ref(1)}`]);
    deepEqual(await reader.linksFrom(ref(1)), []);
  });

  it("puts the retention policy on, once, and reads its start date back from the archive", async () => {
    const id = nextId();
    const policy = await reader.makePolicy(`After the end ${id}`, "lcy.retention_start");
    const made = { id, values: { RetentionPolicy: `After the end ${id}` }, retentionStart: "2021-02-28" };
    const { done } = await world.drive(new Job("job-policy", world.message(made)), preservica);
    const retention = { policy: `After the end ${id}`, state: "running", start: "2021-02-28", expired: true };
    deepEqual(resultOf(done).retention, retention);
    const again = await world.drive(new Job("job-policy-2", world.message(made)), preservica);
    deepEqual(resultOf(again.done).retention, retention);
    deepEqual(await reader.assignments(assetReference(`${id}#v1`)), [`${policy} 2021-02-28`]);
  });

  it("refuses a policy whose clock would start again at the ingest, and one that the archive does not know", async () => {
    const id = nextId();
    await reader.makePolicy(`After ingest ${id}`, "xip.created");
    const trap = world.message({ id, values: { RetentionPolicy: `After ingest ${id}` }, retentionStart: "2021-02-28" });
    await rejects(ingest(new Job("j", trap), world.deps(preservica)), {
      code: "REFUSED",
      message: /start again at the ingest/,
    });
    const unknown = world.message({ id, values: { RetentionPolicy: "No such policy" } });
    await rejects(ingest(new Job("j", unknown), world.deps(preservica)), {
      code: "NOT_CONFIGURED",
      message: /No such policy/,
    });
    equal(world.uploads(), 0);
  });

  it("packs the content that the mapping names instead of what the roles say", async () => {
    const id = nextId();
    const files = [
      { name: "master.tif", bytes: Buffer.from("the master") },
      { name: "clip.mp4", bytes: Buffer.from("the clip") },
      { name: "promo.mp4", bytes: Buffer.from("the promo") },
    ];
    const values = { "Representation/Preservation": `${id}-1-0`, "Representation/Access": `${id}-1-1` };
    await world.drive(new Job("job-named", world.message({ id, files, values })), preservica);
    const ref = assetReference(`${id}#v1`);
    deepEqual(
      (await reader.content(ref, "Preservation")).map((file) => file.filename),
      ["master.tif"],
    );
    deepEqual(
      (await reader.content(ref, "Access")).map((file) => file.filename),
      ["clip.mp4"],
    );
    const wrong = world.message({ id: nextId(), files, values: { "Representation/Access": "not-there" } });
    await rejects(ingest(new Job("j", wrong), world.deps(preservica)), { code: "INVALID_INPUT", message: /not-there/ });
  });

  it("survives a crash at any of its checkpoints with one asset and, at most, one ingest more", async () => {
    const crash = new Error("crash");
    for (let at = 1, ended = false; !ended; at += 1) {
      const id = nextId();
      const job = new Job(`job-crash-${at}`, world.message({ id }));
      const patient = world.connect({ assumptions: { lostAnswerMs: 300 } });
      ended = true;
      let current = job;
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
      deepEqual(
        await reader.byIdentifier("OTMM-Asset", `${id}#v1`),
        [assetReference(`${id}#v1`)],
        `crash at save ${at}`,
      );
      patient.close();
    }
  });

  it("goes on with the parts of an upload that a crash cut off", async () => {
    const id = nextId();
    const master = randomBytes(16 * 1024 * 1024);
    const job = new Job("job-parts", world.message({ id, files: [{ name: "film.mov", bytes: master }] }));
    let parts = 0;
    job.beforeSave = (step) => {
      const upload = step === "upload" ? job.checkpoint<{ resume: { parts: string[] } | null }>("upload") : undefined;
      parts = upload?.resume?.parts.length ?? parts;
      if (parts >= 1) throw new Error("crash");
    };
    await rejects(world.drive(job, preservica));
    await world.drive(job.again(), preservica);
    ok((await reader.content(assetReference(`${id}#v1`), "Preservation"))[0]?.bytes.equals(master));
    equal(world.requests().filter((line) => /^POST .*\?uploads/.test(line)).length, 1);
    equal(world.uploads(), 1);
  });

  describe("an upload in parts that a crash cut off", () => {
    const ended = (): string[] => world.requests().filter((line) => /^DELETE .*\.zip\?uploadId=/.test(line));
    const begun = (): number => world.requests().filter((line) => /^POST .*\?uploads/.test(line)).length;
    /** A job with some parts at the archive. */
    const cutOff = async (id: string, name: string): Promise<Job> => {
      const files = [{ name: "film.mov", bytes: randomBytes(16 * 1024 * 1024) }];
      const job = new Job(name, world.message({ id, files }));
      job.beforeSave = (step) => {
        const upload = step === "upload" ? job.checkpoint<{ resume: { parts: string[] } | null }>("upload") : undefined;
        if ((upload?.resume?.parts.length ?? 0) >= 1) throw new Error("crash");
      };
      await rejects(world.drive(job, preservica));
      deepEqual(ended(), []);
      return job.again();
    };

    it("is left to the next attempt by a failure that may pass, and ended by one that does not", async () => {
      const id = nextId();
      const job = await cutOff(id, "job-cut-off");
      const match = { method: "GET", path: "/entities/by-identifier" };
      await world.fault({ kind: "status", status: 500, match });
      await rejects(world.drive(job, preservica), { code: "UPSTREAM", retryable: true });
      deepEqual(ended(), []);
      await world.fault({ kind: "status", status: 403, match });
      await rejects(world.drive(job, preservica), { code: "DENIED", retryable: false });
      equal(ended().length, 1);
      equal(begun(), 1);
      job.keep();
      await world.drive(job.again(), preservica);
      equal(begun(), 2, "a replay begins anew");
      equal(world.uploads(), 1);
    });

    it("is kept in mind when it cannot be ended, and a replay goes on with it", async () => {
      const job = await cutOff(nextId(), "job-kept");
      await world.fault({ kind: "status", status: 403, match: { method: "GET", path: "/entities/by-identifier" } });
      await world.fault({ kind: "status", status: 403, match: { method: "DELETE", path: "uploadId=" } });
      await rejects(world.drive(job, preservica), { code: "DENIED" });
      job.keep();
      await world.drive(job.again(), preservica);
      equal(begun(), 1);
    });

    it("is ended when another job has archived the asset meanwhile", async () => {
      const id = nextId();
      const job = await cutOff(id, "job-late");
      await world.drive(new Job("job-quick", structuredClone(job.msg)), preservica);
      const { done } = await world.drive(job, preservica);
      equal(resultOf(done).alreadyThere, true);
      equal(ended().length, 1);
    });
  });

  it("keeps several files of one asset apart, also when they have the same name", async () => {
    const id = nextId();
    const [front, back] = [randomBytes(700), randomBytes(700)];
    const files = [
      { name: "a.tif", bytes: front },
      { name: "a.tif", bytes: back },
    ];
    await world.drive(new Job("job-two", world.message({ id, files })), preservica);
    const stored = await reader.content(assetReference(`${id}#v1`), "Preservation");
    deepEqual(
      stored.map((file) => [file.filename, file.sha256]),
      [
        ["a.tif", sha256(front)],
        ["a-2.tif", sha256(back)],
      ],
    );
    const { done } = await world.drive(new Job("job-two-again", world.message({ id, files })), preservica);
    equal(resultOf(done).alreadyThere, true);
    const fewer = world.message({ id, files: files.slice(0, 1) });
    await rejects(ingest(new Job("j", fewer), world.deps(preservica)), {
      code: "CONFLICT",
      message: /2 preservation files/,
    });
  });

  it("plans without writing: folders, bytes, upload, links, and what would be refused", async () => {
    const id = nextId();
    const parent = `Alder & Finch/Planned ${id}/Leaf`;
    await preservica.ensureFolderPath("Alder & Finch", "open");
    await fetch(`${world.sandbox.control}/log`, { method: "DELETE" });
    const plan = (made: Parameters<World["message"]>[0]): ReturnType<typeof planIngest> =>
      planIngest("ingest", world.message(made).asset, QUICK, world.deps(preservica), new AbortController().signal);
    const good = await plan({ id, parent, links: { [REQUIRES]: ["otmm:dam:x"] } });
    deepEqual(
      good.planned.map((write) => write.action),
      ["create folder", "create folder", "upload package", "ingest", "link"],
    );
    deepEqual(good.planned[0]?.target, `Alder & Finch/Planned ${id}`);
    equal(good.ref, assetReference(`${id}#v1`));
    const refused = await plan({ id: nextId(), files: [{ name: "zero.tif", bytes: Buffer.alloc(0) }] });
    match(refused.planned[0]?.refused ?? "", /empty/);
    deepEqual(
      world.requests().filter((line) => !line.startsWith("GET") && !line.includes("accesstoken")),
      [],
    );
  });

  it("does not ingest a second time while another job ingests the same asset", async () => {
    const id = nextId();
    await world.change({ ingestMs: 600 });
    const jobs = [new Job("job-one", world.message({ id })), new Job("job-two", world.message({ id }))];
    equal((await ingest(jobs[0] ?? new Job("x", world.message({ id })), world.deps(preservica))).kind, "wait");
    await Promise.all(jobs.map((job) => world.drive(job.again(), preservica)));
    equal(world.uploads(), 1);
    equal((await reader.byIdentifier("OTMM-Asset", `${id}#v1`)).length, 1);
  });
});
