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

/** What an asset's metadata is made from, in an update as in an import. */
export interface MetadataChangesConfig {
  name: string;
  store: string;
  connection: string;
  source: ChangeSource;
  profile: string;
  rows: ChangeRow[];
  queue: string;
  concurrency: number;
  /** Attempts for failures that may pass, before a job is dead. */
  attempts: number;
}

export interface OtmmAssetUpdateConfig extends MetadataChangesConfig {
  /** Assets that were joined into this one are written as well, each with its own ids. */
  joined: boolean;
  /** Id of the field that says when the values were read where they come from; empty = none. */
  asOf: string;
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
    asOf: textIn(stored, "asOf"),
    queue: textIn(stored, "queue"),
    concurrency: numberIn(stored, "concurrency", 4),
    attempts: numberIn(stored, "attempts", 5),
  };
}
