import assert from "node:assert/strict";
import { allGood, bad, good, idsOf } from "./campaign.js";
import { scene } from "./scene.js";

/** One name of every awkward kind among the seed's good assets; two of them twice. */
const AWKWARD = [
  "../../etc/hero.tif",
  "🌸.png",
  "CON.psd",
  "Schaufenster.",
  "Frühling.tif",
  "Motiv.jpg",
  "ete-bannière-3.png",
];

describe("names and texts that could do harm", function () {
  this.timeout(240_000);
  const faults = scene();

  it("arrive letter by letter as titles and harmless as file names, twins of one name and of two normal forms apart", async () => {
    const awkward = allGood(({ name }) => AWKWARD.includes(name.normalize("NFC")) || name.length > 100);
    const names = awkward.map(({ name }) => name);
    assert.ok(
      new Set(names.map((name) => name.normalize("NFC"))).size < new Set(names).size,
      "twins of two normal forms",
    );
    assert.ok(new Set(names).size < names.length, "twins of one name");
    assert.ok(
      names.some((name) => Buffer.byteLength(name) >= 200),
      "a name as long as file systems take",
    );
    const cast = { good: awkward.map((asset) => ({ ...asset, links: [] })), bad: [bad("spring-alternative-1.jpg")] };
    await faults.holds(cast, await faults.play({ cast }));
  });

  it("keep control characters, markup, brackets of CDATA and lone surrogates of OTMM's fields out of the package's structure", async () => {
    const cast = { good: [{ ...good("spring-meadow.jpg"), links: [] }], bad: [] };
    await faults.prepare({ cast });
    const [asset] = cast.good;
    const text = "a\u0000b\u0001c\u000b ]]> <!DOCTYPE x [<!ENTITY y 'z'>]> &y; </xip:Title> \ud800 \u202eend 😀";
    await (await faults.readers.otmm()).edit(asset?.assetId ?? "", { "ACME.FIELD.DESCRIPTION": text });
    const run = await faults.world.run(idsOf(cast));
    assert.equal(run.counts.done, 1, JSON.stringify(await faults.world.jobs()));
    const preservica = await faults.readers.preservica();
    const [found] = await preservica.byIdentifier("OTMM-Asset", asset?.sourceId ?? "");
    const { description, title } = await preservica.asset(found?.ref ?? "");
    assert.equal(title, asset?.title);
    assert.match(description, /abc/);
    assert.ok(description.includes("]]> <!DOCTYPE x [<!ENTITY y 'z'>]> &y; </xip:Title>"), description);
    await faults.holds(cast, run);
  });
});
