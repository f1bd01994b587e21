import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { buildManifest } from "../../sandbox/seed/build-manifest.js";
import { dayOf, storedDay } from "../../sandbox/seed/ids.js";
import { loadManifest } from "../../sandbox/seed/manifest.js";
import { at, condition, LATEST, OtmmBench } from "./otmm-support.js";

describe("sandbox seed: OTMM", () => {
  const manifest = loadManifest();
  const campaigns = manifest.scenarios["1"];
  let otmm: OtmmBench;

  before(async () => {
    otmm = await OtmmBench.start();
  });
  after(() => otmm.stop());

  it("has a committed manifest that the seed still makes", () => {
    assert.deepEqual(JSON.parse(JSON.stringify(buildManifest())), manifest);
  });

  it("has 60 campaign assets, of which 30 must move", async () => {
    const counted = [...campaigns.mustMove, ...campaigns.mustNotMove.filter(({ extraVersion }) => !extraVersion)];
    assert.equal(counted.length, 60);
    assert.equal(campaigns.mustMove.length, 30);
    assert.equal(new Set(counted.map(({ originalId }) => originalId)).size, 60);
    const codes = ["AF-2021-SPR", "LUM-2024-ETE", "AF-2026-WIN", "AF-2025-CXL", "AF-2026-BAD"];
    const totals: number[] = [];
    for (const code of codes) totals.push((await otmm.ids(condition("ACME.FIELD.CAMPAIGN CODE", code))).length);
    assert.deepEqual(totals, [24, 22, 10, 2, 2]);
  });

  it("gives each scenario at least 12 candidates, at least 4 wrong ones for at least 3 reasons", () => {
    const { "1": first, "2": second, "3": third, "4": fourth } = manifest.scenarios;
    for (const { mustMove, mustNotMove } of [first, second, third, fourth]) {
      assert.ok(mustMove.length + mustNotMove.length >= 12);
      assert.ok(mustNotMove.length >= 4);
      assert.ok(new Set(mustNotMove.map(({ reason }) => reason)).size >= 3);
    }
  });

  it("gives scenario 6 at least 12 candidates, at least 4 wrong ones for at least 3 reasons, and bytes that differ", async () => {
    const { requests, derivatives } = manifest.scenarios["6"];
    const wrong = [...requests, ...derivatives]
      .map(({ outcome }) => outcome)
      .filter((outcome) => !/^(granted|imported|same bytes|not requested)$/.test(outcome));
    assert.ok(requests.length + derivatives.length >= 12);
    assert.ok(wrong.length >= 4);
    assert.ok(new Set(wrong).size >= 3);
    for (const { access, masters } of requests) assert.equal(masters.includes(access?.sha256 ?? ""), false);
    for (const { assetId, originalId, version } of requests) {
      const asset = await otmm.asset(assetId);
      assert.deepEqual([asset["original_asset_id"], asset["version"]], [originalId, version]);
      assert.equal(asset["content_size"], undefined, "its master is in the archive alone");
    }
    for (const { assetId, size, md5 } of derivatives) {
      const answer = await fetch(`${otmm.api}/assets/${assetId}/contents`, { headers: otmm.headers });
      const bytes = Buffer.from(await answer.arrayBuffer());
      assert.deepEqual([bytes.length, createHash("md5").update(bytes).digest("hex")], [size, md5]);
    }
  });

  it("serves for each asset that must move the bytes that the manifest tells", async () => {
    const contents = new Set<string>();
    for (const asset of [
      ...campaigns.mustMove,
      ...manifest.scenarios["2"].mustMove,
      ...manifest.scenarios["3"].mustMove,
    ]) {
      const answer = await fetch(`${otmm.api}/assets/${asset.assetId}/contents`, { headers: otmm.headers });
      const bytes = Buffer.from(await answer.arrayBuffer());
      assert.equal(bytes.length, asset.size, asset.name);
      assert.equal(createHash("sha256").update(bytes).digest("hex"), asset.sha256, asset.name);
      contents.add(asset.sha256);
      if (!asset.preview) continue;
      const preview = await fetch(`${otmm.api}/renditions/${asset.preview.contentId}`, { headers: otmm.headers });
      assert.equal(
        createHash("sha256")
          .update(Buffer.from(await preview.arrayBuffer()))
          .digest("hex"),
        asset.preview.sha256,
        asset.name,
      );
    }
    for (const { values } of manifest.scenarios["4"].mustMove) {
      for (const clip of values.clips) {
        const answer = await fetch(`${otmm.api}/assets/${clip.assetId}/contents`, { headers: otmm.headers });
        const bytes = Buffer.from(await answer.arrayBuffer());
        assert.equal(createHash("sha256").update(bytes).digest("hex"), clip.sha256, clip.name);
        contents.add(clip.sha256);
      }
    }
    assert.equal(contents.size, 65, "no two assets have the same bytes");
  });

  it("has every special case of the sheet among the good ones", () => {
    const named = (name: string) => campaigns.mustMove.filter((asset) => asset.name === name);
    for (const name of [
      "Frühling.tif".normalize("NFC"),
      "Frühling.tif".normalize("NFD"),
      "../../etc/hero.tif",
      "🌸.png",
      "CON.psd",
      "Schaufenster.",
    ]) {
      assert.equal(named(name).length, 1, name);
    }
    assert.equal(named("Motiv.jpg").length, 2);
    assert.ok(campaigns.mustMove.some(({ name }) => name.length === 200));
    assert.equal(campaigns.mustMove.filter(({ holds }) => holds.includes("MAT-2026-017")).length, 2);
    assert.equal(campaigns.mustMove.filter(({ storedMd5 }) => storedMd5 === null).length, 1);
    assert.equal(campaigns.mustMove.filter(({ version }) => version === 3).length, 1);
    assert.equal(campaigns.mustMove.filter(({ links }) => links.length === 3).length, 1);
    assert.equal(
      campaigns.mustMove.every(({ preview }) => preview !== null),
      true,
    );
  });

  it("keeps calendar days as midnight of the home zone", async () => {
    assert.equal(storedDay("2021-02-28"), "2021-02-27T23:00:00Z");
    assert.equal(storedDay("2025-08-31"), "2025-08-30T22:00:00Z");
    assert.equal(dayOf("2021-02-27T23:00:00Z"), "2021-02-28");
    const [id = ""] = await otmm.ids(condition("ACME.FIELD.CAMPAIGN CODE", "AF-2021-SPR"));
    assert.match(JSON.stringify(await otmm.asset(id, { load_type: "metadata" })), /"2021-02-27T23:00:00Z"/);
  });

  it("holds a 2.3 GiB master whose stored checksum is that of its bytes, in part at least", async () => {
    const large = manifest.scenarios["4"].mustMove.find(({ size }) => size > 2 ** 31);
    assert.equal(large?.size, 2_469_606_195);
    const part = await fetch(`${otmm.api}/assets/${large.assetId}/contents`, {
      headers: { ...otmm.headers, range: `bytes=${large.size - 10}-` },
    });
    assert.equal(part.status, 206);
    assert.equal((await part.arrayBuffer()).byteLength, 10);
  });

  it("adds generated assets for load tests, once for each order", async () => {
    await otmm.settings({ bulk: { count: 50, size: 2000 } });
    const bulk = condition("ARTESIA.FIELD.ASSET NAME", "bulk-");
    const result = await otmm.search(
      [condition(LATEST, "Y"), condition("ACME.FIELD.CAMPAIGN CODE", "AF-2021-SPR"), bulk],
      { limit: "1" },
    );
    assert.equal(at(result, "search_result", "total_hit_count"), 50);
    const [id = ""] = await otmm.ids(bulk);
    const asset = await otmm.asset(id);
    const bytes = Buffer.from(
      await (await fetch(`${otmm.api}/assets/${id}/contents`, { headers: otmm.headers })).arrayBuffer(),
    );
    assert.equal(bytes.length, 2000);
    assert.equal(createHash("md5").update(bytes).digest("hex"), at(asset, "master_content_info", "content_checksum"));
    await otmm.settings({ bulk: { count: 1, size: 5 * 2 ** 30, name: "large", checksum: false } });
    const large = await otmm.asset(await otmm.idOf("large-000001.bin"));
    assert.equal(large["content_size"], 5 * 2 ** 30);
    assert.equal("content_checksum" in Object(at(large, "master_content_info")), false);
  });
});
