/** `npm run examples`: puts the shipped mapping profiles into the example flows that carry them. */
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = join(dirname(fileURLToPath(import.meta.url)), "..");
const EXAMPLES = join(ROOT, "examples");
for (const path of readdirSync(EXAMPLES, { recursive: true }).filter((file) => file.endsWith(".json"))) {
  const file = join(EXAMPLES, path);
  const before = readFileSync(file, "utf8");
  const nodes = JSON.parse(before);
  for (const node of nodes) {
    if (node.type !== "mapping-profile") continue;
    /** @type {string} */
    const { name } = node.profile;
    node.profile = JSON.parse(readFileSync(join(ROOT, "lib/mapping/profiles", name + ".json"), "utf8"));
  }
  const after = `${JSON.stringify(nodes, null, 2)}\n`;
  if (after === before) continue;
  writeFileSync(file, after);
  console.log("updated", path);
}
