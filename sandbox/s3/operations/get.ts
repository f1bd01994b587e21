import { asBuffer } from "../../kernel/bytes.js";
import type { SandboxAnswer } from "../../kernel/types.js";
import { allowed, bucketOf, header, type Call } from "../call.js";
import { newChecksum } from "../checksums.js";
import { archiveState, assertReadable, restoreHeader } from "../archive.js";
import { assertWanted } from "../conditions.js";
import { S3Error } from "../errors.js";
import { metadataHeaders } from "../facts.js";
import { lockHeaders } from "../lock.js";
import type { BucketRecord, ObjectVersion } from "../model.js";
import { checksumHeaders, versionHeader } from "./put.js";

/** S3 adds CRC64NVME when no checksum came along; computed when asked for, up to this size. */
const CRC64_LIMIT = 64 << 20;

/** HeadObject: also answers for archived objects. */
export async function headObject(call: Call): Promise<SandboxAnswer> {
  const bucket = bucketOf(call);
  const version = versionOf(call, bucket);
  assertWanted(call, version, "plain");
  return contentAnswer(call, bucket, version);
}

/** GetObject. @throws S3Error InvalidObjectState for archived content */
export async function getObject(call: Call): Promise<SandboxAnswer> {
  const bucket = bucketOf(call);
  const version = versionOf(call, bucket);
  assertWanted(call, version, "plain");
  assertReadable(version, call.store.now());
  const tagCount = Object.keys(version.tags).length;
  const answer = await contentAnswer(call, bucket, version);
  return tagCount > 0 && allowed(call, "s3:GetObjectTagging")
    ? { ...answer, headers: { ...answer.headers, "x-amz-tagging-count": String(tagCount) } }
    : answer;
}

/**
 * The version that the request means: the one named, or the newest.
 * @throws S3Error NoSuchKey, NoSuchVersion, MethodNotAllowed (a delete marker by its id), AccessDenied (policy)
 */
export function versionOf(call: Call, bucket: BucketRecord): ObjectVersion {
  const versionId = call.request.query.get("versionId");
  if (!allowed(call, versionId === null ? "s3:GetObject" : "s3:GetObjectVersion")) throw new S3Error("AccessDenied");
  return findVersion(call, bucket, call.key, versionId);
}

/** As `versionOf`, for a key named elsewhere (copies). */
export function findVersion(call: Call, bucket: BucketRecord, key: string, versionId: string | null): ObjectVersion {
  const versions = call.store.record(bucket.name, key)?.versions ?? [];
  const version = versionId === null ? versions[0] : versions.find(({ id }) => id === versionId);
  if (!version) {
    if (versionId !== null) throw new S3Error("NoSuchVersion", { fields: { Key: key, VersionId: versionId } });
    throw new S3Error("NoSuchKey", { fields: { Key: key } });
  }
  if (!version.deleteMarker) return version;
  const headers = { "x-amz-delete-marker": "true", "x-amz-version-id": version.id };
  if (versionId === null) throw new S3Error("NoSuchKey", { headers, fields: { Key: key } });
  throw new S3Error("MethodNotAllowed", {
    headers: { ...headers, allow: "DELETE", "last-modified": new Date(version.modified).toUTCString() },
  });
}

async function contentAnswer(call: Call, bucket: BucketRecord, version: ObjectVersion): Promise<SandboxAnswer> {
  const part = partRange(call, version);
  const range = part ?? byteRange(header(call, "range"), version.size);
  const headers = {
    ...version.headers,
    ...responseOverrides(call),
    ...metadataHeaders(version.metadata),
    etag: `"${version.etag}"`,
    "last-modified": new Date(version.modified).toUTCString(),
    "accept-ranges": "bytes",
    "x-amz-server-side-encryption": "AES256",
    ...versionHeader(bucket, version),
    ...stateHeaders(call, version),
    ...(header(call, "x-amz-checksum-mode")?.toUpperCase() === "ENABLED" && (!range || part)
      ? await checksumsOf(call, version, part)
      : {}),
    ...(part && version.parts ? { "x-amz-mp-parts-count": String(version.parts.length) } : {}),
  };
  const size = range ? range.end - range.start : version.size;
  return {
    status: range ? 206 : 200,
    headers: {
      ...headers,
      "content-length": String(size),
      ...(range ? { "content-range": `bytes ${range.start}-${range.end - 1}/${version.size}` } : {}),
    },
    body: version.bytes,
    ...(range ? { range } : {}),
  };
}

function stateHeaders(call: Call, version: ObjectVersion): Record<string, string> {
  const restore = restoreHeader(version, call.store.now());
  const may = { retention: allowed(call, "s3:GetObjectRetention"), legalHold: allowed(call, "s3:GetObjectLegalHold") };
  return {
    ...(version.storageClass === "STANDARD" ? {} : { "x-amz-storage-class": version.storageClass }),
    ...(restore === undefined ? {} : { "x-amz-restore": restore }),
    ...lockHeaders(version.lock, may),
  };
}

async function checksumsOf(
  call: Call,
  version: ObjectVersion,
  part: { number: number } | undefined,
): Promise<Record<string, string>> {
  if (part && version.parts) {
    const value = version.parts.find(({ number }) => number === part.number)?.checksum;
    const { checksum } = version;
    return value !== undefined && checksum ? checksumHeaders({ ...checksum, value }) : {};
  }
  if (version.checksum) return checksumHeaders(version.checksum);
  if (version.size > CRC64_LIMIT || archiveState(version, call.store.now()) === "archived") return {};
  const running = newChecksum("CRC64NVME");
  for await (const chunk of call.files.read(version.bytes)) running.update(asBuffer(chunk));
  return checksumHeaders({ algorithm: "CRC64NVME", value: running.digest().toString("base64"), type: "FULL_OBJECT" });
}

/** `response-content-type` and its kin, only on signed requests [V: API_GetObject]. */
function responseOverrides(call: Call): Record<string, string> {
  const overrides: Record<string, string> = {};
  for (const name of [
    "content-type",
    "content-language",
    "expires",
    "cache-control",
    "content-disposition",
    "content-encoding",
  ]) {
    const value = call.request.query.get(`response-${name}`);
    if (value !== null) overrides[name] = value;
  }
  return overrides;
}

function partRange(call: Call, version: ObjectVersion): { number: number; start: number; end: number } | undefined {
  const text = call.request.query.get("partNumber");
  if (text === null) return undefined;
  const number = Number(text);
  if (!version.parts) {
    if (number !== 1) throw new S3Error("InvalidRange", { message: "The requested partnumber is not satisfiable" });
    return { number, start: 0, end: version.size };
  }
  let start = 0;
  for (const part of version.parts) {
    if (part.number === number) return { number, start, end: start + part.size };
    start += part.size;
  }
  throw new S3Error("InvalidRange", { message: "The requested partnumber is not satisfiable" });
}

/** One byte range; several or unreadable ones are left aside, as S3 does. @throws S3Error InvalidRange */
export function byteRange(text: string | undefined, size: number): { start: number; end: number } | undefined {
  const match = /^bytes=(\d*)-(\d*)$/.exec(text ?? "");
  if (!match || (match[1] === "" && match[2] === "")) return undefined;
  const [, first = "", last = ""] = match;
  const start = first === "" ? Math.max(0, size - Number(last)) : Number(first);
  const end = first === "" || last === "" ? size : Math.min(Number(last) + 1, size);
  if (first !== "" && last !== "" && Number(last) < Number(first)) return undefined;
  if (start >= size || start >= end) {
    throw new S3Error("InvalidRange", {
      headers: { "content-range": `bytes */${size}` },
      fields: { RangeRequested: text ?? "", ActualObjectSize: size },
    });
  }
  return { start, end };
}
