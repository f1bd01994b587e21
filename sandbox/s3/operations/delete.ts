import type { SandboxAnswer } from "../../kernel/types.js";
import { allowed, bucketOf, header, xmlAnswer, xmlBody, type Call } from "../call.js";
import { S3Error } from "../errors.js";
import { asksBypass, assertRemovable } from "../lock.js";
import { deleteMarker, type BucketRecord, type ObjectVersion } from "../model.js";
import { assertWritable } from "../conditions.js";
import { writeXml } from "../xml.js";

const MOST_KEYS = 1000;

/** What a delete did. */
interface Deleted {
  versionId?: string;
  deleteMarker: boolean;
}

/** DeleteObject: adds a delete marker, or removes the version named. */
export async function deleteObject(call: Call): Promise<SandboxAnswer> {
  const bucket = bucketOf(call);
  if (header(call, "if-match") !== undefined) assertWritable(call, call.store.current(bucket.name, call.key));
  const deleted = await deleteOne(call, bucket, call.key, call.request.query.get("versionId"));
  return {
    status: 204,
    headers: {
      ...(deleted.versionId === undefined ? {} : { "x-amz-version-id": deleted.versionId }),
      ...(deleted.deleteMarker ? { "x-amz-delete-marker": "true" } : {}),
    },
  };
}

/** DeleteObjects: up to 1,000 keys, each with its own outcome. */
export async function deleteObjects(call: Call): Promise<SandboxAnswer> {
  const bucket = bucketOf(call);
  const names = Object.keys(call.request.headers);
  if (
    !names.some(
      (name) =>
        name === "content-md5" ||
        name === "x-amz-trailer" ||
        (name.startsWith("x-amz-checksum-") && name !== "x-amz-checksum-mode"),
    )
  ) {
    throw new S3Error("InvalidRequest", {
      message: "Missing required header for this request: Content-MD5 OR x-amz-checksum-*",
    });
  }
  const body = await xmlBody(call, "Delete");
  const objects = body.children("Object");
  if (objects.length === 0 || objects.length > MOST_KEYS) throw new S3Error("MalformedXML");
  const quiet = body.text("Quiet") === "true";
  const done: Record<string, string | boolean | undefined>[] = [];
  const failed: Record<string, string | undefined>[] = [];
  for (const object of objects) {
    const key = object.child("Key")?.rawContent ?? "";
    const asked = object.text("VersionId");
    try {
      const { versionId, deleteMarker } = await deleteOne(call, bucket, key, asked ?? null);
      done.push({
        Key: key,
        VersionId: asked,
        DeleteMarker: deleteMarker ? true : undefined,
        DeleteMarkerVersionId: deleteMarker ? versionId : undefined,
      });
    } catch (error) {
      if (!(error instanceof S3Error)) throw error;
      failed.push({ Key: key, VersionId: asked, Code: error.code, Message: error.message });
    }
  }
  return xmlAnswer(writeXml("DeleteResult", { Deleted: quiet ? [] : done, Error: failed }));
}

async function deleteOne(call: Call, bucket: BucketRecord, key: string, versionId: string | null): Promise<Deleted> {
  if (!allowed(call, versionId === null ? "s3:DeleteObject" : "s3:DeleteObjectVersion", key))
    throw new S3Error("AccessDenied");
  const { store } = call;
  if (versionId === null && bucket.versioning !== "off") {
    const marker = deleteMarker(store.newVersionId(bucket), store.now());
    await store.addVersion(bucket, key, marker);
    return { versionId: marker.id, deleteMarker: true };
  }
  const id = versionId ?? "null";
  const find = (): ObjectVersion | undefined =>
    store.record(bucket.name, key)?.versions.find((version) => version.id === id);
  const found = find();
  // The lock is looked at again at the moment of the change: a hold may have come in between.
  const guard = (): void => {
    const now = find();
    if (now && !now.deleteMarker) assertRemovable(now.lock, store.now(), asksBypass(call));
  };
  if (found) await store.removeVersion(bucket.name, key, id, guard);
  return { ...(versionId === null ? {} : { versionId }), deleteMarker: found?.deleteMarker ?? false };
}
