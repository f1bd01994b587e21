import type { FieldValue, MappedMetadata, RetentionDecision } from "../../messages/asset.js";
import { instantValue } from "./instant.js";
import type { MappingInput, MappingProblem, MappingProfile } from "../types.js";

/** What flows through a row: nothing, one text, or several. */
export type Flow = string | readonly string[] | undefined;

/** The part of a compiled row that problems name. */
export interface RowHead {
  readonly id: string;
  /** `target: field`. */
  readonly field: string;
}

const LONGEST_SHOWN = 200;

/** Everything that one application of a mapping reads and leaves; made anew for each asset. */
export class Scope {
  readonly fields: Readonly<Record<string, FieldValue>>;
  /** Milliseconds since 1970. */
  readonly now: number;
  /** Results by row. */
  readonly slots: Flow[];
  /** Results of rows that run once per table row: by row, then by table row. */
  perTableRow: Map<number, readonly Flow[]> | undefined;
  /** Slots of the rows that found no value and empty their field then. */
  emptied: Set<number> | undefined;
  /** What the sources gave; only kept for the live view. */
  inputs: Flow[] | undefined;
  readonly problems: MappingProblem[] = [];
  /** Row that runs now. */
  row: RowHead = { id: "", field: "" };
  /** Row of the table that a row with `each` stands at; -1 outside. */
  tableRow = -1;
  /** Calculated once, when a row asks for it; null = no rules. */
  decision: RetentionDecision | null | undefined;

  constructor(
    readonly input: MappingInput,
    readonly zone: string | undefined,
    readonly profile: MappingProfile,
    /** Name and version of the profile, as every result carries them. */
    readonly mark: MappedMetadata["profile"],
    rows: number,
  ) {
    this.fields = input.asset.fields;
    this.now = instantValue(input.now);
    // oxlint-disable-next-line unicorn/no-new-array -- its length is known, and filling it costs a tenth of a mapping
    this.slots = new Array<Flow>(rows);
  }

  report(level: MappingProblem["level"], message: string, value?: string, row: RowHead = this.row): void {
    const shown = value === undefined ? {} : { value: value.slice(0, LONGEST_SHOWN) };
    this.problems.push({ level, row: row.id, field: row.field, ...shown, message });
  }
}

/** The values as a list; empty when there is none. */
export function listOf(flow: Flow): readonly string[] {
  if (flow === undefined) return [];
  return typeof flow === "string" ? [flow] : flow;
}

/** None, one or several, as short as it can be said. */
export function flowOf(values: readonly string[]): Flow {
  return values.length > 1 ? values : values[0];
}

/** Reads one source of an asset. */
export type Read = (scope: Scope) => Flow;

/** True when there is anything but white space. */
export function hasValue(flow: Flow): boolean {
  if (flow === undefined) return false;
  if (typeof flow === "string") return isFilled(flow);
  return flow.some(isFilled);
}

export function isFilled(text: string): boolean {
  return text.charCodeAt(0) > 32 || /\S/.test(text);
}

/** Characters as people count them, more or less: code points, so that no half of one is left. */
export function charactersOf(text: string): string[] {
  return Array.from(text);
}

/** Texts of anything that a message, a context store or JSONata may give; objects are no values. */
export function flowFrom(value: unknown): { flow: Flow; unusable: boolean } {
  if (Array.isArray(value)) {
    const items = value.map(textFrom);
    const texts = items.filter((item) => typeof item === "string");
    return { flow: flowOf(texts), unusable: items.includes(null) };
  }
  const text = textFrom(value);
  return text === null ? { flow: undefined, unusable: true } : { flow: text, unusable: false };
}

/** null: cannot be a value. */
function textFrom(value: unknown): string | undefined | null {
  if (typeof value === "string") return value;
  if (typeof value === "number" || typeof value === "boolean" || typeof value === "bigint") return String(value);
  if (value === undefined || value === null) return undefined;
  return value instanceof Date && !Number.isNaN(value.getTime()) ? value.toISOString() : null;
}
