import { deepEqual, equal, match, ok, throws } from "node:assert/strict";
import { children, descendants, parseXml, textOf } from "../../../lib/http/index.js";
import { checkFragment } from "../../../lib/preservica/fragment.js";
import { ASSET_NAMESPACE, assetReference } from "../../../lib/preservica/references.js";
import { uuidV5 } from "../../../lib/preservica/uuid.js";
import { contentObjectRef, xipDocument, type XipAsset } from "../../../lib/preservica/xip.js";

const REF = assetReference("5b1d0c4e9f2a7b6388d1c0e4f5a6b7c8d9e0f1a2#v1");
const SOURCE = { system: "preservica", what: "a test document" } as const;

function asset(changes: Partial<XipAsset> = {}): XipAsset {
  return {
    ref: REF,
    title: "Spring Bloom, hero image",
    description: "Master",
    securityTag: "open",
    parent: "71aa0000-0000-4000-8000-000000000001",
    representations: [
      {
        type: "Preservation",
        name: "Preservation",
        files: [
          {
            object: contentObjectRef(REF, "Preservation", 0),
            title: "hero.tif",
            filename: "hero.tif",
            location: "p1",
            size: 3,
            digests: { "SHA-256": "ab".repeat(32), MD5: "cd".repeat(16) },
          },
        ],
      },
      {
        type: "Access",
        name: "Access",
        files: [
          {
            object: contentObjectRef(REF, "Access", 0),
            title: "hero.jpg",
            filename: "hero.jpg",
            location: "a1",
            size: 2,
            digests: { "SHA-256": "ef".repeat(32) },
          },
        ],
      },
    ],
    identifiers: [{ type: "OTMM-Asset", value: "5b1d#v1" }],
    links: [{ type: "http://purl.org/dc/terms/replaces", to: "71aa0000-0000-4000-8000-000000000002" }],
    fragments: [
      {
        schema: "urn:clc:schema:campaign:1",
        xml: '<?xml version="1.0"?>\n<campaign xmlns="urn:clc:schema:campaign:1"><code>AF</code></campaign>',
      },
    ],
    effective: "2026-11-16T09:00:00.000Z",
    ...changes,
  };
}

describe("uuid version 5", () => {
  it("gives the value of RFC 9562 for www.example.com in the DNS namespace", () => {
    equal(uuidV5("6ba7b810-9dad-11d1-80b4-00c04fd430c8", "www.example.com"), "2ed6657d-e927-568b-95e1-2665a8aea6a2");
  });
  it("names the namespace of asset references itself by a rule that others can follow", () => {
    equal(uuidV5("6ba7b811-9dad-11d1-80b4-00c04fd430c8", "urn:clc:preservica:asset"), ASSET_NAMESPACE);
  });
});

describe("XIP document", () => {
  it("is exactly this for a small asset", () => {
    const one = asset({ representations: asset().representations.slice(0, 1), links: [], description: "Master" });
    const co = /<xip:ContentObject>([0-9a-f-]{36})</.exec(xipDocument(one))?.[1] ?? "";
    const fragment = /<xip:Metadata [^>]*><xip:Ref>([0-9a-f-]{36})</.exec(xipDocument(one))?.[1] ?? "";
    const expected = `<?xml version="1.0" encoding="UTF-8"?>
<xip:XIP xmlns:xip="http://preservica.com/XIP/v6.0">
<xip:InformationObject><xip:Ref>${REF}</xip:Ref><xip:Title>Spring Bloom, hero image</xip:Title><xip:Description>Master</xip:Description><xip:SecurityTag>open</xip:SecurityTag><xip:CustomType/><xip:Parent>71aa0000-0000-4000-8000-000000000001</xip:Parent></xip:InformationObject>
<xip:Representation><xip:InformationObject>${REF}</xip:InformationObject><xip:Name>Preservation</xip:Name><xip:Type>Preservation</xip:Type><xip:ContentObjects><xip:ContentObject>${co}</xip:ContentObject></xip:ContentObjects></xip:Representation>
<xip:ContentObject><xip:Ref>${co}</xip:Ref><xip:Title>hero.tif</xip:Title><xip:Description>hero.tif</xip:Description><xip:SecurityTag>open</xip:SecurityTag><xip:CustomType/><xip:Parent>${REF}</xip:Parent></xip:ContentObject>
<xip:Generation original="true" active="true"><xip:ContentObject>${co}</xip:ContentObject><xip:Label>hero.tif</xip:Label><xip:EffectiveDate>2026-11-16T09:00:00.000Z</xip:EffectiveDate><xip:Bitstreams><xip:Bitstream>p1/hero.tif</xip:Bitstream></xip:Bitstreams><xip:Formats/><xip:Properties/></xip:Generation>
<xip:Bitstream><xip:Filename>hero.tif</xip:Filename><xip:FileSize>3</xip:FileSize><xip:PhysicalLocation>p1</xip:PhysicalLocation><xip:Fixities><xip:Fixity><xip:FixityAlgorithmRef>SHA256</xip:FixityAlgorithmRef><xip:FixityValue>${"ab".repeat(32)}</xip:FixityValue></xip:Fixity><xip:Fixity><xip:FixityAlgorithmRef>MD5</xip:FixityAlgorithmRef><xip:FixityValue>${"cd".repeat(16)}</xip:FixityValue></xip:Fixity></xip:Fixities></xip:Bitstream>
<xip:Identifier><xip:Type>OTMM-Asset</xip:Type><xip:Value>5b1d#v1</xip:Value><xip:Entity>${REF}</xip:Entity></xip:Identifier>
<xip:Metadata schemaUri="urn:clc:schema:campaign:1"><xip:Ref>${fragment}</xip:Ref><xip:Entity>${REF}</xip:Entity><xip:Content><campaign xmlns="urn:clc:schema:campaign:1"><code>AF</code></campaign></xip:Content></xip:Metadata>
</xip:XIP>
`;
    equal(xipDocument(one), expected);
  });

  it("keeps the order of the XIP schema", async () => {
    const root = await parseXml(xipDocument(asset()), SOURCE);
    const order = [
      "InformationObject",
      "Representation",
      "ContentObject",
      "Generation",
      "Bitstream",
      "Identifier",
      "Link",
      "Metadata",
    ];
    const places = children(root).map((node) => order.indexOf(node.local));
    ok(!places.includes(-1));
    deepEqual(
      places,
      [...places].sort((one, other) => one - other),
    );
    equal(descendants(root, "Representation").length, 2);
  });

  it("gives the same bytes for the same input and other references for another asset", () => {
    equal(xipDocument(asset()), xipDocument(asset()));
    const other = assetReference("other#v1");
    const refs = (ref: string): string[] => [
      contentObjectRef(ref, "Preservation", 0),
      contentObjectRef(ref, "Access", 0),
      contentObjectRef(ref, "Access", 1),
    ];
    equal(new Set([...refs(REF), ...refs(other)]).size, 6);
  });

  it("carries every text back exactly as it was given", async () => {
    for (const title of [`Lumière d'été "2024" <été> & co`, "]]>", "a\r\nb\tc", "🌸 & 🌺", "&amp;", "\u0085\u2028"]) {
      const root = await parseXml(xipDocument(asset({ title: `x${title}x` })), SOURCE);
      equal(textOf(root, "InformationObject", "Title"), `x${title}x`);
    }
  });

  it("refuses characters that XML cannot carry and says where", () => {
    for (const bad of ["\u000b", "\u0000", "\uffff", "\ud800"]) {
      throws(() => xipDocument(asset({ description: `ab${bad}` })), {
        code: "INVALID_INPUT",
        message: /Description .* position 3/,
      });
    }
  });

  it("leaves the description out when there is none", () => {
    const { description: _none, ...rest } = asset();
    ok(!xipDocument({ ...rest, representations: [] }).includes("Description"));
  });
});

describe("metadata fragments", () => {
  const wrong: [string, RegExp][] = [
    ["<a><b></a>", /<\/a> where <\/b> is expected/],
    ["<a>", /not closed/],
    ["<a/><b/>", /second root/],
    ["", /no element/],
    ["text", /outside the root/],
    ["<a>&nbsp;</a>", /entity/],
    ["<a>fish & chips</a>", /bare &/],
    ['<!DOCTYPE a [<!ENTITY x "y">]><a/>', /DTD/],
    ["<a><?php run ?></a>", /processing instruction/],
    ["<dc:a/>", /prefix "dc" without declaration/],
    ['<a x="1" x="2"/>', /attribute x twice/],
    ["<a x=1/>", /not closed properly/],
    ["<a>]]></a>", /]]>/],
    ["<a>\u000b</a>", /cannot carry/],
    ["<a>&#11;</a>", /cannot carry/],
    ["<a><!-- -- --></a>", /comment/],
    ["<a>".repeat(300) + "</a>".repeat(300), /levels/],
  ];
  for (const [xml, reason] of wrong) {
    it(`refuses ${JSON.stringify(xml.slice(0, 40))}`, () => {
      throws(() => checkFragment(xml, "urn:x"), { code: "INVALID_INPUT", message: reason });
    });
  }

  it("takes documents with declarations, comments, CDATA, inherited prefixes and attributes in either quotes", () => {
    const xml = `<?xml version="1.0"?>\n<!-- c --><m:mods xmlns:m="http://www.loc.gov/mods/v3" version='3.7'><m:a x="1 > 0"/><![CDATA[<&>]]>&#x1F338;</m:mods>\n`;
    const checked = checkFragment(xml, "mods");
    equal(checked.namespace, "http://www.loc.gov/mods/v3");
    match(checked.xml, /^<!-- c --><m:mods/);
  });

  it("reads a long attribute list and a large text in reasonable time", () => {
    const attributes = Array.from({ length: 2000 }, (_none, n) => `a${n}="${n}"`).join(" ");
    checkFragment(`<a ${attributes}>${"text ".repeat(200_000)}</a>`, "large");
  });
});
