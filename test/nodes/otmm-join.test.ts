import assert from "node:assert/strict";
import type { LifecycleAsset } from "../../lib/messages/asset.js";
import { asItself } from "../../lib/messages/joined.js";
import type { OtmmClient } from "../../lib/otmm/index.js";
import type { RunPageResult } from "../../lib/runtime/index.js";
import { migrate } from "../../nodes/otmm-asset-fetch/config.js";
import { readAssets } from "../../nodes/otmm-asset-fetch/page.js";
import { exampleFlow } from "../../scripts/demo/stage.js";
import { broadcastMasters } from "../../scripts/demo/scenario-04.js";
import { loadManifest } from "../../sandbox/seed/manifest.js";
import { Bench, named } from "../lib/otmm/support.js";

const HOUSE_NO = "BCT.FIELD.HOUSE NO";

describe("parts that are assets of their own in OTMM", function () {
  this.timeout(120_000);
  const fetch = exampleFlow(broadcastMasters.example).find(({ type }) => type === "otmm-asset-fetch") ?? {};
  const { mustMove } = loadManifest().scenarios["4"];
  let bench: Bench;
  let otmm: OtmmClient;

  before(async () => {
    bench = await Bench.start();
  });
  beforeEach(() => {
    otmm = bench.connect();
  });
  afterEach(async () => {
    await bench.reset();
  });
  after(() => bench.stop());

  /** Every page of a run over the assets whose house number holds the text. */
  async function run(
    houseNo: string,
    changes: Record<string, unknown> = {},
    pageSize = 50,
  ): Promise<{ assets: LifecycleAsset[]; refused: [name: string, reason: string][] }> {
    const config = migrate({ ...fetch, ...changes });
    const conditions = [{ fieldId: HOUSE_NO, operator: "contains" as const, value: houseNo }];
    const settings = { from: { by: "search" as const, keyword: "", conditions }, pageSize, limit: 0 };
    const found: { assets: LifecycleAsset[]; refused: [string, string][] } = { assets: [], refused: [] };
    let cursor: RunPageResult["cursor"] = {};
    while (cursor !== undefined) {
      const page: RunPageResult = await readAssets(otmm, config, "Europe/Berlin", {
        settings,
        cursor,
        signal: new AbortController().signal,
      });
      found.assets.push(...page.assets);
      found.refused.push(...(page.refused ?? []).map(({ asset, reason }): [string, string] => [asset.name, reason]));
      cursor = page.cursor;
    }
    return found;
  }
  const shape = ({ content }: LifecycleAsset) =>
    content.map(({ role, name, representation = "" }) => `${role} ${name} ${representation}`.trim());

  it("go on as one message: the main part's, with the masters of the others in their roles", async () => {
    const { assets, refused } = await run("KN-000716");
    assert.deepEqual(refused, []);
    const [asset] = assets;
    assert.ok(asset !== undefined && assets.length === 1);
    const winter = mustMove.find(({ group }) => group === "KN-000716");
    assert.equal(asset.key, `otmm:dam:${winter?.originalId ?? ""}`);
    const clips = winter?.values.clips ?? [];
    assert.deepEqual(shape(asset), [
      "preservation KN-000716_FIN.mp4",
      `access ${clips[0]?.name ?? ""} Clip`,
      `access ${clips[1]?.name ?? ""} Clip 2`,
    ]);
    assert.deepEqual(
      asset.joined?.map(({ otmm: id, name }) => [id.assetId, name]),
      clips.map(({ assetId, name }) => [assetId, name]),
    );
    assert.deepEqual(
      asset.content.slice(1).map(({ fixity, size }) => [fixity[0]?.value, size]),
      clips.map(({ md5, size }) => [md5, size]),
    );
  });

  it("are the same one message wherever a page ends, and whichever part is listed", async () => {
    const whole = await run("KN-");
    const torn = await run("KN-", {}, 1);
    const byKey = new Map(torn.assets.map((asset) => [asset.key, asset]));
    assert.deepEqual([...byKey.keys()].sort(), whole.assets.map(({ key }) => key).sort());
    for (const asset of whole.assets) assert.deepEqual(byKey.get(asset.key), asset);
    assert.deepEqual(new Map(torn.refused), new Map(whole.refused));
    // The clip alone is listed; the master is looked up.
    const clip = await named(otmm, "KN-000329_CLP.mp4");
    const config = migrate({ ...fetch, mode: "ids" });
    const only = await readAssets(otmm, config, "Europe/Berlin", {
      settings: { from: { by: "ids", ids: [clip.assetId] }, pageSize: 10, limit: 0 },
      cursor: {},
      signal: new AbortController().signal,
    });
    assert.deepEqual(only.assets.map(shape), [["preservation KN-000329_FIN.mp4", "access KN-000329_CLP.mp4 Clip"]]);
  });

  it("stand before OTMM's own preview, so that the clip is what is given out", async () => {
    const { assets } = await run("KN-000329", { preview: true });
    assert.deepEqual(
      assets.flatMap(shape).map((one) => one.split(" ")[0]),
      ["preservation", "access", "access"],
    );
    assert.match(shape(assets[0] ?? assert.fail())[1] ?? "", / Clip$/);
  });

  it("may be missing: the main part goes alone; a part without its main part is refused", async () => {
    const alone = await run("KN-000533");
    assert.deepEqual(alone.assets.map(shape), [["preservation KN-000533_FIN.mp4"]]);
    assert.equal(alone.assets[0]?.joined, undefined);
    const lonely = await run("KN-000144");
    assert.deepEqual(lonely.assets, []);
    assert.match(lonely.refused[0]?.[1] ?? "", /no "FIN" of .*KN-000144.* without it this part is not archived/);
  });

  it("stay together when the main part stays, and say why", async () => {
    await otmm.updateFields((await named(otmm, "KN-000329_FIN.mp4")).assetId, { "BCT.FIELD.TX STATUS": "PLN" });
    const { assets, refused } = await run("KN-000329");
    assert.deepEqual(assets, []);
    assert.deepEqual(Object.fromEntries(refused), {
      "KN-000329_FIN.mp4": "Not aired or published.",
      "KN-000329_CLP.mp4": 'It stays with "KN-000329_FIN.mp4": Not aired or published.',
    });
  });

  it("are left out one by one when a rule refuses them", async () => {
    await otmm.updateFields((await named(otmm, "KN-000716_CLP1.mp4")).assetId, { "ACME.FIELD.APPROVAL STATUS": "REJ" });
    const { assets, refused } = await run("KN-000716");
    assert.deepEqual(refused, [["KN-000716_CLP1.mp4", "Not approved as final."]]);
    assert.deepEqual(assets.map(shape), [["preservation KN-000716_FIN.mp4", "access KN-000716_CLP2.mp4 Clip"]]);
  });

  const disputed: [string, string, Record<string, string>, RegExp][] = [
    ["two main parts", "KN-000716_CLP1.mp4", { "BCT.FIELD.VERSION TYPE": "FIN" }, /2 assets are "FIN".*a person/],
    [
      "parts under other contracts",
      "KN-000716_CLP1.mp4",
      { "BCT.FIELD.CONTRACT NO": "KN-C-1" },
      /CONTRACT NO.*A person/,
    ],
    ["a part that is held alone", "KN-000716_CLP2.mp4", { "ACME.FIELD.LEGAL HOLD": "Y" }, /LEGAL HOLD.*A person/],
    [
      "a part of private persons",
      "KN-000716_CLP2.mp4",
      { "ACME.FIELD.PERSONAL DATA": "IDN" },
      /PERSONAL DATA.*A person/,
    ],
  ];
  for (const [what, name, changes, reason] of disputed) {
    it(`are all for a person to decide: ${what}`, async () => {
      await otmm.updateFields((await named(otmm, name)).assetId, changes);
      const { assets, refused } = await run("KN-000716");
      assert.deepEqual(assets, []);
      assert.equal(refused.length, 3);
      for (const [, why] of refused) assert.match(why, reason);
    });
  }

  it("without a value to be joined by are refused", async () => {
    const fin = await named(otmm, "KN-000533_FIN.mp4");
    const config = migrate({ ...fetch, joinField: "BCT.FIELD.EIDR" });
    const page = await readAssets(otmm, config, "Europe/Berlin", {
      settings: { from: { by: "ids", ids: [fin.assetId] }, pageSize: 10, limit: 0 },
      cursor: {},
      signal: new AbortController().signal,
    });
    assert.match(page.refused?.[0]?.reason ?? "", /BCT\.FIELD\.EIDR has no value/);
  });

  it("are written back to as themselves: own ids, own content as master, the whole's archive id", async () => {
    const [asset] = (await run("KN-000329")).assets;
    const [part] = asset?.joined ?? [];
    assert.ok(asset !== undefined && part !== undefined);
    const preservica = { connection: "archive", ref: "0d8a5f1e-0000-5000-8000-000000000001" };
    const itself = asItself({ ...asset, ids: { ...asset.ids, preservica } }, part);
    assert.deepEqual([itself.key, itself.name, itself.version], [part.key, "KN-000329_CLP.mp4", "1"]);
    assert.deepEqual(itself.ids, { otmm: part.otmm, preservica });
    assert.deepEqual(
      itself.content.map(({ id, role }) => [id, role]),
      [[part.content[0], "preservation"]],
    );
    assert.equal(itself.joined, undefined);
  });
});
