import assert from "node:assert/strict";
import { mayRelease, type PartFacts, type ReleaseFacts } from "../../../lib/disposition/may-release.js";
import { htmlOf, localTime, markdownOf, paperOf, section } from "../../../lib/disposition/papers.js";
import { release } from "../../../lib/disposition/release.js";
import { Random } from "../../support/random.js";
import { HOLDABLE, Model } from "./model.js";

const INTERLEAVINGS = 1_000;

/** Works the job until it ends, again after each crash, as the runtime does. */
async function workToTheEnd(model: Model): Promise<"done" | "refused"> {
  const saved = new Map<string, string>();
  for (let attempt = 0; attempt < 100; attempt += 1) {
    const outcome = await release(model.job(saved), model.deps()).catch((thrown: unknown) => {
      if (!model.dead) throw thrown;
    });
    // Whatever a dead process would have answered, nobody heard it.
    if (!model.dead && outcome !== undefined) return outcome.kind === "done" ? "done" : "refused";
    model.dead = false;
  }
  throw new Error("the job does not end");
}

const isReleased = ({ whole, part }: Model): boolean =>
  [whole, part].every(({ folders, expired }) => folders[0] === "released" && expired);
const isUntouched = ({ whole, part, locked }: Model): boolean =>
  !locked &&
  [whole, part].every(({ folders, expired, status }) => folders[0] === "campaign" && !expired && status === "PRE");

describe("releasing, step by step", () => {
  it("ends released when nothing comes between, and so do the parts that were joined into it", async () => {
    const model = new Model();
    assert.equal(await workToTheEnd(model), "done");
    assert.ok(isReleased(model));
  });

  it("asks at each look whether Node-RED knows its users, not as it was when the job was taken in", async () => {
    const model = new Model();
    model.signedIn = false;
    const saved = new Map<string, string>();
    assert.equal((await release(model.job(saved), model.deps())).kind, "refused");
    model.signedIn = true;
    let crashed = false;
    model.before = () => {
      if (crashed || !model.part.expired) return;
      crashed = model.dead = true;
    };
    await assert.rejects(release(model.job(saved), model.deps()));
    model.dead = false;
    model.signedIn = false;
    assert.equal((await release(model.job(saved), model.deps())).kind, "refused");
    assert.ok(isUntouched(model));
  });

  it("survives a crash at every single step, and releases once", async () => {
    const whole = new Model();
    await workToTheEnd(whole);
    for (let at = 1; at <= whole.steps; at += 1) {
      const model = new Model();
      let crashed = false;
      model.before = (step) => {
        if (step !== at || crashed) return;
        crashed = true;
        model.dead = true;
      };
      assert.equal(await workToTheEnd(model), "done", `crash at step ${at}`);
      assert.ok(isReleased(model), `crash at step ${at}`);
    }
  });

  it(`lets a hold win wherever it is placed: ${INTERLEAVINGS} seeded interleavings, with crashes`, async () => {
    const outcomes = { done: 0, refused: 0 };
    for (let seed = 1; seed <= INTERLEAVINGS; seed += 1) {
      const random = new Random(seed);
      const model = new Model();
      const holdAt = random.between(1, 90);
      const system = random.pick(HOLDABLE);
      const crashes = new Set([random.between(1, 60), random.between(1, 90)]);
      model.before = (step) => {
        if (step === holdAt) model.hold(system);
        if (crashes.delete(step)) model.dead = true;
      };
      const outcome = await workToTheEnd(model);
      outcomes[outcome] += 1;
      // A hold that stood when the last look at it began must have won.
      const stood = model.holdPlacedAt !== undefined && model.holdPlacedAt < model.lastLook - 1;
      if (outcome === "refused") assert.ok(isUntouched(model), `seed ${seed}: refused, but not as before`);
      else assert.ok(isReleased(model), `seed ${seed}: done, but not released`);
      if (stood) assert.equal(outcome, "refused", `seed ${seed}: hold at ${model.holdPlacedAt} of ${model.steps} lost`);
    }
    assert.ok(outcomes.done > 100 && outcomes.refused > 100, JSON.stringify(outcomes));
  });
});

const sha = (value: string) => ({ algorithm: "SHA-256", value, by: "flow" }) as const;
const FACTS: ReleaseFacts = {
  signedIn: true,
  holds: [{ state: "clear", system: "otmm", connection: "dam", id: "a", at: "2026-11-20T12:00:00Z" }],
  source: {
    at: "2026-11-20T12:00:00Z",
    versions: [
      {
        id: "a0",
        version: "1",
        latest: false,
        deleted: false,
        expired: false,
        locked: false,
        checkedOut: false,
        content: [],
      },
      {
        id: "a",
        version: "2",
        latest: true,
        deleted: false,
        expired: false,
        locked: false,
        checkedOut: false,
        content: [],
      },
    ],
    folders: [{ id: "campaign", name: "Campaign" }],
    links: [],
    fields: {},
  },
  copy: {
    at: "2026-11-20T12:00:00Z",
    state: "kept",
    id: "r",
    title: "a",
    securityTag: "internal",
    files: [{ name: "a.tif", size: 10, fixity: [sha("aa")] }],
    retention: [{ policy: "P", start: "2021-02-28", expired: false, permanent: false, fromIngest: false }],
  },
  files: [{ name: "a.tif", size: 10, known: [sha("aa")], now: { size: 10, fixity: [] } }],
  version: "2",
  otherVersions: [],
  expectedStart: "2021-02-28",
  inUse: [{ field: "STATUS", values: ["RUN"] }],
  archivedLinks: ["otmm:dam:kept"],
  order: {
    how: "archive-folder",
    folder: "released",
    expiry: "2026-11-20",
    statusField: "",
    statusValue: "",
    before: ["campaign"],
    statusBefore: "",
  },
  parts: [],
};
const codes = (change: Partial<ReleaseFacts>): string[] =>
  mayRelease({ ...FACTS, ...change }).reasons.map(({ code }) => code);
const { copy, source } = FACTS;
assert.ok(copy !== undefined);
const retention = copy.retention.map((one) => ({ ...one }));
/** The same, through that day. */
const until = (end: string): typeof retention => retention.map((one) => ({ ...one, until: end }));
/** Without the date at which the clock started. */
const { expectedStart: _known, ...undated } = FACTS;
const undatedCodes = (kept: typeof retention): string[] =>
  mayRelease({ ...undated, copy: { ...copy, retention: kept } }).reasons.map(({ code }) => code);
const earlier = { version: "1", files: FACTS.files, copy };
const deleting = { ...FACTS.order, how: "delete" as const, folder: "" };
const part: PartFacts = {
  asset: { ...new Model().asset, key: "otmm:dam:c", name: "c.mp4", version: "1" },
  source: {
    ...source,
    versions: source.versions.slice(1).map((one) => ({ ...one, version: "1" })),
    links: [{ type: "CLIP_OF", direction: "to", key: "otmm:dam:kept" }],
  },
  files: [{ name: "c.mp4", size: 20, known: [sha("cc")], now: { size: 20, fixity: [] } }],
  order: FACTS.order,
};
const others = [{ name: "c.mp4", size: 20, fixity: [sha("cc")] }];
const joined = (change: Partial<PartFacts>): Partial<ReleaseFacts> => ({
  copy: { ...copy, others },
  parts: [{ ...part, ...change }],
});

describe("mayRelease", () => {
  it("allows what is proven, running, free and unused", () => {
    assert.deepEqual(mayRelease(FACTS), { allowed: true, reasons: [] });
  });

  const table: [string, Partial<ReleaseFacts>, string[]][] = [
    ["nobody can be told apart", { signedIn: false }, ["not-signed-in"]],
    [
      "a system does not answer about holds",
      { holds: [{ state: "unknown", system: "preservica", connection: "x", id: "r", at: "", why: "403" }] },
      ["on-hold"],
    ],
    ["the archive has a tombstone only", { copy: { ...copy, state: "gone" } }, ["no-copy"]],
    [
      "the digest differs",
      { files: [{ name: "a", size: 10, known: [sha("bb")], now: { fixity: [] } }] },
      ["copy-not-verified"],
    ],
    [
      "one digest agrees and another differs",
      {
        copy: {
          ...copy,
          files: [{ name: "a", size: 10, fixity: [sha("aa"), { algorithm: "MD5", value: "1", by: "target" }] }],
        },
        files: [
          {
            name: "a",
            size: 10,
            known: [sha("aa"), { algorithm: "MD5", value: "2", by: "source" }],
            now: { fixity: [] },
          },
        ],
      },
      ["copy-not-verified"],
    ],
    [
      "no digest can be compared",
      { files: [{ name: "a", size: 10, known: [], now: { fixity: [] } }] },
      ["copy-not-verified"],
    ],
    ["no file is known", { files: [] }, ["copy-not-verified"]],
    ["the source no longer has the file", { files: [{ name: "a", size: 10, known: [sha("aa")] }] }, ["source-changed"]],
    [
      "the source changed since",
      { files: [{ name: "a", size: 10, known: [sha("aa")], now: { size: 11, fixity: [] } }] },
      ["source-changed"],
    ],
    ["no policy is assigned", { copy: { ...copy, retention: [] } }, ["retention-not-running"]],
    [
      "the policy states no start date",
      { copy: { ...copy, retention: [{ policy: "P", expired: false, permanent: false, fromIngest: false }] } },
      ["retention-not-running"],
    ],
    ["retention counts from another day", { expectedStart: "2020-01-01" }, ["retention-restarted"]],
    [
      "retention restarted at the ingest",
      { copy: { ...copy, retention: retention.map((one) => ({ ...one, fromIngest: true })) } },
      ["retention-restarted"],
    ],
    [
      "the archive lets go before the schedule does",
      { decidedEnd: "2031-02-28", copy: { ...copy, retention: until("2026-02-28") } },
      ["retention-shorter"],
    ],
    [
      "the archive lets go of what the schedule keeps for good",
      { decidedEnd: "permanent", copy: { ...copy, retention: until("2031-02-28") } },
      ["retention-shorter"],
    ],
    ["a newer version exists", { version: "1" }, ["newer-version"]],
    [
      "an older version is checked out",
      { source: { ...source, versions: source.versions.map((one) => ({ ...one, checkedOut: !one.latest })) } },
      ["checked-out"],
    ],
    ["a version that is not archived would be deleted", { order: deleting }, ["version-not-archived"]],
    [
      "the archive no longer keeps the copy of a version that would be deleted",
      { order: deleting, otherVersions: [{ ...earlier, copy: { ...copy, state: "gone" } }] },
      ["version-not-archived"],
    ],
    [
      "a version that would be deleted has other bytes than its copy",
      {
        order: deleting,
        otherVersions: [{ ...earlier, files: [{ name: "a", known: [sha("bb")], now: { fixity: [] } }] }],
      },
      ["copy-not-verified"],
    ],
    [
      "the retention of a version that would be deleted does not run",
      { order: deleting, otherVersions: [{ ...earlier, copy: { ...copy, retention: [] } }] },
      ["retention-not-running"],
    ],
    [
      "the retention of a version that would be deleted restarted",
      {
        order: deleting,
        otherVersions: [
          { ...earlier, copy: { ...copy, retention: retention.map((one) => ({ ...one, start: "2026-01-01" })) } },
        ],
      },
      ["retention-restarted"],
    ],
    ["a part's bytes are in no representation of the archived copy", { copy, parts: [part] }, ["copy-not-verified"]],
    [
      "a part has a newer version",
      joined({ source: { ...part.source, versions: source.versions } }),
      ["newer-version"],
    ],
    [
      "a part stands in two folders",
      joined({ order: { ...FACTS.order, before: ["campaign", "running"] } }),
      ["shared"],
    ],
    ["it stands in two folders", { order: { ...FACTS.order, before: ["campaign", "running"] } }, ["shared"]],
    [
      "a field says that it is in use",
      { source: { ...source, fields: { STATUS: { type: "domain", label: "", value: "RUN", display: "Running" } } } },
      ["shared"],
    ],
    [
      "a row of a table says that it is in use",
      {
        source: {
          ...source,
          fields: {
            T: {
              type: "table",
              label: "",
              columns: { STATUS: { label: "", values: [{ value: "END" }, { value: "RUN" }] } },
            },
          },
        },
      },
      ["shared"],
    ],
    [
      "another asset links to it",
      { source: { ...source, links: [{ type: "PLACED", direction: "from", key: "otmm:dam:b" }] } },
      ["linked"],
    ],
    ["no archive folder is chosen", { order: { ...FACTS.order, folder: "" } }, ["no-archive-folder"]],
  ];
  for (const [when, change, expected] of table) {
    it(`refuses when ${when}`, () => assert.deepEqual(codes(change), expected));
  }

  it("takes a link to an asset that is in the archive itself, and a permanent policy without start", () => {
    const links = [{ type: "PLACED", direction: "to" as const, key: "otmm:dam:kept" }];
    const permanent = [{ policy: "Permanent", expired: false, permanent: true, fromIngest: false }];
    assert.deepEqual(codes({ source: { ...source, links }, copy: { ...copy, retention: permanent } }), []);
  });

  it("takes an end that is as late as the schedule's, by whichever policy", () => {
    const kept = [...until("2026-02-28"), ...until("2031-02-28")];
    assert.deepEqual(codes({ decidedEnd: "2031-02-28", copy: { ...copy, retention: kept } }), []);
    assert.deepEqual(codes({ decidedEnd: "2026-02-28", copy: { ...copy, retention: kept } }), []);
  });

  it("refuses when nothing says when the clock started, whatever the archive counts from, unless it is permanent", () => {
    assert.deepEqual(undatedCodes(retention), ["retention-restarted"]);
    assert.deepEqual(undatedCodes(retention.map((one) => ({ ...one, fromIngest: true }))), ["retention-restarted"]);
    const permanent = { policy: "Permanent", expired: false, permanent: true, fromIngest: false };
    assert.deepEqual(undatedCodes([permanent]), []);
    assert.deepEqual(undatedCodes([permanent, ...retention]), []);
  });

  it("takes the deletion of versions that the archive keeps, each proven, and parts whose bytes it keeps anywhere", () => {
    assert.deepEqual(codes({ order: deleting, otherVersions: [earlier] }), []);
    assert.deepEqual(codes(joined({})), []);
  });

  it("tells every reason at once", () => {
    assert.deepEqual(codes({ signedIn: false, copy: { ...copy, state: "gone" }, version: "1" }), [
      "not-signed-in",
      "no-copy",
      "newer-version",
    ]);
  });
});

describe("papers", () => {
  const paper = paperOf({
    kind: "transfer-receipt",
    asset: new Model().asset,
    distinct: "r",
    at: "2026-07-01T22:30:00.000Z",
    zone: "Europe/Berlin",
    chainHead: "00",
    sections: [section("What", { Name: "<b>*x*</b>\n# y" })],
  });

  it("state the time in UTC and in the zone, with its offset", () => {
    assert.equal(paper.issued.local, "2026-07-02T00:30:00+02:00");
    assert.equal(localTime("2026-01-01T00:00:00Z", "America/Los_Angeles"), "2025-12-31T16:00:00-08:00");
    assert.equal(localTime("2026-01-01T00:00:00Z", "Asia/Kolkata"), "2026-01-01T05:30:00+05:30");
  });

  it("never let a name become markup", () => {
    assert.ok(htmlOf(paper).includes("&lt;b&gt;*x*&lt;/b&gt;"));
    assert.ok(!markdownOf(paper).includes("\n# y"));
  });
});
