import { flagIn, numberIn, type Stored, textIn } from "../shared/configuration.js";

export interface MetadataMapperConfig {
  name: string;
  store: string;
  profile: string;
  /** Adds the source fields that no row uses to the result. */
  lossReport: boolean;
  queue: string;
  concurrency: number;
}

/** Reads a stored definition of any age. Pure. */
export function migrate(stored: Stored): MetadataMapperConfig {
  return {
    name: textIn(stored, "name"),
    store: textIn(stored, "store"),
    profile: textIn(stored, "profile"),
    lossReport: flagIn(stored, "lossReport", true),
    queue: textIn(stored, "queue"),
    concurrency: numberIn(stored, "concurrency", 4),
  };
}
