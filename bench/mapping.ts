/**
 * Metadata mapping: records a second of a compiled profile, and the same work done by Node-RED's template node.
 *
 * The record has 40 fields as OTMM gives them; the result is one Dublin Core document. The template node is Node-RED's
 * own; it only fills its template, while the mapping trims, formats dates, checks required fields and what XML can hold.
 * Both sides are timed in turns in the same process, and the best round of each counts. Time is the thread's processor
 * time.
 */
import type { FieldValue, LifecycleAsset } from "../lib/messages/asset.js";
import { compileProfile, type MappingInput, type MappingProfile, type MappingRow } from "../lib/mapping/index.js";
import { processorMs } from "./processor-time.js";
import { templateNode } from "./template-node.js";

/** One figure of the benchmark report. */
export interface Figure {
  value: number;
  unit: string;
  /** What the value is measured against, in the same unit. */
  limit?: number;
  ratio?: number;
}

const FIELDS = 40;
const ROUND_MS = 200;
const ROUNDS = 12;
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
const RECORDS = 50;

/** Records a second for 40 clean fields; the limit is the anchor of 100,000. */
export function mappingPerSecond(): Figure {
  const map = mapper();
  let best = 0;
  for (let round = 0; round < ROUNDS; round += 1) best = Math.max(best, rate(map));
  return { value: Math.round(best), unit: "records/s", limit: 100_000, ratio: round2(best / 100_000) };
}

/** How many times faster than Node-RED's template node, both measured now; the limit is 5 times. */
export async function mappingVersusTemplate(): Promise<Figure> {
  const map = mapper();
  const template = filler();
  let [ours, theirs] = [0, 0];
  for (let round = 0; round < ROUNDS; round += 1) {
    ours = Math.max(ours, rate(map));
    theirs = Math.max(theirs, await rateAsync(template));
  }
  return { value: round2(ours / theirs), unit: "times", limit: 5, ratio: round2(ours / theirs / 5) };
}

/** All figures of this file by name. */
export async function mappingFigures(): Promise<Record<string, Figure>> {
  return { "mapping-per-s": mappingPerSecond(), "mapping-vs-template": await mappingVersusTemplate() };
}

function mapper(): (index: number) => number {
  const compiled = compileProfile(profile());
  const inputs = records().map((asset): MappingInput => ({
    asset,
    now: "2026-11-16T09:00:00Z",
    run: "run-1",
    zone: "Europe/Berlin",
  }));
  return (index) => {
    const input = inputs[index % RECORDS];
    if (input === undefined) return 0;
    const { metadata, ok } = compiled.apply(input);
    if (!ok) throw new Error("The benchmark's own record does not map.");
    return metadata["dc"]?.xml?.length ?? 0;
  };
}

function filler(): (index: number) => Promise<number> {
  const messages = records().map((asset) => ({ asset: { fields: asset.fields } }));
  const lines = fieldNames().map(
    (name, index) => `<dc:${elementOf(index)}>{{asset.fields.${name}.value}}</dc:${elementOf(index)}>`,
  );
  const fill = templateNode(
    `<oai_dc:dc xmlns:oai_dc="http://www.openarchives.org/OAI/2.0/oai_dc/" xmlns:dc="http://purl.org/dc/elements/1.1/">${lines.join("")}</oai_dc:dc>`,
  );
  return async (index) => {
    const message = messages[index % RECORDS];
    return message === undefined ? 0 : (await fill(message)).length;
  };
}

function profile(): MappingProfile {
  const rows = fieldNames().map((id, index): MappingRow => {
    const row: MappingRow = {
      id: String(index + 1),
      from: [{ kind: "field", id }],
      to: { target: "dc", field: `dc:${elementOf(index)}` },
    };
    if (index % 4 === 1) row.steps = [{ do: "trim" }];
    if (index % 10 === 4) row.steps = [{ do: "date", form: "date" }];
    if (index < 10) row.required = true;
    return row;
  });
  return { name: "bench", version: "1.0.0", targets: [{ name: "dc", kind: "dublin-core" }], rows };
}

function records(): LifecycleAsset[] {
  return Array.from({ length: RECORDS }, (_unused, record) => {
    const fields: Record<string, FieldValue> = {};
    for (const [index, name] of fieldNames().entries()) fields[name] = fieldValue(index, record);
    const asset: LifecycleAsset = {
      key: `otmm:dam:${record}`,
      version: "1",
      name: `asset ${record}`,
      ids: {},
      fields,
      content: [],
    };
    // As messages arrive: made by JSON.parse.
    return JSON.parse(JSON.stringify(asset));
  });
}

function fieldValue(index: number, record: number): FieldValue {
  const label = `Field ${index}`;
  if (index % 10 === 4) return { type: "date", label, value: `2021-0${(record % 9) + 1}-15T07:00:00Z` };
  if (index % 10 === 5) return { type: "domain", label, value: `V${index}`, display: `Value ${index}` };
  if (index % 10 === 3)
    return {
      type: "text",
      label,
      value: `A longer text of field ${index} in record ${record}, as descriptions and notes of assets are.`,
    };
  return { type: "text", label, value: `Value of field ${index}, record ${record}` };
}

function fieldNames(): string[] {
  return Array.from({ length: FIELDS }, (_unused, index) => `field_${String(index + 1).padStart(2, "0")}`);
}

function elementOf(index: number): string {
  return ELEMENTS[index % ELEMENTS.length] ?? "title";
}

function rate(work: (index: number) => number): number {
  const start = processorMs();
  let done = 0;
  let made = 0;
  let elapsed = 0;
  while (elapsed < ROUND_MS) {
    for (let index = 0; index < 200; index += 1) made += work(index);
    done += 200;
    elapsed = processorMs() - start;
  }
  if (made === 0) throw new Error("The benchmark made nothing.");
  return done / (elapsed / 1000);
}

async function rateAsync(work: (index: number) => Promise<number>): Promise<number> {
  const start = processorMs();
  let done = 0;
  let elapsed = 0;
  while (elapsed < ROUND_MS) {
    for (let index = 0; index < 50; index += 1) await work(index);
    done += 50;
    elapsed = processorMs() - start;
  }
  return done / (elapsed / 1000);
}

function round2(value: number): number {
  return Math.round(value * 100) / 100;
}

if (require.main === module) {
  void mappingFigures().then((figures) => console.log(JSON.stringify(figures, null, 2)));
}
