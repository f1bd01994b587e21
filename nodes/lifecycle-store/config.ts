import { choiceIn, numberIn, type Stored, textIn } from "../shared/configuration.js";

/** What the form of a lifecycle store keeps. */
export interface LifecycleStoreConfig {
  name: string;
  /** File name below `<userDir>/content-lifecycle/`. */
  file: string;
  /** Days for which finished jobs and runs stay; events stay for good. 0 = keep all. */
  retentionDays: number;
  /** Daily anchor of the timeline's chain: none, in the store itself, or also at the end of a file elsewhere. */
  anchor: AnchorPlace;
  /** Path of that file; relative ones begin at the user directory. */
  anchorFile: string;
}

export const ANCHOR_PLACES = ["off", "store", "file"] as const;
export type AnchorPlace = (typeof ANCHOR_PLACES)[number];

/** A plain file name: no folder, no leading dot. */
export const FILE_NAME = /^[A-Za-z0-9_][A-Za-z0-9._-]{0,99}$/;

/** Reads a stored definition of any age. Pure. */
export function migrate(stored: Stored): LifecycleStoreConfig {
  return {
    name: textIn(stored, "name"),
    file: textIn(stored, "file", "lifecycle.db"),
    retentionDays: numberIn(stored, "retentionDays", 90),
    anchor: choiceIn(stored, "anchor", ANCHOR_PLACES, "store"),
    anchorFile: textIn(stored, "anchorFile"),
  };
}
