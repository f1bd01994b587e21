import { header, type Call } from "./call.js";
import { S3Error } from "./errors.js";
import type { BucketRecord, LockMode, ObjectLock } from "./model.js";

const LONGEST_YEARS = 100;

/** Lock of a new version: what the headers say, else the bucket's default. @throws S3Error InvalidRequest, InvalidArgument */
export function lockOfHeaders(call: Call, bucket: BucketRecord): ObjectLock {
  const mode = header(call, "x-amz-object-lock-mode");
  const until = header(call, "x-amz-object-lock-retain-until-date");
  const legalHold = header(call, "x-amz-object-lock-legal-hold");
  const asked = mode !== undefined || until !== undefined || legalHold !== undefined;
  if (asked && !bucket.objectLock)
    throw new S3Error("InvalidRequest", { message: "Bucket is missing Object Lock Configuration" });
  if ((mode === undefined) !== (until === undefined)) {
    throw new S3Error("InvalidArgument", {
      message: "x-amz-object-lock-retain-until-date and x-amz-object-lock-mode must both be supplied",
    });
  }
  if (legalHold !== undefined && legalHold !== "ON" && legalHold !== "OFF") {
    throw new S3Error("InvalidArgument", { message: "Legal Hold must be either of 'ON' or 'OFF'" });
  }
  const now = call.store.now();
  const retention =
    mode === undefined ? defaultLock(bucket, now) : { mode: asMode(mode), until: asUntil(until ?? "", now) };
  return { ...retention, ...(legalHold === undefined ? {} : { legalHold }) };
}

/** Uploads that will be locked need a checksum (apis/s3.md section 6). @throws S3Error InvalidRequest */
export function demandIntegrity(call: Call, lock: ObjectLock, bucket: BucketRecord): void {
  const names = Object.keys(call.request.headers);
  const has = names.some(
    (name) =>
      name === "content-md5" ||
      name === "x-amz-trailer" ||
      name.startsWith("x-amz-checksum-") ||
      name === "x-amz-sdk-checksum-algorithm",
  );
  if (has) return;
  if (lock.mode !== undefined || lock.legalHold === "ON") {
    throw new S3Error("InvalidRequest", {
      message:
        "Content-MD5 OR x-amz-checksum- HTTP header is required for Put Object requests with Object Lock parameters",
    });
  }
  if (bucket.demandChecksum)
    throw new S3Error("AccessDenied", { message: "Access Denied by a bucket policy: uploads need a checksum" });
}

function defaultLock(bucket: BucketRecord, now: Date): ObjectLock {
  const wanted = bucket.defaultRetention;
  if (!wanted) return {};
  const until = new Date(now);
  until.setUTCFullYear(until.getUTCFullYear() + (wanted.years ?? 0));
  until.setUTCDate(until.getUTCDate() + (wanted.days ?? 0));
  return { mode: wanted.mode, until: until.toISOString() };
}

export function asMode(text: string): LockMode {
  if (text !== "GOVERNANCE" && text !== "COMPLIANCE")
    throw new S3Error("InvalidArgument", { message: "Unknown wormMode directive." });
  return text;
}

/** @throws S3Error InvalidArgument unless in the future and within a hundred years */
export function asUntil(text: string, now: Date): string {
  const until = new Date(text);
  if (!/^\d{4}-\d\d-\d\dT/.test(text) || Number.isNaN(until.getTime())) {
    throw new S3Error("InvalidArgument", { message: "The retain until date must be provided in ISO 8601 format" });
  }
  if (until <= now) throw new S3Error("InvalidArgument", { message: "The retain until date must be in the future!" });
  if (until.getUTCFullYear() - now.getUTCFullYear() > LONGEST_YEARS) {
    throw new S3Error("InvalidArgument", {
      message: `The retain until date must not be more than ${LONGEST_YEARS} years ahead`,
    });
  }
  return until.toISOString();
}

/**
 * Checks that a version may be removed for good now.
 *
 * @param bypass the request may and wants to bypass GOVERNANCE
 * @throws S3Error AccessDenied
 */
export function assertRemovable(lock: ObjectLock, now: Date, bypass: boolean): void {
  const retained = lock.until !== undefined && new Date(lock.until) > now && !(lock.mode === "GOVERNANCE" && bypass);
  if (retained || lock.legalHold === "ON" || lock.eventHold === "ON") {
    throw new S3Error("AccessDenied", { message: "Access Denied because object protected by object lock." });
  }
}

/** Checks a change of retention. @throws S3Error AccessDenied for a shorter or weaker one that is not allowed */
export function assertRetentionChange(
  before: ObjectLock,
  after: { mode?: LockMode; until?: string },
  now: Date,
  bypass: boolean,
): void {
  if (before.until === undefined || new Date(before.until) <= now) return;
  const shorter = after.until === undefined || after.until < before.until;
  const weaker = before.mode === "COMPLIANCE" ? after.mode !== "COMPLIANCE" : false;
  const otherMode = after.mode !== before.mode;
  if (
    before.mode === "COMPLIANCE" ? shorter || weaker : (shorter || (otherMode && after.mode === undefined)) && !bypass
  ) {
    throw new S3Error("AccessDenied", { message: "Access Denied because object protected by object lock." });
  }
}

/** True when the request asks to bypass GOVERNANCE; the sandbox's user has the right to. */
export function asksBypass(call: Call): boolean {
  return header(call, "x-amz-bypass-governance-retention")?.toLowerCase() === "true";
}

/** Lock fields of HEAD and GET. */
export function lockHeaders(lock: ObjectLock, may: { retention: boolean; legalHold: boolean }): Record<string, string> {
  return {
    ...(may.retention && lock.mode !== undefined && lock.until !== undefined
      ? { "x-amz-object-lock-mode": lock.mode, "x-amz-object-lock-retain-until-date": lock.until }
      : {}),
    ...(may.legalHold && lock.legalHold !== undefined ? { "x-amz-object-lock-legal-hold": lock.legalHold } : {}),
  };
}
