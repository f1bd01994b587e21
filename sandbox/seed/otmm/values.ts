import type { StoredValue } from "../../otmm/types.js";
import { storedDay } from "../ids.js";

/** Values with holes: `undefined` is "this asset has none". */
export type LooseValues = Record<string, StoredValue | undefined>;

/** Drops what is undefined: the DAM leaves empty values out. */
export function filled(values: LooseValues): Record<string, StoredValue> {
  const kept: Record<string, StoredValue> = {};
  for (const [id, value] of Object.entries(values)) if (value !== undefined) kept[id] = value;
  return kept;
}

/** What an approved final asset of any model carries. */
export function approvedValues(version: number, by: string, on: string): LooseValues {
  return {
    "ACME.FIELD.APPROVAL STATUS": "APF",
    "ACME.FIELD.APPROVED VERSION": version,
    "ACME.FIELD.APPROVED BY": by,
    "ACME.FIELD.APPROVED ON": storedDay(on),
    "ACME.FIELD.CONFIDENTIALITY": "PUB",
    "ACME.FIELD.PERSONAL DATA": "NON",
    "ACME.FIELD.LEGAL HOLD": "N",
  };
}
