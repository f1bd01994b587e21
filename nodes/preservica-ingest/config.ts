import { choiceIn, numberIn, rowsIn, type Stored, textIn } from "../shared/configuration.js";

export const VERIFY_MODES = ["fixity", "content"] as const;
/** `fixity`: the archive's own size and digest are compared; `content`: the copy is also read back and hashed. */
export type VerifyMode = (typeof VERIFY_MODES)[number];

/** A kind of link in the source, and the relation under which the archive keeps it. */
export interface LinkRow {
  type: string;
  relation: string;
}

export const WAYS = ["xip", "opex"] as const;
/** `xip`: a package to the upload bucket; `opex`: a container in an ingest source, which a workflow takes in. */
export type Way = (typeof WAYS)[number];

export interface PreservicaIngestConfig {
  name: string;
  store: string;
  connection: string;
  way: Way;
  verify: VerifyMode;
  /** Folder path in the archive for assets to which the mapping gives none; empty = then refused. */
  folder: string;
  /** Security tag of folders that have to be made. */
  folderTag: string;
  /** Identifier type that names the asset version in the archive, and the one that all versions share. */
  identifierAsset: string;
  identifierOriginal: string;
  links: LinkRow[];
  /** Seconds until the first look at a running ingest; later looks grow up to `longestLookSeconds`. */
  firstLookSeconds: number;
  longestLookSeconds: number;
  queue: string;
  concurrency: number;
  /** Attempts for failures that may pass, before a job is dead. */
  attempts: number;
}

/** Reads a stored definition of any age. Pure. */
export function migrate(stored: Stored): PreservicaIngestConfig {
  return {
    name: textIn(stored, "name"),
    store: textIn(stored, "store"),
    connection: textIn(stored, "connection"),
    way: choiceIn(stored, "way", WAYS, "xip"),
    verify: choiceIn(stored, "verify", VERIFY_MODES, "fixity"),
    folder: textIn(stored, "folder"),
    folderTag: textIn(stored, "folderTag", "closed"),
    identifierAsset: textIn(stored, "identifierAsset", "OTMM-Asset"),
    identifierOriginal: textIn(stored, "identifierOriginal", "OTMM-Original"),
    links: rowsIn(stored, "links", (row) => ({ type: textIn(row, "type"), relation: textIn(row, "relation") })),
    firstLookSeconds: numberIn(stored, "firstLookSeconds", 2),
    longestLookSeconds: numberIn(stored, "longestLookSeconds", 60),
    queue: textIn(stored, "queue"),
    concurrency: numberIn(stored, "concurrency", 2),
    attempts: numberIn(stored, "attempts", 5),
  };
}
