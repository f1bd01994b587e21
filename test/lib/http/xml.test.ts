import assert from "node:assert/strict";
import {
  attribute,
  child,
  children,
  declarations,
  descendants,
  escapeXml,
  escapeXmlAttribute,
  parseXml,
  textOf,
  writeXml,
  type XmlNode,
} from "../../../lib/http/index.js";

const read = (xml: string): Promise<XmlNode> => parseXml(xml, { system: "preservica", what: "GET /api" });
const refused = (xml: string): Promise<void> => assert.rejects(read(xml), { code: "UPSTREAM", system: "preservica" });

describe("XML reading", () => {
  it("finds elements, text and attributes by local name, whatever the prefixes", async () => {
    const root = await read(
      '<?xml version="1.0"?>\n<!-- hi -->\n<e:Response xmlns:e="urn:e" xmlns:x="urn:x"><x:Ref>a-1</x:Ref><e:Child e:type="IO" ref=\'1 > 0\'> two &amp; <b>three</b> </e:Child><x:Ref>a-2</x:Ref></e:Response>',
    );
    assert.equal(root.local, "Response");
    assert.equal(textOf(root, "Ref"), "a-1");
    assert.deepEqual(
      children(root, "Ref").map((ref) => textOf(ref)),
      ["a-1", "a-2"],
    );
    assert.equal(textOf(root, "Child"), "two & three");
    assert.equal(textOf(root, "Child", "b"), "three");
    assert.equal(attribute(child(root, "Child"), "type"), "IO");
    assert.equal(attribute(child(root, "Child"), "ref"), "1 > 0");
    assert.equal(attribute(root, "e"), undefined);
    assert.equal(textOf(root, "Missing"), undefined);
    assert.equal(descendants(root, "b").length, 1);
  });

  it("keeps CDATA as it is and decodes the five entities and character references only", async () => {
    const root = await read("<a><![CDATA[<!DOCTYPE &amp; ]]>&lt;&#65;&#x1F338;&apos;</a>");
    assert.equal(textOf(root), "<!DOCTYPE &amp; <A🌸'");
  });

  it("keeps numbers and blanks as text", async () => {
    const root = await read("<a><n>007</n><n>1e3</n><s> x </s></a>");
    assert.deepEqual(
      children(root, "n").map((node) => textOf(node)),
      ["007", "1e3"],
    );
    assert.deepEqual(child(root, "s")?.content, [" x "]);
  });

  it("reads single and double quotes, blanks around signs, names of any script and empty elements", async () => {
    const root = await read('<a\n b = \'1 "2"\'\tc="it\'s" ><straße größe="3"/><x:é xmlns:x=\'urn:x\' /></a >');
    assert.equal(attribute(root, "b"), '1 "2"');
    assert.equal(attribute(root, "c"), "it's");
    assert.equal(attribute(child(root, "straße"), "größe"), "3");
    assert.deepEqual(
      children(root).map(({ name, local }) => [name, local]),
      [
        ["straße", "straße"],
        ["x:é", "é"],
      ],
    );
  });

  it("takes every kind of line end for one character, and for a blank inside an attribute", async () => {
    const root = await read('<a b="1\r\n2\t3&#10;4">x\r\ny\rz</a>');
    assert.equal(attribute(root, "b"), "1 2 3\n4");
    assert.equal(textOf(root), "x\ny\nz");
  });

  const hostile: Record<string, string> = {
    "an external entity": '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>',
    "a document type": '<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0//EN" "http://www.w3.org/x.dtd"><html/>',
    "an entity bomb": '<!DOCTYPE l [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;">]><l>&b;</l>',
    "an undeclared entity": "<a>&nbsp;</a>",
    "an entity in an attribute": '<a b="&x;"/>',
    "a bare ampersand": "<a>AT&T</a>",
    "a reference to a forbidden character": "<a>&#0;</a>",
    "a reference to a surrogate": "<a>&#xD800;</a>",
    "wrong nesting": "<a><b></a></b>",
    "a cut document": "<a><b>text",
    "a cut tag": '<a b="',
    "a cut end tag": "<a></a",
    "an attribute without a value": "<a b/>",
    "an attribute without quotes": "<a b=1/>",
    "an attribute twice": '<a b="1" b="2"/>',
    "attributes without a blank between them": '<a b="1"c="2"/>',
    "a tag inside an attribute": '<a b="<c/>"/>',
    "two colons in a name": "<a:b:c/>",
    "two roots": "<a/><b/>",
    "text around the root": "hello <a/>",
    "an element name that is a trap for objects": "<a><__proto__>x</__proto__></a>",
    "no element at all": "",
    "JSON instead": '{"a":1}',
    "depth beyond the limit": "<a>".repeat(101) + "</a>".repeat(101),
    "more attributes than any element has": `<a ${Array.from({ length: 1001 }, (_unused, n) => `b${n}="1"`).join(" ")}/>`,
    "a hundred thousand levels": "<a>".repeat(100_000),
  };
  for (const [what, xml] of Object.entries(hostile)) {
    it(`refuses ${what}`, () => refused(xml));
  }

  it("reads a hundred levels", async () => {
    await read("<a>".repeat(100) + "</a>".repeat(100));
  });

  it("refuses a document beyond the length limit", () =>
    assert.rejects(parseXml(`<a>${"x".repeat(200)}</a>`, { system: "otmm", what: "a file", maxLength: 100 }), {
      code: "UPSTREAM",
    }));

  it("looks through broken input in linear time", async () => {
    const start = process.cpuUsage();
    await refused("<a " + "b='".repeat(300_000));
    await refused("<!--".repeat(300_000));
    await refused(`<a>${"&".repeat(300_000)}</a>`);
    const { user, system } = process.cpuUsage(start);
    assert.ok((user + system) / 1000 < 1500);
  });

  it("says nothing of what the document holds", async () => {
    await assert.rejects(
      read("<a><secret>hunter2-token</secret>"),
      (error: Error) => !/hunter2/.test(String(error.stack) + String(error.cause)),
    );
  });
});

describe("XML writing", () => {
  it("escapes what XML reserves and survives a round trip", async () => {
    const odd = `<&>"' ]]> \r\n\t ü 🌸 end`;
    const root = await read(`<a b="${escapeXmlAttribute(odd)}">${escapeXml(odd)}</a>`);
    assert.equal(attribute(root, "b"), odd);
    assert.deepEqual(root.content, [odd]);
  });

  it("leaves out characters that XML 1.0 cannot hold, or refuses them by name", () => {
    assert.equal(escapeXml("a\u000bb\u0000c\ud800d\ufffee"), "abcde");
    assert.throws(() => escapeXml("ab\u000b", "refuse"), { code: "INVALID_INPUT", message: /U\+000B at position 2/ });
  });

  it("writes an inner element back with the namespaces it needs", async () => {
    const root = await read(
      '<e:R xmlns:e="urn:e" xmlns="urn:d"><Content><d:x xmlns:d="urn:x" a="1 &lt; 2">t&amp;u<e:y/></d:x></Content></e:R>',
    );
    const inner = child(root, "Content", "x");
    assert.ok(inner !== undefined);
    const written = writeXml(inner, declarations(root));
    assert.equal(written, '<d:x xmlns:e="urn:e" xmlns="urn:d" xmlns:d="urn:x" a="1 &lt; 2">t&amp;u<e:y/></d:x>');
    assert.equal(textOf(await read(written)), "t&u");
  });
});
