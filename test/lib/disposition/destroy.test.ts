import assert from "node:assert/strict";
import { approved, listDigest, rejected, requested } from "../../../lib/store/approval.js";
import { destroy } from "../../../lib/disposition/destroy.js";
import { type DestroyFacts, mayDestroy } from "../../../lib/disposition/may-destroy.js";
import type { Outcome } from "../../../lib/runtime/types.js";
import type { Approval } from "../../../lib/store/types.js";
import { Random } from "../../support/random.js";
import { DestroyModel } from "./destroy-model.js";

const INTERLEAVINGS = 1_000;

/** Works the job as the runtime does: after each wait people do their part, after each crash it starts again. */
async function workToTheEnd(model: DestroyModel): Promise<Exclude<Outcome, { kind: "wait" }>> {
  for (let attempt = 0; attempt < 200; attempt += 1) {
    const outcome = await destroy(model.job(), model.deps()).catch((thrown: unknown) => {
      if (!model.dead) throw thrown;
    });
    if (!model.dead && outcome !== undefined) {
      if (outcome.kind !== "wait") return outcome;
      model.people();
    }
    model.dead = false;
  }
  throw new Error("the job does not end");
}
/** What people may do to the copies and to what governs them, at any time. */
const CHANGES: [string, (model: DestroyModel) => void][] = [
  ["new version in OTMM", ({ versions }) => versions.set("b", "kept")],
  ["archive copy of another version", ({ archived }) => archived.set("r2", "kept")],
  ["other policy", (model) => (model.policy = { ...model.policy, policy: "Q", ref: "p2" })],
  ["longer period", (model) => (model.policy = { ...model.policy, period: "9 YEAR" })],
  ["other start", (model) => (model.policy = { ...model.policy, start: "2016-12-31" })],
  ["not expired", (model) => (model.policy = { ...model.policy, expired: false })],
  ["undelete", (model) => model.undelete()],
];
const isDestroyed = (model: DestroyModel): boolean => model.otmm === "marked" && model.archive === "gone";
const isKept = (model: DestroyModel): boolean => model.otmm === "kept" && model.archive === "kept";

describe("destroying, step by step", () => {
  it("ends destroyed when nothing comes between", async () => {
    const model = new DestroyModel();
    assert.equal((await workToTheEnd(model)).kind, "done");
    assert.ok(isDestroyed(model));
  });

  it("survives a crash at every single step", async () => {
    const whole = new DestroyModel();
    await workToTheEnd(whole);
    for (let at = 1; at <= whole.steps; at += 1) {
      const model = new DestroyModel();
      let crashed = false;
      model.before = (step) => {
        if (step === at && !crashed) crashed = model.dead = true;
      };
      assert.equal((await workToTheEnd(model)).kind, "done", `crash at step ${at}`);
      assert.ok(isDestroyed(model), `crash at step ${at}`);
    }
  });

  it("certifies it whenever the archive's people carry it out, between any two of our questions", async () => {
    const whole = new DestroyModel();
    await workToTheEnd(whole);
    for (let at = 1; at <= whole.steps; at += 1) {
      const model = new DestroyModel();
      model.before = (step) => {
        if (step !== at || model.requests === 0) return;
        model.people();
        model.people();
      };
      assert.equal((await workToTheEnd(model)).kind, "done", `carried out at step ${at}`);
      assert.ok(isDestroyed(model), `carried out at step ${at}`);
    }
  });

  it("tells of a request whose answer a crash lost, when the archive's manager rejects", async () => {
    for (const lost of [true, false]) {
      const model = new DestroyModel();
      model.rejects = true;
      let crashed = !lost;
      model.before = () => {
        if (!crashed && model.requests === 1) crashed = model.dead = true;
      };
      const outcome = await workToTheEnd(model);
      assert.equal(outcome.kind, "refused");
      assert.ok(isKept(model));
      assert.equal(model.requests, lost ? 2 : 1);
      const why = outcome.kind === "refused" ? outcome.reason : "";
      assert.equal(
        why.includes('Another request with the comment "Approved list list" may wait in archive'),
        lost,
        why,
      );
    }
  });

  it(`lets a hold win wherever it is placed: ${INTERLEAVINGS} seeded interleavings, with crashes`, async () => {
    const outcomes = { done: 0, refused: 0 };
    for (let seed = 1; seed <= INTERLEAVINGS; seed += 1) {
      const random = new Random(seed);
      const model = new DestroyModel();
      const holdAt = random.between(1, 60);
      const system = random.pick(["otmm", "archive"] as const);
      const crashes = new Set([random.between(1, 40), random.between(1, 80)]);
      model.before = (step) => {
        if (step === holdAt) model.hold(system);
        if (crashes.delete(step)) model.dead = true;
      };
      const outcome = (await workToTheEnd(model)).kind;
      outcomes[outcome] += 1;
      const held = model.held.otmm || model.held.archive;
      if (held) assert.ok(isKept(model), `seed ${seed}: ${system} held at ${holdAt}, yet destroyed`);
      if (outcome === "done") assert.ok(isDestroyed(model) && !held, `seed ${seed}: done, but not destroyed`);
      else assert.ok(isKept(model), `seed ${seed}: refused, but not whole`);
    }
    assert.ok(outcomes.done > 100 && outcomes.refused > 100, JSON.stringify(outcomes));
  });

  it(`touches nothing but what was approved as it still is: ${INTERLEAVINGS} seeded interleavings, with crashes`, async () => {
    const outcomes = { done: 0, refused: 0 };
    for (let seed = 1; seed <= INTERLEAVINGS; seed += 1) {
      const random = new Random(seed);
      const model = new DestroyModel();
      const [name, change] = random.pick(CHANGES);
      const changeAt = random.between(1, 90);
      const crashes = new Set([random.between(1, 40), random.between(1, 120)]);
      model.before = (step) => {
        if (step === changeAt) change(model);
        if (crashes.delete(step)) model.dead = true;
      };
      const outcome = await workToTheEnd(model);
      const says = `seed ${seed}: ${name} at ${changeAt}, ${outcome.kind}`;
      outcomes[outcome.kind] += 1;
      assert.deepEqual(model.violations, [], says);
      const list = JSON.stringify(model.approvals.last?.list);
      const ended = [...model.versions, ...model.archived].filter(([, state]) => state !== "kept").map(([id]) => id);
      if (outcome.kind === "refused") {
        assert.ok(
          ended.every((id) => id === "r"),
          `${says}: ${ended.join()} ended`,
        );
      } else {
        const listed = ["a", "b", "r", "r2"].filter((id) => list.includes(`"id":"${id}"`));
        assert.deepEqual(ended.sort(), listed, says);
      }
    }
    assert.ok(outcomes.done > 100 && outcomes.refused > 100, JSON.stringify(outcomes));
  });

  it("takes back what it did when the list changes while the archive's people decide, and names the request", async () => {
    for (const [name, change] of CHANGES) {
      const model = new DestroyModel();
      while (model.requests === 0) {
        assert.equal((await destroy(model.job(), model.deps())).kind, "wait");
        if (model.requests === 0) model.people();
      }
      change(model);
      const outcome = await destroy(model.job(), model.deps());
      assert.ok(outcome.kind === "refused", name);
      assert.match(outcome.reason, /The list changed: .*Reject the pending request t-r in archive\./, name);
      assert.ok(isKept(model), name);
      assert.equal(model.requests, 1, name);
      assert.equal(model.approvals.last?.state, "lapsed", name);
      assert.ok(!model.events.some(({ type }) => type === "destroyed"), name);
    }
  });

  it("says in the refusal what was destroyed before a person put a copy back", async () => {
    const model = new DestroyModel();
    const destroyed = (): boolean => model.archive === "gone";
    while (!destroyed()) {
      assert.equal((await destroy(model.job(), model.deps())).kind, "wait");
      model.people();
    }
    model.undelete();
    const outcome = await destroy(model.job(), model.deps());
    assert.ok(outcome.kind === "refused");
    assert.equal(model.otmm, "kept");
    const paper = JSON.stringify(outcome.outputs[0]?.msg.payload);
    assert.match(paper, /Destroyed before, and not to be taken back.*preservica archive r, version 1 \(official\)/);
    assert.deepEqual(
      model.events.filter(({ type }) => type === "destroyed").map(({ system, object }) => [system, object]),
      [["preservica:archive", "r"]],
    );
  });

  it("certifies the answers about holds that were given right before the last change in each place", async () => {
    const model = new DestroyModel();
    const looks: number[] = [];
    for (;;) {
      looks.push(model.steps);
      const outcome = await destroy(model.job(), model.deps());
      if (outcome.kind === "wait") {
        model.people();
        continue;
      }
      const paper = JSON.stringify(outcome.outputs[0]?.msg.payload);
      const askedAt = (place: string): number =>
        Number(new RegExp(`${place}","value":"none, asked step (\\d+)`).exec(paper)?.[1]);
      // Approved at the fourth look, which also marks OTMM's copy and requests; the archive decides at the fifth.
      const [, , , acting = 0, following = 0] = looks;
      assert.ok(askedAt("otmm dam a") > acting + 5 && askedAt("otmm dam a") < following, paper);
      assert.ok(askedAt("preservica archive r") > following, paper);
      return;
    }
  });

  it("certifies what was approved, and names a copy that came when the archive had carried it out", async () => {
    const model = new DestroyModel();
    while (model.archive !== "gone") {
      await destroy(model.job(), model.deps());
      model.people();
    }
    model.versions.set("b", "kept");
    const outcome = await destroy(model.job(), model.deps());
    assert.ok(outcome.kind === "done");
    assert.equal(model.versions.get("b"), "kept");
    const paper = JSON.stringify(outcome.outputs[0]?.msg.payload);
    assert.match(paper, /otmm dam b: came after people approved, is not on the list, and is kept/);
  });

  it("has people asked anew when copies, policy, period or start change while they decide", async () => {
    for (const [name, change] of CHANGES.filter(([which]) => which !== "undelete" && which !== "not expired")) {
      const model = new DestroyModel();
      for (let look = 0; look < 3; look += 1) {
        await destroy(model.job(), model.deps());
        model.people();
      }
      change(model);
      await destroy(model.job(), model.deps());
      assert.deepEqual(
        model.approvals.all.map(({ state }) => state),
        ["lapsed", "proposed"],
        name,
      );
      assert.ok(isKept(model), name);
    }
  });

  it("never begins without approvals", async () => {
    const model = new DestroyModel();
    for (let look = 0; look < 5; look += 1) {
      assert.equal((await destroy(model.job(), model.deps())).kind, "wait");
    }
    assert.ok(isKept(model));
  });
});

const FACTS: DestroyFacts = {
  signedIn: true,
  holds: [],
  places: [
    {
      system: "preservica",
      connection: "archive",
      destroyable: true,
      copies: [{ id: "r", version: "1", title: "a", role: "official", state: "kept" }],
    },
  ],
  governing: [
    {
      at: "",
      state: "kept",
      id: "r",
      title: "a",
      securityTag: "",
      files: [],
      retention: [{ policy: "P", start: "2015-12-31", expired: true, permanent: false, fromIngest: false }],
    },
  ],
};
const codes = (change: Partial<DestroyFacts>): string[] =>
  mayDestroy({ ...FACTS, ...change }).reasons.map(({ code }) => code);
const governed = (retention: DestroyFacts["governing"][number]["retention"]): Partial<DestroyFacts> => ({
  governing: FACTS.governing.map((one) => ({ ...one, retention })),
});

describe("mayDestroy", () => {
  const policy = { policy: "P", start: "2015-12-31", permanent: false, fromIngest: false };
  const table: [string, Partial<DestroyFacts>, string[]][] = [
    ["nobody can be told apart", { signedIn: false }, ["not-signed-in"]],
    ["the retention is not expired", governed([{ ...policy, expired: false }]), ["retention-not-expired"]],
    [
      "one of two policies is not expired",
      governed([
        { ...policy, expired: true },
        { ...policy, expired: false },
      ]),
      ["retention-not-expired"],
    ],
    ["it is permanent", governed([{ ...policy, expired: false, permanent: true }]), ["retention-not-expired"]],
    ["there is no policy", governed([]), ["retention-not-expired"]],
    ["no system governs it", { governing: [] }, ["no-governing-system"]],
    [
      "a copy cannot be destroyed",
      { places: FACTS.places.map((one) => ({ ...one, destroyable: false })) },
      ["copy-not-destroyable"],
    ],
    ["there is nothing left", { places: [] }, ["nothing-to-destroy"]],
  ];
  it("lets people be asked when retention expired and nothing holds", () => assert.deepEqual(codes({}), []));
  for (const [when, change, expected] of table) {
    it(`refuses when ${when}`, () => assert.deepEqual(codes(change), expected));
  }
});

describe("approvals", () => {
  const list = { copies: ["r"] };
  const proposal: Approval = {
    id: "1",
    job: "j",
    run: "r",
    assetKey: "k",
    assetVersion: "1",
    assetName: "n",
    list,
    digest: listDigest(list),
    state: "proposed",
    approvals: [],
    created: "",
  };
  const by = (name: string) => ({ agent: `user:${name}`, digest: proposal.digest, reason: "due", at: "2026-11-20" });
  const code = (expected: string) => (thrown: unknown) => (thrown as { code: string }).code === expected;

  it("need a requester and two other persons", () => {
    const asked = requested(proposal, by("rita"));
    assert.throws(() => approved(asked, by("rita")), code("DENIED"));
    assert.throws(() => approved(asked, by("RITA")), code("DENIED"));
    const once = approved(asked, by("anna"));
    assert.equal(once.state, "requested");
    assert.throws(() => approved(once, by("anna")), code("DENIED"));
    assert.equal(approved(once, by("bert")).state, "approved");
  });

  it("take nobody who is not signed in, no other list, and no act out of turn", () => {
    assert.throws(() => requested(proposal, { ...by("x"), agent: "editor (not signed in)" }), code("DENIED"));
    assert.throws(() => requested(proposal, { ...by("x"), digest: "0" }), code("CONFLICT"));
    assert.throws(() => requested(proposal, { ...by("x"), reason: "" }), code("INVALID_INPUT"));
    assert.throws(() => approved(proposal, by("anna")), code("CONFLICT"));
    const ended = rejected(requested(proposal, by("rita")), by("anna"));
    assert.throws(() => approved(ended, by("bert")), code("CONFLICT"));
  });

  it("sign a digest that does not depend on the order of members", () => {
    assert.equal(listDigest({ a: 1, b: [1, 2] }), listDigest({ b: [1, 2], a: 1 }));
    assert.notEqual(listDigest({ a: [1, 2] }), listDigest({ a: [2, 1] }));
  });
});
