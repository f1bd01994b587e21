import assert from "node:assert/strict";
import { appendFileSync, existsSync, readFileSync, writeFileSync } from "node:fs";
import { LifecycleError } from "../../../lib/messages/error.js";
import { readAnchors, takeDailyAnchor } from "../../../lib/timeline/index.js";
import { event, scratch, withStore } from "../store/timeline-support.js";

const DAY = 86_400_000;
const coded = (code: string) => (thrown: unknown) => thrown instanceof LifecycleError && thrown.code === code;

describe("daily anchor", () => {
  let place: ReturnType<typeof scratch>;
  beforeEach(() => {
    place = scratch();
  });
  afterEach(() => place.remove());
  const inDays = (days: number): Date => new Date(Date.now() + days * DAY);

  it("is taken once a day, when something has happened, and nothing is taken of an empty store", async () => {
    await withStore(place.file("s.db"), async (store) => {
      assert.equal(await takeDailyAnchor(store, undefined, new Date()), undefined);
      await store.append([event("a", "created")]);
      const first = await takeDailyAnchor(store, undefined, new Date());
      assert.deepEqual(await store.anchors(), [first]);
      await store.append([event("a", "transfer")]);
      assert.equal(await takeDailyAnchor(store, undefined, new Date()), undefined, "the day has its anchor");
      assert.equal((await takeDailyAnchor(store, undefined, inDays(1)))?.seq, 2);
      assert.equal(await takeDailyAnchor(store, undefined, inDays(2)), undefined, "nothing has happened since");
      assert.equal((await store.anchors()).length, 2);
    });
  });

  it("goes to the end of a file too, line by line, as verify reads it", async () => {
    const file = place.file("anchors.jsonl");
    await withStore(place.file("s.db"), async (store) => {
      await takeDailyAnchor(store, file, new Date());
      assert.equal(existsSync(file), false);
      await store.append([event("a", "created")]);
      await takeDailyAnchor(store, file, new Date());
      // An anchor that a flow took meanwhile is no reason to leave the file's out.
      await store.append([event("a", "transfer")]);
      await store.anchor();
      await store.append([event("a", "accession")]);
      await takeDailyAnchor(store, file, inDays(1));
      assert.deepEqual(
        readAnchors(readFileSync(file, "utf8")).map(({ seq, hash }) => [seq, hash]),
        (await store.anchors()).filter(({ seq }) => seq !== 2).map(({ seq, hash }) => [seq, hash]),
      );
    });
  });

  it("tells when the chain ends before the last anchor, and leaves the file as it is", async () => {
    const file = place.file("anchors.jsonl");
    const cut = JSON.stringify({ seq: 95, hash: "0".repeat(64), at: inDays(-1).toISOString() });
    writeFileSync(file, `${cut}\n`);
    await withStore(place.file("s.db"), async (store) => {
      await assert.rejects(takeDailyAnchor(store, file, new Date()), coded("CONFLICT"));
      await store.append([event("a", "created")]);
      await assert.rejects(takeDailyAnchor(store, file, new Date()), /ends at event 1.*at event 95.*cut off/);
      assert.equal(readFileSync(file, "utf8"), `${cut}\n`);
    });
  });

  it("names a file that holds something else, and a folder that is not there", async () => {
    const file = place.file("notes.txt");
    appendFileSync(file, "Dear diary\n");
    await withStore(place.file("s.db"), async (store) => {
      await store.append([event("a", "created")]);
      await assert.rejects(takeDailyAnchor(store, file, new Date()), coded("INVALID_INPUT"));
      await assert.rejects(takeDailyAnchor(store, place.file("no/where.jsonl"), new Date()), coded("UNREACHABLE"));
    });
  });
});
