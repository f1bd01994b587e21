import assert from "node:assert/strict";
import type { OtmmAsset, OtmmClient, OtmmNewValue } from "../../../lib/otmm/index.js";
import { Bench, failed, named, PRESERVATION } from "./support.js";

describe("OTMM updates", () => {
  let bench: Bench;
  let client: OtmmClient;
  let asset: OtmmAsset;
  before(async () => {
    bench = await Bench.start();
  });
  beforeEach(async () => {
    await bench.reset();
    client = bench.connect();
    asset = await named(client, "spring-meadow.jpg");
    bench.requests();
  });
  after(() => bench.stop());

  const fieldsNow = async (): Promise<ReturnType<OtmmClient["toLifecycleAsset"]>["fields"]> =>
    client.toLifecycleAsset(await client.asset(asset.assetId)).fields;

  it("locks, writes, unlocks and reads back", async () => {
    const update = await client.updateFields(asset.assetId, { "ACME.FIELD.ARCHIVE ID": "b0a1" });
    assert.deepEqual(update.changed, ["ACME.FIELD.ARCHIVE ID"]);
    assert.deepEqual(bench.requests(), [
      `GET /assets/${asset.assetId}`,
      "GET /metadatamodels/ACME.MODEL.CAMPAIGN",
      "PUT /assets/state",
      `PATCH /assets/${asset.assetId}`,
      "PUT /assets/state",
      `GET /assets/${asset.assetId}`,
    ]);
    const after = await client.asset(asset.assetId);
    assert.equal(after.locked, false);
    assert.equal(update.lastUpdated, after.lastUpdated);
  });

  it("writes each kind of field in its own form", async () => {
    const changes: Record<string, OtmmNewValue> = {
      "OTMM.CUSTOM.FIELD_TITLE": 'Wiese <früh> & "spät"',
      "ACME.FIELD.APPROVED VERSION": 7,
      [PRESERVATION]: { value: "PRE", display: "Preserved" },
      "ACME.FIELD.USAGE RIGHTS": "RFR",
      "ACME.FIELD.REGION": { value: "10^33", display: "EMEA^France" },
      "ACME.FIELD.ARCHIVED ON": "2026-11-16",
      "ACME.FIELD.APPROVED ON": "2026-07-01",
      "ARTESIA.FIELD.TAG": ["one", "two"],
      "ACME.COLUMN.EVENT DATE": ["2026-11-16", "2026-11-15"],
      "ACME.COLUMN.EVENT TYPE": ["Ingest", "Validate"],
      "ACME.COLUMN.EVENT AGENT": ["flow", "flow"],
      "ACME.COLUMN.EVENT OUTCOME": ["success", "success"],
    };
    const update = await client.updateFields(asset.assetId, changes);
    assert.deepEqual(update.changed, Object.keys(changes));
    const fields = await fieldsNow();
    assert.deepEqual(fields["OTMM.CUSTOM.FIELD_TITLE"], {
      type: "text",
      label: "Title",
      value: 'Wiese <früh> & "spät"',
    });
    assert.deepEqual(fields["ACME.FIELD.APPROVED VERSION"], { type: "number", label: "Approved version", value: 7 });
    assert.equal(fields["ACME.FIELD.USAGE RIGHTS"]?.type, "domain");
    const region = fields["ACME.FIELD.REGION"];
    assert.ok(region?.type === "cascading");
    assert.deepEqual([region.value, region.display], ["10^33", "EMEA^France"]);
    const table = fields["ACME.TABLE.ARCHIVE EVENTS"];
    assert.ok(table?.type === "table");
    assert.deepEqual(table.columns["ACME.COLUMN.EVENT TYPE"]?.values, [{ value: "Ingest" }, { value: "Validate" }]);
    const again = await client.updateFields(asset.assetId, changes);
    assert.deepEqual([again.changed, again.unchanged], [[], Object.keys(changes)]);
  });

  it("writes dates in the form in which the asset has them: midnight in the zone", async () => {
    await client.updateFields(asset.assetId, {
      "ACME.FIELD.ARCHIVED ON": "2026-07-01",
      "ACME.FIELD.APPROVED ON": "2026-12-01",
    });
    const fields = await fieldsNow();
    const value = (id: string): unknown => (fields[id]?.type === "date" ? fields[id].value : undefined);
    assert.equal(value("ACME.FIELD.ARCHIVED ON"), "2026-06-30T22:00:00Z");
    assert.equal(value("ACME.FIELD.APPROVED ON"), "2026-11-30T23:00:00Z");
  });

  it("writes an instant to its second, and knows it again", async () => {
    const changes = { "ACME.FIELD.ARCHIVE SYNCED ON": "2026-11-16T09:12:34.567Z" };
    await client.updateFields(asset.assetId, changes);
    const field = (await fieldsNow())["ACME.FIELD.ARCHIVE SYNCED ON"];
    assert.equal(field?.type === "date" ? field.value : undefined, "2026-11-16T09:12:34Z");
    const update = await client.updateFields(asset.assetId, changes);
    assert.deepEqual(update.unchanged, ["ACME.FIELD.ARCHIVE SYNCED ON"]);
  });

  it("empties with null, and keeps text that only looks like a date as text", async () => {
    await client.updateFields(asset.assetId, { "ACME.FIELD.ARCHIVE ID": "2026-01-01", "ACME.FIELD.DESCRIPTION": null });
    const fields = await fieldsNow();
    assert.deepEqual(fields["ACME.FIELD.ARCHIVE ID"], { type: "text", label: "Archive id", value: "2026-01-01" });
    assert.equal(fields["ACME.FIELD.DESCRIPTION"], undefined);
    const update = await client.updateFields(asset.assetId, { "ACME.FIELD.DESCRIPTION": null });
    assert.deepEqual(update.unchanged, ["ACME.FIELD.DESCRIPTION"]);
  });

  it("writes nothing and takes no lock when everything is as asked", async () => {
    await client.updateFields(asset.assetId, { [PRESERVATION]: "PRE" });
    bench.requests();
    const update = await client.updateFields(asset.assetId, { [PRESERVATION]: "PRE" });
    assert.deepEqual(update.unchanged, [PRESERVATION]);
    assert.deepEqual(bench.requests(), [`GET /assets/${asset.assetId}`]);
  });

  it("says what was there before", async () => {
    const { before } = await client.updateFields(asset.assetId, {
      "ACME.FIELD.LANGUAGE": "fr",
      "ACME.FIELD.ARCHIVE ID": "x",
    });
    assert.deepEqual(Object.keys(before), ["ACME.FIELD.LANGUAGE"]);
    assert.equal(before["ACME.FIELD.LANGUAGE"]?.type, "domain");
  });

  it("refuses columns of different lengths before it locks anything", async () => {
    const error = await failed(
      client.updateFields(asset.assetId, {
        "ACME.COLUMN.EVENT DATE": ["2026-11-16"],
        "ACME.COLUMN.EVENT TYPE": ["a", "b"],
      }),
      "INVALID_INPUT",
    );
    assert.equal(error.details?.["table"], "ACME.TABLE.ARCHIVE EVENTS");
    assert.deepEqual(bench.requests(), [`GET /assets/${asset.assetId}`]);
  });

  it("leaves the asset unlocked when the server refuses the values", async () => {
    await failed(client.updateFields(asset.assetId, { [PRESERVATION]: "NO-SUCH-VALUE" }), "INVALID_INPUT");
    await failed(client.updateFields(asset.assetId, { "NO.SUCH.FIELD": "x" }), "INVALID_INPUT");
    await failed(client.updateFields(asset.assetId, { "ACME.FIELD.ARCHIVED ON": "soon" }), "INVALID_INPUT");
    assert.equal((await client.asset(asset.assetId)).locked, false);
  });

  it("names the holder of a lock that does not end, and changes nothing", async () => {
    await lockAs("mkeller", "keller-2026", asset.assetId, "lock");
    const error = await failed(client.updateFields(asset.assetId, { [PRESERVATION]: "PRE" }), "LOCKED");
    assert.equal(error.details?.["holder"], "mkeller");
    assert.match(error.message, /locked by mkeller/);
    assert.equal(error.retryable, true);
    assert.equal(bench.requests().filter((line) => line === "PUT /assets/state").length, 3);
    assert.equal((await fieldsNow())[PRESERVATION]?.type === "domain", false);
  });

  it("waits for a lock that ends", async () => {
    bench.fault({ kind: "status", status: 409, match: { method: "PUT", path: "/assets/state" }, times: 2 });
    const update = await client.updateFields(asset.assetId, { [PRESERVATION]: "PRE" });
    assert.deepEqual(update.changed, [PRESERVATION]);
  });

  it("goes on with a lock that an attempt of its own left behind", async () => {
    await lockAs("svc.lifecycle", "lifecycle-2026", asset.assetId, "lock");
    bench.fault({ kind: "status", status: 409, match: { method: "PUT", path: "/assets/state" } });
    await client.updateFields(asset.assetId, { [PRESERVATION]: "PRE" });
    assert.equal((await client.asset(asset.assetId)).locked, false);
  });

  it("lets twenty updates of one asset take their turns", async () => {
    const updates = Array.from({ length: 20 }, (_, n) =>
      client.updateFields(asset.assetId, { "ACME.FIELD.ARCHIVE ID": `id-${n}` }),
    );
    assert.equal((await Promise.all(updates)).length, 20);
    assert.equal((await client.asset(asset.assetId)).locked, false);
  });

  it("writes once more when the answer to the write was lost", async () => {
    bench.fault({ kind: "lost", match: { method: "PATCH" } });
    await client.updateFields(asset.assetId, { "ACME.FIELD.ARCHIVE ID": "b0a1" });
    const field = (await fieldsNow())["ACME.FIELD.ARCHIVE ID"];
    assert.ok(field?.type === "text" && field.value === "b0a1");
  });

  it("does not believe a 200 when the value is not there afterwards", async () => {
    bench.fault({ kind: "body", status: 200, body: "", match: { method: "PATCH" } });
    const error = await failed(client.updateFields(asset.assetId, { "ACME.FIELD.ARCHIVE ID": "b0a1" }), "UPSTREAM");
    assert.deepEqual(error.details?.["fields"], ["ACME.FIELD.ARCHIVE ID"]);
  });

  it("tells when the asset stays locked", async () => {
    bench.fault({ kind: "status", status: 500, match: { method: "PUT", path: "/assets/state", nth: 2 } });
    const update = await client.updateFields(asset.assetId, { [PRESERVATION]: "PRE" });
    assert.match(update.leftLocked ?? "", /HTTP 500/);
  });

  it("unlocks when it is aborted in the middle, also when the connection closes", async () => {
    const stop = new AbortController();
    bench.fault({ kind: "stall", match: { method: "PATCH" } });
    const ended = bench.sandbox.kernel.log.onEntry((entry) => {
      if (entry.method === "PUT") setImmediate(() => stop.abort(new Error("redeploy")));
    });
    const call = client.updateFields(asset.assetId, { [PRESERVATION]: "PRE" }, { signal: stop.signal });
    await Promise.all([assert.rejects(call), once(stop.signal).then(() => client.close())]);
    ended();
    assert.equal((await bench.connect().asset(asset.assetId)).locked, false);
  });

  it("ends in the wanted state or in an error, whichever of its requests fails", async () => {
    for (const kind of ["status", "drop", "lost"] as const) {
      for (let nth = 1; nth <= 7; nth += 1) {
        await bench.sandbox.kernel.reset();
        const one = bench.connect({ retries: 0, lockRetries: 0 });
        await one.whoAmI();
        bench.fault({ kind, ...(kind === "status" ? { status: 500 } : {}), match: { path: "/otmmapi", nth } });
        const update = await one
          .updateFields(asset.assetId, { "ACME.FIELD.ARCHIVE ID": "b0a1" })
          .catch((error: unknown) => error);
        bench.sandbox.kernel.faults.clear();
        const now = await one.asset(asset.assetId);
        const left = update instanceof Error || typeof update !== "object" || update === null || "leftLocked" in update;
        assert.ok(!now.locked || left, `${kind} at ${nth} left a lock and said nothing`);
        const written = one.toLifecycleAsset(now).fields["ACME.FIELD.ARCHIVE ID"] !== undefined;
        assert.ok(written || update instanceof Error, `${kind} at ${nth} wrote nothing and said nothing`);
        const again = await one.updateFields(asset.assetId, { "ACME.FIELD.ARCHIVE ID": "b0a1" });
        assert.deepEqual([...again.changed, ...again.unchanged], ["ACME.FIELD.ARCHIVE ID"]);
        await one.close();
      }
    }
  }).timeout(30_000);

  it("refuses deleted and unknown assets by name", async () => {
    const deleted = await named(client, "spring-withdrawn.jpg");
    await failed(client.updateFields(deleted.assetId, { [PRESERVATION]: "PRE" }), "CONFLICT");
    const error = await failed(client.updateFields("f".repeat(40), { [PRESERVATION]: "PRE" }), "NOT_FOUND");
    assert.match(error.message, /f{40}/);
  });

  it("is denied to an account without the right", async () => {
    const viewer = bench.connect({ credentials: async () => ({ username: "viewer", password: "viewer-2026" }) });
    await failed(viewer.updateFields(asset.assetId, { [PRESERVATION]: "PRE" }), "DENIED");
  });

  async function lockAs(username: string, password: string, id: string, action: string): Promise<void> {
    const api = `${bench.sandbox.url("otmm")}/otmmapi/v6`;
    const login = await fetch(`${api}/sessions`, { method: "POST", body: new URLSearchParams({ username, password }) });
    const cookie = login.headers
      .getSetCookie()
      .map((line) => line.split(";")[0])
      .join("; ");
    const session: unknown = await login.json();
    const requestedBy = /"id":(-?\d+)/.exec(JSON.stringify(session))?.[1] ?? "";
    const context = {
      selection_context_param: {
        selection_context: {
          type: "com.artesia.asset.selection.AssetIdsSelectionContext",
          asset_ids: [id],
          include_descendants: "NONE",
        },
      },
    };
    const answer = await fetch(`${api}/assets/state`, {
      method: "PUT",
      headers: { cookie, "x-requested-by": requestedBy },
      body: new URLSearchParams({ action, selection_context: JSON.stringify(context) }),
    });
    assert.equal(answer.status, 200);
    bench.requests();
    await answer.text();
  }
});

/** Resolves when the signal aborts. */
function once(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => signal.addEventListener("abort", () => resolve(), { once: true }));
}
