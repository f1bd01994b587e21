/* oxlint-disable unicorn/no-thenable -- `then` is a word of the step "condition"; steps are never awaited */
import assert from "node:assert/strict";
import type { FieldValue, LifecycleAsset } from "../../../lib/messages/asset.js";
import { LifecycleError } from "../../../lib/messages/error.js";
import {
  compileProfile,
  previewAll,
  previewRow,
  resolveSources,
  type CompileOptions,
  type MappingInput,
  type MappingProblem,
  type MappingProfile,
  type MappingRow,
  type MappingSource,
  type TransformStep,
} from "../../../lib/mapping/index.js";
import { cascading, date, domain, inputOf, list, number, T0, text } from "./seed-asset.js";

const SCHEMA = "urn:test:1";

function assetOf(fields: Record<string, FieldValue>, more: Partial<LifecycleAsset> = {}): LifecycleAsset {
  return { key: "otmm:dam:1", version: "3", name: "a.tif", ids: {}, fields, content: [], ...more };
}
function profileOf(rows: Partial<MappingRow>[], more: Partial<MappingProfile> = {}): MappingProfile {
  return {
    name: "test",
    version: "0.1.0",
    targets: [{ name: "out", kind: "fragment", schema: SCHEMA, root: "doc" }],
    rows: rows.map((row, index) => ({
      id: String(index + 1),
      from: [{ kind: "fixed", value: "x" }],
      to: { target: "out", field: `f${index + 1}` },
      ...row,
    })),
    ...more,
  };
}
/** One row from a source through steps. */
function run(
  source: MappingSource | MappingSource[],
  steps: TransformStep[] = [],
  fields: Record<string, FieldValue> = {},
  more: Partial<MappingInput> & {
    asset?: LifecycleAsset;
    profile?: Partial<MappingProfile>;
    options?: CompileOptions;
  } = {},
): { value: unknown; problems: MappingProblem[] } {
  const { profile, options, ...input } = more;
  const compiled = compileProfile(
    profileOf([{ from: Array.isArray(source) ? source : [source], steps }], profile),
    options,
  );
  assert.deepEqual(compiled.problems, []);
  const result = compiled.apply(inputOf(more.asset ?? assetOf(fields), input));
  return { value: result.metadata["out"]?.values["f1"], problems: result.problems };
}
const F = (id: string, more: object = {}): MappingSource => ({ kind: "field", id, ...more });

describe("mapping sources", () => {
  it("read fields by type, id or display", () => {
    const fields = {
      T: text("a"),
      N: number(4.5),
      D: date("2020-01-01"),
      O: domain("X", "Ex "),
      C: cascading("1^2", "A^B"),
      L: list("a", "b"),
    };
    assert.equal(run(F("T"), [], fields).value, "a");
    assert.equal(run(F("N"), [], fields).value, "4.5");
    assert.equal(run(F("O"), [], fields).value, "X");
    assert.equal(run(F("O", { part: "display" }), [], fields).value, "Ex ");
    assert.equal(run(F("C", { part: "display" }), [{ do: "level", pick: "all" }], fields).value?.toString(), "A,B");
    assert.deepEqual(run(F("L"), [], fields).value, ["a", "b"]);
  });
  it("take the first alternative that has a value", () => {
    assert.equal(run([F("A"), F("B"), { kind: "fixed", value: "c" }], [], { A: text(" \t"), B: text("b") }).value, "b");
    assert.equal(run([F("A"), F("B"), { kind: "fixed", value: "c" }]).value, "c");
  });
  it("read facts of the asset, its content, links, source words and earlier mappings", () => {
    const asset = assetOf(
      {},
      {
        source: { content_checksum: "abc", "a.b": 7 },
        content: [
          {
            system: "otmm",
            connection: "dam",
            id: "m",
            role: "preservation",
            name: "n",
            mediaType: "image/tiff",
            size: 9,
            fixity: [
              { algorithm: "MD5", value: "1", by: "flow" },
              { algorithm: "MD5", value: "2", by: "source" },
            ],
          },
        ],
        links: [{ type: "X.Y", direction: "from", key: "otmm:dam:2" }],
        metadata: {
          entity: {
            profile: { name: "p", version: "1" },
            kind: "preservica-entity",
            values: { "Identifier/a.b": "z", D: { value: "v", display: "d" } },
          },
        },
      },
    );
    const of = (path: string): unknown => run({ kind: "asset", path }, [], {}, { asset }).value;
    assert.equal(of("name"), "a.tif");
    assert.equal(of("source.a.b"), "7");
    assert.equal(of("content.preservation.size"), "9");
    assert.equal(of("content.preservation.fixity.MD5.source"), "2");
    assert.equal(of("content.preservation.fixity.MD5"), "1");
    assert.equal(of("content.access.id"), undefined);
    assert.equal(of("links.X.Y.from"), "otmm:dam:2");
    assert.equal(of("links.X.Y.to"), undefined);
    assert.equal(of("metadata.entity.Identifier/a.b"), "z");
    assert.equal(of("metadata.entity.D"), "v");
  });
  it("never reach a prototype, and tell when an object is met", () => {
    assert.equal(run({ kind: "msg", path: "__proto__.constructor.name" }, [], {}, { msg: {} }).value, undefined);
    assert.equal(run({ kind: "msg", path: "a[1]['b c']" }, [], {}, { msg: { a: [0, { "b c": true }] } }).value, "true");
    const { problems } = run({ kind: "msg", path: "a" }, [], {}, { msg: { a: { b: 1 } } });
    assert.match(problems[0]?.message ?? "", /msg\.a holds an object/);
  });
  it("give late tokens, facts of the run and the profile", () => {
    assert.equal(run({ kind: "late", fact: "size", role: "access" }).value, "urn:clc:late:size:access");
    assert.equal(run({ kind: "context", name: "now" }).value, T0);
    assert.equal(run({ kind: "context", name: "profile.version" }).value, "0.1.0");
  });
  it("ask the host for context, environment and JSONata, all at once", async () => {
    const profile = profileOf([
      { from: [{ kind: "flow", key: "a", store: "disk" }] },
      { from: [{ kind: "global", key: "b" }] },
      { from: [{ kind: "env", name: "C" }] },
      { from: [{ kind: "jsonata", expression: "asset.name" }], steps: [{ do: "case", to: "upper" }] },
    ]);
    const compiled = compileProfile(profile, {
      prepareJsonata: (expression) => (message) => Promise.resolve(`${expression}=${String(message["topic"])}`),
    });
    assert.equal(compiled.needs.length, 4);
    const input = inputOf(assetOf({}), { msg: { topic: "t" } });
    const resolver = {
      flow: (key: string, store?: string) => `${key}/${store}`,
      global: () => Promise.resolve(["x", 1]),
      env: () => "e",
    };
    const result = await compiled.applyAsync(input, resolver);
    assert.deepEqual(result.metadata["out"]?.values, { f1: "a/disk", f2: ["x", "1"], f3: "e", f4: "ASSET.NAME=T" });
    assert.equal(compiled.apply(input).ok, false, "apply alone cannot know them");
    const resolved = await resolveSources(compiled.needs, input, resolver);
    assert.equal(compiled.preview({ ...input, resolved })[2]?.result, "e");
  });
  it("refuse a wrong JSONata expression at deploy", () => {
    const prepareJsonata = (): never => {
      throw new Error("Expected ) at 4");
    };
    const { problems } = compileProfile(profileOf([{ from: [{ kind: "jsonata", expression: "$sum(" }] }]), {
      prepareJsonata,
    });
    assert.deepEqual(problems, [
      { row: "1", field: "from[0]", message: "The JSONata expression is wrong: Expected ) at 4" },
    ]);
  });
});

describe("mapping templates", () => {
  const values = (template: string, fields: Record<string, FieldValue>): unknown =>
    run({ kind: "template", template }, [], fields, { msg: { a: { b: "m" } } }).value;
  it("fill fields, asset, message and context names without escaping", () => {
    assert.equal(
      values("{{A.B}} & {{asset.name}} {{msg.a.b}} {{profile.name}} {{field:plain}} {{A.O#display}}", {
        "A.B": text("<1>"),
        plain: text("p"),
        "A.O": domain("x", "Ex"),
      }),
      "<1> & a.tif m test p Ex",
    );
  });
  it("are empty when a part outside a section is missing", () => {
    assert.equal(values("{{A.B}}#v{{A.C}}", { "A.B": text("1") }), undefined);
    assert.equal(values("{{A.B}}{{#A.C}} ({{A.C}}){{/A.C}}", { "A.B": text("1") }), "1");
    assert.equal(values("{{A.B}}{{#A.C}} ({{A.C}}){{/A.C}}", { "A.B": text("1"), "A.C": text("2") }), "1 (2)");
    assert.equal(values("{{#A.L}}[{{.}}]{{/A.L}}{{^A.X}}!{{/A.X}}", { "A.L": list("a", "b") }), "[a][b]!");
  });
  it("tell mistakes at deploy", () => {
    const mistakes = (template: string) =>
      compileProfile(profileOf([{ from: [{ kind: "template", template }] }])).problems.map(({ message }) => message);
    assert.match(mistakes("{{A.B")[0] ?? "", /template is wrong/);
    assert.match(mistakes("{{unknown}}")[0] ?? "", /names unknown/);
    assert.match(mistakes("{{>part}}")[0] ?? "", /Partials/);
  });
  it("use named values whatever the order of rows, and refuse circles", () => {
    const named = profileOf([
      { from: [{ kind: "template", template: "<{{b}}>" }] },
      { from: [{ kind: "template", template: "{{a}}{{a}}" }], to: { target: "values", field: "b" } },
      { from: [{ kind: "fixed", value: "x" }], to: { target: "values", field: "a" } },
    ]);
    assert.equal(compileProfile(named).apply(inputOf(assetOf({}))).metadata["out"]?.values["f1"], "<xx>");
    const circle = profileOf([
      { from: [{ kind: "value", name: "b" }], to: { target: "values", field: "a" } },
      { from: [{ kind: "value", name: "a" }], to: { target: "values", field: "b" } },
    ]);
    assert.match(compileProfile(circle).problems[0]?.message ?? "", /needs itself/);
  });
});

describe("mapping steps", () => {
  const of = (value: string | string[], ...steps: TransformStep[]): unknown =>
    run(F("A"), steps, { A: Array.isArray(value) ? list(...value) : text(value) }).value;
  const lookups = { lookups: { t: { A: "Alpha", constructor: "ok" } } };
  const looked = (value: string, step: object): { value: unknown; problems: MappingProblem[] } =>
    run({ kind: "fixed", value }, [{ do: "lookup", table: "t", ...step }], {}, { profile: lookups });

  it("trim, change case, replace, shorten, split, join, pick", () => {
    assert.equal(of("  a b ", { do: "trim" }), "a b");
    assert.equal(of("élan", { do: "case", to: "capital" }), "Élan");
    assert.equal(of("a$b$", { do: "replace", find: "$", with: "$&" }), "a$&b$&");
    assert.equal(of("🌸🌸🌸", { do: "shorten", length: 2 }), "🌸🌸");
    assert.deepEqual(of("a; b;;c ", { do: "split", by: ";" }), ["a", "b", "c"]);
    assert.equal(of(["a", " ", "b"], { do: "join", by: ", " }), "a, b");
    assert.deepEqual(of(["a", "b", "a"], { do: "unique" }), ["a", "b"]);
    assert.equal(of(["a", "b", "c"], { do: "list", keep: "last" }), "c");
    assert.deepEqual(of(["a", "b", "c"], { do: "list", keep: "all", most: 2 }), ["a", "b"]);
    assert.equal(of("10^43", { do: "level", pick: "last" }), "43");
    assert.equal(of("x 2021-02 y", { do: "extract", pattern: "(\\d{4})-\\d\\d" }), "2021");
    assert.equal(of("none", { do: "extract", pattern: "\\d" }), undefined);
    assert.deepEqual(of(["a", "b"], { do: "template", template: "<{{value}}>" }), ["<a>", "<b>"]);
  });
  it("look values up, with a choice for what is not in the table", () => {
    assert.equal(looked(" A ", {}).value, "Alpha");
    assert.equal(looked("constructor", {}).value, "ok");
    assert.match(looked("toString", {}).problems[0]?.message ?? "", /no line for this value/);
    assert.equal(looked("B", { missing: "keep" }).value, "B");
    assert.equal(looked("B", { missing: "drop" }).value, undefined);
    assert.equal(looked("B", { missing: "default", default: "D" }).value, "D");
  });
  it("read numbers strictly", () => {
    assert.equal(of("+007.50", { do: "number" }), "7.50");
    assert.equal(of(".5", { do: "number", decimals: 2 }), "0.50");
    for (const wrong of ["1,5", "1e3", "12 kg", "--1", "0x10", "NaN"]) {
      assert.equal(run({ kind: "fixed", value: wrong }, [{ do: "number" }]).problems[0]?.level, "error", wrong);
    }
  });
  it("apply defaults and conditions", () => {
    assert.equal(of("", { do: "default", value: "d" }), "d");
    assert.equal(of("Y", { do: "condition", is: "equals", values: ["Y"], then: "yes", otherwise: "no" }), "yes");
    assert.equal(of("N", { do: "condition", is: "one-of", values: ["Y"], then: "yes", otherwise: "no" }), "no");
    assert.equal(of("N", { do: "condition", is: "one-of", values: ["Y"] }), undefined);
    assert.equal(of("N", { do: "condition", is: "set" }), "N");
  });
  it("read dates as days, instants and offsets, and report impossible local times", () => {
    const day = (value: string, step: object, more: Partial<MappingInput> = {}) =>
      run({ kind: "fixed", value }, [{ do: "date", form: "date", ...step }], {}, more);
    assert.equal(day("2021-10-31T23:30:00Z", {}).value, "2021-11-01");
    assert.equal(day("2021-10-31T23:30:00Z", { zone: "America/Los_Angeles" }).value, "2021-10-31");
    assert.equal(day("2021-11-01", { form: "instant" }).value, "2021-10-31T23:00:00Z");
    assert.equal(day("2026-09-12T20:15:00+02:00", { form: "instant" }).value, "2026-09-12T18:15:00Z");
    assert.equal(day("2026-09-12T20:15:00+02:00", { form: "offset", zone: "Europe/Berlin" }).problems.length, 0);
    const impossible = day("2026-03-29T02:30:00+01:00", { form: "offset", zone: "Europe/Berlin" });
    assert.equal(impossible.value, "2026-03-29T02:30:00+01:00");
    assert.equal(impossible.problems[0]?.level, "warning");
    assert.equal(day("2026-03-29T02:30:00", { form: "offset" }).problems[0]?.level, "error");
    assert.equal(day("2026-02-30", {}).problems[0]?.level, "error");
    const noZone = compileProfile(
      profileOf([{ from: [{ kind: "fixed", value: "2021-10-31T23:30:00Z" }], steps: [{ do: "date", form: "date" }] }]),
    );
    assert.match(noZone.apply({ asset: assetOf({}), now: T0 }).problems[0]?.message ?? "", /names the time zone/);
  });
  it("make path segments that stay inside their folder", () => {
    const segment = (value: string): unknown => of(value, { do: "path-segment" });
    assert.equal(segment(".."), "_");
    assert.equal(segment("../../etc"), ".._.._etc");
    assert.equal(segment("a\u0000\u202Eb\nc"), "a__b_c");
    assert.equal(segment("Fru\u0308hling. "), "Fr\u00fchling");
    assert.equal(Array.from(String(segment("🌸".repeat(300)))).length, 200);
    assert.equal(segment('CON "x" <y>'), 'CON "x" <y>');
  });
});

describe("mapping rows", () => {
  it("count only under their condition, and are only then required", () => {
    const row: Partial<MappingRow> = {
      from: [F("S.SKU")],
      required: true,
      onlyIf: [{ of: F("S.STATUS"), is: "one-of", values: ["REP"] }],
    };
    const mapping = compileProfile(profileOf([row]));
    assert.equal(mapping.apply(inputOf(assetOf({ "S.STATUS": domain("DIS") }))).ok, true);
    assert.equal(mapping.apply(inputOf(assetOf({ "S.STATUS": domain("REP") }))).ok, false);
    assert.equal(mapping.apply(inputOf(assetOf({ "S.STATUS": domain("REP"), "S.SKU": text("A") }))).ok, true);
  });
  it("keep the rows of a table together, one element set for each", () => {
    const item = (value: string) => ({ value });
    const table: FieldValue = {
      type: "table",
      label: "Products",
      columns: {
        ID: { label: "", values: [item("1"), item("2")] },
        SKU: { label: "", values: [item("AF-1"), item("AF-2")] },
        GTIN: { label: "", values: [item(""), item("40")] },
      },
    };
    const rows = ["ID", "SKU", "GTIN"].map((column): Partial<MappingRow> => ({
      from: [F("P", { column })],
      each: "P",
      to: { target: "out", field: `products/product/${column.toLowerCase()}` },
    }));
    const mapping = compileProfile(
      profileOf(
        [...rows, { from: [F("P", { column: "SKU" })], to: { target: "dc", field: "dc:identifier" }, each: "P" }],
        {
          targets: [
            { name: "out", kind: "fragment", schema: SCHEMA, root: "doc" },
            { name: "dc", kind: "dublin-core" },
          ],
        },
      ),
    );
    assert.deepEqual(mapping.problems, []);
    const { metadata } = mapping.apply(inputOf(assetOf({ P: table })));
    assert.equal(
      metadata["out"]?.xml,
      `<doc xmlns="${SCHEMA}"><products><product><id>1</id><sku>AF-1</sku></product><product><id>2</id><sku>AF-2</sku><gtin>40</gtin></product></products></doc>`,
    );
    assert.deepEqual(metadata["dc"]?.values["dc:identifier"], ["AF-1", "AF-2"]);
    assert.equal(mapping.apply(inputOf(assetOf({}))).metadata["out"]?.xml, `<doc xmlns="${SCHEMA}"/>`);
    const required = compileProfile(
      profileOf([
        { ...rows[0], required: true },
        { ...rows[2], id: "gtin", required: true },
      ]),
    );
    assert.deepEqual(
      required.apply(inputOf(assetOf({ P: table }))).problems.map(({ row }) => row),
      ["gtin"],
    );
    assert.deepEqual(required.apply(inputOf(assetOf({}))).problems.length, 2);
  });
  it("can be switched off", () => {
    const mapping = compileProfile(profileOf([{ enabled: false, to: { target: "nowhere", field: "?" } }]));
    assert.deepEqual(mapping.problems, []);
    assert.deepEqual(mapping.apply(inputOf(assetOf({}))).metadata["out"]?.values, {});
  });
});

describe("compiling a profile", () => {
  it("finds every mistake at once, by row and column", () => {
    const { problems } = compileProfile(
      profileOf(
        [
          { id: "a", to: { target: "out", field: "b/" } },
          { id: "a", to: { target: "gone", field: "x" } },
          {
            id: "c",
            steps: [
              { do: "lookup", table: "t" },
              { do: "extract", pattern: "(" },
              { do: "date", form: "date", zone: "Mars" },
            ],
          },
          { id: "d", from: [] },
          {
            id: "e",
            from: [
              { kind: "conditions", table: "none" },
              { kind: "asset", path: "fields.X" },
              { kind: "value", name: "n" },
            ],
          },
          { id: "f", to: { target: "dc", field: "dc:colour" } },
        ],
        {
          zone: "Europe/Nowhere",
          targets: [
            { name: "out", kind: "fragment", schema: SCHEMA, root: "doc" },
            { name: "dc", kind: "dublin-core" },
            { name: "dc", kind: "preservica-entity" },
          ],
        },
      ),
    );
    const places = problems.map(({ row, field }) => `${row ?? "-"}:${field}`);
    for (const place of [
      "-:zone",
      "-:targets[2].name",
      "a:id",
      "a:to.field",
      "a:to.target",
      "c:steps[0].table",
      "c:steps[1].pattern",
      "c:steps[2].zone",
      "d:from",
      "e:from[0]",
      "e:from[1]",
      "e:from[2]",
      "f:to.field",
    ]) {
      assert.ok(places.includes(place), `${place} is not told: ${places.join(" ")}`);
    }
    assert.ok(problems.some(({ message }) => message.includes("Title is required by dc, but no row fills it.")));
  });
  it("refuses to apply a profile with mistakes", () => {
    const compiled = compileProfile(profileOf([{ from: [] }]));
    assert.throws(
      () => compiled.apply(inputOf(assetOf({}))),
      (error: unknown) =>
        error instanceof LifecycleError &&
        error.code === "INVALID_INPUT" &&
        /"test" cannot be used \(row 1, from\)/.test(error.message),
    );
  });
  it("wants a name and a version of three numbers", () => {
    const mistakes = (more: Partial<MappingProfile>) =>
      compileProfile(profileOf([], more)).problems.map(({ field }) => field);
    assert.deepEqual(mistakes({ name: "", version: "1" }), ["name", "version"]);
    assert.deepEqual(mistakes({ name: "a b" }), ["name"]);
    assert.deepEqual(mistakes({ name: "campaign-wide_2.0", version: "10.0.12" }), []);
  });
  it("refuses a present that is no instant", () => {
    assert.throws(() => compileProfile(profileOf([])).apply(inputOf(assetOf({}), { now: "now" })), LifecycleError);
  });
});

describe("the live view", () => {
  it("shows input, result and problems of each row by the engine that runs, beside rows with mistakes", () => {
    const profile = profileOf([
      { from: [F("A")], steps: [{ do: "trim" }, { do: "case", to: "upper" }] },
      { from: [F("B")], required: true },
      { from: [], id: "broken" },
      { from: [F("L")], steps: [{ do: "list", keep: "all" }] },
      { from: [F("V")] },
      { enabled: false, id: "off" },
    ]);
    const input = inputOf(assetOf({ A: text(" a "), L: list("1", "2"), V: text("\u0001") }));
    const rows = previewAll(profile, input);
    assert.deepEqual([rows[0]?.input, rows[0]?.result, rows[0]?.problems], [" a ", "A", []]);
    assert.deepEqual([rows[1]?.input, rows[1]?.result, rows[1]?.problems[0]?.level], [null, null, "error"]);
    assert.equal(rows[2]?.mistakes[0]?.field, "from");
    assert.deepEqual(rows[3]?.result, ["1", "2"]);
    assert.match(rows[4]?.problems[0]?.message ?? "", /U\+0001, which XML forbids/);
    assert.deepEqual([rows[5]?.row, rows[5]?.result], ["off", null]);
    assert.deepEqual(previewRow(profile, 0, input), rows[0]);
    assert.equal(previewRow(profile, 9, input), undefined);
  });
});
