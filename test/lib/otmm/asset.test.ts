import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import type { LifecycleAsset } from "../../../lib/messages/asset.js";
import type { OtmmClient } from "../../../lib/otmm/index.js";
import { APPROVAL, Bench, failed, named, PRESERVATION } from "./support.js";

describe("OTMM assets", () => {
  let bench: Bench;
  let client: OtmmClient;
  before(async () => {
    bench = await Bench.start();
  });
  beforeEach(async () => {
    await bench.reset();
    client = bench.connect();
  });
  after(() => bench.stop());

  const load = async (name: string): Promise<LifecycleAsset> =>
    client.toLifecycleAsset(await client.asset((await named(client, name)).assetId));

  it("travel with one key for all versions, typed fields and content by role", async () => {
    const asset = await load("ete-parasol.jpg");
    const id = asset.ids.otmm;
    assert.ok(id !== undefined);
    assert.notEqual(id.assetId, id.originalAssetId);
    assert.equal(asset.key, `otmm:dam:${id.originalAssetId}`);
    assert.equal(asset.version, "3");
    assert.equal(asset.source?.["latest_version"], true);
    assert.deepEqual(
      asset.content.map(({ role }) => role),
      ["preservation", "access", "thumbnail"],
    );
    const [master] = asset.content;
    assert.match(master?.fixity[0]?.value ?? "", /^[0-9a-f]{32}$/);
    assert.equal(JSON.stringify(structuredClone(asset)), JSON.stringify(asset));
    const versions = await client.versions(id.originalAssetId);
    assert.deepEqual(
      versions.map(({ version, latestVersion }) => [version, latestVersion]),
      [
        ["1", false],
        ["2", false],
        ["3", true],
      ],
    );
  });

  it("carry only the fields and roles selected", async () => {
    const { assetId } = await named(client, "ete-parasol.jpg");
    const asset = client.toLifecycleAsset(await client.asset(assetId), { fields: [APPROVAL], roles: ["preservation"] });
    assert.deepEqual(Object.keys(asset.fields), [APPROVAL]);
    assert.deepEqual(
      asset.content.map(({ role }) => role),
      ["preservation"],
    );
  });

  it("keep names as they are, with their traps", async () => {
    for (const name of ["../../etc/hero.tif", "🌸.png", "Schaufenster.", "CON.psd"])
      assert.equal((await load(name)).name, name);
  });

  it("carry their links by the linked asset's key, and their paths", async () => {
    const layout = await load("spring-poster-layout.pdf");
    assert.equal(layout.links?.length, 3);
    for (const link of layout.links ?? []) {
      assert.equal(link.direction, "to");
      assert.match(link.key, /^otmm:dam:[0-9a-f]{40}$/);
      assert.equal(link.version, "1");
    }
    assert.ok(layout.paths?.every((path) => path.includes("/")));
  });

  it("never offer a master as access copy", async () => {
    const layout = await load("spring-poster-layout.pdf");
    const master = layout.content.find(({ role }) => role === "preservation");
    assert.ok(layout.content.filter(({ role }) => role === "access").every(({ id }) => id !== master?.id));
  });

  it("are unknown by their id when they are not there", async () => {
    const error = await failed(client.asset("0".repeat(40)), "NOT_FOUND");
    assert.match(error.message, /no asset "0{40}"/);
    assert.equal(error.details?.["id"], "0".repeat(40));
  });

  describe("content", () => {
    it("opens with the session's login and gives the bytes whose size and MD5 the asset states", async () => {
      const asset = await load("ete-parasol.jpg");
      for (const ref of asset.content) {
        const request = await client.open(ref);
        const answer = await fetch(request.url, { headers: request.headers });
        assert.equal(answer.status, 200);
        const bytes = Buffer.from(await answer.arrayBuffer());
        const stored = await client.stored(ref);
        assert.equal(bytes.length, stored.size);
        assert.equal(createHash("md5").update(bytes).digest("hex"), stored.fixity[0]?.value);
      }
    });

    it("opens with a fresh login when it is asked for again after the session ended", async () => {
      const [ref] = (await load("ete-parasol.jpg")).content;
      assert.ok(ref !== undefined);
      await client.open(ref);
      await bench.hourLater();
      const request = await client.open(ref);
      assert.equal((await fetch(request.url, { headers: request.headers })).status, 200);
    });

    it("states no checksum where OTMM has none", async () => {
      const [ref] = (await load("spring-banner-web.png")).content;
      assert.deepEqual(ref?.fixity, []);
    });

    it("opens renditions by their bare id too, and refuses foreign content", async () => {
      const [ref] = (await load("ete-parasol.jpg")).content;
      assert.ok(ref !== undefined);
      const bare = { ...ref, id: ref.id.split("/")[1] ?? "" };
      const request = await client.open(bare);
      assert.equal((await fetch(request.url, { headers: request.headers })).status, 200);
      assert.deepEqual(await client.stored(bare), { size: ref.size, fixity: [] });
      await failed(client.open({ ...ref, connection: "other" }), "INVALID_INPUT");
      await failed(client.open({ ...ref, id: "a/b/c" }), "INVALID_INPUT");
      await failed(client.open({ ...ref, id: "../sessions" }), "INVALID_INPUT");
    });

    it("hands out the redirect hosts, proxy and CA of the connection", async () => {
      const [ref] = (await load("ete-parasol.jpg")).content;
      assert.ok(ref !== undefined);
      const other = bench.connect({ redirectHosts: ["storage.example.com"], tls: { ca: "PEM" } });
      const request = await other.open(ref);
      assert.deepEqual([request.redirectHosts, request.ca, request.method], [["storage.example.com"], "PEM", "GET"]);
    });
  });

  describe("holds", () => {
    it("are read from the configured field, with their matters", async () => {
      const answer = await client.holds(await load("spring-film.mp4"));
      assert.equal(answer.state, "held");
      assert.deepEqual(answer.state === "held" ? answer.matters : [], ["MAT-2026-017"]);
      assert.equal((await client.holds(await load("spring-loop.mp4"))).state, "clear");
    });

    it("count on any version of the asset", async () => {
      const asset = await load("ete-parasol.jpg");
      const [first] = await client.versions(asset.ids.otmm?.originalAssetId ?? "");
      assert.ok(first !== undefined);
      await client.updateFields(first.assetId, {
        "ACME.FIELD.LEGAL HOLD": "Y",
        "ACME.FIELD.LEGAL HOLD MATTER": ["MAT-1", "MAT-2"],
      });
      const answer = await client.holds(asset);
      assert.deepEqual(answer.state === "held" ? answer.matters : answer.state, ["MAT-1", "MAT-2"]);
    });

    it("are seen at once although the search lags behind", async () => {
      const asset = await load("ete-parasol.jpg");
      await bench.set({ indexDelayMs: 3_600_000 });
      await client.updateFields(asset.ids.otmm?.assetId ?? "", { "ACME.FIELD.LEGAL HOLD": "Y" });
      assert.equal((await client.holds(asset)).state, "held");
    });

    it("are worth asking again when OTMM failed for a moment", async () => {
      const asset = await load("spring-film.mp4");
      bench.fault({ kind: "status", status: 500, match: { path: "/assets/" }, times: 1 });
      const answer = await client.holds(asset);
      assert.deepEqual([answer.state, "passing" in answer], ["unknown", true]);
      assert.equal((await client.holds(asset)).state, "held");
    });

    it("are unknown when nobody declared anything, the field is missing or OTMM does not answer", async () => {
      const asset = await load("spring-loop.mp4");
      const undeclared = bench.connect({ holds: undefined });
      assert.equal((await undeclared.holds(asset)).state, "unknown");
      const wrong = bench.connect({ holds: { fieldId: "NO.SUCH.FIELD", values: ["Y"] } });
      assert.equal((await wrong.holds(asset)).state, "unknown");
      bench.fault({ kind: "status", status: 403, match: { path: "/assets/" }, times: 0 });
      const answer = await client.holds(asset);
      assert.equal(answer.state, "unknown");
      assert.ok(!("passing" in answer), "a missing right does not pass by itself");
      assert.equal((await bench.connect({ holds: "none" }).holds(asset)).state, "clear");
    });
  });

  it("are marked for deletion version by version: what was named and nothing else, and taken back so", async () => {
    const asset = await load("ete-parasol.jpg");
    const destroying = client.destroying;
    assert.ok(destroying !== undefined);
    const states = async (): Promise<string[]> => (await destroying.copies(asset)).map(({ state }) => state);
    const [first, second, third] = await destroying.copies(asset);
    assert.ok(first !== undefined && second !== undefined && third !== undefined);
    const ids = [first.id, second.id, "no-such-asset"];
    let asked = 0;
    const guard = (): Promise<void> => {
      asked += 1;
      return Promise.resolve();
    };
    assert.equal((await destroying.destroy(asset, { ids, comment: "" }, guard)).state, "gone");
    assert.deepEqual(await states(), ["marked", "marked", "kept"]);
    assert.equal(asked, 2);
    await destroying.undo(asset, [second.id]);
    assert.deepEqual(await states(), ["marked", "kept", "kept"]);
  });

  it("show our own write-back with its date", async () => {
    const asset = await load("spring-loop.mp4");
    const update = await client.updateFields(asset.ids.otmm?.assetId ?? "", { [PRESERVATION]: "PRE" });
    const after = await load("spring-loop.mp4");
    assert.equal(after.source?.["date_last_updated"], update.lastUpdated);
  });
});
