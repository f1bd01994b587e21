import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { XMLParser, XMLValidator } from "fast-xml-parser";
import type { LifecycleAsset } from "../../../lib/messages/asset.js";
import {
  availableTargets,
  compileProfile,
  describeTarget,
  loadDefaultProfile,
  type MappingProfile,
  type MappingResult,
  type TargetUse,
} from "../../../lib/mapping/index.js";
import { Random } from "../../support/random.js";
import { campaignAsset, inputOf, list, text, T0 } from "./seed-asset.js";

function asset(values: Record<string, string | string[]>): LifecycleAsset {
  const fields = Object.fromEntries(
    Object.entries(values).map(([id, value]) => [id, Array.isArray(value) ? list(...value) : text(value)]),
  );
  return { key: "otmm:dam:1", version: "1", name: "a", ids: {}, fields, content: [] };
}
/** Each value into the field of the same name. */
function write(
  use: Omit<TargetUse, "name">,
  values: Record<string, string | string[]>,
  more: Partial<MappingProfile> = {},
): MappingResult {
  const names = Object.keys(values);
  const profile: MappingProfile = {
    name: "t",
    version: "1.0.0",
    targets: [{ name: "out", ...use }],
    rows: names.map((name, index) => ({
      id: `r${index}`,
      from: [{ kind: "field", id: name }],
      to: { target: "out", field: name },
    })),
    ...more,
  };
  const compiled = compileProfile(profile);
  assert.deepEqual(compiled.problems, []);
  return compiled.apply(inputOf(asset(values)));
}
const messages = (result: MappingResult): string[] => result.problems.map(({ message }) => message);

describe("the Preservica target", () => {
  const good = { Title: "t", SecurityTag: "open", Parent: "A/B" };
  it("describes its fields, required ones first and patterns apart", () => {
    const described = describeTarget({ name: "e", kind: "preservica-entity" });
    assert.deepEqual(
      described.fields.filter(({ required }) => required === true).map(({ field }) => field),
      ["Title", "SecurityTag", "Parent"],
    );
    assert.deepEqual(
      described.patterns.map(({ field }) => field),
      ["Identifier/<type>", "Folder/<level>/<type>", "Link/<type>"],
    );
  });
  it("refuses paths that leave their folder, titles of several lines, two values where one goes", () => {
    for (const parent of ["A/../B", "/A", "A//B", "A/ /B", ".", "A/"]) {
      const result = write({ kind: "preservica-entity" }, { ...good, Parent: parent });
      assert.match(messages(result)[0] ?? "", /empty part/, parent);
      assert.equal(result.metadata["out"]?.values["Parent"], undefined);
    }
    assert.match(messages(write({ kind: "preservica-entity" }, { ...good, Title: "a\nb" }))[0] ?? "", /one line/);
    assert.match(
      messages(write({ kind: "preservica-entity" }, { ...good, Title: ["a", "b"] }))[0] ?? "",
      /takes one value/,
    );
    assert.match(
      messages(write({ kind: "preservica-entity" }, { ...good, Title: "x".repeat(1001) }))[0] ?? "",
      /Longer than the 1000/,
    );
    assert.match(
      messages(write({ kind: "preservica-entity" }, { ...good, Description: "\u0000" }))[0] ?? "",
      /U\+0000/,
    );
  });
  it("takes the titles of a folder path one by one, so that a title may hold a slash", () => {
    const parentOf = (...titles: string[]) => {
      const { ok, metadata } = write({ kind: "preservica-entity" }, { ...good, Parent: titles });
      return ok ? metadata["out"]?.values["Parent"] : "refused";
    };
    assert.deepEqual(parentOf("Museum", "Expedition 1914/1918"), ["Museum", "Expedition 1914/1918"]);
    assert.equal(parentOf("Museum/Expedition"), "Museum/Expedition");
    assert.equal(parentOf("Museum/../Expedition"), "refused");
    assert.equal(parentOf("Museum", ".."), "refused");
  });
  it("takes several identifiers of one type", () => {
    assert.deepEqual(
      write({ kind: "preservica-entity" }, { ...good, "Identifier/GTIN": ["1", "2"] }).metadata["out"]?.values[
        "Identifier/GTIN"
      ],
      ["1", "2"],
    );
  });
});

describe("fragment targets", () => {
  const use = (fields?: TargetUse["fields"]): Omit<TargetUse, "name"> => ({
    kind: "fragment",
    schema: "urn:x:1",
    root: "doc",
    ...(fields === undefined ? {} : { fields }),
  });
  it("nest elements, keep fixed attributes apart, write attributes and repeat elements", () => {
    const { metadata } = write(use(), {
      "a/b": "1",
      "a/c[@t='x'][@u=\"y\"]": ["2", "3"],
      "a/c[@t='z']": "4",
      "a/@id": 'i&"<\n',
      "d/e/f": "",
    });
    assert.equal(
      metadata["out"]?.xml,
      '<doc xmlns="urn:x:1"><a id="i&amp;&quot;&lt;&#10;"><b>1</b><c t="x" u="y">2</c><c t="x" u="y">3</c><c t="z">4</c></a></doc>',
    );
    assert.deepEqual(metadata["out"]?.values["a/c[@t='x'][@u='y']"], ["2", "3"]);
  });
  it("check declared types, required and repeatable fields", () => {
    const fields: TargetUse["fields"] = [
      { field: "d", type: "date" },
      { field: "t", type: "dateTime" },
      { field: "i", type: "integer" },
      { field: "n", type: "decimal" },
      { field: "b", type: "boolean" },
      { field: "u", type: "anyURI" },
      { field: "e", type: "string", allowed: ["x"], maxLength: 3 },
    ];
    const good = {
      d: "2024-02-29",
      t: "2024-02-29T10:00:00+02:00",
      i: "-5",
      n: "1.50",
      b: "true",
      u: "https://x.example/",
      e: "x",
    };
    assert.deepEqual(write(use(fields), good).problems, []);
    const wrong = { d: "2023-02-29", t: "2024-02-29", i: "1.5", n: "1,5", b: "yes", u: "not a uri", e: "y" };
    assert.deepEqual(
      write(use(fields), wrong).problems.map(({ field }) => field),
      Object.keys(wrong).map((name) => `out: ${name}`),
    );
    assert.match(messages(write(use(fields), { i: ["1", "2"] }))[0] ?? "", /takes one value/);
  });
  it("refuse paths and schemas that make no XML, and mixed content", () => {
    const mistakes = (field: string, more: object = {}) =>
      compileProfile({
        name: "t",
        version: "1.0.0",
        targets: [{ name: "out", ...use(), ...more }],
        rows: [{ id: "1", from: [{ kind: "fixed", value: "v" }], to: { target: "out", field } }],
      }).problems;
    for (const path of ["", "a//b", "/a", "a/", "1a", "a b", "a[@x=1]", "a[x='1']", "a/@", "a<b", "a[@x='\u0001']"])
      assert.notEqual(mistakes(path).length, 0, path);
    assert.notEqual(mistakes("a", { schema: "" }).length, 0);
    assert.notEqual(mistakes("a", { root: "<x>" }).length, 0);
    const mixed = compileProfile({
      name: "t",
      version: "1.0.0",
      targets: [{ name: "out", ...use() }],
      rows: [
        { id: "1", from: [{ kind: "fixed", value: "v" }], to: { target: "out", field: "a" } },
        { id: "2", from: [{ kind: "fixed", value: "v" }], to: { target: "out", field: "a/b" } },
      ],
    });
    assert.match(mixed.problems[0]?.message ?? "", /cannot hold elements as well/);
  });
  it("refuse elements that a built-in schema does not have", () => {
    const { problems } = compileProfile({
      name: "t",
      version: "1.0.0",
      targets: [{ name: "c", kind: "fragment", schema: "urn:clc:schema:campaign:1" }],
      rows: [{ id: "1", from: [{ kind: "fixed", value: "v" }], to: { target: "c", field: "colour" } }],
    });
    assert.ok(
      problems.some(
        ({ row, message }) => row === "1" && message.includes('"colour" is no element of urn:clc:schema:campaign:1'),
      ),
    );
  });
});

describe("XML output", () => {
  const pieces = [
    "a",
    "ä",
    "🌸",
    "&",
    "<",
    ">",
    '"',
    "'",
    "]]>",
    "<!--",
    "-->",
    "&amp;",
    "\n",
    "\r",
    "\t",
    " ",
    "\u0085",
    "\u2028",
    "\uFFFD",
    "{{x}}",
    "${x}",
    "<?x?>",
    "\u0301",
    "urn:clc:late:x",
  ];
  const hostile = ["\u0000", "\u0001", "\u000b", "\u001f", "\ud800", "\udc00x", "\uffff", "\ufffe"];
  const random = new Random(4711);
  const make = (from: readonly string[], least: number): string =>
    Array.from({ length: random.between(least, 12) }, () => random.pick(from)).join("");
  const parser = new XMLParser({
    parseTagValue: false,
    trimValues: false,
    removeNSPrefix: true,
    processEntities: { enabled: true, maxTotalExpansions: 100_000 },
    htmlEntities: true,
  });

  it("is well-formed for any text, and parses back to the very text", () => {
    for (let round = 0; round < 600; round += 1) {
      const values = { title: `x${make(pieces, 0)}x`, description: `x${make(pieces, 0)}x` };
      const { metadata, ok } = write(
        { kind: "dublin-core" },
        { "dc:title": values.title, "dc:description": values.description },
      );
      const xml = metadata["out"]?.xml ?? "";
      assert.equal(ok, true);
      assert.equal(XMLValidator.validate(xml), true, xml);
      const parsed: unknown = parser.parse(xml);
      assert.deepEqual(parsed, { dc: values });
    }
  });
  it("never holds a character that XML forbids: a problem, or stripped and told", () => {
    for (let round = 0; round < 300; round += 1) {
      const value = `x${make(pieces, 0)}${random.pick(hostile)}${make(pieces, 0)}x`;
      const refused = write({ kind: "dublin-core" }, { "dc:title": value });
      assert.equal(refused.ok, false);
      assert.equal(refused.problems[0]?.row, "r0");
      assert.doesNotMatch(refused.metadata["out"]?.xml ?? "", /<dc:title>/);
      const cleaned = write(
        { kind: "dublin-core" },
        { "dc:title": value },
        {
          rows: [
            {
              id: "r0",
              from: [{ kind: "field", id: "dc:title" }],
              steps: [{ do: "xml-clean" }],
              to: { target: "out", field: "dc:title" },
            },
          ],
        },
      );
      assert.equal(cleaned.ok, true);
      assert.equal(cleaned.problems[0]?.level, "warning");
      assert.equal(XMLValidator.validate(cleaned.metadata["out"]?.xml ?? ""), true);
    }
  });
});

describe("built-in schemas", () => {
  const parser = new XMLParser({
    ignoreAttributes: false,
    isArray: (name) => name === "xs:element" || name === "xs:complexType",
  });
  type Element = { "@_name": string; "@_type"?: string; "@_minOccurs"?: string; "@_maxOccurs"?: string };
  const schemas = [
    ["urn:clc:schema:lifecycle:1", "lifecycle-1.xsd"],
    ["urn:clc:schema:campaign:1", "campaign-1.xsd"],
    ["urn:clc:schema:product:1", "product-1.xsd"],
    ["urn:clc:schema:broadcast:1", "broadcast-1.xsd"],
  ] as const;

  for (const [uri, file] of schemas) {
    it(`${file} and the field list of ${uri} say the same`, () => {
      const folder = join(__dirname, "../../../lib/mapping/schemas");
      const parsed = parser.parse(readFileSync(join(folder, file), "utf8"));
      const schema = parsed["xs:schema"];
      assert.equal(schema["@_targetNamespace"], uri);
      const types = new Map<string, Element[]>(
        (schema["xs:complexType"] ?? []).flatMap(
          (type: { "@_name": string; "xs:sequence"?: { "xs:element": Element[] } }) =>
            type["xs:sequence"] === undefined ? [] : [[type["@_name"], type["xs:sequence"]["xs:element"]]],
        ),
      );
      const top: Element[] = schema["xs:element"][0]["xs:complexType"][0]["xs:sequence"]["xs:element"];
      const paths = top.flatMap((element) => {
        const inner = types.get(element["@_type"] ?? "");
        // What stands in a repeated element is there as often as that.
        const times = element["@_maxOccurs"];
        return inner === undefined
          ? [{ path: element["@_name"], element }]
          : inner.map((child) => ({
              path: `${element["@_name"]}/${child["@_name"]}`,
              element: times === undefined ? child : { ...child, "@_maxOccurs": times },
            }));
      });
      const { fields } = describeTarget({ name: "f", kind: "fragment", schema: uri });
      const declared = [...new Set(fields.map(({ field }) => field.replace(/\[.*$/, "")))];
      assert.deepEqual(
        declared,
        paths.map(({ path }) => path),
      );
      for (const { path, element } of paths) {
        const field = fields.find((one) => one.field === path);
        if (field === undefined) continue;
        assert.equal(field.type === "date", element["@_type"] === "Day", `${path}: date`);
        assert.equal(field.repeatable === true, element["@_maxOccurs"] === "unbounded", `${path}: repeatable`);
        if (element["@_minOccurs"] === undefined) assert.equal(field.required, true, `${path}: required`);
      }
    });
  }
});

describe("target descriptions", () => {
  it("list everything that a profile can be started with", () => {
    assert.deepEqual(
      availableTargets().map(({ kind, schema }) => `${kind} ${schema ?? ""}`.trim()),
      [
        "preservica-entity",
        "dublin-core http://www.openarchives.org/OAI/2.0/oai_dc/",
        "fragment urn:clc:schema:lifecycle:1",
        "fragment urn:clc:schema:campaign:1",
        "fragment urn:clc:schema:product:1",
        "fragment urn:clc:schema:broadcast:1",
        "fragment http://www.loc.gov/mods/v3",
        "otmm-fields",
      ],
    );
  });
});

describe("rows that empty their field", () => {
  const fields = (rows: Partial<MappingProfile["rows"][number]>[], kind: TargetUse["kind"] = "otmm-fields") =>
    compileProfile({
      name: "t",
      version: "1.0.0",
      targets: [{ name: "out", kind, ...(kind === "fragment" ? { schema: "urn:t", root: "t" } : {}) }],
      rows: rows.map((row, index) => ({
        id: `r${index}`,
        from: [{ kind: "field", id: "A" }],
        to: { target: "out", field: "F" },
        ...row,
      })),
    });
  const mistakes = (...args: Parameters<typeof fields>) => fields(...args).problems.map(({ field }) => field);

  it("name the field when there is no value, and only then", () => {
    const compiled = fields([{ clear: true }]);
    assert.deepEqual(compiled.problems, []);
    assert.deepEqual(compiled.apply(inputOf(asset({}))).metadata["out"]?.cleared, ["F"]);
    const filled = compiled.apply(inputOf(asset({ A: "x" }))).metadata["out"];
    assert.deepEqual([filled?.values["F"], filled?.cleared], ["x", undefined]);
  });
  it("leave the field alone when the row does not count, or another row fills it", () => {
    const skipped = fields([{ clear: true, onlyIf: [{ of: { kind: "field", id: "B" }, is: "set" }] }]);
    assert.equal(skipped.apply(inputOf(asset({}))).metadata["out"]?.cleared, undefined);
    const second = fields([{ clear: true }, { from: [{ kind: "fixed", value: "y" }] }]);
    const made = second.apply(inputOf(asset({}))).metadata["out"];
    assert.deepEqual([made?.values["F"], made?.cleared], ["y", undefined]);
  });
  it("are mistakes where nothing can be emptied", () => {
    assert.deepEqual(mistakes([{ clear: true }], "fragment"), ["clear"]);
    assert.deepEqual(mistakes([{ clear: true, to: { target: "values", field: "v" } }]), ["clear"]);
    assert.deepEqual(mistakes([{ clear: true, required: true }]), ["clear"]);
    assert.deepEqual(mistakes([{ clear: true, each: "TABLE" }]), ["clear"]);
  });
});

describe("the profiles otmm-archive-sync and otmm-not-archived", () => {
  const sync = compileProfile(loadDefaultProfile("otmm-archive-sync"));
  const none = compileProfile(loadDefaultProfile("otmm-not-archived"));
  const REF = "0d8a5f1e-0000-5000-8000-000000000002";
  const OWN = "2222222222222222222222222222222222222222";
  const facts = {
    "archive.status": "PRE",
    "archive.id": REF,
    "archive.location": "Alder & Finch / Campaigns",
    "archive.access": "RES",
    "archive.archivedOn": "2026-11-14T23:30:00.000Z",
    "archive.sha256": "ab".repeat(32),
    "archive.policy": "Campaign 5 years after end",
    "archive.retentionUntil": "2026-02-28",
    "archive.retentionStatus": "EXP",
    "archive.syncedOn": "2026-11-16T09:00:00.400Z",
  };
  const one = (source: Record<string, string>, values: Record<string, string> = {}): LifecycleAsset => ({
    ...asset(values),
    ids: { otmm: { connection: "dam", assetId: OWN, originalAssetId: OWN, version: "1" } },
    source,
  });
  const status = (source: Record<string, string>, values: Record<string, string> = {}) => {
    const { metadata, problems } = applied(sync, one(source, values));
    assert.deepEqual(problems, []);
    return metadata["fields"];
  };
  const applied = (mapping: typeof sync, given: LifecycleAsset): MappingResult =>
    mapping.apply({ ...inputOf(given), resolved: new Map(mapping.needs.map(({ key }) => [key, undefined])) });

  it("show what the archive states, and empty what it no longer states", () => {
    const shown = status(facts);
    assert.equal(shown?.values["ACME.FIELD.PRESERVATION STATUS"], "PRE");
    assert.equal(shown?.values["ACME.FIELD.ARCHIVE LOCATION"], "Alder & Finch/Campaigns");
    assert.equal(shown?.values["ACME.FIELD.ARCHIVED ON"], "2026-11-15");
    assert.equal(shown?.cleared, undefined);
    const bare = status({ ...facts, "archive.policy": "", "archive.retentionUntil": "" });
    assert.deepEqual(bare?.cleared, ["ACME.FIELD.ARCHIVE RETENTION POLICY", "ACME.FIELD.ARCHIVE RETENTION UNTIL"]);
  });
  it("keep a released copy released, show a hold of either system, and a destroyed asset as destroyed", () => {
    const released = {
      "ACME.FIELD.PRESERVATION STATUS": "REL",
      "ACME.FIELD.ARCHIVED ASSET ID": OWN,
      "ACME.FIELD.LEGAL HOLD": "Y",
      "ACME.FIELD.ARCHIVE SHA256": "cd".repeat(32),
    };
    const shown = status(facts, released)?.values;
    assert.equal(shown?.["ACME.FIELD.PRESERVATION STATUS"], "REL");
    assert.equal(shown?.["ACME.FIELD.ARCHIVE RETENTION STATUS"], "HLD");
    const gone = { "archive.status": "DST", "archive.id": REF, "archive.syncedOn": facts["archive.syncedOn"] };
    const destroyed = status(gone, released);
    assert.equal(destroyed?.values["ACME.FIELD.PRESERVATION STATUS"], "DST");
    assert.equal(destroyed?.values["ACME.FIELD.ARCHIVE SHA256"], "cd".repeat(32));
    assert.ok(destroyed?.cleared?.includes("ACME.FIELD.ARCHIVE RETENTION STATUS"));
  });
  it("empty what a version inherited, leave alone what was never archived, and refuse to hide a contradiction", () => {
    const inherited = { "ACME.FIELD.ARCHIVE ID": REF, "ACME.FIELD.ARCHIVED ASSET ID": "1".repeat(40) };
    const emptied = applied(none, one({}, inherited)).metadata["fields"];
    assert.deepEqual(emptied?.values, { "ACME.FIELD.PRESERVATION STATUS": "NOT" });
    assert.equal(emptied?.cleared?.length, 15);
    assert.deepEqual(applied(none, one({})).metadata["fields"]?.values, {});
    const claimed = applied(none, one({}, { ...inherited, "ACME.FIELD.ARCHIVED ASSET ID": OWN }));
    assert.equal(claimed.ok, false);
    assert.match(messages(claimed).join(), /the archive does not know it/);
  });
  it("warn of a re-import in one row of the table of events", () => {
    const copies = {
      "archive.copies": REF,
      "archive.copyTitle": "Hero",
      "archive.copySince": "2026-11-14T23:30:00.000Z",
    };
    assert.deepEqual(applied(none, one(copies)).metadata["fields"]?.values, {
      "ACME.FIELD.PRESERVATION STATUS": "NOT",
      "ACME.COLUMN.EVENT DATE": "2026-11-14T23:30:00Z",
      "ACME.COLUMN.EVENT TYPE": `The same bytes are archived already: Hero (${REF})`,
      "ACME.COLUMN.EVENT AGENT": "content lifecycle",
      "ACME.COLUMN.EVENT OUTCOME": "warning",
    });
  });
});

describe("the profile otmm-archive-status", () => {
  const campaign = compileProfile(loadDefaultProfile("campaign-archive"));
  const status = compileProfile(loadDefaultProfile("otmm-archive-status"));
  const archived = (more: Partial<LifecycleAsset> = {}): LifecycleAsset => {
    const source = campaignAsset({ "ACME.FIELD.LEGAL HOLD": undefined });
    const ids = {
      ...source.ids,
      preservica: { connection: "archive", ref: "0d8a5f1e-0000-5000-8000-000000000002", since: "2026-11-14T23:30:00Z" },
    };
    const content = source.content.map((one) => ({
      ...one,
      fixity: [...one.fixity, { algorithm: "SHA-256" as const, value: "AB".repeat(32), by: "flow" as const }],
    }));
    return { ...source, ids, content, metadata: campaign.apply(inputOf(source)).metadata, ...more };
  };

  it("writes what OTMM shall show, with types", () => {
    assert.deepEqual(status.problems, []);
    const { metadata, problems } = status.apply(inputOf(archived(), { now: T0 }));
    assert.deepEqual(problems, []);
    assert.deepEqual(metadata["fields"]?.values, {
      "ACME.FIELD.PRESERVATION STATUS": "PRE",
      "ACME.FIELD.ARCHIVE ID": "0d8a5f1e-0000-5000-8000-000000000002",
      "ACME.FIELD.ARCHIVED ASSET ID": "2222222222222222222222222222222222222222",
      "ACME.FIELD.ARCHIVED ON": "2026-11-15",
      "ACME.FIELD.ARCHIVE LOCATION": "Alder & Finch/Campaigns/2021/AF-2021-SPR Spring Bloom 2021",
      "ACME.FIELD.ARCHIVE SHA256": "ab".repeat(32),
      "ACME.FIELD.ARCHIVE RETENTION POLICY": "Campaign 5 years after end",
      "ACME.FIELD.ARCHIVE RETENTION UNTIL": "2026-02-28",
      "ACME.FIELD.ARCHIVE RETENTION STATUS": "EXP",
      "ACME.FIELD.ARCHIVE ACCESS": "OPN",
    });
    assert.equal(metadata["fields"]?.types?.["ACME.FIELD.ARCHIVED ON"], "date");
  });
  it("writes the same on any later day, so that a second run changes nothing", () => {
    const later = status.apply(inputOf(archived(), { now: "2027-01-05T09:00:00Z" })).metadata["fields"]?.values;
    assert.deepEqual(later, status.apply(inputOf(archived(), { now: T0 })).metadata["fields"]?.values);
  });
  it("says nothing is preserved before the archive has confirmed it", () => {
    const { metadata, problems } = status.apply(inputOf(archived({ ids: campaignAsset().ids })));
    assert.equal(metadata["fields"]?.values["ACME.FIELD.PRESERVATION STATUS"], undefined);
    assert.ok(problems.some(({ row, level }) => row === "A-02" && level === "error"));
  });
  it("shows running, permanent and held retention, and closed access for an unknown tag", () => {
    const show = (more: Partial<LifecycleAsset>): Record<string, unknown> =>
      status.apply(inputOf(archived(more))).metadata["fields"]?.values ?? {};
    const retention = { rule: "r", reason: "r", start: "2026-01-01", until: "2036-01-01" };
    assert.equal(
      show({ retention: { ...retention, outcome: "not-yet" } })["ACME.FIELD.ARCHIVE RETENTION STATUS"],
      "RUN",
    );
    assert.equal(
      show({ retention: { rule: "r", reason: "r", outcome: "never" } })["ACME.FIELD.ARCHIVE RETENTION STATUS"],
      "PRM",
    );
    assert.equal(show({ retention: { ...retention, outcome: "held" } })["ACME.FIELD.ARCHIVE RETENTION STATUS"], "HLD");
    const held = campaignAsset().fields;
    assert.equal(show({ fields: held })["ACME.FIELD.ARCHIVE RETENTION STATUS"], "HLD");
    const entity = {
      profile: { name: "p", version: "1" },
      kind: "preservica-entity",
      values: { SecurityTag: "secret", Parent: "A" },
    };
    assert.equal(show({ metadata: { entity } })["ACME.FIELD.ARCHIVE ACCESS"], "CLS");
  });
});
