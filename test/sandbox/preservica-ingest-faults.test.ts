import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { packageOf, zipOfPackage, type TestPackage } from "./preservica-package.js";
import { PreservicaBench } from "./preservica-support.js";
import { zipOf, type Entry } from "./preservica-zip.js";

type Spoil = (made: TestPackage) => TestPackage | Buffer;

const inXip =
  (from: RegExp | string, to: string): Spoil =>
  (made) => {
    const xip = made.xip.replace(from, to);
    assert.notEqual(xip, made.xip, "the document was not changed");
    return { ...made, xip };
  };
const inFile =
  (change: Partial<Entry>): Spoil =>
  (made) => ({ ...made, entries: made.entries.map((entry) => ({ ...entry, ...change })) });

/** What is wrong -> how it is made wrong, and what the message must say. */
const FAULTS: [title: string, spoil: Spoil, says: RegExp][] = [
  ["no zip at all", () => Buffer.from("this is no zip"), /not a zip/u],
  ["a zip that is cut short", (made) => zipOfPackage(made).subarray(0, -30), /not a zip/u],
  ["a zip whose start is missing", (made) => zipOfPackage(made).subarray(40), /damaged|cut short|local header/u],
  ["an empty zip", () => zipOf([]), /empty/u],
  ["bytes whose CRC is wrong", inFile({ crc: 1 }), /CRC of the bytes is wrong/u],
  ["deflated bytes whose CRC is wrong", inFile({ crc: 1, deflated: true }), /CRC or size/u],
  [
    "a stored entry with a data descriptor",
    inFile({ descriptor: true }),
    /only DEFLATED entries can have EXT descriptor/u,
  ],
  ["an encrypted entry", inFile({ encrypted: true }), /encrypted/u],
  ["an unknown compression", inFile({ method: 99 }), /compression method 99/u],
  [
    "a path that leads out of the package",
    (made) => ({ ...made, entries: [...made.entries, { name: "../../etc/hero.tif", content: "x" }] }),
    /not safe/u,
  ],
  [
    "an absolute path",
    (made) => ({ ...made, entries: [...made.entries, { name: "/etc/hero.tif", content: "x" }] }),
    /not safe/u,
  ],
  [
    "a path with a backslash",
    (made) => ({ ...made, entries: [...made.entries, { name: `${made.ref}\\x`, content: "x" }] }),
    /not safe/u,
  ],
  ["the same entry twice", (made) => ({ ...made, entries: [...made.entries, ...made.entries] }), /there twice/u],
  ["a document that is not well-formed", inXip("</xip:XIP>", ""), /not well-formed/u],
  [
    "a document type declaration",
    inXip("<xip:XIP ", '<!DOCTYPE x [<!ENTITY a "b">]><xip:XIP '),
    /document type declaration/u,
  ],
  ["an unknown entity", inXip("<xip:Description>d<", "<xip:Description>&nbsp;<"), /entity/u],
  ["a forbidden character", inXip("<xip:Description>d<", "<xip:Description>\u000b<"), /not allowed in XML/u],
  [
    "a document in another namespace",
    inXip("http://preservica.com/XIP/v6.0", "http://example.org/XIP"),
    /XIP is expected/u,
  ],
  ["an unknown element", inXip("<xip:CustomType/>", "<xip:Colour>red</xip:Colour>"), /Colour is not known/u],
  ["a missing title's place, the tag", inXip("<xip:SecurityTag>open</xip:SecurityTag>", ""), /SecurityTag is missing/u],
  ["an unknown security tag", inXip("<xip:SecurityTag>open<", "<xip:SecurityTag>nonsense<"), /security tag nonsense/u],
  [
    "a parent that does not exist",
    inXip(/<xip:Parent>[^<]*<\/xip:Parent>/u, `<xip:Parent>${randomUUID()}</xip:Parent>`),
    /does not exist/u,
  ],
  ["a reference that is no UUID", (made) => ({ ...made, xip: made.xip.replaceAll(made.ref, "abc") }), /not a UUID/u],
  [
    "a content object in no representation",
    inXip(/<xip:ContentObjects>.*<\/xip:ContentObjects>/u, "<xip:ContentObjects/>"),
    /in no representation/u,
  ],
  [
    "an asset without representation",
    inXip(/<xip:Representation>.*<\/xip:Representation>/u, ""),
    /has no representation/u,
  ],
  ["a content object without generation", inXip(/<xip:Generation .*<\/xip:Generation>/u, ""), /no generation/u],
  ["a file that is not in the package", (made) => ({ ...made, entries: [] }), /not in the package/u],
  [
    "a file that is not described",
    (made) => ({ ...made, entries: [...made.entries, { name: `${made.ref}/content/p1/more.tif`, content: "x" }] }),
    /not described/u,
  ],
  ["a wrong file size", inXip(/<xip:FileSize>\d+</u, "<xip:FileSize>7<"), /FileSize says 7/u],
  ["a wrong SHA-256", inXip(/<xip:FixityValue>[0-9a-f]{4}/u, "<xip:FixityValue>0000"), /fixity SHA256 does not match/u],
  ["a digest of the wrong length", inXip(">SHA256<", ">SHA512<"), /128 hex digits/u],
  [
    "an algorithm with a hyphen, which the format does not know",
    inXip(">SHA256<", ">SHA-256<"),
    /SHA-256 is not known/u,
  ],
  ["a bitstream with a path in its name", inXip("<xip:Filename>hero.tif<", "<xip:Filename>../hero.tif<"), /not safe/u],
  [
    "an identifier of another entity",
    inXip(
      "</xip:XIP>",
      `<xip:Identifier><xip:Type>T</xip:Type><xip:Value>V</xip:Value><xip:Entity>${randomUUID()}</xip:Entity></xip:Identifier></xip:XIP>`,
    ),
    /not part of this document/u,
  ],
  [
    "a link to nothing",
    (made) => ({
      ...made,
      xip: made.xip.replace(
        "</xip:XIP>",
        `<xip:Link><xip:Type>t</xip:Type><xip:FromEntity>${made.ref}</xip:FromEntity><xip:ToEntity>${randomUUID()}</xip:ToEntity></xip:Link></xip:XIP>`,
      ),
    }),
    /which does not exist/u,
  ],
  [
    "metadata with two documents",
    (made) => ({
      ...made,
      xip: made.xip.replace(
        "</xip:XIP>",
        `<xip:Metadata schemaUri="s"><xip:Entity>${made.ref}</xip:Entity><xip:Content><a/><b/></xip:Content></xip:Metadata></xip:XIP>`,
      ),
    }),
    /exactly one element/u,
  ],
];

describe("sandbox Preservica: packages that are refused", () => {
  let bench: PreservicaBench;
  let folder: string;
  before(async () => {
    bench = await PreservicaBench.start();
    folder = await bench.folder("In");
  });
  after(() => bench.stop());

  for (const [title, spoil, says] of FAULTS) {
    it(`fails for ${title}, says so, and makes nothing`, async () => {
      const made = packageOf({ parent: folder });
      const spoilt = spoil(made);
      const zip = Buffer.isBuffer(spoilt) ? spoilt : zipOfPackage(spoilt);
      const { status, text } = await bench.ended(await bench.upload(zip));
      assert.equal(status, "FAILED");
      assert.match(text, says);
      const monitors = JSON.parse((await bench.get("/api/processmonitor/monitors?status=Failed&max=1")).text) as {
        value: { monitors: { mappedId: string; errors: number }[] };
      };
      const [monitor] = monitors.value.monitors;
      assert.ok(monitor && monitor.errors > 0);
      const messages = await bench.get(`/api/processmonitor/messages?monitor=${monitor.mappedId}&status=Error`);
      assert.match(messages.text, says);
      assert.equal((await bench.get(`/api/entity/information-objects/${made.ref}`)).status, 404);
      const children = await bench.get(`/api/entity/structural-objects/${folder}/children`);
      assert.match(children.text, /<TotalResults>0<\/TotalResults>/u);
    });
  }

  it("takes a stored entry with a data descriptor when it is not strict about Java's stream reader", async () => {
    await bench.set({ strictZip: false });
    const made = packageOf({ parent: await bench.folder("Lenient") });
    const entries = made.entries.map((entry) => ({ ...entry, descriptor: true }));
    assert.equal((await bench.ended(await bench.upload(zipOfPackage({ ...made, entries })))).status, "COMPLETED");
    await bench.set({ strictZip: true });
  });

  it("takes deflated entries, with a data descriptor too", async () => {
    const made = packageOf({
      parent: await bench.folder("Deflated"),
      files: [{ role: "Preservation", name: "text.txt", content: "abc ".repeat(50_000) }],
    });
    const entries = made.entries.map((entry) => ({ ...entry, deflated: true, descriptor: true }));
    assert.equal((await bench.ended(await bench.upload(zipOfPackage({ ...made, entries })))).status, "COMPLETED");
    const download = await bench.get(`/api/content/download?id=sdb:IO|${made.ref}`);
    assert.equal(download.text, "abc ".repeat(50_000));
  });

  it("keeps nothing of a package whose second asset is wrong", async () => {
    const parent = await bench.folder("Both or none");
    const good = packageOf({ parent });
    const bad = packageOf({ parent });
    const both =
      good.xip.replace("</xip:XIP>", "") +
      bad.xip.replace(/^.*\n/u, "").replace(/<xip:FixityValue>[0-9a-f]{4}/u, "<xip:FixityValue>0000");
    const entries = [
      ...good.entries,
      ...bad.entries.map((entry) => ({
        ...entry,
        name: entry.name.replace(bad.ref, good.ref).replace("hero", "second"),
      })),
    ];
    const xip = both
      .replace(
        /<xip:Bitstream>p1\/hero\.tif<\/xip:Bitstream>(?![\s\S]*<xip:Bitstream>p1\/hero)/u,
        "<xip:Bitstream>p1/second.tif</xip:Bitstream>",
      )
      .replace(/<xip:Filename>hero\.tif<(?![\s\S]*<xip:Filename>hero)/u, "<xip:Filename>second.tif<");
    const { status, text } = await bench.ended(await bench.upload(zipOfPackage({ ref: good.ref, xip, entries })));
    assert.equal(status, "FAILED");
    assert.match(text, /second\.tif: fixity SHA256 does not match/u);
    assert.equal((await bench.get(`/api/entity/information-objects/${good.ref}`)).status, 404);
    assert.match((await bench.get(`/api/entity/structural-objects/${parent}/children`)).text, /<TotalResults>0</u);
  });
});
