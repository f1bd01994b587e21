import assert from "node:assert/strict";
import { LifecycleError } from "../../../lib/messages/error.js";
import type { LifecycleStore, StoredEvent } from "../../../lib/store/index.js";
import { StoreFile } from "../../../lib/store/store-file.js";
import {
  assetWith,
  exportAsset,
  gapsOf,
  isReserved,
  localTime,
  placesOf,
  premisType,
  readAnchors,
  readExport,
  reportOf,
  runReportOf,
  type TimelineExport,
  verifyExport,
} from "../../../lib/timeline/index.js";
import { event, scratch, tenEvents, withStore } from "../store/timeline-support.js";

const KEY = "otmm:dam:odd";

/** Takes an asset through a job that ends well and gives it ids in two systems. */
async function archived(store: LifecycleStore): Promise<void> {
  await store.startRun({
    id: "run-1",
    queue: "fetch",
    nodeType: "otmm-asset-fetch",
    nodeName: "Fetch",
    message: {},
    settings: {},
  });
  const { job } = await store.intake({
    queue: "ingest",
    nodeType: "preservica-ingest",
    nodeName: "",
    assetKey: KEY,
    assetVersion: "1",
    assetName: "odd",
    run: "run-1",
    message: {},
    settings: {},
  });
  await store.claim("ingest", 1, Date.now() + 1000);
  await store.change({
    job: job.id,
    attempt: 1,
    state: "done",
    events: [
      event("odd", "transfer", { system: "preservica", at: "2026-03-01T10:00:00.000Z", run: "run-1" }),
      event("odd", "accession", {
        system: "preservica",
        at: "2026-03-01T11:00:00.000Z",
        basis: "reported",
        run: "run-1",
      }),
    ],
    identities: [
      { system: "otmm", connection: "dam", id: "a1", assetKey: KEY },
      { system: "otmm", connection: "dam", id: "a0", assetKey: KEY },
      { system: "preservica", connection: "archive", id: "ref-1", assetKey: KEY },
    ],
  });
}

describe("timeline", () => {
  let place: ReturnType<typeof scratch>;
  beforeEach(() => {
    place = scratch();
  });
  afterEach(() => place.remove());

  describe("report", () => {
    it("finds an asset by its id in any system and by its key, and nothing by another", async () => {
      await withStore(place.file("s.db"), async (store) => {
        await archived(store);
        for (const id of ["a0", "a1", "ref-1", KEY]) assert.equal(await assetWith(store, id), KEY);
        assert.equal(await assetWith(store, "nothing"), undefined);
        await store.append([event("bare", "selected")]);
        assert.equal(await assetWith(store, "otmm:dam:bare"), "otmm:dam:bare");
      });
    });

    it("does not guess when two assets carry the same id", async () => {
      await withStore(place.file("s.db"), async (store) => {
        await archived(store);
        const { job } = await store.intake({
          queue: "q",
          nodeType: "t",
          nodeName: "",
          assetKey: "s3:b:x",
          assetVersion: "1",
          assetName: "x",
          run: "",
          message: {},
          settings: {},
        });
        await store.claim("q", 1, Date.now() + 1000);
        const identities = [{ system: "s3", connection: "b", id: "ref-1", assetKey: "s3:b:x" }];
        await store.change({ job: job.id, attempt: 1, state: "done", identities });
        await assert.rejects(
          assetWith(store, "ref-1"),
          (error) => error instanceof LifecycleError && error.code === "CONFLICT",
        );
        assert.equal(await assetWith(store, "s3:b:x"), "s3:b:x");
      });
    });

    it("says where the asset is, since when and why, what its jobs did, and in which runs", async () => {
      await withStore(place.file("s.db"), async (store) => {
        await archived(store);
        const report = await reportOf(store, KEY, "Europe/Berlin");
        assert.deepEqual(report.ids.map(({ id }) => id).sort(), ["a0", "a1", "ref-1"]);
        const archive = report.location.find(({ system }) => system === "preservica");
        assert.equal(archive?.state, "present");
        assert.equal(archive?.since, "2026-03-01T11:00:00.000Z");
        assert.equal(archive?.because?.type, "accession");
        // Nothing tells when the asset came to OTMM: the gap stays a gap.
        assert.equal(report.location.find(({ system }) => system === "otmm")?.since, undefined);
        assert.deepEqual(report.jobs, { done: 1 });
        assert.deepEqual(
          report.runs.map(({ id, node, state }) => ({ id, node, state })),
          [{ id: "run-1", node: "Fetch", state: "running" }],
        );
        assert.equal(report.timeline[0]?.local, "2026-03-01T11:00:00.000+01:00");
        assert.equal(report.timeline[0]?.clock, "host");
        const run = await runReportOf(store, "run-1");
        assert.deepEqual(run?.counts, { found: 1, done: 1, refused: 0, failed: 0, waiting: 0, running: 0 });
        assert.equal(await runReportOf(store, "none"), undefined);
      });
    });

    it("tells what it does not know: the beginning, versions, silences, what was erased", () => {
      const stored = (seq: number, type: string, more: Partial<StoredEvent> = {}): StoredEvent => ({
        ...event("a", type, { at: `2026-03-0${seq}T00:00:00.000Z` }),
        seq,
        learnt: "",
        hash: "",
        ...more,
      });
      const whole = [stored(1, "created"), stored(2, "version created", { assetVersion: "2" })];
      assert.deepEqual(gapsOf(whole), []);
      assert.deepEqual(gapsOf([]), []);
      const silence = { from: "2026-03-02T00:00:00Z", to: "2026-03-03T00:00:00Z" };
      const gaps = gapsOf([
        stored(3, "transfer", { assetVersion: "4" }),
        stored(2, "status stated", { assetVersion: "2" }),
        stored(4, "not watched", { assetVersion: "4", detail: silence }),
        stored(5, "erased", { erased: true }),
      ]);
      assert.deepEqual(
        gaps.map(({ says: _says, ...rest }) => rest),
        [
          { kind: "before", to: "2026-03-02T00:00:00.000Z" },
          { kind: "versions", versions: [3] },
          { kind: "not-watched", ...silence },
          { kind: "erased", seqs: [5] },
        ],
      );
      const named = (version: string) => gapsOf([stored(1, "created", { assetVersion: version })]);
      for (const version of ["QmVyc2lvbg", "20260301", "1.2", "0"]) assert.deepEqual(named(version), [], version);
    });

    it("tells a released copy and a destroyed record from one that is there", () => {
      const stored = (
        seq: number,
        type: string,
        system: string,
        outcome: StoredEvent["outcome"] = "success",
      ): StoredEvent => ({
        ...event("a", type, { system, outcome, at: `2026-03-0${seq}T00:00:00.000Z` }),
        seq,
        learnt: "",
        hash: "",
      });
      const ids = [
        { system: "otmm", connection: "dam", id: "1", assetKey: "k" },
        { system: "s3", connection: "b", id: "2", assetKey: "k" },
        { system: "ecm", connection: "c", id: "3", assetKey: "k" },
      ];
      const places = placesOf(ids, [
        stored(1, "transfer", "s3"),
        stored(2, "source released", "otmm:dam"),
        stored(3, "destroyed", "ecm"),
        stored(4, "deletion", "s3", "failure"),
      ]);
      assert.deepEqual(
        places.map(({ system, state }) => [system, state]),
        [
          ["otmm", "released"],
          ["s3", "present"],
          ["ecm", "destroyed"],
        ],
      );
    });

    it("keeps the archive's other copy where one of two is destroyed, until that one is, too", () => {
      const stored = (seq: number, type: string, object: string): StoredEvent => ({
        ...event("a", type, { system: "preservica:archive", object, at: `2026-03-0${seq}T00:00:00.000Z` }),
        seq,
        learnt: "",
        hash: "",
      });
      const ids = ["r1", "r2"].map((id) => ({ system: "preservica", connection: "archive", id, assetKey: "k" }));
      const events = [stored(1, "accession", "r1"), stored(2, "accession", "r2"), stored(3, "destroyed", "r1")];
      const since = "2026-03-02T00:00:00.000Z";
      assert.deepEqual(
        placesOf(ids, events).map((place) => [place.state, place.since]),
        [["present", since]],
      );
      assert.equal(placesOf(ids, [...events, stored(4, "destroyed", "r2")])[0]?.state, "destroyed");
    });

    it("writes local times with the offset of that day", () => {
      assert.equal(localTime("2026-07-01T10:00:00.000Z", "Europe/Berlin"), "2026-07-01T12:00:00.000+02:00");
      assert.equal(localTime("2026-07-01T10:00:00.000Z", "America/St_Johns"), "2026-07-01T07:30:00.000-02:30");
      assert.equal(localTime("sometime", "UTC"), "sometime");
    });

    it("knows the PREMIS type of our words, leaves others alone, and keeps some to itself", () => {
      assert.equal(premisType("hold on"), "policy assignment");
      assert.equal(premisType("fixity check"), "fixity check");
      assert.deepEqual(["access granted", "access used", "access refused"].map(premisType), [
        "dissemination",
        "dissemination",
        undefined,
      ]);
      assert.equal(premisType("shown in the exhibition"), undefined);
      const reserved = ["payload erased", "job cancelled", "Approved", "accession", "source released", "Destroyed"];
      assert.deepEqual(
        reserved.filter((type) => !isReserved(type)),
        [],
      );
      assert.equal(isReserved("shown"), false);
    });
  });

  describe("export", () => {
    async function exported(): Promise<TimelineExport> {
      const file = place.file("s.db");
      await withStore(file, async (store) => {
        await tenEvents(store);
        await store.erase({ seq: 3 }, "user:ines", "request");
      });
      const store = new StoreFile(file);
      try {
        const made = exportAsset(KEY, [], store.framesOf(KEY), store.head(), new Date());
        return readExport(JSON.stringify(made));
      } finally {
        store.close();
      }
    }
    const told = (document: TimelineExport): [string, number][] =>
      verifyExport(document).findings.map(({ kind, seq }) => [kind, seq]);

    it("proves every event of an asset by itself, away from the store", async () => {
      const report = verifyExport(await exported());
      assert.deepEqual(
        { intact: report.intact, events: report.events, erased: report.erased },
        { intact: true, events: 6, erased: 1 },
      );
    });

    it("finds what was changed, taken out, put in, reordered or cut off in the file", async () => {
      const whole = await exported();
      const events = (change: (events: TimelineExport["events"]) => TimelineExport["events"]): TimelineExport => ({
        ...whole,
        events: change(whole.events),
      });
      assert.deepEqual(
        told(events((all) => all.map((one) => (one.seq === 5 ? { ...one, event: { type: "x" } } : one)))),
        [["changed", 5]],
      );
      assert.deepEqual(told(events((all) => all.map((one) => (one.seq === 5 ? { ...one, learnt: "x" } : one)))), [
        ["changed", 5],
      ]);
      assert.deepEqual(told(events((all) => all.map((one) => (one.seq === 5 ? { ...one, asset: "other" } : one)))), [
        ["changed", 5],
      ]);
      assert.deepEqual(told(events((all) => all.filter(({ seq }) => seq !== 5))), [["missing", 5]]);
      assert.deepEqual(told(events((all) => all.slice(0, -1))), [["cut-off", 11]]);
      assert.deepEqual(told(events((all) => all.toSpliced(1, 2, ...all.slice(1, 3).toReversed()))), [["reordered", 3]]);
      assert.deepEqual(told({ ...whole, places: whole.places?.filter((seq) => seq !== 5) ?? [] }), [["added", 5]]);
      assert.deepEqual(told({ ...whole, seal: "0" }), [["changed", 1]]);
    });

    it("compares with anchors where it can", async () => {
      const document = await exported();
      const { head } = document;
      assert.ok(head);
      assert.equal(verifyExport(document, [head]).anchorsAgreed, 1);
      assert.equal(verifyExport(document, [{ ...head, hash: "0" }]).intact, false);
    });

    it("refuses what is no export or no anchor, and says why", () => {
      assert.throws(() => readExport("hello"), /no JSON/);
      assert.throws(() => readExport("{}"), /no exported timeline/);
      const head = { format: "content-lifecycle timeline", version: 1, scope: "all" };
      assert.throws(() => readExport(JSON.stringify({ ...head, events: [{ seq: 1 }] })), /position 1/);
      assert.throws(() => readExport(JSON.stringify({ ...head, version: 9, events: [] })), /version 9/);
      assert.throws(() => readAnchors('{"seq":0}'), /anchor/);
    });

    it("reads anchors as one object, as a list, and one a line", () => {
      const one = { seq: 4, hash: "a", at: "b" };
      const two = { seq: 9, hash: "c", at: "d" };
      assert.deepEqual(readAnchors(JSON.stringify(one, null, 2)), [one]);
      assert.deepEqual(readAnchors(JSON.stringify([one, two])), [one, two]);
      assert.deepEqual(readAnchors(`${JSON.stringify(one)}\n${JSON.stringify(two)}\n`), [one, two]);
    });
  });
});
