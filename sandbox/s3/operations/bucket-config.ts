import type { SandboxAnswer } from "../../kernel/types.js";
import { bucketOf, xmlAnswer, xmlBody, type Call } from "../call.js";
import { S3Error } from "../errors.js";
import { asMode } from "../lock.js";
import type { BucketRecord, DefaultRetention } from "../model.js";
import { readPayload } from "../payload.js";
import { isPolicy } from "../policy.js";
import { checkTags } from "../tags.js";
import { writeXml, XmlElement } from "../xml.js";

const MOST_RULES = 1000;

async function changeBucket(call: Call, change: (bucket: BucketRecord) => void): Promise<void> {
  const { name } = bucketOf(call);
  await call.store.change((state) => {
    const bucket = state.buckets[name];
    if (bucket) change(bucket);
  });
}

/** GetBucketVersioning: nothing inside when it was never switched on. */
export function getVersioning(call: Call): SandboxAnswer {
  const { versioning } = bucketOf(call);
  const Status = { off: undefined, enabled: "Enabled", suspended: "Suspended" }[versioning];
  return xmlAnswer(writeXml("VersioningConfiguration", { Status }));
}

/** PutBucketVersioning; cannot be suspended on a bucket with Object Lock. */
export async function putVersioning(call: Call): Promise<SandboxAnswer> {
  const bucket = bucketOf(call);
  const status = (await xmlBody(call, "VersioningConfiguration")).text("Status");
  if (status !== "Enabled" && status !== "Suspended") throw new S3Error("MalformedXML");
  if (status === "Suspended" && bucket.objectLock) {
    throw new S3Error("InvalidBucketState", {
      message: "An Object Lock configuration is present on this bucket, so the versioning state cannot be changed.",
    });
  }
  await changeBucket(call, (changed) => {
    changed.versioning = status === "Enabled" ? "enabled" : "suspended";
  });
  return { status: 200 };
}

/** GetObjectLockConfiguration. */
export function getLockConfiguration(call: Call): SandboxAnswer {
  const { objectLock, defaultRetention, name } = bucketOf(call);
  if (!objectLock) throw new S3Error("ObjectLockConfigurationNotFoundError", { fields: { BucketName: name } });
  const rule = defaultRetention && {
    DefaultRetention: { Mode: defaultRetention.mode, Days: defaultRetention.days, Years: defaultRetention.years },
  };
  return xmlAnswer(writeXml("ObjectLockConfiguration", { ObjectLockEnabled: "Enabled", Rule: rule }));
}

/** PutObjectLockConfiguration: can be switched on for a bucket with versions, never off (apis/s3.md section 6). */
export async function putLockConfiguration(call: Call): Promise<SandboxAnswer> {
  const bucket = bucketOf(call);
  const body = await xmlBody(call, "ObjectLockConfiguration");
  if (bucket.versioning !== "enabled") {
    throw new S3Error("InvalidBucketState", {
      message: "Versioning must be 'Enabled' on the bucket to apply a Object Lock configuration",
    });
  }
  if (body.text("ObjectLockEnabled") !== "Enabled") throw new S3Error("MalformedXML");
  const retention = body.child("Rule")?.child("DefaultRetention");
  const wanted = retention && defaultRetentionOf(retention);
  await changeBucket(call, (changed) => {
    changed.objectLock = true;
    if (wanted) changed.defaultRetention = wanted;
    else delete changed.defaultRetention;
  });
  return { status: 200 };
}

function defaultRetentionOf(element: XmlElement): DefaultRetention {
  const [days, years] = [element.text("Days"), element.text("Years")];
  const mode = asMode(element.text("Mode") ?? "");
  const count = Number(days ?? years);
  if ((days === undefined) === (years === undefined) || !Number.isInteger(count)) throw new S3Error("MalformedXML");
  if (count < 1 || count > (days === undefined ? 100 : 36_500))
    throw new S3Error("InvalidArgument", { message: "Default retention period must be a positive integer value." });
  return days === undefined ? { mode, years: count } : { mode, days: count };
}

/** GetBucketLifecycleConfiguration: the document as it was put. */
export function getLifecycle(call: Call): SandboxAnswer {
  const { lifecycle, name } = bucketOf(call);
  if (lifecycle === undefined) throw new S3Error("NoSuchLifecycleConfiguration", { fields: { BucketName: name } });
  return xmlAnswer(lifecycle, { "x-amz-transition-default-minimum-object-size": "all_storage_classes_128K" });
}

/** PutBucketLifecycleConfiguration: replaces the whole configuration; at most 1,000 rules. */
export async function putLifecycle(call: Call): Promise<SandboxAnswer> {
  bucketOf(call);
  const text = await readPayload(call.request, call.principal.signer);
  const rules = XmlElement.parse(text, "LifecycleConfiguration")?.children("Rule") ?? [];
  if (rules.length === 0 || rules.length > MOST_RULES) throw new S3Error("MalformedXML");
  for (const rule of rules)
    if (!["Enabled", "Disabled"].includes(rule.text("Status") ?? "")) throw new S3Error("MalformedXML");
  await changeBucket(call, (bucket) => {
    bucket.lifecycle = text;
  });
  return { status: 200 };
}

/** DeleteBucketLifecycle. */
export async function deleteLifecycle(call: Call): Promise<SandboxAnswer> {
  await changeBucket(call, (bucket) => {
    delete bucket.lifecycle;
  });
  return { status: 204 };
}

/** GetBucketPolicy. */
export function getPolicy(call: Call): SandboxAnswer {
  const { policy, name } = bucketOf(call);
  if (policy === undefined) throw new S3Error("NoSuchBucketPolicy", { fields: { BucketName: name } });
  return { status: 200, headers: { "content-type": "application/json" }, body: policy };
}

/** PutBucketPolicy; the engine weighs its Deny statements. */
export async function putPolicy(call: Call): Promise<SandboxAnswer> {
  bucketOf(call);
  const text = await readPayload(call.request, call.principal.signer);
  if (!isPolicy(text)) throw new S3Error("MalformedPolicy");
  await changeBucket(call, (bucket) => {
    bucket.policy = text;
  });
  return { status: 204 };
}

/** DeleteBucketPolicy. */
export async function deletePolicy(call: Call): Promise<SandboxAnswer> {
  await changeBucket(call, (bucket) => {
    delete bucket.policy;
  });
  return { status: 204 };
}

/** GetBucketTagging. */
export function getBucketTagging(call: Call): SandboxAnswer {
  const { tags, name } = bucketOf(call);
  if (!tags) throw new S3Error("NoSuchTagSet", { fields: { BucketName: name } });
  return xmlAnswer(
    writeXml("Tagging", { TagSet: { Tag: Object.entries(tags).map(([Key, Value]) => ({ Key, Value })) } }),
  );
}

/** PutBucketTagging. */
export async function putBucketTagging(call: Call): Promise<SandboxAnswer> {
  bucketOf(call);
  const tags = checkTags(tagPairs(await xmlBody(call, "Tagging")), 50);
  await changeBucket(call, (bucket) => {
    bucket.tags = tags;
  });
  return { status: 204 };
}

/** DeleteBucketTagging. */
export async function deleteBucketTagging(call: Call): Promise<SandboxAnswer> {
  await changeBucket(call, (bucket) => {
    delete bucket.tags;
  });
  return { status: 204 };
}

/** Pairs of a Tagging document. @throws S3Error MalformedXML */
export function tagPairs(tagging: XmlElement): [string, string][] {
  const set = tagging.child("TagSet");
  if (!set) throw new S3Error("MalformedXML");
  return set.children("Tag").map((tag) => [tag.child("Key")?.rawContent ?? "", tag.child("Value")?.rawContent ?? ""]);
}
