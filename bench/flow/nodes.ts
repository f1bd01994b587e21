import { FIELDS, fieldId } from "./dam.js";

/** Ids that the measuring code presses and asks. */
export const STORE = "bench-store";
export const START = "bench-start";

const ELEMENTS = [
  "title",
  "creator",
  "subject",
  "description",
  "date",
  "type",
  "format",
  "identifier",
  "rights",
  "relation",
];

/** What differs from one run to the next. */
export interface FlowOptions {
  dam: string;
  archive: string;
  /** Jobs at once in the ingest. */
  ingests: number;
}

/** fetch -> mapper -> ingest, as the editor would store it. */
export function benchFlow({ dam, archive, ingests }: FlowOptions): object[] {
  const tab = "bench-tab";
  const common = { version: 1, z: tab, store: STORE };
  const connection = { version: 1, zone: "UTC", ca: "", proxy: "", idleSeconds: 60, rate: 0, assumptions: "{}" };
  const credentials = { username: "bench", password: "bench-password" };
  return [
    { id: tab, type: "tab", label: "Benchmark" },
    { id: STORE, type: "lifecycle-store", version: 1, file: "bench.db", retentionDays: 0 },
    {
      ...connection,
      id: "bench-dam",
      type: "otmm-connection",
      key: "dam",
      url: dam,
      auth: "session",
      holdMode: "none",
      concurrency: 8,
      credentials,
    },
    {
      ...connection,
      id: "bench-archive",
      type: "preservica-connection",
      key: "archive",
      url: archive,
      tenant: "BENCH",
      concurrency: 32,
      credentials,
    },
    { id: "bench-profile", type: "mapping-profile", version: 1, profile: profile() },
    { id: START, type: "inject", z: tab, props: [], repeat: "", once: false, wires: [["bench-fetch"]] },
    {
      ...common,
      id: "bench-fetch",
      type: "otmm-asset-fetch",
      connection: "bench-dam",
      mode: "search",
      pageSize: 100,
      maxUnacknowledged: 200,
      preview: false,
      wires: [["bench-map"], []],
    },
    {
      ...common,
      id: "bench-map",
      type: "metadata-mapper",
      profile: "bench-profile",
      lossReport: false,
      concurrency: 16,
      wires: [["bench-ingest"], []],
    },
    {
      ...common,
      id: "bench-ingest",
      type: "preservica-ingest",
      connection: "bench-archive",
      verify: "fixity",
      folderTag: "open",
      identifierAsset: "OTMM-Asset",
      identifierOriginal: "OTMM-Original",
      links: [],
      firstLookSeconds: 0,
      longestLookSeconds: 60,
      concurrency: ingests,
      attempts: 1,
      wires: [[]],
    },
  ];
}

/** Forty fields to Dublin Core, and what the archive needs to know of each asset. */
function profile(): object {
  const row = (id: string, from: object, target: string, field: string): object => ({
    id,
    from: [from],
    to: { target, field },
  });
  return {
    name: "bench",
    version: "1.0.0",
    targets: [
      { name: "entity", kind: "preservica-entity" },
      { name: "dc", kind: "dublin-core" },
    ],
    rows: [
      row("1", { kind: "asset", path: "name" }, "entity", "Title"),
      row("2", { kind: "fixed", value: "open" }, "entity", "SecurityTag"),
      row("3", { kind: "fixed", value: "Bench" }, "entity", "Parent"),
      row("4", { kind: "asset", path: "ids.otmm.originalAssetId" }, "values", "original"),
      row("5", { kind: "template", template: "{{original}}#v{{asset.version}}" }, "entity", "Identifier/OTMM-Asset"),
      row("6", { kind: "value", name: "original" }, "entity", "Identifier/OTMM-Original"),
      ...Array.from({ length: FIELDS }, (_unused, index) =>
        row(
          String(index + 10),
          { kind: "field", id: fieldId(index) },
          "dc",
          `dc:${ELEMENTS[index % ELEMENTS.length] ?? "title"}`,
        ),
      ),
    ],
  };
}
