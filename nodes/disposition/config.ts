import type { InUse } from "../../lib/disposition/may-release.js";
import { choiceIn, flagIn, numberIn, rowsIn, type Stored, textIn } from "../shared/configuration.js";

export const WAYS = ["archive-folder", "delete"] as const;
export type Way = (typeof WAYS)[number];

export const ACTS = ["release", "destroy"] as const;
export type Act = (typeof ACTS)[number];

export interface DispositionConfig {
  name: string;
  store: string;
  act: Act;
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
  /** Destroy: OTMM's copies are marked for deletion. Off: a record with a copy in OTMM is refused. */
  deleteSource: boolean;
  /** Destroy: seconds between looks while people decide. */
  lookSeconds: number;
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
    act: choiceIn(stored, "act", ACTS, "release"),
    source: textIn(stored, "source"),
    archive: textIn(stored, "archive"),
    how: choiceIn(stored, "how", WAYS, "archive-folder"),
    folder: textIn(stored, "folder"),
    folderPath: textIn(stored, "folderPath"),
    statusField: textIn(stored, "statusField"),
    statusValue: textIn(stored, "statusValue"),
    inUse: rowsIn(stored, "inUse", useIn),
    deleteSource: flagIn(stored, "deleteSource", false),
    lookSeconds: numberIn(stored, "lookSeconds", 60),
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
