import assert from "node:assert/strict";
import { oneAsset, smallCast } from "./campaign.js";
import { scene } from "./scene.js";

const XML = { "content-type": "application/xml;charset=UTF-8" };
const BOMB = Array.from({ length: 30 }, (_unused, n) => `<!ENTITY e${n + 1} "${`&e${n};`.repeat(10)}">`).join("");

/** What no server should answer, and what must not bring Node-RED down. */
const HOSTILE: { says: string; xml: string }[] = [
  {
    says: "an external entity",
    xml: `<!DOCTYPE r [<!ENTITY x SYSTEM "file:///etc/hostname">]><EntitiesResponse>&x;</EntitiesResponse>`,
  },
  { says: "an entity bomb", xml: `<!DOCTYPE r [<!ENTITY e0 "ha">${BOMB}]><EntitiesResponse>&e30;</EntitiesResponse>` },
  { says: "an external DTD", xml: `<!DOCTYPE r SYSTEM "http://127.0.0.1:9/evil.dtd"><EntitiesResponse/>` },
  { says: "a hundred thousand levels", xml: "<a>".repeat(100_000) + "</a>".repeat(100_000) },
  {
    says: "an element with two hundred thousand attributes",
    xml: `<EntitiesResponse ${Array.from({ length: 200_000 }, (_unused, n) => `a${n}="1"`).join(" ")}/>`,
  },
  { says: "control characters", xml: `<EntitiesResponse><Entities>&#0;&#1;\u0001</Entities></EntitiesResponse>` },
  { says: "a document that never ends", xml: `<EntitiesResponse><![CDATA[${"x".repeat(1_000_000)}` },
  {
    says: "names of object prototypes",
    xml: `<EntitiesResponse><__proto__ polluted="1"/><constructor><prototype polluted="1"/></constructor></EntitiesResponse>`,
  },
];

describe("XML that a vendor should never answer", function () {
  this.timeout(240_000);
  const faults = scene();

  for (const { says, xml } of HOSTILE) {
    it(`harms nothing when it holds ${says}; the asset is archived once the archive answers again`, async () => {
      const cast = oneAsset();
      const began = performance.now();
      await faults.play({
        cast,
        changes: { attempts: 1 },
        faults: [{ system: "preservica", kind: "body", headers: XML, body: xml, match: { path: "by-identifier" } }],
      });
      assert.ok(performance.now() - began < 15_000, "it was looked through in linear time");
      assert.equal(({} as { polluted?: string }).polluted, undefined);
      await faults.holds(cast, await faults.repair());
    });
  }

  it("harms nothing wherever it comes", async () => {
    const cast = smallCast();
    const [hostile] = HOSTILE;
    assert.ok(hostile);
    const spoilt = { system: "preservica", kind: "body", headers: XML, body: hostile.xml } as const;
    await faults.play({
      cast,
      faults: [
        "retention-policies",
        "/security/tags",
        "/information-objects/",
        "/children",
        "/progress/",
        "/generations",
        "/representations",
        "/links",
        "/retention-assignments",
        "/monitors",
      ].map((path) => ({ ...spoilt, match: { path } })),
    });
    for (let times = 0; times < 10 && (await faults.world.replay()) > 0; times += 1) await faults.world.settled();
    await faults.holds(cast);
  });
});
