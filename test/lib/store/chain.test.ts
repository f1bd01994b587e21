import assert from "node:assert/strict";
import { copyFileSync, readdirSync, readFileSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { CHAIN_START, canonicalJson, chainHash, payloadDigest } from "../../../lib/store/chain.js";
import { MIGRATIONS } from "../../../lib/store/schema.js";
import { StoreFile } from "../../../lib/store/store-file.js";
import type { Anchor, ChainFrame } from "../../../lib/store/types.js";
import { type ChainReport, verifyChain } from "../../../lib/store/verify.js";
import { scratch, tenEvents, withStore } from "./timeline-support.js";

/** Frames of a chain of `length` events, made here from the rule of the chain alone. */
function chain(length: number): ChainFrame[] {
  const frames: ChainFrame[] = [];
  let previous = CHAIN_START;
  for (let seq = 1; seq <= length; seq += 1) {
    const salt = Buffer.alloc(16, seq);
    const event = { type: `step ${seq}`, agent: "test" };
    const placed = { assetKey: "otmm:dam:a", at: "2026-03-01T10:00:00.000Z" };
    const digest = payloadDigest(salt, canonicalJson({ ...event, ...placed }));
    const learnt = new Date(1_770_000_000_000 + seq).toISOString();
    const hash = chainHash(previous, seq, learnt, digest);
    frames.push({
      seq,
      ...placed,
      learnt,
      payload: canonicalJson(event),
      salt: salt.toString("hex"),
      payloadDigest: digest,
      hash,
    });
    previous = hash;
  }
  return frames;
}
const at = (frames: readonly ChainFrame[], seq: number): ChainFrame => {
  const found = frames.find((frame) => frame.seq === seq);
  assert.ok(found);
  return found;
};
const anchorAt = (frames: readonly ChainFrame[], seq: number): Anchor => ({
  seq,
  hash: at(frames, seq).hash,
  at: "2026-03-02T00:00:00.000Z",
});
const told = ({ findings }: ChainReport): [string, number, number?][] =>
  findings.map(({ kind, seq, to }) => (to === undefined ? [kind, seq] : [kind, seq, to]));
const swapped = (frames: readonly ChainFrame[], a: number, b: number): ChainFrame[] =>
  frames.map((frame) =>
    frame.seq === a ? { ...at(frames, b), seq: a } : frame.seq === b ? { ...at(frames, a), seq: b } : frame,
  );

describe("hash chain", () => {
  it("holds for a chain as it was written, and for none at all", () => {
    const report = verifyChain(chain(20));
    assert.equal(report.intact, true);
    assert.equal(report.events, 20);
    assert.equal(report.head?.seq, 20);
    assert.equal(verifyChain([]).intact, true);
  });

  it("names the event of which payload, asset or time was changed", () => {
    for (const change of [
      { payload: '{"agent":"mallory","type":"step 7"}' },
      { payload: "no json" },
      { assetKey: "otmm:dam:b" },
      { at: "2020-01-01T00:00:00.000Z" },
      { salt: "00" },
      { salt: null },
      { payload: null },
    ]) {
      const report = verifyChain(chain(10).map((frame) => (frame.seq === 7 ? { ...frame, ...change } : frame)));
      assert.deepEqual(told(report), [["changed", 7]], JSON.stringify(change));
    }
  });

  it("names the event of which the time of learning, the digest or the hash was changed", () => {
    for (const change of [{ learnt: "2020-01-01T00:00:00.000Z" }, { payloadDigest: "0".repeat(64) }]) {
      const report = verifyChain(chain(10).map((frame) => (frame.seq === 7 ? { ...frame, ...change } : frame)));
      assert.deepEqual(told(report), [["changed", 7]], JSON.stringify(change));
    }
    const report = verifyChain(
      chain(10).map((frame) => (frame.seq === 7 ? { ...frame, hash: "0".repeat(64) } : frame)),
    );
    assert.ok(report.findings.some(({ seq }) => seq === 7));
  });

  it("tells of an event that was rewritten with a hash that fits, by its neighbour", () => {
    const frames = chain(10);
    const forged = { ...at(frames, 7), payload: '{"type":"other"}' };
    forged.payloadDigest = payloadDigest(
      Buffer.from(forged.salt ?? "", "hex"),
      canonicalJson({ type: "other", assetKey: forged.assetKey, at: forged.at }),
    );
    forged.hash = chainHash(at(frames, 6).hash, 7, forged.learnt, forged.payloadDigest);
    const report = verifyChain(frames.map((frame) => (frame.seq === 7 ? forged : frame)));
    assert.deepEqual(told(report), [["changed", 8]]);
    assert.match(report.findings[0]?.message ?? "", /does not follow event 7: one of the two was changed/);
  });

  it("names events that are missing in the middle and at the start", () => {
    const frames = chain(10);
    assert.deepEqual(told(verifyChain(frames.filter(({ seq }) => seq !== 5))), [["missing", 5]]);
    assert.deepEqual(told(verifyChain(frames.filter(({ seq }) => seq < 4 || seq > 6))), [["missing", 4, 6]]);
    assert.deepEqual(told(verifyChain(frames.filter(({ seq }) => seq > 2))), [["missing", 1, 2]]);
  });

  it("names a missing event although the later ones were renumbered", () => {
    for (const removed of [[1], [5], [5, 6]]) {
      const frames = chain(12).filter(({ seq }) => !removed.includes(seq));
      const report = verifyChain(frames.map((frame, index) => ({ ...frame, seq: index + 1 })));
      const [first = 0] = removed;
      assert.deepEqual(told(report), [removed.length === 1 ? ["missing", first] : ["missing", first, 6]]);
      assert.match(report.findings[0]?.message ?? "", /renumbered/);
    }
  });

  it("tells of an event that was put in", () => {
    const frames = chain(10);
    const put = [...frames.slice(0, 5), { ...at(frames, 3) }, ...frames.slice(5)];
    const report = verifyChain(put.map((frame, index) => ({ ...frame, seq: index + 1 })));
    assert.deepEqual(told(report), [["added", 6]]);
  });

  it("names events that were reordered, neighbours and others, and where they belong", () => {
    const report = verifyChain(swapped(chain(10), 5, 6));
    assert.deepEqual(told(report), [
      ["reordered", 5],
      ["reordered", 6],
    ]);
    assert.match(report.findings[0]?.message ?? "", /written as event 6/);
    const frames = chain(10);
    const rotated = [...frames.slice(0, 3), ...frames.slice(4, 7), ...frames.slice(3, 4), ...frames.slice(7)];
    const kinds = told(verifyChain(rotated.map((frame, index) => ({ ...frame, seq: index + 1 }))));
    assert.ok(kinds.length > 0 && kinds.every(([, seq]) => seq >= 4 && seq <= 8), JSON.stringify(kinds));
  });

  it("finds a cut-off end by an anchor, and only by one", () => {
    const frames = chain(10);
    const cut = frames.slice(0, 7);
    assert.equal(verifyChain(cut).intact, true);
    assert.deepEqual(told(verifyChain(cut, [anchorAt(frames, 10)])), [["cut-off", 8, 10]]);
    assert.deepEqual(told(verifyChain([], [anchorAt(frames, 10)])), [["cut-off", 1, 10]]);
    assert.deepEqual(told(verifyChain(frames, [anchorAt(frames, 10), anchorAt(frames, 4)])), []);
    assert.equal(verifyChain(frames, [anchorAt(frames, 10), anchorAt(frames, 4)]).anchorsAgreed, 2);
  });

  it("finds an end that was rewritten whole, and between which anchors", () => {
    const frames = chain(10);
    let previous = at(frames, 4).hash;
    const rewritten = frames.map((frame) => {
      if (frame.seq <= 4) return frame;
      const learnt = "2027-01-01T00:00:00.000Z";
      const hash = chainHash(previous, frame.seq, learnt, frame.payloadDigest);
      previous = hash;
      return { ...frame, learnt, hash };
    });
    assert.equal(verifyChain(rewritten).intact, true);
    assert.deepEqual(told(verifyChain(rewritten, [anchorAt(frames, 3), anchorAt(frames, 9)])), [["changed", 4, 9]]);
  });

  it("reports several faults at once, each where it is", () => {
    const frames = swapped(chain(60), 40, 41)
      .filter(({ seq }) => seq !== 20)
      .map((frame) => (frame.seq === 10 ? { ...frame, payload: "{}" } : frame));
    assert.deepEqual(told(verifyChain(frames)), [
      ["changed", 10],
      ["missing", 20],
      ["reordered", 40],
      ["reordered", 41],
    ]);
  });

  it("stays quick and bounded when nothing at all follows", () => {
    const report = verifyChain(chain(5000).map((frame) => ({ ...frame, learnt: "x" })));
    assert.equal(report.intact, false);
    assert.ok(report.findings.length <= 1000);
  });
});

describe("timeline of a store", () => {
  let place: ReturnType<typeof scratch>;
  beforeEach(() => {
    place = scratch();
  });
  afterEach(() => place.remove());

  function verifyFile(file: string, anchors: readonly Anchor[] = []): ChainReport {
    const store = new StoreFile(file);
    try {
      return verifyChain(store.frames(), [...store.anchors(), ...anchors]);
    } finally {
      store.close();
    }
  }
  function tamper(file: string, sql: string): void {
    const db = new DatabaseSync(file);
    db.exec(sql);
    db.close();
  }

  it("verifies what the store wrote, in the file and in a backup", async () => {
    const file = place.file("s.db");
    await withStore(file, async (store) => {
      await tenEvents(store);
      await store.backup(place.file("backup.db"));
    });
    for (const copy of [file, place.file("backup.db")]) {
      const report = verifyFile(copy);
      assert.deepEqual({ intact: report.intact, events: report.events }, { intact: true, events: 10 });
    }
  });

  it("finds in the file what somebody changed with a database tool", async () => {
    const file = place.file("s.db");
    await withStore(file, tenEvents);
    tamper(file, "UPDATE events SET payload = replace(payload, 'step 4', 'step 9') WHERE seq = 4");
    tamper(file, "DELETE FROM events WHERE seq = 8");
    assert.deepEqual(told(verifyFile(file)), [
      ["changed", 4],
      ["missing", 8],
    ]);
  });

  it("keeps an anchor a head, once, and finds by it that the end was cut off", async () => {
    const file = place.file("s.db");
    const anchors = await withStore(file, async (store) => {
      assert.equal(await store.anchor(), undefined);
      await tenEvents(store);
      const first = await store.anchor();
      assert.deepEqual(await store.anchor(), first);
      return await store.anchors();
    });
    assert.deepEqual(
      anchors.map(({ seq }) => seq),
      [10],
    );
    assert.equal(verifyFile(file).anchorsAgreed, 1);
    tamper(file, "DELETE FROM events WHERE seq > 8");
    assert.deepEqual(told(verifyFile(file)), [["cut-off", 9, 10]]);
    tamper(file, "DELETE FROM anchors");
    assert.deepEqual(told(verifyFile(file)), []);
    assert.deepEqual(told(verifyFile(file, anchors)), [["cut-off", 9, 10]]);
  });

  it("reads what a killed process left, with its log, and changes nothing", async () => {
    const file = place.file("s.db");
    await withStore(file, async (store) => {
      await tenEvents(store);
      copyFileSync(file, place.file("left.db"));
      copyFileSync(`${file}-wal`, place.file("left.db-wal"));
    });
    const before = readFileSync(place.file("left.db-wal"));
    assert.equal(verifyFile(place.file("left.db")).events, 10);
    assert.deepEqual(readFileSync(place.file("left.db-wal")), before);
  });

  it("leaves no file beside a store that was closed", async () => {
    const file = place.file("s.db");
    await withStore(file, tenEvents);
    verifyFile(file);
    assert.deepEqual(readdirSync(place.folder), ["s.db"]);
  });

  it("reads and then migrates a store of before anchors", async () => {
    const file = place.file("s.db");
    const db = new DatabaseSync(file);
    db.exec(`${MIGRATIONS[0] ?? ""}; PRAGMA user_version = 1`);
    db.close();
    assert.equal(verifyFile(file).intact, true);
    await withStore(file, async (store) => {
      await tenEvents(store);
      await store.anchor();
    });
    assert.equal(verifyFile(file).anchorsAgreed, 1);
  });

  it("refuses a store that a running process owns, and says what to do", async () => {
    const file = place.file("s.db");
    await withStore(file, async (store) => {
      await tenEvents(store);
      assert.throws(() => new StoreFile(file), /running Node-RED owns .* Take a backup/);
    });
    assert.throws(() => new StoreFile(place.file("none.db")), /cannot be read/);
  });
});
