import { choiceIn, numberIn, type Stored, textIn } from "../shared/configuration.js";

export const VERIFY_MODES = ["stated", "read"] as const;
/** `stated`: the archive's own size and digest are compared; `read`: the content is also read back and hashed. */
export type VerifyMode = (typeof VERIFY_MODES)[number];

export interface PreservicaIngestConfig {
  name: string;
  store: string;
  connection: string;
  verify: VerifyMode;
  /** Hours after which an ingest that has not ended is a failure. */
  ingestHours: number;
  /** Seconds between looks at a waiting ingest. */
  pollSeconds: number;
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
    verify: choiceIn(stored, "verify", VERIFY_MODES, "stated"),
    ingestHours: numberIn(stored, "ingestHours", 24),
    pollSeconds: numberIn(stored, "pollSeconds", 15),
    queue: textIn(stored, "queue"),
    concurrency: numberIn(stored, "concurrency", 2),
    attempts: numberIn(stored, "attempts", 5),
  };
}
