import { numberIn, type Stored, textIn } from "../shared/configuration.js";

/** What the form of a lifecycle store keeps. */
export interface LifecycleStoreConfig {
  name: string;
  /** File name below `<userDir>/content-lifecycle/`. */
  file: string;
  /** Days for which finished jobs and runs stay; events stay for good. 0 = keep all. */
  retentionDays: number;
}

/** A plain file name: no folder, no leading dot. */
export const FILE_NAME = /^[A-Za-z0-9_][A-Za-z0-9._-]{0,99}$/;

/** Reads a stored definition of any age. Pure. */
export function migrate(stored: Stored): LifecycleStoreConfig {
  return {
    name: textIn(stored, "name"),
    file: textIn(stored, "file", "lifecycle.db"),
    retentionDays: numberIn(stored, "retentionDays", 90),
  };
}
