import { choiceIn, flagIn, numberIn, rowsIn, type Stored, textIn } from "../shared/configuration.js";

export const CHANGE_SOURCES = ["profile", "rows"] as const;
export type ChangeSource = (typeof CHANGE_SOURCES)[number];

export const VALUE_TYPES = ["str", "msg", "flow", "global", "env", "jsonata"] as const;
export type ValueType = (typeof VALUE_TYPES)[number];

export interface ChangeRow {
  field: string;
  value: string;
  valueType: ValueType;
}

export interface OtmmAssetUpdateConfig {
  name: string;
  store: string;
  connection: string;
  source: ChangeSource;
  profile: string;
  rows: ChangeRow[];
  /** Assets that were joined into this one are written as well, each with its own ids. */
  joined: boolean;
  queue: string;
  concurrency: number;
  /** Attempts for failures that may pass, before a job is dead. */
  attempts: number;
}

/** Reads a stored definition of any age. Pure. */
export function migrate(stored: Stored): OtmmAssetUpdateConfig {
  return {
    name: textIn(stored, "name"),
    store: textIn(stored, "store"),
    connection: textIn(stored, "connection"),
    source: choiceIn(stored, "source", CHANGE_SOURCES, "profile"),
    profile: textIn(stored, "profile"),
    rows: rowsIn(stored, "rows", (row) => ({
      field: textIn(row, "field"),
      value: textIn(row, "value"),
      valueType: choiceIn(row, "valueType", VALUE_TYPES, "str"),
    })),
    joined: flagIn(stored, "joined", true),
    queue: textIn(stored, "queue"),
    concurrency: numberIn(stored, "concurrency", 4),
    attempts: numberIn(stored, "attempts", 5),
  };
}
