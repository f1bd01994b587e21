import { S3Error } from "./errors.js";
import { ARCHIVED_CLASSES, type ObjectVersion } from "./model.js";

/** How far an archived version's restore is; computed from sandbox time, so that moving the clock finishes it. */
export type ArchiveState = "readable" | "archived" | "restoring" | "restored";

export function archiveState(version: ObjectVersion, now: Date): ArchiveState {
  if (!ARCHIVED_CLASSES.has(version.storageClass)) return "readable";
  const { restore } = version;
  if (!restore || new Date(restore.expires) <= now) return "archived";
  return new Date(restore.ready) <= now ? "restored" : "restoring";
}

/** @throws S3Error InvalidObjectState when the content must be restored first (also while that goes on) */
export function assertReadable(version: ObjectVersion, now: Date): void {
  const state = archiveState(version, now);
  if (state === "readable" || state === "restored") return;
  throw new S3Error("InvalidObjectState", { fields: { StorageClass: version.storageClass } });
}

/** Value of `x-amz-restore`; undefined when there is nothing to tell. */
export function restoreHeader(version: ObjectVersion, now: Date): string | undefined {
  const state = archiveState(version, now);
  if (state === "restoring") return 'ongoing-request="true"';
  if (state !== "restored" || !version.restore) return undefined;
  return `ongoing-request="false", expiry-date="${new Date(version.restore.expires).toUTCString()}"`;
}
