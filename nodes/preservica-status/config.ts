import { numberIn, type Stored, textIn, wordsIn } from "../shared/configuration.js";

export interface PreservicaStatusConfig {
  name: string;
  store: string;
  connection: string;
  /** Types of the identifiers by which the archive knows the asset: of one version, and of all versions. */
  identifierAsset: string;
  identifierOriginal: string;
  /** Fields in which the source states the archive's reference, and the id of the version that it stands for; empty = none. */
  referenceField: string;
  versionField: string;
  /** Security tags that anybody may read; the others are restricted, the closed tag is closed. */
  openTags: string;
  queue: string;
  concurrency: number;
  attempts: number;
}

/** Reads a stored definition of any age. Pure. */
export function migrate(stored: Stored): PreservicaStatusConfig {
  return {
    name: textIn(stored, "name"),
    store: textIn(stored, "store"),
    connection: textIn(stored, "connection"),
    identifierAsset: textIn(stored, "identifierAsset", "OTMM-Asset"),
    identifierOriginal: textIn(stored, "identifierOriginal", "OTMM-Original"),
    referenceField: textIn(stored, "referenceField"),
    versionField: textIn(stored, "versionField"),
    openTags: wordsIn({ openTags: textIn(stored, "openTags", "open") }, "openTags").join(", "),
    queue: textIn(stored, "queue"),
    concurrency: numberIn(stored, "concurrency", 4),
    attempts: numberIn(stored, "attempts", 5),
  };
}
