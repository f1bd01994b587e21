import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { LifecycleError } from "../../../lib/messages/error.js";
import { StoreFile } from "../../../lib/store/store-file.js";
import { readPlaces, writePlaces } from "../../../lib/store/places.js";
import { type ChainReport, verifyChain } from "../../../lib/store/verify.js";
import { event, scratch, tenEvents, withStore } from "./timeline-support.js";

const coded = (code: string) => (error: unknown) => error instanceof LifecycleError && error.code === code;

describe("erasing from the timeline", () => {
  let place: ReturnType<typeof scratch>;
  let file: string;
  beforeEach(() => {
    place = scratch();
    file = place.file("s.db");
  });
  afterEach(() => place.remove());

  function verified(): ChainReport {
    const store = new StoreFile(file);
    try {
      return verifyChain(store.frames());
    } finally {
      store.close();
    }
  }
  function bytesHold(text: string): boolean {
    return readdirSync(place.folder).some((name) => readFileSync(place.file(name)).includes(text));
  }

  it("leaves frame and digest, records itself, and the chain still holds", async () => {
    await withStore(file, async (store) => {
      await tenEvents(store);
      assert.equal(await store.erase({ asset: "otmm:dam:odd" }, "user:ines", "Art. 17 request 4711"), 5);
      const timeline = await store.timeline("otmm:dam:odd");
      assert.equal(timeline.filter(({ erased }) => erased === true).length, 5);
      const record = timeline.at(-1);
      assert.equal(record?.type, "payload erased");
      assert.equal(record?.agent, "user:ines");
      assert.deepEqual(record?.detail, { erased: "1,3,5,7,9", reason: "Art. 17 request 4711" });
      assert.ok(timeline.every(({ at, learnt, hash }) => at !== "" && learnt !== "" && hash.length === 64));
      assert.equal((await store.timeline("otmm:dam:even")).filter(({ erased }) => erased === true).length, 0);
    });
    const report = verified();
    assert.deepEqual({ intact: report.intact, erased: report.erased }, { intact: true, erased: 5 });
  });

  it("leaves not one byte of the name in the files, even while the store is open", async () => {
    await withStore(file, async (store) => {
      for (let copy = 0; copy < 40; copy += 1) {
        await store.append([
          event("a", "viewed", { detail: { person: "Philippa Quennell", note: "x".repeat(copy * 100) } }),
        ]);
      }
      assert.equal(bytesHold("Quennell"), true);
      await store.erase({ asset: "otmm:dam:a" }, "user:ines", "request");
      assert.equal(bytesHold("Quennell"), false);
    });
    assert.equal(bytesHold("Quennell"), false);
  });

  it("erases one event by its place, once, and never a record of an erasure", async () => {
    await withStore(file, async (store) => {
      await tenEvents(store);
      assert.equal(await store.erase({ seq: 4 }, "user:ines", "request"), 1);
      assert.equal(await store.erase({ seq: 4 }, "user:ines", "request"), 0);
      assert.equal((await store.timeline("otmm:dam:even")).length, 6);
      await assert.rejects(store.erase({ seq: 11 }, "user:ines", "request"), coded("CONFLICT"));
      await assert.rejects(store.erase({ seq: 99 }, "user:ines", "request"), coded("NOT_FOUND"));
      await assert.rejects(store.erase({ asset: "otmm:dam:none" }, "user:ines", "request"), coded("NOT_FOUND"));
      assert.equal(await store.erase({ asset: "otmm:dam:even" }, "user:ines", "request"), 4);
    });
    assert.equal(verified().intact, true);
  });

  it("is told apart from an erasure that nobody recorded", async () => {
    await withStore(file, tenEvents);
    const db = new DatabaseSync(file);
    db.exec("UPDATE events SET payload = NULL, salt = NULL WHERE seq IN (3, 4)");
    db.close();
    assert.deepEqual(
      verified().findings.map(({ kind, seq }) => [kind, seq]),
      [
        ["erased", 3],
        ["erased", 4],
      ],
    );
  });

  it("writes and reads places", () => {
    assert.equal(writePlaces([1, 3, 4, 5, 9]), "1,3-5,9");
    assert.deepEqual(readPlaces("1,3-5,x"), [
      { from: 1, to: 1 },
      { from: 3, to: 5 },
    ]);
  });
});
