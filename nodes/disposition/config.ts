import type { InUse } from "../../lib/disposition/may-release.js";
import { choiceIn, numberIn, rowsIn, type Stored, textIn } from "../shared/configuration.js";

export const WAYS = ["archive-folder", "delete"] as const;
export type Way = (typeof WAYS)[number];

export interface DispositionConfig {
  name: string;
  store: string;
  /** OTMM connection: whose copy is released. */
  source: string;
  /** Preservica connection: keeps the official copy and states its retention. */
  archive: string;
  how: Way;
  folder: string;
  folderPath: string;
  statusField: string;
  statusValue: string;
  /** Field values that mean that the asset is in use. */
  inUse: InUse[];
  /** IANA zone of the papers. */
  zone: string;
  queue: string;
  concurrency: number;
  attempts: number;
}

/** Reads a stored definition of any age. Pure. */
export function migrate(stored: Stored): DispositionConfig {
  return {
    name: textIn(stored, "name"),
    store: textIn(stored, "store"),
    source: textIn(stored, "source"),
    archive: textIn(stored, "archive"),
    how: choiceIn(stored, "how", WAYS, "archive-folder"),
    folder: textIn(stored, "folder"),
    folderPath: textIn(stored, "folderPath"),
    statusField: textIn(stored, "statusField"),
    statusValue: textIn(stored, "statusValue"),
    inUse: rowsIn(stored, "inUse", useIn),
    zone: textIn(stored, "zone", "UTC"),
    queue: textIn(stored, "queue"),
    concurrency: numberIn(stored, "concurrency", 2),
    attempts: numberIn(stored, "attempts", 5),
  };
}

function useIn(row: Stored): InUse {
  const values = row["values"];
  return {
    field: textIn(row, "field"),
    values: Array.isArray(values)
      ? values.flatMap((one: unknown) => (typeof one === "string" ? [one.trim()] : []))
      : [],
  };
}
