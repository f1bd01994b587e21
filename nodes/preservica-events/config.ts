import { flagIn, numberIn, type Stored, textIn } from "../shared/configuration.js";

export interface PreservicaEventsConfig {
  name: string;
  store: string;
  connection: string;
  /** Seconds between two looks at what changed. */
  pollSeconds: number;
  /** Minutes between two looks at every known asset: holds, expiry, deletion. */
  sweepMinutes: number;
  /** Seconds after a call back until one more look: what the archive takes from its index comes late. 0 = none. */
  settleSeconds: number;
  /** Minutes that each look goes back before the last. */
  overlapMinutes: number;
  /** Reference or path of the folder to watch; empty = everything. */
  folder: string;
  /** Account whose changes are our own and not told; empty = all are told. */
  ownUser: string;
  /** Ask Preservica to call back; needs the manager role. */
  subscribe: boolean;
  publicUrl: string;
  origin: string;
  identifierAsset: string;
  identifierOriginal: string;
  queue: string;
}

/** Reads a stored definition of any age. Pure. */
export function migrate(stored: Stored): PreservicaEventsConfig {
  return {
    name: textIn(stored, "name"),
    store: textIn(stored, "store"),
    connection: textIn(stored, "connection"),
    pollSeconds: numberIn(stored, "pollSeconds", 60),
    sweepMinutes: numberIn(stored, "sweepMinutes", 60),
    settleSeconds: numberIn(stored, "settleSeconds", 30),
    overlapMinutes: numberIn(stored, "overlapMinutes", 2),
    folder: textIn(stored, "folder"),
    ownUser: textIn(stored, "ownUser"),
    subscribe: flagIn(stored, "subscribe", false),
    publicUrl: textIn(stored, "publicUrl"),
    origin: textIn(stored, "origin"),
    identifierAsset: textIn(stored, "identifierAsset", "OTMM-Asset"),
    identifierOriginal: textIn(stored, "identifierOriginal", "OTMM-Original"),
    queue: textIn(stored, "queue"),
  };
}
