/* oxlint-disable unicorn/no-thenable -- `then` is a word of the step "condition"; steps are never awaited */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import {
  DEFAULT_PROFILES,
  defaultProfiles,
  loadDefaultProfile,
  parseProfile,
  profileFromCsv,
  profileFromJson,
  profileToCsv,
  profileToJson,
  type ConditionTable,
  type MappingProfile,
  type MappingRow,
  type MappingSource,
  type MappingTest,
  type TransformStep,
} from "../../../lib/mapping/index.js";
import { LifecycleError } from "../../../lib/messages/error.js";
import { Random } from "../../support/random.js";

const FOLDER = join(__dirname, "../../../lib/mapping/profiles");

describe("profiles that ship", () => {
  for (const name of DEFAULT_PROFILES) {
    it(`${name} is the same as JSON and as CSV`, () => {
      const json = profileFromJson(readFileSync(join(FOLDER, `${name}.json`), "utf8"));
      const csv = readFileSync(join(FOLDER, `${name}.csv`), "utf8");
      assert.deepEqual(json.problems, []);
      assert.deepEqual(profileFromCsv(csv), json);
      assert.ok(json.profile);
      assert.equal(profileToCsv(json.profile), csv, "write the CSV again from the JSON");
    });
  }
  it("are listed with version and description, and refused by a wrong name", () => {
    assert.deepEqual(
      defaultProfiles().map(({ name, version }) => `${name} ${version}`),
      [
        "campaign-archive 1.0.0",
        "product-archive 1.0.0",
        "heritage-archive 1.1.0",
        "broadcast-archive 1.0.0",
        "otmm-archive-status 1.1.0",
        "otmm-archive-sync 1.0.0",
        "otmm-not-archived 1.0.0",
      ],
    );
    assert.throws(
      () => loadDefaultProfile("../../../package"),
      (error: unknown) => error instanceof LifecycleError && error.code === "NOT_FOUND",
    );
  });
});

describe("profiles as JSON", () => {
  it("go out and come back as they were", () => {
    const profile = loadDefaultProfile("campaign-archive");
    assert.deepEqual(profileFromJson(`\uFEFF${profileToJson(profile)}`), { profile, problems: [] });
  });
  it("are refused with row and column for every mistake at once", () => {
    const { profile, problems } = parseProfile({
      name: "p",
      version: 1,
      targets: [{ name: "t", kind: "mets" }],
      colour: "red",
      lookups: { a: { b: 1 } },
      rows: [
        { id: "r1", from: [{ kind: "felt", id: "x" }], to: { target: "t", field: "f" } },
        {
          id: "r2",
          from: [{ kind: "field" }],
          steps: [{ do: "split" }, { do: "dance" }],
          to: { target: "t" },
          required: "yes",
        },
        { from: "x", to: { target: "t", field: "f" } },
        7,
      ],
    });
    assert.equal(profile, undefined);
    assert.deepEqual(
      problems.map(({ row, field }) => `${row ?? "-"}:${field}`),
      [
        "-:version",
        "-:targets[0].kind",
        "-:lookups.a.b",
        "r1:from[0].kind",
        "r2:from[0].id",
        "r2:required",
        "r2:steps[0].by",
        "r2:steps[1].do",
        "r2:to.field",
        "#3:id",
        "#3:from",
        "#4:row",
        "-:colour",
      ].sort(
        (a, b) =>
          problems.findIndex((p) => `${p.row ?? "-"}:${p.field}` === a) -
          problems.findIndex((p) => `${p.row ?? "-"}:${p.field}` === b),
      ),
    );
    assert.equal(problems.length, 13);
  });
  it("are no profile when they are no JSON, a list or nothing", () => {
    assert.match(profileFromJson("{").problems[0]?.message ?? "", /not JSON/);
    for (const value of [[], null, "x", undefined]) assert.equal(parseProfile(value).problems[0]?.field, "profile");
    assert.match(
      JSON.stringify(
        profileFromJson('{"name":"p","version":"1","targets":[],"rows":[],"lookups":{"__proto__":{}}}').problems,
      ),
      /cannot be a name/,
    );
  });
});

describe("profiles as CSV", () => {
  const csvOf = (cells: Record<string, string>): string => {
    const [header = ""] = profileToCsv({ name: "p", version: "1", targets: [], rows: [] }).split("\r\n");
    const line = header.split(",").map((column) => `"${(cells[column] ?? "").replaceAll('"', '""')}"`);
    return `${header}\r\nprofile,name,,p,,,,,,,,\r\nprofile,version,,1,,,,,,,,\r\n${line.join(",")}\r\n`;
  };

  it("come back exactly, whatever stands in them", () => {
    const random = new Random(99);
    for (let round = 0; round < 300; round += 1) {
      const profile = anyProfile(random);
      const csv = profileToCsv(profile);
      assert.deepEqual(profileFromCsv(csv), { profile, problems: [] });
      assert.deepEqual(profileFromCsv(`\uFEFF${csv}`).profile, profile, "with a byte order mark");
    }
  });

  it("hold no cell that a spreadsheet would run", () => {
    const profile: MappingProfile = {
      name: "=cmd|' /C calc'!A0",
      version: "+1",
      targets: [],
      ignored: ["@SUM(1)", "-2+3", "\t=1", "'quoted", "=\n1"],
      lookups: { "=t": { "=1+1": '=HYPERLINK("x")', "-": "+" } },
      rows: [
        {
          id: "=1",
          from: [{ kind: "fixed", value: "=1" }],
          to: { target: "=a", field: "@b" },
          note: "=2\n=3",
          each: "-x",
        },
      ],
    };
    const csv = profileToCsv(profile);
    for (const cell of csv.matchAll(/(?:^|,)"?([=+\-@\t])/gm)) {
      const before = csv.slice(0, cell.index).split('"').length % 2;
      assert.equal(before, 0, `a cell begins with ${JSON.stringify(cell[1])}`);
    }
    assert.deepEqual(profileFromCsv(csv).profile, profile);
  });

  it("are refused by line, row and column", () => {
    const mistakes = (cells: Record<string, string>) => profileFromCsv(csvOf(cells)).problems;
    assert.deepEqual(mistakes({ record: "row", id: "7", source: "felt x", target: "t", field: "f" })[0]?.row, "7");
    assert.equal(mistakes({ record: "row", id: "7", source: "felt x" })[0]?.field, "source");
    assert.match(
      mistakes({ record: "row", id: "7", source: "felt x" })[0]?.message ?? "",
      /^Line 4: "felt" is no kind of source/,
    );
    assert.equal(
      mistakes({
        record: "row",
        id: "7",
        source: "field A",
        transformation: "trim\nsplit by",
        target: "t",
        field: "f",
      })[0]?.field,
      "transformation",
    );
    assert.equal(mistakes({ record: "row", id: "7", source: "field A", required: "maybe" })[0]?.field, "required");
    assert.equal(mistakes({ record: "row", id: "7", source: "field A", refuse: "no reason" })[0]?.field, "refuse");
    assert.equal(
      mistakes({
        record: "row",
        id: "7",
        source: "field A",
        transformation: "shorten length=many",
        target: "t",
        field: "f",
      })[0]?.field,
      "steps[0].length",
    );
    assert.match(
      mistakes({ record: "row", id: "8", source: "field A", required: "empty", target: "t", field: "f" })[0]?.message ??
        "",
      /Write yes, no or clear/,
    );
    assert.equal(mistakes({ record: "colour" })[0]?.field, "line 4, record");
    assert.equal(mistakes({ record: "lookup", id: "t", source: "a", note: "x" })[0]?.field, "line 4, note");
    assert.equal(mistakes({ record: "target-field", id: "gone", field: "f" })[0]?.field, "line 4, id");
    assert.equal(mistakes({ record: "retention", id: "r" })[0]?.field, "line 4, source");
  });

  it("are refused as files: quotes, columns", () => {
    assert.match(profileFromCsv('record,"id').problems[0]?.message ?? "", /Line 1: a quote is opened and never closed/);
    assert.match(profileFromCsv('re"cord').problems[0]?.message ?? "", /must stand in quotes/);
    assert.match(profileFromCsv('"record"x').problems[0]?.message ?? "", /text after a closing quote/);
    assert.match(profileFromCsv("record,id\r\n").problems[0]?.message ?? "", /must name each of these columns/);
    assert.match(profileFromCsv("").problems[0]?.message ?? "", /must name each of these columns/);
  });

  it("take columns in any order, and line ends of any kind", () => {
    const profile = loadDefaultProfile("otmm-archive-status");
    const csv = profileToCsv(profile);
    assert.deepEqual(profileFromCsv(csv.replaceAll("\r\n", "\n")).profile, profile);
    const swapped = csv
      .replace(/^record,id,/, "id,record,")
      .replace(/\r\n([a-z-]+),("(?:[^"]|"")*"|[^,]*),/g, "\r\n$2,$1,");
    assert.deepEqual(profileFromCsv(swapped).profile, profile);
  });
});

/** A profile with everything that CSV can hold, and texts that are hard on it. */
function anyProfile(random: Random): MappingProfile {
  const hard = [
    "a",
    "A B",
    '"',
    "''",
    "=",
    "\\",
    "\\n",
    "\n",
    "\r\n",
    ",",
    ";",
    "and",
    "if",
    "other",
    "none",
    " x ",
    "ä🌸",
    "k=v",
    "-1",
    "'",
    "\t",
    "values-none=true",
    "#",
  ];
  const anyText = (): string => Array.from({ length: random.between(1, 3) }, () => random.pick(hard)).join("");
  const maybe = <T>(value: T): T | undefined => (random.next() < 0.5 ? value : undefined);
  const some = <T>(make: () => T, least = 0): T[] => Array.from({ length: random.between(least, 3) }, make);
  const given = <T extends object>(value: { [K in keyof T]: T[K] | undefined }): T =>
    Object.fromEntries(Object.entries(value).filter(([, member]) => member !== undefined)) as T;
  const source = (): MappingSource =>
    random.pick<() => MappingSource>([
      () =>
        given({
          kind: "field" as const,
          id: anyText(),
          part: maybe(random.pick(["value", "display"] as const)),
          column: maybe(anyText()),
        }) as MappingSource,
      () => ({ kind: "asset", path: anyText() }),
      () => given({ kind: "flow" as const, key: anyText(), store: maybe(anyText()) }) as MappingSource,
      () => ({ kind: "fixed", value: random.pick(["", anyText()]) }),
      () => ({ kind: "jsonata", expression: anyText() }),
      () => ({ kind: "template", template: anyText() }),
      () => ({ kind: "late", fact: "sha256", role: "access" }),
      () => ({ kind: "retention", fact: "until" }),
      () => ({ kind: "value", name: anyText() }),
    ])();
  const test = (): MappingTest =>
    given({
      of: source(),
      is: random.pick(["one-of", "set", "after", "same-as"] as const),
      values: maybe(some(anyText)),
      other: maybe(source()),
    }) as MappingTest;
  const step = (): TransformStep =>
    random.pick<() => TransformStep>([
      () => ({ do: "trim" }),
      () => ({ do: "split", by: anyText() }),
      () => ({ do: "replace", find: anyText(), with: random.pick(["", anyText()]) }),
      () =>
        given({
          do: "condition" as const,
          is: "one-of" as const,
          values: maybe(some(anyText)),
          then: maybe(anyText()),
          otherwise: maybe(""),
        }) as TransformStep,
      () => given({ do: "list" as const, keep: "all" as const, most: maybe(random.between(1, 9)) }) as TransformStep,
      () =>
        given({
          do: "lookup" as const,
          table: anyText(),
          missing: maybe("default" as const),
          default: maybe(anyText()),
        }) as TransformStep,
      () => ({ do: "extract", pattern: anyText(), group: 0 }),
    ])();
  const missing = (): Pick<MappingRow, "required" | "clear"> =>
    random.pick([{}, { required: true }, { required: false }, { clear: true }]);
  const row = (): MappingRow =>
    given({
      id: anyText(),
      enabled: maybe(random.next() < 0.5),
      from: some(source),
      steps: maybe(some(step)),
      to: { target: anyText(), field: anyText() },
      ...missing(),
      onlyIf: maybe(some(test)),
      refuse: maybe(some(() => ({ when: some(test), reason: anyText() }))),
      each: maybe(anyText()),
      note: maybe(anyText()),
    }) as MappingRow;
  const conditions = (): ConditionTable =>
    given({
      inputs: some(() =>
        given({
          from: source(),
          type: "code" as const,
          known: maybe(some(anyText)),
          missing: maybe("allowed" as const),
        }),
      ),
      lines: some(() => ({ when: some(() => some(test, 1)), value: anyText() })),
      otherwise: anyText(),
      unknown: maybe(anyText()),
    }) as ConditionTable;
  const named = <T>(make: () => T): Record<string, T> =>
    Object.fromEntries(some(() => [anyText(), make()] as const, 1));
  let target = 0;
  return given({
    name: anyText(),
    version: anyText(),
    description: maybe(anyText()),
    zone: maybe(anyText()),
    targets: some(() => {
      target += 1;
      return given({
        name: `${anyText()}${target}`,
        kind: "fragment" as const,
        schema: maybe(anyText()),
        root: maybe(anyText()),
        fields: maybe(
          some(
            () =>
              given({
                field: anyText(),
                type: "domain" as const,
                required: maybe(true),
                maxLength: maybe(5),
                allowed: maybe(some(anyText)),
              }),
            1,
          ),
        ),
      });
    }),
    lookups: maybe(named(() => named(anyText))),
    conditions: maybe(named(conditions)),
    retention: maybe(
      some(
        () =>
          given({
            name: anyText(),
            class: maybe(anyText()),
            when: maybe(some(() => given({ field: anyText(), is: "one-of" as const, values: maybe(some(anyText)) }))),
            trigger: random.pick([
              { kind: "date" as const, fields: some(anyText) },
              { kind: "event" as const, event: anyText() },
              { kind: "none" as const },
            ]),
            period: anyText(),
            authority: maybe(anyText()),
          }),
        1,
      ),
    ),
    ignored: maybe(some(anyText, 1)),
    rows: some(row),
  }) as MappingProfile;
}
