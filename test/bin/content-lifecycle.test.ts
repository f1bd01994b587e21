import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { openStore, type Anchor, type LifecycleStore } from "../../lib/store/index.js";
import { event, scratch, tenEvents, withStore } from "../lib/store/timeline-support.js";

const PROGRAM = join(__dirname, "../../bin/content-lifecycle.js");
const KEY = "otmm:dam:odd";

interface Said {
  code: number | null;
  out: string;
  err: string;
}
function run(...args: string[]): Said {
  const { status, stdout, stderr } = spawnSync(process.execPath, [PROGRAM, ...args], { encoding: "utf8" });
  return { code: status, out: stdout, err: stderr };
}

async function fill(store: LifecycleStore): Promise<void> {
  await tenEvents(store);
  const { job } = await store.intake({
    queue: "q",
    nodeType: "preservica-ingest",
    nodeName: "",
    assetKey: KEY,
    assetVersion: "1",
    assetName: "odd",
    run: "run-1",
    message: {},
    settings: {},
  });
  await store.claim("q", 1, Date.now() + 1000);
  const identities = [{ system: "preservica", connection: "archive", id: "ref-1", assetKey: KEY }];
  await store.change({ job: job.id, attempt: 1, state: "done", identities, events: [event("odd", "accession")] });
}

describe("content-lifecycle (command line)", function () {
  // Each question starts a process of its own.
  this.timeout(30_000);
  let place: ReturnType<typeof scratch>;
  let file: string;
  beforeEach(async () => {
    place = scratch();
    file = place.file("s.db");
    await withStore(file, fill);
  });
  afterEach(() => place.remove());

  function tamper(sql: string): void {
    const db = new DatabaseSync(file);
    db.exec(sql);
    db.close();
  }

  it("verifies an intact store and says so, with 0", () => {
    const said = run("verify", file);
    assert.equal(said.code, 0, said.err);
    assert.match(said.out, /store: 11 events/);
    assert.match(said.out, /^INTACT: /m);
    assert.match(said.out, /without an anchor kept elsewhere/);
  });

  it("names each event that is changed, missing or reordered, with 1", () => {
    tamper("UPDATE events SET asset_key = 'otmm:dam:other' WHERE seq = 2");
    tamper("DELETE FROM events WHERE seq = 4");
    tamper(
      "UPDATE events SET seq = -7 WHERE seq = 7; UPDATE events SET seq = 7 WHERE seq = 8; UPDATE events SET seq = 8 WHERE seq = -7",
    );
    const said = run("verify", file);
    assert.equal(said.code, 1);
    assert.match(said.out, /^changed +Event 2 was changed/m);
    assert.match(said.out, /^missing +Event 4 is missing/m);
    assert.match(said.out, /^reordered +Event 7 was reordered: it was written as event 8/m);
    assert.match(said.out, /NOT INTACT: .*, 4 findings/);
    const { intact, findings } = JSON.parse(run("verify", file, "--json").out) as {
      intact: boolean;
      findings: unknown[];
    };
    assert.deepEqual([intact, findings.length], [false, 4]);
  });

  it("finds a cut-off end by the head that was kept elsewhere", () => {
    const head = run("head", file);
    assert.equal(head.code, 0, head.err);
    assert.equal((JSON.parse(head.out) as Anchor).seq, 11);
    writeFileSync(place.file("anchors.jsonl"), head.out);
    assert.equal(run("verify", file, "--anchor", place.file("anchors.jsonl")).code, 0);
    tamper("DELETE FROM events WHERE seq >= 10");
    assert.equal(run("verify", file).code, 0);
    const said = run("verify", file, "--anchor", place.file("anchors.jsonl"));
    assert.equal(said.code, 1);
    assert.match(said.out, /^cut-off +Events 10 to 11 were there when an anchor was taken/m);
  });

  it("refuses a store that is in use, verifies its backup, and says which to take", async () => {
    const store = await openStore(file);
    try {
      const said = run("verify", file);
      assert.equal(said.code, 2);
      assert.match(said.err, /A running Node-RED owns .*Take a backup/);
      await store.backup(place.file("backup.db"));
      assert.equal(run("verify", place.file("backup.db")).code, 0);
    } finally {
      await store.close();
    }
  });

  it("exports an asset by any id as JSON that verifies, and finds what was changed in it", () => {
    for (const id of [KEY, "ref-1"]) {
      const said = run("export", file, "--asset", id);
      assert.equal(said.code, 0, said.err);
      writeFileSync(place.file("a.json"), said.out);
      assert.equal(run("verify", place.file("a.json")).code, 0);
    }
    const text = readFileSync(place.file("a.json"), "utf8");
    writeFileSync(place.file("b.json"), text.replace('"step 5"', '"step 6"'));
    const said = run("verify", place.file("b.json"));
    assert.equal(said.code, 1);
    assert.match(said.out, /^changed +Event 5 was changed/m);
  });

  it("exports all events as JSON that verifies like the store", () => {
    const said = run("export", file, "--all");
    writeFileSync(place.file("all.json"), said.out);
    assert.equal(run("verify", place.file("all.json")).code, 0);
    const lines = said.out.split("\n");
    writeFileSync(place.file("cut.json"), [...lines.slice(0, 4), ...lines.slice(5)].join("\n"));
    assert.match(run("verify", place.file("cut.json")).out, /^missing +Event 4 is missing/m);
    const moved = [...lines.slice(0, 3), lines[4], lines[3], ...lines.slice(5)].join("\n");
    writeFileSync(place.file("moved.json"), moved);
    assert.match(run("verify", place.file("moved.json")).out, /^reordered +Event 3 was reordered/m);
  });

  it("exports an asset as PREMIS", () => {
    const said = run("export", file, "--asset", "ref-1", "--format", "premis");
    assert.equal(said.code, 0, said.err);
    assert.match(said.out, /<premis xmlns="http:\/\/www.loc.gov\/premis\/v3"/);
    assert.match(said.out, />accession<\/eventType>/);
  });

  it("says 1 for an asset that nothing carries, and 2 for what it cannot do", () => {
    assert.equal(run("export", file, "--asset", "nothing").code, 1);
    for (const args of [
      ["verify"],
      ["verify", place.file("none")],
      ["export", file],
      ["turn", file],
      ["verify", file, "--what"],
    ]) {
      const said = run(...args);
      assert.equal(said.code, 2, args.join(" "));
      assert.match(said.err, /^[A-Z_]+: /);
    }
    writeFileSync(place.file("text"), "hello");
    assert.equal(run("verify", place.file("text")).code, 2);
  });

  it("explains itself", () => {
    const said = run("--help");
    assert.equal(said.code, 0);
    assert.match(said.out, /content-lifecycle verify FILE/);
    assert.equal(run().code, 2);
  });
});
