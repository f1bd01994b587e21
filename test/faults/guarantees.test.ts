import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { PACKAGE_ROOT } from "../../scripts/node-red.js";

describe("docs/guarantees.md", () => {
  it("names only tests that exist", () => {
    const text = readFileSync(join(PACKAGE_ROOT, "docs/guarantees.md"), "utf8");
    const named = [...text.matchAll(/`(test\/[^`]+\.test\.ts)`: "([^"]+)"/g)];
    assert.ok(named.length > 40);
    const missing = named.flatMap(([, file = "", title = ""]) => {
      const path = join(PACKAGE_ROOT, file);
      if (!existsSync(path)) return [`${file} is not there`];
      const source = readFileSync(path, "utf8");
      // "…" stands for what a title takes from a table.
      const there = title.split("…").every((part) => source.includes(part.trim()));
      return there ? [] : [`${file} has no "${title}"`];
    });
    assert.deepEqual(missing, []);
  });
});
