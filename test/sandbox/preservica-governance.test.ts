import assert from "node:assert/strict";
import { SEED_ASSETS } from "../../sandbox/preservica/seed/archived.js";
import { assetRef } from "../../sandbox/preservica/seed/seed.js";
import { holdRef, policyRef } from "../../sandbox/preservica/seed/policies.js";
import { all, ENTITY, one, PreservicaBench, XIP } from "./preservica-support.js";

const RETENTION = "http://preservica.com/RetentionManagement/v6.2";

function seeded(words: string): string {
  const found = SEED_ASSETS.find((asset) => asset.title.includes(words));
  assert.ok(found, words);
  return assetRef(found.source);
}

describe("sandbox Preservica: retention and holds", () => {
  let bench: PreservicaBench;
  let folder: string;
  before(async () => {
    bench = await PreservicaBench.start("full");
    folder = await bench.folder("In");
  });
  after(() => bench.stop());
  beforeEach(() => bench.set({ profile: "9.1.0", indexDelayMs: 0 }));

  const io = (ref: string, rest: string): string => `/api/entity/information-objects/${ref}/${rest}`;
  const assign = (ref: string, policy: string): Promise<{ status: number; text: string }> =>
    bench.call("POST", io(ref, "retention-assignments"), {
      body: `<RetentionAssignment xmlns="${RETENTION}"><RetentionPolicy>${policyRef(policy)}</RetentionPolicy></RetentionAssignment>`,
    });
  const deletion = (ref: string): Promise<{ status: number; text: string }> =>
    bench.call("DELETE", io(ref, "").slice(0, -1), {
      body: `<DeletionAction xmlns="${ENTITY}"><Submission><Comment>due</Comment></Submission></DeletionAction>`,
    });
  const lifecycle = (start: string): { schema: string; xml: string } => ({
    schema: "urn:clc:schema:lifecycle:1",
    xml: `<l xmlns="urn:clc:schema:lifecycle:1"><retention><start>${start}</start></retention></l>`,
  });

  it("has the policies of the seed", async () => {
    const { text } = await bench.call("GET", "/api/entity/retention-policies?start=0&max=250");
    assert.equal(one(text, "TotalResults"), "9");
    const policy = await bench.get(`/api/entity/retention-policies/${policyRef("Campaign 5 years after end")}`);
    assert.deepEqual(
      [
        one(policy.text, "StartDateField"),
        one(policy.text, "Period"),
        one(policy.text, "PeriodUnit"),
        one(policy.text, "Restriction"),
      ],
      ["lcy.retention_start", "5", "YEAR", "DELETE"],
    );
  });

  it("computes the start date from the index, so it is absent until the asset is indexed", async () => {
    await bench.set({ indexDelayMs: 60_000 });
    const ref = await bench.ingest({ parent: folder, metadata: [lifecycle("2021-02-28")] });
    assert.equal((await assign(ref, "Campaign 5 years after end")).status, 200);
    assert.deepEqual(all((await bench.get(io(ref, "retention-assignments"))).text, "StartDate"), []);
    await bench.advance(61_000);
    await bench.indexed(ref);
    const { text } = await bench.get(io(ref, "retention-assignments"));
    assert.deepEqual([one(text, "StartDate"), one(text, "Expired")], ["2021-02-28T00:00:00.000Z", "true"]);
  });

  it("lets an assignment expire when the clock passes its end", async () => {
    const ref = await bench.ingest({ parent: folder, metadata: [lifecycle("2021-11-20")] });
    await bench.indexed(ref);
    await assign(ref, "Campaign 5 years after end");
    assert.equal(one((await bench.get(io(ref, "retention-assignments"))).text, "Expired"), "false");
    assert.equal((await deletion(ref)).status, 422);
    const now = bench.sandbox.kernel.clock.now();
    await bench.sandbox.kernel.setClock(new Date("2026-11-21T00:00:00Z"));
    bench.forget();
    assert.equal(one((await bench.get(io(ref, "retention-assignments"))).text, "Expired"), "true");
    assert.equal((await deletion(ref)).status, 202);
    await bench.sandbox.kernel.setClock(now);
    bench.forget();
  });

  it("never expires without a start date or without a period", async () => {
    const undated = await bench.get(io(seeded("end date unknown"), "retention-assignments"));
    assert.deepEqual([all(undated.text, "StartDate"), one(undated.text, "Expired")], [[], "false"]);
    const ref = await bench.ingest({ parent: folder });
    await assign(ref, "Heritage permanent");
    assert.equal(one((await bench.get(io(ref, "retention-assignments"))).text, "Expired"), "false");
    assert.equal((await deletion(ref)).status, 422);
  });

  it("refuses a policy that is not assignable", async () => {
    const ref = await bench.ingest({ parent: folder });
    const { status, text } = await assign(ref, "Retired policy 2015");
    assert.equal(status, 422);
    assert.match(text, /not assignable/u);
  });

  it("holds an asset until its last hold is lifted", async () => {
    const ref = seeded("disputed");
    assert.equal(all((await bench.get(io(ref, "legal-holds"))).text, "LegalHold").length, 2);
    assert.equal((await bench.call("DELETE", io(ref, `legal-holds/${holdRef("MAT-2026-017")}`))).status, 204);
    const refused = await deletion(ref);
    assert.equal(refused.status, 422);
    assert.match(refused.text, /MAT-2026-021/u);
    const body = `<LegalHoldAssignmentRequest  xmlns="${XIP}"><LegalHoldRef>${holdRef("MAT-2026-017")}</LegalHoldRef></LegalHoldAssignmentRequest >`;
    assert.equal((await bench.call("POST", io(ref, "legal-holds"), { body })).status, 200);
    const search = await bench.until(async () => {
      const found = await bench.search("%", [{ name: "xip.legal_hold_ref", values: [holdRef("MAT-2026-017")] }]);
      return found.length > 0 && found;
    });
    assert.deepEqual(search, [ref]);
  });

  it("asks the holds again when a deletion is approved", async () => {
    const ref = await bench.ingest({ parent: folder });
    const { text: token } = await deletion(ref);
    await bench.until(async () => (await bench.progress(token)).status === "PENDING");
    await bench.call("POST", io(ref, "legal-holds"), {
      body: `<LegalHoldAssignmentRequest xmlns="${XIP}"><LegalHoldRef>${holdRef("MAT-2026-021")}</LegalHoldRef></LegalHoldAssignmentRequest>`,
    });
    const approval = `<DeletionAction xmlns="${ENTITY}"><Approval><Approved>true</Approved><Comment>ok</Comment></Approval></DeletionAction>`;
    assert.equal(
      (await bench.call("PUT", `/api/entity/actions/deletions/${token}`, { as: "manager.two", body: approval })).status,
      202,
    );
    assert.equal(
      await bench.until(async () => {
        const end = await bench.progress(token);
        return end.status !== "ACTIVE" && end.status;
      }),
      "FAILED",
    );
    assert.equal((await bench.get(io(ref, "representations"))).status, 200);
  });

  it("lets only configuration managers create holds, under XIP requests and entity answers", async () => {
    const body = `<LegalHold xmlns="${XIP}"><Name>Matter 42</Name><Description/></LegalHold>`;
    assert.equal((await bench.call("POST", "/api/entity/legal-holds", { body })).status, 403);
    const made = await bench.call("POST", "/api/entity/legal-holds", { as: "manager.one", body });
    assert.equal(made.status, 200, made.text);
    assert.match(made.text, /<LegalHold><Ref>[0-9a-f-]{36}<\/Ref><Name>Matter 42<\/Name>/u);
    assert.equal(
      (await bench.call("DELETE", `/api/entity/legal-holds/${one(made.text, "Ref")}`, { as: "manager.one" })).status,
      204,
    );
  });

  it("has no holds on a 7.7 server, and forbids to look on the third profile", async () => {
    const ref = seeded("disputed");
    await bench.set({ profile: "7.7.0" });
    assert.equal((await bench.get(io(ref, "legal-holds"))).status, 404);
    assert.equal((await bench.get("/api/entity/legal-holds")).status, 404);
    assert.equal(one((await bench.get("/api/entity/versiondetails/version")).text, "CurrentVersion"), "7.7.0");
    await bench.set({ profile: "9.1.0 hold-403" });
    assert.equal((await bench.get(io(ref, "legal-holds"))).status, 403);
    assert.deepEqual(bench.refused(), [], "asking is documented");
  });

  it("has the old assets of the seed in their states", async () => {
    const [md5] = [await bench.get(io(seeded("key visual"), "representations/Preservation/1"))];
    const bitstream = await bench.get(
      `/api/entity/content-objects/${one(md5.text, "ContentObject")}/generations/1/bitstreams/1`,
    );
    assert.deepEqual(all(bitstream.text, "FixityAlgorithmRef"), ["MD5", "SHA1"]);
    const types = async (words: string): Promise<string[]> =>
      [...(await bench.get(io(seeded(words), "representations"))).text.matchAll(/type="(\w+)"/gu)].map(
        (match) => match[1] ?? "",
      );
    assert.deepEqual(await types("without access"), ["Preservation"]);
    assert.deepEqual(await types("two access"), ["Preservation", "Access", "Access"]);
    assert.equal(
      one((await bench.get(io(seeded("deleted draft"), "")).then((answer) => answer)).text, "Deleted"),
      "true",
    );
    const scan = await bench.get(io(seeded("damaged scan"), "representations/Preservation/1"));
    const checks = await bench.get(
      `/api/entity/content-objects/${one(scan.text, "ContentObject")}/generations/1/bitstreams/1/integrity-check-history?start=0&max=10`,
    );
    assert.deepEqual(all(checks.text, "Success"), ["false", "true"]);
    assert.equal(one((await bench.get(io(seeded("expired banner"), "retention-assignments"))).text, "Expired"), "true");
  });
});
