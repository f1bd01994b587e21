import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { LifecycleError } from "../../../lib/messages/error.js";
import { MIGRATIONS } from "../../../lib/store/schema.js";
import {
  type Approval,
  openStore,
  type Intake,
  type LifecycleStore,
  type NewHandover,
} from "../../../lib/store/index.js";

const NOW = Date.now();

function intake(asset: string, more: Partial<Intake> = {}): Intake {
  return {
    queue: "ingest",
    nodeType: "preservica-ingest",
    nodeName: "",
    assetKey: `otmm:dam:${asset}`,
    assetVersion: "1",
    assetName: asset,
    run: "run-1",
    message: { payload: asset },
    settings: { tag: "open" },
    ...more,
  };
}
function handover(id: string, asset?: string): NewHandover {
  return {
    id,
    run: "run-1",
    from: "run-1",
    queue: "fetch",
    port: 0,
    message: { payload: id },
    ...(asset === undefined ? {} : { assetKey: `otmm:dam:${asset}`, assetVersion: "1" }),
  };
}
async function taken(store: LifecycleStore, asset: string): Promise<string> {
  const answer = await store.intake(intake(asset));
  return answer.job.id;
}
const coded = (code: string) => (error: unknown) => error instanceof LifecycleError && error.code === code;

describe("lifecycle store", () => {
  let folder: string;
  let file: string;
  let store: LifecycleStore;
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), "store-"));
    file = join(folder, "lifecycle.sqlite");
    store = await openStore(file);
    await store.startRun({
      id: "run-1",
      queue: "fetch",
      nodeType: "otmm-asset-fetch",
      nodeName: "",
      message: {},
      settings: {},
    });
  });
  afterEach(async () => {
    await store.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it("takes the same asset version of a run in once per queue, however often it comes", async () => {
    const answers = await Promise.all(Array.from({ length: 20 }, () => store.intake(intake("a"))));
    assert.equal(answers.filter((answer) => answer.taken).length, 1);
    assert.equal((await store.intake(intake("a", { queue: "other" }))).taken, true);
    assert.equal((await store.intake(intake("a", { run: "run-2" }))).taken, true);
    assert.equal((await store.intake(intake("a", { assetVersion: "2" }))).taken, true);
  });

  it("takes in once what is handed over once, and each of two outputs that carry the same asset version of a run", async () => {
    const handovers = [handover("h1", "a"), handover("h2", "a")];
    await store.page("run-1", { cursor: {}, complete: true, assets: [], handovers, refused: [] });
    const answers: boolean[] = [];
    for (const id of ["h1", "h1", "h2", "h2", "h1"])
      answers.push((await store.intake(intake("a", { handover: id }))).taken);
    assert.deepEqual(answers, [true, false, true, false, false]);
    assert.equal((await store.intake(intake("a"))).taken, false, "without a hand-over it is known");
    assert.equal((await store.jobs({})).length, 2);
  });

  it("replays a job that failed when its message comes without a hand-over, and no other", async () => {
    const job = await taken(store, "a");
    const again = async (more: Partial<Intake> = {}): Promise<unknown> => {
      const answer = await store.intake(intake("a", more));
      return [answer.taken, answer.replayed, answer.job.id, answer.job.state];
    };
    assert.deepEqual(await again(), [false, undefined, job, "queued"]);
    await store.claim("ingest", 1, NOW);
    await store.change({ job, attempt: 1, state: "failed", checkpoint: { upload: { token: "t" } } });
    assert.deepEqual(await again({ handover: "of another store" }), [false, undefined, job, "failed"]);
    assert.deepEqual(await again(), [false, true, job, "queued"]);
    const [claimed] = await store.claim("ingest", 1, NOW);
    assert.deepEqual([claimed?.attempt, claimed?.checkpoint], [2, { upload: { token: "t" } }]);
    const [told] = await store.timeline("otmm:dam:a");
    assert.equal(told?.type, "job replayed");
    assert.match(told?.agent ?? "", /preservica-ingest$/);
  });

  it("acknowledges the hand-over in the transaction of the intake", async () => {
    await store.page("run-1", { cursor: {}, complete: true, assets: [], handovers: [handover("h1")], refused: [] });
    assert.equal(await store.unacknowledged("run-1"), 1);
    await store.intake(intake("a", { handover: "h1" }));
    assert.equal(await store.unacknowledged("run-1"), 0);
    assert.deepEqual(
      (await store.pending(["fetch"])).map(({ takenBy }) => takenBy),
      [["ingest"]],
    );
    await store.settle(["h1"]);
    assert.deepEqual(await store.pending(["fetch"]), []);
  });

  it("claims each job once, oldest due first, and not before it is due", async () => {
    const first = await taken(store, "a");
    const second = await taken(store, "b");
    const claims = await Promise.all([store.claim("ingest", 1, NOW), store.claim("ingest", 5, NOW)]);
    assert.deepEqual(
      claims.flat().map(({ id }) => id),
      [first, second],
    );
    await store.change({ job: first, attempt: 1, state: "waiting", due: NOW + 60_000 });
    assert.deepEqual(await store.claim("ingest", 5, NOW), []);
    assert.equal(await store.nextDue("ingest"), NOW + 60_000);
    const again = await store.claim("ingest", 5, NOW + 60_000);
    assert.deepEqual(
      again.map(({ id, attempt }) => [id, attempt]),
      [[first, 2]],
    );
  });

  it("lets a list lapse when another one is proposed for its job, also one that was approved or taken up", async () => {
    const people = { request: "user:rita", approve: "user:anna", again: "user:bert" };
    for (const last of ["proposed", "requested", "approved", "used"] as const) {
      const job = `job of ${last}`;
      const propose = (digest: string): Promise<Approval> =>
        store.propose(
          { job, run: "run-1", assetKey: "k", assetVersion: "1", assetName: "n", list: { digest }, digest },
          "software",
        );
      const { id } = await propose("one");
      assert.equal((await propose("one")).id, id);
      const by = (agent: string) => ({ agent, digest: "one", reason: "due" });
      if (last !== "proposed") await store.decideApproval(id, "request", by(people.request));
      if (last === "approved" || last === "used") {
        await store.decideApproval(id, "approve", by(people.approve));
        await store.decideApproval(id, "approve", by(people.again));
      }
      if (last === "used") await store.useApproval(id, "software");
      assert.equal((await store.approval(id))?.state, last);
      const next = await propose("other");
      assert.notEqual(next.id, id);
      assert.equal(next.state, "proposed");
      const lapsed = await store.approval(id);
      assert.deepEqual([lapsed?.state, lapsed?.why], ["lapsed", "the list changed"]);
      await assert.rejects(store.decideApproval(id, "approve", by("user:carl")), coded("CONFLICT"));
    }
    const told = (await store.timeline("k")).filter(({ type }) => type === "destruction lapsed");
    assert.deepEqual(
      told.map(({ outcome, detail }) => [outcome, detail?.["reason"]]),
      Array.from({ length: 4 }, () => ["refused", "the list changed"]),
    );
  });

  it("ends what was begun before it begins more, but never keeps new jobs waiting for good", async () => {
    const begun: string[] = [];
    for (const name of ["a", "b", "c", "d", "e", "f"]) begun.push(await taken(store, name));
    for (const { id } of await store.claim("ingest", 6, NOW)) {
      await store.change({ job: id, attempt: 1, state: "waiting", due: NOW + 1 });
    }
    const fresh = await taken(store, "g");
    const order: string[] = [];
    for (let claims = 0; claims < 4; claims += 1) {
      order.push(...(await store.claim("ingest", 1, NOW + 1)).map(({ id }) => id));
    }
    assert.ok(order.includes(fresh), "the new job is among the first four");
    assert.deepEqual(
      order.filter((id) => id !== fresh),
      begun.slice(0, 3),
    );
  });

  it("takes what it is given as it is at the call, whatever becomes of the objects afterwards", async () => {
    const message: Intake["message"] = { payload: "as it was" };
    const taking = store.intake(intake("a", { message }));
    message["payload"] = "changed too late";
    const { job } = await taking;
    assert.deepEqual((await store.job(job.id))?.message, { payload: "as it was" });
  });

  it("reads jobs of a store from before their messages stood apart", async () => {
    const old = join(folder, "old.sqlite");
    const db = new DatabaseSync(old);
    db.exec(`${MIGRATIONS.slice(0, 2).join(";")}; PRAGMA user_version = 2`);
    db.exec(`INSERT INTO jobs VALUES (7, 'job-7', 'ingest', 'preservica-ingest', '', 'otmm:dam:a', '1', 'a', 'run-1', 'queued',
      '', 0, 0, 0, '{"payload":"a"}', '{"tag":"open"}', '{}', NULL, 1, 1)`);
    db.close();
    const opened = await openStore(old);
    try {
      const [job] = await opened.claim("ingest", 1, NOW);
      assert.deepEqual([job?.id, job?.message, job?.settings], ["job-7", { payload: "a" }, { tag: "open" }]);
    } finally {
      await opened.close();
    }
  });

  it("fences out an attempt that was overtaken or cancelled", async () => {
    const id = await taken(store, "a");
    await store.claim("ingest", 1, NOW);
    await store.requeue("ingest", []);
    await assert.rejects(store.change({ job: id, attempt: 1, state: "done" }), coded("CONFLICT"));
    await store.claim("ingest", 1, NOW);
    await assert.rejects(store.change({ job: id, attempt: 1, state: "done" }), coded("CONFLICT"));
    await store.cancel(id, "user:anna");
    await assert.rejects(store.change({ job: id, attempt: 2, state: "done" }), coded("CONFLICT"));
    assert.equal((await store.job(id))?.state, "failed");
  });

  it("puts jobs that stopped with their process back into the queue, but not those that still run", async () => {
    const first = await taken(store, "a");
    await taken(store, "b");
    await store.claim("ingest", 2, NOW);
    assert.equal(await store.requeue("ingest", [first]), 1);
    assert.equal((await store.job(first))?.state, "running");
  });

  it("keeps the checkpoint of every step and stores the end with its hand-over together", async () => {
    const id = await taken(store, "a");
    await store.claim("ingest", 1, NOW);
    await store.change({ job: id, attempt: 1, state: "running", step: "upload", checkpoint: { upload: { part: 1 } } });
    await store.change({ job: id, attempt: 1, state: "running", step: "verify", checkpoint: { verify: { ok: true } } });
    await store.change({
      job: id,
      attempt: 1,
      state: "done",
      handovers: [{ ...handover("out", "a"), queue: "ingest" }],
      identities: [{ system: "preservica", connection: "archive", id: "ref-1", assetKey: "otmm:dam:a" }],
      events: [
        {
          assetKey: "otmm:dam:a",
          type: "accession",
          at: "2026-11-16T09:00:00Z",
          basis: "witnessed",
          agent: "test",
          outcome: "success",
        },
      ],
    });
    const job = await store.job(id);
    assert.deepEqual(job?.checkpoint, { upload: { part: 1 }, verify: { ok: true } });
    assert.equal((await store.pending(["ingest"])).length, 1);
    assert.deepEqual(
      (await store.find("ref-1")).map(({ assetKey }) => assetKey),
      ["otmm:dam:a"],
    );
    assert.deepEqual(
      (await store.timeline("otmm:dam:a")).map(({ type }) => type),
      ["accession"],
    );
  });

  it("reconciles: found is always done + refused + failed + waiting + running", async () => {
    const assets = ["a", "b", "c", "d", "e", "f"].map((name) => ({ key: `otmm:dam:${name}`, version: "1", name }));
    await store.page("run-1", {
      cursor: { page: 1 },
      complete: true,
      assets,
      handovers: assets.map(({ name }) => handover(`h-${name}`, name)),
      refused: [{ key: "otmm:dam:x", version: "1", name: "x", reason: "not approved", message: {} }],
    });
    assert.deepEqual(await store.counts("run-1"), { found: 7, done: 0, refused: 1, failed: 0, waiting: 0, running: 6 });
    const ids: string[] = [];
    for (const { name } of assets) ids.push((await store.intake(intake(name, { handover: `h-${name}` }))).job.id);
    await store.claim("ingest", 5, NOW);
    const states = ["done", "failed", "dead", "waiting", "refused"] as const;
    for (const [index, state] of states.entries()) await store.change({ job: ids[index] ?? "", attempt: 1, state });
    const counts = await store.counts("run-1");
    assert.deepEqual(counts, { found: 7, done: 1, refused: 2, failed: 2, waiting: 1, running: 1 });
    const { found, ...states_ } = counts;
    assert.equal(
      found,
      Object.values(states_).reduce((sum, n) => sum + n, 0),
    );
  });

  it("orphans the jobs of a queue that nobody works and gives them back when somebody does", async () => {
    const id = await taken(store, "a");
    assert.equal(await store.orphan(["other"]), 1);
    assert.equal((await store.job(id))?.state, "orphaned");
    await store.orphan(["ingest"]);
    assert.equal((await store.job(id))?.state, "queued");
    await store.orphan(["other"]);
    await store.adopt(id, "other", "user:anna");
    assert.deepEqual(
      (await store.claim("other", 1, NOW)).map((job) => job.id),
      [id],
    );
  });

  it("refuses to adopt a job into a queue that has the same asset version already", async () => {
    const id = await taken(store, "a");
    await store.intake(intake("a", { queue: "other" }));
    await store.orphan(["other"]);
    await assert.rejects(store.adopt(id, "other", "user:anna"), coded("CONFLICT"));
  });

  it("replays only what ended, and writes who did it on the timeline", async () => {
    const id = await taken(store, "a");
    await assert.rejects(store.replay(id, "user:anna"), coded("CONFLICT"));
    await store.claim("ingest", 1, NOW);
    await store.change({
      job: id,
      attempt: 1,
      state: "failed",
      failures: 3,
      error: { code: "UPSTREAM", message: "x" },
    });
    await store.replay(id, "user:anna");
    const job = await store.job(id);
    assert.deepEqual([job?.state, job?.failures, job?.error], ["queued", 0, undefined]);
    const timeline = await store.timeline("otmm:dam:a");
    assert.deepEqual(
      timeline.map(({ type, agent }) => [type, agent]),
      [["job replayed", "user:anna"]],
    );
  });

  it("replays all that broke at once, of a queue or a run if named, but nothing that a person cancelled", async () => {
    const ended = async (asset: string, state: "failed" | "dead" | "refused", more: Partial<Intake> = {}) => {
      const { job } = await store.intake(intake(asset, more));
      await store.claim(job.queue, 1, NOW);
      const error = { code: state === "refused" ? "REFUSED" : "UPSTREAM", message: "x" } as const;
      await store.change({ job: job.id, attempt: 1, state, failures: 3, error });
      return job.id;
    };
    const failed = await ended("a", "failed");
    const dead = await ended("b", "dead");
    await ended("c", "refused");
    const elsewhere = await ended("d", "dead", { queue: "other" });
    const later = await ended("e", "dead", { run: "later" });
    const cancelled = await taken(store, "f");
    await store.cancel(cancelled, "user:anna");
    const queued = async (): Promise<string[]> => (await store.jobs({ state: "queued" })).map(({ id }) => id);

    assert.deepEqual(await store.replayAll({ states: ["dead"], queue: "nobody" }, "user:anna"), []);
    const one = await store.replayAll({ states: ["dead"], queue: "other" }, "user:anna");
    assert.deepEqual([one, await queued()], [[{ queue: "other", jobs: 1 }], [elsewhere]]);
    await store.replayAll({ states: ["failed", "dead"], run: "later" }, "user:anna");
    assert.deepEqual(await queued(), [elsewhere, later]);
    const rest = await store.replayAll({ states: ["failed", "dead"] }, "user:anna");
    assert.deepEqual(rest, [{ queue: "ingest", jobs: 2 }]);
    assert.deepEqual(await queued(), [failed, dead, elsewhere, later]);
    const job = await store.job(dead);
    assert.deepEqual([job?.failures, job?.error], [0, undefined]);
    const [event] = await store.timeline("otmm:dam:b");
    assert.deepEqual([event?.type, event?.agent], ["job replayed", "user:anna"]);
  });

  it("answers each call of a batch by itself: one that fails leaves its neighbours alone", async () => {
    const id = await taken(store, "a");
    await store.claim("ingest", 1, NOW);
    const [unknown, known] = await Promise.allSettled([
      store.change({ job: "nobody", attempt: 1, state: "done" }),
      store.change({ job: id, attempt: 1, state: "done" }),
    ]);
    assert.equal(unknown.status === "rejected" && coded("NOT_FOUND")(unknown.reason), true);
    assert.equal(known.status, "fulfilled");
    assert.equal((await store.job(id))?.state, "done");
  });

  it("shares one writer between everybody who names the same file, until the last one closes", async () => {
    const other = await openStore(file);
    assert.equal(other.id, store.id);
    await other.setCursor("watch", { at: 1 });
    await other.close();
    assert.deepEqual(await store.cursor("watch"), { at: 1 });
  });

  it("turns a second process away with CONFLICT, and lets it in once the first has closed", async () => {
    const script = `require(${JSON.stringify(require.resolve("../../../lib/store/index.js"))}).openStore(${JSON.stringify(file)})
      .then((store) => store.close().then(() => console.log("opened")), (error) => console.log(error.code))`;
    const other = (): string => spawnSync(process.execPath, ["-e", script], { encoding: "utf8" }).stdout.trim();
    await store.setCursor("x", {});
    assert.equal(other(), "CONFLICT");
    await store.close();
    assert.equal(other(), "opened");
  });

  it("refuses a store of a newer version of the package", async () => {
    await store.close();
    const db = new DatabaseSync(file);
    db.exec("PRAGMA user_version = 999");
    db.close();
    await assert.rejects(openStore(file), coded("NOT_CONFIGURED"));
  });

  it("refuses a damaged file by name and does not hang", async () => {
    const broken = join(folder, "broken.sqlite");
    const { writeFileSync } = await import("node:fs");
    writeFileSync(broken, "this is no database, but it is long enough to look at".repeat(100));
    await assert.rejects(openStore(broken), coded("NOT_CONFIGURED"));
  });

  it("backs up a running store into a file that opens", async () => {
    await taken(store, "a");
    const copy = join(folder, "copy.sqlite");
    await store.backup(copy);
    const other = await openStore(copy);
    assert.equal((await other.jobs({})).length, 1);
    await other.close();
  });

  it("prunes kept values that say when they were over, and no others", async () => {
    const now = Math.floor(Date.now() / 1000);
    await store.setCursor("link:old", { expires: now - 100 });
    await store.setCursor("link:new", { expires: now + 100 });
    await store.setCursor("watch", { since: "2026-11-16T09:00:00Z" });
    assert.equal(await store.prune(Date.now() - 10_000), 1);
    assert.equal(await store.cursor("link:old"), undefined);
    assert.notEqual(await store.cursor("link:new"), undefined);
    assert.notEqual(await store.cursor("watch"), undefined);
  });

  it("prunes ended runs as a whole and keeps events and what still runs", async () => {
    const id = await taken(store, "a");
    await store.claim("ingest", 1, NOW);
    await store.endRun("run-1", { state: "done" });
    assert.equal(await store.prune(Date.now() + 1000), 0);
    await store.change({
      job: id,
      attempt: 1,
      state: "done",
      events: [
        {
          assetKey: "otmm:dam:a",
          type: "accession",
          at: "2026-11-16T09:00:00Z",
          basis: "witnessed",
          agent: "t",
          outcome: "success",
        },
      ],
    });
    assert.equal(await store.prune(Date.now() + 1000), 2);
    assert.equal(await store.run("run-1"), undefined);
    assert.equal((await store.timeline("otmm:dam:a")).length, 1);
  });

  it("prunes no output that nobody has taken, and nothing of its run", async () => {
    const outputs = [handover("h1", "a"), { ...handover("h2", "b"), run: "message:1" }];
    for (const run of ["run-1", "message:1"]) await store.keep(`kept of ${run}`, run, "fields");
    await store.page("run-1", {
      cursor: {},
      complete: true,
      assets: [{ key: "otmm:dam:a", version: "1", name: "a" }],
      handovers: outputs,
      refused: [],
    });
    await store.endRun("run-1", { state: "done" });
    assert.equal(await store.prune(Date.now() + 1000), 0);
    assert.deepEqual(
      (await store.pending(["fetch"])).map(({ id }) => id),
      ["h1", "h2"],
    );
    assert.equal((await store.counts("run-1")).running, 1);
    assert.deepEqual([await store.kept("kept of run-1"), await store.kept("kept of message:1")], ["fields", "fields"]);
    await store.settle(["h1", "h2"]);
    assert.equal(await store.prune(Date.now() + 1000), 3);
    assert.equal(await store.kept("kept of run-1"), undefined);
  });

  it("loses nothing that it acknowledged when the process is killed", () => {
    const script = `
      const { openStore } = require(${JSON.stringify(require.resolve("../../../lib/store/index.js"))});
      openStore(process.argv[1]).then(async (store) => {
        for (let n = 0; ; n += 1) {
          await Promise.all([0, 1, 2, 3].map((k) => store.setCursor("c" + (n * 4 + k), { n })));
          require("node:fs").writeSync(1, String(n) + "\\n");
          if (n === 40) process.kill(process.pid, "SIGKILL");
        }
      });`;
    const killed = join(folder, "killed.sqlite");
    const run = spawnSync(process.execPath, ["-e", script, killed], { encoding: "utf8" });
    assert.equal(run.signal, "SIGKILL");
    const last = Number(run.stdout.trim().split("\n").at(-1));
    const db = new DatabaseSync(killed);
    const count = Number(db.prepare("SELECT count(*) AS n FROM cursors").get()?.["n"]);
    db.close();
    assert.ok(count >= (last + 1) * 4, `${count} cursors for ${last + 1} acknowledged rounds`);
  });
});
