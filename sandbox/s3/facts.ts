import type { IncomingHttpHeaders } from "node:http";
import { header, type Call } from "./call.js";
import { S3Error } from "./errors.js";
import { lockOfHeaders } from "./lock.js";
import { STORAGE_CLASSES, type BucketRecord, type ObjectLock, type StoredHeaders } from "./model.js";
import { checkTags } from "./tags.js";

const METADATA_LIMIT = 2048;
const META = "x-amz-meta-";
const KEPT = [
  "content-type",
  "content-disposition",
  "content-language",
  "cache-control",
  "expires",
  "x-amz-website-redirect-location",
] as const;

/** What the headers of PutObject, CreateMultipartUpload and CopyObject (REPLACE) say about the object to be. */
export interface ObjectFacts {
  storageClass: string;
  metadata: Record<string, string>;
  headers: StoredHeaders;
  tags: Record<string, string>;
  lock: ObjectLock;
}

/** @throws S3Error InvalidStorageClass, MetadataTooLarge, InvalidTag, InvalidArgument, InvalidRequest (lock) */
export function factsOfHeaders(call: Call, bucket: BucketRecord): ObjectFacts {
  checkKey(call.key);
  return {
    storageClass: storageClassOf(call),
    metadata: metadataOf(call.request.headers),
    headers: keptHeaders(call),
    tags: tagsOfHeader(header(call, "x-amz-tagging")),
    lock: lockOfHeaders(call, bucket),
  };
}

export function storageClassOf(call: Call): string {
  const storageClass = header(call, "x-amz-storage-class") ?? "STANDARD";
  if (!STORAGE_CLASSES.some((known) => known === storageClass)) throw new S3Error("InvalidStorageClass");
  return storageClass;
}

export function metadataOf(headers: IncomingHttpHeaders): Record<string, string> {
  const metadata: Record<string, string> = {};
  let size = 0;
  for (const [name, value] of Object.entries(headers)) {
    if (!name.startsWith(META) || typeof value !== "string") continue;
    metadata[name.slice(META.length)] = value;
    size += name.length - META.length + value.length;
  }
  if (size > METADATA_LIMIT)
    throw new S3Error("MetadataTooLarge", { fields: { Size: size, MaxSizeAllowed: METADATA_LIMIT } });
  return metadata;
}

export function keptHeaders(call: Call): StoredHeaders {
  const kept: StoredHeaders = { "content-type": header(call, "content-type") ?? "binary/octet-stream" };
  for (const name of KEPT) {
    const value = header(call, name);
    if (value !== undefined) kept[name] = value;
  }
  const encoding = (header(call, "content-encoding") ?? "")
    .split(",")
    .map((coding) => coding.trim())
    .filter((coding) => coding !== "" && coding !== "aws-chunked")
    .join(",");
  if (encoding !== "") kept["content-encoding"] = encoding;
  return kept;
}

export function tagsOfHeader(text: string | undefined): Record<string, string> {
  if (text === undefined || text === "") return {};
  return checkTags([...new URLSearchParams(text)]);
}

function checkKey(key: string): void {
  const size = Buffer.byteLength(key);
  if (size > 1024) throw new S3Error("KeyTooLongError", { fields: { Size: size, MaxSizeAllowed: 1024 } });
}

/** Headers that tell about a version in HEAD and GET answers, and `x-amz-version-id` where the bucket has versions. */
export function metadataHeaders(metadata: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(metadata).map(([name, value]) => [`${META}${name}`, value]));
}
