import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { ASSUMPTIONS as otmm } from "../../lib/otmm/assumptions.js";
import { DEFAULT_ASSUMPTIONS as preservica } from "../../lib/preservica/assumptions.js";
import { PACKAGE_ROOT } from "../../scripts/node-red.js";

const text = readFileSync(join(PACKAGE_ROOT, "docs/assumptions.md"), "utf8");

/** The rows of a section's table, as cells. */
function rowsBelow(heading: string): string[][] {
  const section = text.split(/^## /m).find((part) => part.startsWith(heading)) ?? "";
  return section
    .split("\n")
    .filter((line) => line.startsWith("| ") && !line.startsWith("| member") && !line.startsWith("| system"))
    .map((line) => line.split("|").map((cell) => cell.trim()));
}
const codeIn = (cell = ""): string[] => [...cell.matchAll(/`([^`]+)`/g)].map(([, word = ""]) => word);
/** Source files of both clients, as paths below the package. */
const CLIENTS = ["lib/otmm", "lib/preservica"].flatMap((folder) =>
  readdirSync(join(PACKAGE_ROOT, folder), { recursive: true, encoding: "utf8" })
    .map((name) => `${folder}/${name}`)
    .filter((file) => file.endsWith(".ts")),
);
const source = (file: string): string => readFileSync(join(PACKAGE_ROOT, file), "utf8");

describe("docs/assumptions.md", () => {
  for (const [heading, defaults] of [
    ["OTMM: `lib/otmm/assumptions.ts`", otmm],
    ["Preservica: `lib/preservica/assumptions.ts`", preservica],
  ] as const) {
    it(`lists every member that a connection may set, and no other: ${heading.split(":")[0] ?? ""}`, () => {
      const listed = rowsBelow(heading).flatMap(([, member]) => codeIn(member));
      assert.deepEqual(listed.toSorted(), Object.keys(defaults).toSorted());
    });

    it(`states the defaults that the code has: ${heading.split(":")[0] ?? ""}`, () => {
      for (const [, member = "", stated = ""] of rowsBelow(heading)) {
        const [only, another] = codeIn(member);
        const value = Object.entries(defaults).find(([name]) => name === only)?.[1];
        if (another !== undefined || !["string", "boolean"].includes(typeof value)) continue;
        const [word = ""] = codeIn(stated);
        const open = word.endsWith("…");
        assert.ok(open ? String(value).startsWith(word.slice(0, -1)) : String(value) === word.trimStart(), member);
      }
    });
  }

  const fixed = rowsBelow("Assumed in the code, without a setting");

  it("names, for what no setting changes, the file that says it", () => {
    assert.ok(fixed.length > 15);
    for (const [, , what = "", where] of fixed) {
      const [file = ""] = codeIn(where);
      assert.ok(existsSync(join(PACKAGE_ROOT, file)), `${file} is not there`);
      const code = source(file);
      // Words of the vendor's interface; `<…>` are forms, not words.
      const words = codeIn(what).filter((word) => /^[A-Za-z_-]+$/.test(word));
      const missing = words.filter((word) => !code.includes(word));
      assert.deepEqual(missing, [], `${file} says nothing of these`);
    }
  });

  it("knows every place whose comment says that something is assumed", () => {
    const listed = new Set(fixed.flatMap(([, , , where]) => codeIn(where)));
    const untold = CLIENTS.filter((file) => !file.endsWith("/assumptions.ts")).filter(
      (file) => /\bassumed\b|\[A\]/.test(source(file)) && !listed.has(file),
    );
    assert.deepEqual(untold, []);
  });
});

describe("docs/permissions.md", () => {
  const permissions = readFileSync(join(PACKAGE_ROOT, "docs/permissions.md"), "utf8");

  it("lists every file of the clients that sends something other than a read, and no other", () => {
    const listed = codeIn(permissions.slice(permissions.indexOf("## Which file"))).filter((word) =>
      word.endsWith(".ts"),
    );
    const sending = CLIENTS.filter((file) => /(method: |make\()"(POST|PUT|PATCH|DELETE)"/.test(source(file)));
    assert.deepEqual(listed.toSorted(), sending.toSorted());
  });

  it("names each right that an error of the clients asks for", () => {
    const asked = CLIENTS.flatMap((file) =>
      [...source(file).matchAll(/right ([A-Z]+\.[A-Z_]+)/g)].map(([, right]) => right),
    );
    assert.ok(asked.length > 0);
    assert.deepEqual(
      asked.filter((right) => !permissions.includes(`\`${right ?? ""}\``)),
      [],
    );
  });
});
