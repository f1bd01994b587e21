/**
 * Keeps the configuration nodes of all examples the same: writes every known one, with the profiles that ship, into each
 * example that holds a node with its id. Run after a profile or a connection's members changed: `node scripts/examples.mjs`.
 */
import { readFileSync, readdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = join(dirname(fileURLToPath(import.meta.url)), "..");
const EXAMPLES = join(ROOT, "examples");
const profile = (name) => JSON.parse(readFileSync(join(ROOT, "lib/mapping/profiles", `${name}.json`), "utf8"));

/** The same in all examples: whoever imports a second example keeps the connections of the first. */
export const CONFIG_NODES = [
  { id: "clc-store", type: "lifecycle-store", name: "", version: 1, file: "lifecycle.db", retentionDays: 90 },
  {
    id: "clc-otmm",
    type: "otmm-connection",
    name: "",
    version: 1,
    key: "dam",
    url: "${OTMM_URL}",
    auth: "session",
    otdsUrl: "",
    otdsResource: "",
    zone: "Europe/Berlin",
    holdMode: "field",
    holdField: "ACME.FIELD.LEGAL HOLD",
    holdValue: "Y",
    holdMatterField: "ACME.FIELD.LEGAL HOLD MATTER",
    ca: "",
    proxy: "",
    idleSeconds: 60,
    concurrency: 4,
    rate: 0,
    redirectHosts: "",
    assumptions: "{}",
    credentials: { username: "${OTMM_USERNAME}", password: "${OTMM_PASSWORD}" },
  },
  {
    id: "clc-preservica",
    type: "preservica-connection",
    name: "",
    version: 1,
    key: "archive",
    url: "${PRESERVICA_URL}",
    tenant: "${PRESERVICA_TENANT}",
    zone: "Europe/Berlin",
    ca: "",
    proxy: "",
    idleSeconds: 60,
    concurrency: 4,
    rate: 0,
    assumptions: "{}",
    credentials: { username: "${PRESERVICA_USERNAME}", password: "${PRESERVICA_PASSWORD}" },
  },
  { id: "clc-profile-campaign", type: "mapping-profile", name: "", version: 1, profile: profile("campaign-archive") },
  {
    id: "clc-profile-otmm-status",
    type: "mapping-profile",
    name: "",
    version: 1,
    profile: profile("otmm-archive-status"),
  },
];

const known = new Map(CONFIG_NODES.map((node) => [node.id, node]));
for (const entry of readdirSync(EXAMPLES, { recursive: true, withFileTypes: true })) {
  if (!entry.name.endsWith(".json")) continue;
  const path = join(entry.parentPath, entry.name);
  const before = readFileSync(path, "utf8");
  const flow = JSON.parse(before);
  const after = `${JSON.stringify(
    flow.map((node) => known.get(node.id) ?? node),
    null,
    2,
  )}\n`;
  if (after !== before) writeFileSync(path, after);
}
