import { choiceIn, flagIn, numberIn, type Stored, textIn } from "../shared/configuration.js";

/** What the very first look finds: only what changes from then on, or everything that is there. */
export const BEGINNINGS = ["now", "everything"] as const;
export type Beginning = (typeof BEGINNINGS)[number];

export interface OtmmAssetWatchConfig {
  name: string;
  store: string;
  connection: string;
  beginning: Beginning;
  /** Only assets below this folder; empty = all that the connection's user may see. */
  folder: string;
  folderPath: string;
  /** Full-text expression; empty = all. */
  keyword: string;
  onlyLatest: boolean;
  skipDeleted: boolean;
  master: boolean;
  preview: boolean;
  thumbnail: boolean;
  intervalSeconds: number;
  /** Minutes that each look goes back behind the newest change known: changes show in OTMM's search index late. */
  overlapMinutes: number;
  pageSize: number;
  maxUnacknowledged: number;
  queue: string;
}

/** Reads a stored definition of any age. Pure. */
export function migrate(stored: Stored): OtmmAssetWatchConfig {
  return {
    name: textIn(stored, "name"),
    store: textIn(stored, "store"),
    connection: textIn(stored, "connection"),
    beginning: choiceIn(stored, "beginning", BEGINNINGS, "now"),
    folder: textIn(stored, "folder"),
    folderPath: textIn(stored, "folderPath"),
    keyword: textIn(stored, "keyword"),
    onlyLatest: flagIn(stored, "onlyLatest", true),
    skipDeleted: flagIn(stored, "skipDeleted", true),
    master: flagIn(stored, "master", true),
    preview: flagIn(stored, "preview", true),
    thumbnail: flagIn(stored, "thumbnail", false),
    intervalSeconds: numberIn(stored, "intervalSeconds", 60),
    overlapMinutes: numberIn(stored, "overlapMinutes", 10),
    pageSize: numberIn(stored, "pageSize", 100),
    maxUnacknowledged: numberIn(stored, "maxUnacknowledged", 100),
    queue: textIn(stored, "queue"),
  };
}
