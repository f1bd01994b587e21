import type { SandboxAnswer } from "../../kernel/types.js";
import { allowed, bucketOf, xmlAnswer, xmlBody, type Call } from "../call.js";
import { S3Error } from "../errors.js";
import { asksBypass, asMode, assertRetentionChange, asUntil } from "../lock.js";
import type { BucketRecord, ObjectVersion } from "../model.js";
import { checkTags } from "../tags.js";
import { writeXml } from "../xml.js";
import { tagPairs } from "./bucket-config.js";
import { eventDuration, keepEventHold, keepRetention, releasedRetention } from "./event-hold.js";
import { findVersion } from "./get.js";
import { versionHeader } from "./put.js";

function target(call: Call, action: string): { bucket: BucketRecord; version: ObjectVersion } {
  const bucket = bucketOf(call);
  if (!allowed(call, action)) throw new S3Error("AccessDenied");
  return { bucket, version: findVersion(call, bucket, call.key, call.request.query.get("versionId")) };
}

/** Lock calls need a bucket with Object Lock. */
function lockTarget(call: Call, action: string): { bucket: BucketRecord; version: ObjectVersion } {
  const found = target(call, action);
  if (!found.bucket.objectLock)
    throw new S3Error("InvalidRequest", { message: "Bucket is missing Object Lock Configuration" });
  return found;
}

/** GetObjectTagging. */
export function getTagging(call: Call): SandboxAnswer {
  const { bucket, version } = target(call, "s3:GetObjectTagging");
  const Tag = Object.entries(version.tags).map(([Key, Value]) => ({ Key, Value }));
  return xmlAnswer(writeXml("Tagging", { TagSet: { Tag } }), versionHeader(bucket, version));
}

/** PutObjectTagging: replaces all tags; works on locked versions too. */
export async function putTagging(call: Call): Promise<SandboxAnswer> {
  const { bucket, version } = target(call, "s3:PutObjectTagging");
  const tags = checkTags(tagPairs(await xmlBody(call, "Tagging")));
  await call.store.changeVersion(bucket.name, call.key, version.id, (changed) => {
    changed.tags = tags;
  });
  return { status: 200, headers: versionHeader(bucket, version) };
}

/** DeleteObjectTagging. */
export async function deleteTagging(call: Call): Promise<SandboxAnswer> {
  const { bucket, version } = target(call, "s3:DeleteObjectTagging");
  await call.store.changeVersion(bucket.name, call.key, version.id, (changed) => {
    changed.tags = {};
  });
  return { status: 204, headers: versionHeader(bucket, version) };
}

/** GetObjectRetention. */
export function getRetention(call: Call): SandboxAnswer {
  const { version } = lockTarget(call, "s3:GetObjectRetention");
  const { mode, until, eventHold, eventHoldDuration } = version.lock;
  if (mode === undefined && eventHold === undefined) throw new S3Error("NoSuchObjectLockConfiguration");
  return xmlAnswer(
    writeXml("Retention", {
      Mode: mode,
      RetainUntilDate: until,
      EventHold: eventHold,
      EventHoldDuration: eventHoldDuration && { Days: eventHoldDuration.days, Years: eventHoldDuration.years },
    }),
  );
}

/** PutObjectRetention: longer always; shorter or another mode only for GOVERNANCE with bypass. An empty document removes it. */
export async function putRetention(call: Call): Promise<SandboxAnswer> {
  const { bucket, version } = lockTarget(call, "s3:PutObjectRetention");
  const body = await xmlBody(call, "Retention");
  const now = call.store.now();
  const eventHold = body.text("EventHold");
  if (eventHold !== undefined && eventHold !== "ON" && eventHold !== "OFF") throw new S3Error("MalformedXML");
  const duration = body.child("EventHoldDuration");
  const [modeText, untilText] = [body.text("Mode"), body.text("RetainUntilDate")];
  if ((modeText === undefined) !== (untilText === undefined) && eventHold === undefined)
    throw new S3Error("MalformedXML");
  const wanted = {
    ...(modeText === undefined ? {} : { mode: asMode(modeText) }),
    ...(untilText === undefined ? {} : { until: asUntil(untilText, now) }),
  };
  const holdDuration = duration && eventDuration(duration.text("Days"), duration.text("Years"));
  await call.store.changeVersion(bucket.name, call.key, version.id, (changed) => {
    const before = changed.lock;
    const released =
      eventHold === "OFF" && before.eventHold === "ON"
        ? releasedRetention(before.eventHoldDuration ?? holdDuration, now, modeText)
        : undefined;
    if (eventHold === undefined) assertRetentionChange(before, wanted, now, asksBypass(call));
    const { legalHold } = before;
    changed.lock = {
      ...(eventHold === undefined ? {} : keepRetention(before)),
      ...wanted,
      ...released,
      ...(legalHold === undefined ? {} : { legalHold }),
      ...(eventHold === undefined ? keepEventHold(before) : { eventHold }),
      ...(holdDuration && eventHold === "ON" ? { eventHoldDuration: holdDuration } : {}),
    };
  });
  return { status: 200 };
}

/** GetObjectLegalHold. */
export function getLegalHold(call: Call): SandboxAnswer {
  const { version } = lockTarget(call, "s3:GetObjectLegalHold");
  if (version.lock.legalHold === undefined) throw new S3Error("NoSuchObjectLockConfiguration");
  return xmlAnswer(writeXml("LegalHold", { Status: version.lock.legalHold }));
}

/** PutObjectLegalHold. */
export async function putLegalHold(call: Call): Promise<SandboxAnswer> {
  const { bucket, version } = lockTarget(call, "s3:PutObjectLegalHold");
  const status = (await xmlBody(call, "LegalHold")).text("Status");
  if (status !== "ON" && status !== "OFF") throw new S3Error("MalformedXML");
  await call.store.changeVersion(bucket.name, call.key, version.id, (changed) => {
    changed.lock.legalHold = status;
  });
  return { status: 200 };
}
