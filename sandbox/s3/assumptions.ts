import type { S3Settings } from "./call.js";

const HOUR = 3_600_000;

/**
 * What AWS does not document exactly, decided here [A]; everything else in this folder follows apis/s3.md.
 * - Restore times: inside the documented spans (Expedited 1-5 min, Standard 3-5 h, Bulk 5-12 h; deep: 12 h and 48 h at most).
 */
export const DEFAULT_SETTINGS: S3Settings = {
  restoreExpeditedMs: 2 * 60_000,
  restoreStandardMs: 4 * HOUR,
  restoreBulkMs: 8 * HOUR,
  deepRestoreStandardMs: 12 * HOUR,
  deepRestoreBulkMs: 48 * HOUR,
  expeditedAvailable: true,
  opaqueEtags: false,
};

/** A restored copy lasts until the first midnight UTC after its days are over [A: rounding]. */
export function restoreExpiry(ready: Date, days: number): Date {
  const end = new Date(ready.getTime() + days * 24 * HOUR);
  const midnight = Date.UTC(end.getUTCFullYear(), end.getUTCMonth(), end.getUTCDate());
  return new Date(midnight === end.getTime() ? midnight : midnight + 24 * HOUR);
}

/** AWS answers a copy of an object onto itself that changes nothing with this text [A: as long known]. */
export const SELF_COPY_TEXT =
  "This copy request is illegal because it is trying to copy an object to itself without changing the object's metadata, storage class, website redirect location or encryption attributes.";

/** Mode of the retention that follows a released event hold when the version had none [A: not documented]. */
export const RELEASED_MODE = "GOVERNANCE";
