// Makes a store with everything that an export to PREMIS may have to say. Prints its path; the argument is its folder.
import { createRequire } from "node:module";
import { join } from "node:path";

const load = createRequire(import.meta.url);
const { openStore } = load("../../dist/lib/store/index.js");
const { PREMIS_EVENT_TYPES } = load("../../dist/lib/timeline/event-words.js");

const KEY = "otmm:dam:film";
const SHA256 = "ab".repeat(32);
const event = (type, more = {}) => ({
  assetKey: KEY,
  assetVersion: "1",
  type,
  at: "2026-03-01T10:00:00.000Z",
  basis: "witnessed",
  agent: "@content-lifecycle/node-red 0.1.0 preservica-ingest",
  outcome: "success",
  ...more,
});

const file = join(process.argv[2], "timeline.db");
const store = await openStore(file);
try {
  await store.append(
    PREMIS_EVENT_TYPES.map((type) => event(type)),
    [
      { system: "otmm", connection: "dam", id: "a1", assetKey: KEY },
      { system: "preservica", connection: "archive", id: "6d7f2f4e-0000-4000-8000-000000000001", assetKey: KEY },
    ],
  );
  await store.append([
    event("message digest calculation", { object: "film.mp4", digest: `SHA-256:${SHA256}`, detail: { size: 42 } }),
    event("fixity check", { object: "film.mp4", digest: `SHA-256:${SHA256}`, outcome: "failure", assetVersion: "2" }),
    event("transfer", { object: "Frühling & <Sommer>.tif", digest: "MD5:00112233445566778899aabbccddeeff" }),
    event("accession", { system: "preservica", object: "6d7f2f4e-0000-4000-8000-000000000001", basis: "reported" }),
    event("hold on", { agent: "user:ines", basis: "reported", system: "preservica", outcome: "refused" }),
    event("rights ended", { basis: "inferred", outcome: "warning", request: "r-1", run: "run-1" }),
    event('shown <in> the \u0001exhibition & "more"', { detail: { list: [1, "two", null], inner: { "a&b": "<x>" } } }),
    event("package written", { agent: "", detail: { note: "]]>" } }),
  ]);
  await store.append([event("created", { assetKey: "otmm:dam:bare", agent: "OTMM" })]);
  await store.append([event("access link given", { agent: "user:jan" })]);
  await store.erase({ seq: 3 }, "user:officer", "asked for");
} finally {
  await store.close();
}
console.log(file);
