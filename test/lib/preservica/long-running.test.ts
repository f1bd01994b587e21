import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { LifecycleAsset } from "../../../lib/messages/asset.js";
import { LifecycleError } from "../../../lib/messages/error.js";
import { custodyOf } from "../../../lib/preservica/custody.js";
import { destroyingOf } from "../../../lib/preservica/destroy.js";
import { createPreservica, type PreservicaClient } from "../../../lib/preservica/index.js";
import type { Destruction } from "../../../lib/systems/disposal.js";
import { type Sandbox, startSandbox } from "../../../sandbox/start.js";
import { until } from "../../support/helper.js";
import { Reader } from "./reader.js";

const value = (number: number): string => `${String(number).padStart(4, "0")}${"a0c1e2b3".repeat(4)}0000#v1`;

describe("exports and requests for deletion", () => {
  let folder: string;
  let sandbox: Sandbox;
  let client: PreservicaClient;
  let reader: Reader;
  const refOf = async (number: number): Promise<string> =>
    (await reader.byIdentifier("OTMM-Asset", value(number)))[0] ?? "";

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), "long-running-"));
    sandbox = await startSandbox({ dataDir: folder, systems: ["preservica"] });
    reader = new Reader(sandbox.url("preservica"));
    const { username = "", password = "" } = sandbox.ready.preservica ?? {};
    client = createPreservica({
      connection: "archive",
      baseUrl: sandbox.url("preservica"),
      tenant: "ALDER",
      credentials: () => ({ username, password }),
    });
  });
  after(async () => {
    client.close();
    await sandbox.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it("exports an asset as a zip", async () => {
    const name = await client.exports.start("IO", await refOf(4), { metadata: "with-events" });
    await until(async () => (await client.progress(name))?.status === "COMPLETED");
    const { url, headers } = await client.exports.content(name);
    const bytes = Buffer.from(await (await fetch(url, { headers })).arrayBuffer());
    assert.equal(bytes.subarray(0, 2).toString(), "PK");
  });

  it("says refused, with the manager's word, when the manager rejects it", async () => {
    const ref = await refOf(8);
    const { destroying } = client;
    const first = await destroying.destroy(assetOf(ref), { ids: [ref], comment: "no" }, () => Promise.resolve());
    assert.ok(first.state === "pending");
    await until(async () => (await client.progress(first.token))?.status === "PENDING");
    await reader.raw("PUT", `/api/entity/actions/deletions/${first.token}`, decision(false));
    const follow = { ids: [ref], comment: "", token: first.token };
    await until(
      async () => (await destroying.destroy(assetOf(ref), follow, () => Promise.resolve())).state === "refused",
    );
    assert.equal((await client.findAsset(ref))?.deleted, false);
  });

  it("asks for a deletion, and waits for the manager who approves it there", async () => {
    const ref = await refOf(8);
    const { destroying } = client;
    let asked = 0;
    const guard = (): Promise<void> => {
      asked += 1;
      return Promise.resolve();
    };
    const first = await destroying.destroy(assetOf(ref), { ids: [ref], comment: "retention \u000b expired" }, guard);
    assert.ok(first.state === "pending");
    assert.equal(asked, 1);
    const follow = (): Promise<Destruction> =>
      destroying.destroy(assetOf(ref), { ids: [ref], comment: "", token: first.token }, guard);
    assert.equal((await follow()).state, "pending");
    assert.equal((await client.findAsset(ref))?.deleted, false);
    await until(async () => (await client.progress(first.token))?.status === "PENDING");
    assert.equal((await reader.raw("PUT", `/api/entity/actions/deletions/${first.token}`, decision(true))).status, 202);
    await until(async () => (await follow()).state === "gone");
    assert.equal((await client.findAsset(ref))?.deleted, true);
    assert.equal((await destroying.destroy(assetOf(ref), { ids: [ref], comment: "again" }, guard)).state, "gone");
    assert.equal(asked, 1);
  });

  it("says gone, not refused, when another request for the same asset was carried out meanwhile", async () => {
    for (const token of [undefined, "t"]) {
      const entity = { ...(await client.asset(await refOf(4))), deleted: false };
      const destroying = destroyingOf(
        "archive",
        { find: () => Promise.resolve({ ...entity }), identifiers: () => Promise.resolve([]) },
        {
          request: () => Promise.resolve({ refused: String((entity.deleted = true)) }),
          state: () => Promise.resolve({ state: "refused", why: String((entity.deleted = true)) }),
        },
      );
      const request = { ids: [entity.ref], comment: "", ...(token === undefined ? {} : { token }) };
      const answer = await destroying.destroy(assetOf(entity.ref), request, () => Promise.resolve());
      assert.equal(answer.state, "gone");
    }
  });

  it("states the version that an archived copy is of by its identifier, whatever version is asked about", async () => {
    const entity = await client.asset(await refOf(4));
    const versionBy = async (value: string): Promise<string | undefined> => {
      const identifier = { apiId: "1", type: "OTMM-Asset", value, entity: entity.ref };
      const entities = { find: () => Promise.resolve(entity), identifiers: () => Promise.resolve([identifier]) };
      const never = (): Promise<never> => Promise.reject(new Error("not asked here"));
      const destroying = destroyingOf("archive", entities, { request: never, state: never });
      const otmm = { connection: "dam", assetId: "a2", originalAssetId: "a", version: "2" };
      const asset = assetOf(entity.ref);
      return (await destroying.copies({ ...asset, version: "2", ids: { ...asset.ids, otmm } }))[0]?.version;
    };
    assert.equal(await versionBy("a#v1"), "1");
    assert.equal(await versionBy("somebody else's number"), "");
  });

  it("states a copy that is deleted while it is looked at as gone", async () => {
    const entity = await client.asset(await refOf(4));
    let looks = 0;
    const destroying = destroyingOf(
      "archive",
      {
        find: () => Promise.resolve({ ...entity, deleted: (looks += 1) > 1 }),
        identifiers: () => Promise.reject(new LifecycleError("NOT_FOUND", "it is gone")),
      },
      { request: () => Promise.reject(new Error("no")), state: () => Promise.reject(new Error("no")) },
    );
    assert.equal((await destroying.copies(assetOf(entity.ref)))[0]?.state, "gone");
  });

  it("states an asset that is deleted while it is looked at as gone", async () => {
    const asset = assetOf(await refOf(4));
    const entity = await client.asset(await refOf(4));
    let looks = 0;
    const custody = custodyOf({
      connection: "archive",
      assumptions: client.assumptions,
      entities: { find: () => Promise.resolve({ ...entity, deleted: (looks += 1) > 1 }) },
      representations: { bitstreamsOf: () => Promise.reject(new LifecycleError("NOT_FOUND", "it is gone")) },
      retention: client.retention,
    });
    assert.equal((await custody.look(asset)).state, "gone");
    assert.equal(looks, 2);
  });

  it("says refused, with the archive's words, for what is held, and for a request that it does not know", async () => {
    const ref = await refOf(6);
    const held = assetOf(ref);
    const other = { ids: ["another"], comment: "" };
    await assert.rejects(
      client.destroying.destroy(held, other, () => Promise.resolve()),
      /not among the copies/,
    );
    const answer = await client.destroying.destroy(held, { ids: [ref], comment: "try" }, () => Promise.resolve());
    assert.ok(answer.state === "refused");
    assert.match(answer.why, /Preservica refuses the deletion \(422\): .*hold/i);
    const unknown = { ids: [ref], comment: "", token: "00000000-0000-4000-8000-000000000000" };
    assert.equal((await client.destroying.destroy(held, unknown, () => Promise.resolve())).state, "refused");
  });
});

function assetOf(ref: string): LifecycleAsset {
  const ids = { preservica: { connection: "archive", ref } };
  return { key: `preservica:archive:${ref}`, version: "1", name: ref, ids, fields: {}, content: [] };
}
function decision(approved: boolean): string {
  return `<DeletionAction xmlns="http://preservica.com/EntityAPI/v9.1"><Approval><Approved>${approved}</Approved><Comment>ok</Comment></Approval></DeletionAction>`;
}
