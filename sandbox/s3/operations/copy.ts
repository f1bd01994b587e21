import type { SandboxAnswer, StoredBytes } from "../../kernel/types.js";
import { asBuffer, sliceOf } from "../../kernel/bytes.js";
import { archiveState } from "../archive.js";
import { SELF_COPY_TEXT } from "../assumptions.js";
import { allowed, bucketOf, header, xmlAnswer, type Call } from "../call.js";
import { asAlgorithm, checksumElement, newChecksum, type Checksum, type ChecksumAlgorithm } from "../checksums.js";
import { assertWanted, assertWritable } from "../conditions.js";
import { S3Error } from "../errors.js";
import { factsOfHeaders, type ObjectFacts } from "../facts.js";
import type { BucketRecord, ObjectVersion } from "../model.js";
import { writeXml } from "../xml.js";
import { findVersion } from "./get.js";
import { partNumber, putPart, uploadOf } from "./multipart.js";
import { demandPlainEncryption, versionHeader, writtenHeaders } from "./put.js";

const LARGEST_COPY = 5 * 1024 ** 3;

/** What a copy reads. */
interface Source {
  bucket: BucketRecord;
  key: string;
  version: ObjectVersion;
}

/** CopyObject: metadata and tags come along, the storage class does not (apis/s3.md section 4). The bytes are shared, not copied. */
export async function copyObject(call: Call): Promise<SandboxAnswer> {
  const bucket = bucketOf(call);
  const source = sourceOf(call);
  const { version } = source;
  demandPlainEncryption(call);
  if (version.size > LARGEST_COPY) {
    throw new S3Error("InvalidRequest", {
      message: `The specified copy source is larger than the maximum allowable size for a copy source: ${LARGEST_COPY}`,
    });
  }
  assertWritable(call, call.store.current(bucket.name, call.key));
  const facts = copiedFacts(call, bucket, version);
  refuseIdleSelfCopy(call, bucket, source, facts);
  const checksum = await copiedChecksum(call, version);
  const copy: ObjectVersion = {
    ...facts,
    id: call.store.newVersionId(bucket),
    modified: call.store.now().toISOString(),
    etag: version.parts ? await call.files.digest(version.bytes, "md5") : version.etag,
    size: version.size,
    bytes: version.bytes,
    ...(checksum === undefined ? {} : { checksum }),
  };
  await call.store.addVersion(bucket, call.key, copy, () =>
    assertWritable(call, call.store.current(bucket.name, call.key)),
  );
  const headers = { ...writtenHeaders(bucket, copy), ...sourceHeader(source) };
  return xmlAnswer(
    writeXml("CopyObjectResult", { ETag: `"${copy.etag}"`, LastModified: copy.modified, ...checksumXml(checksum) }),
    headers,
  );
}

/** UploadPartCopy: a part made of a range of another object, without copying bytes. */
export async function uploadPartCopy(call: Call): Promise<SandboxAnswer> {
  bucketOf(call);
  const upload = uploadOf(call);
  const number = partNumber(call);
  const source = sourceOf(call);
  const bytes = sourceRange(source.version, header(call, "x-amz-copy-source-range"));
  const etag = await call.files.digest(bytes, "md5");
  const algorithm = upload.checksumAlgorithm;
  const checksum = algorithm === undefined ? undefined : await compute(call, bytes, algorithm);
  const modified = call.store.now().toISOString();
  await putPart(call, upload, number, {
    bytes,
    size: bytes.size,
    etag,
    modified,
    ...(checksum === undefined ? {} : { checksum: checksum.value }),
  });
  return xmlAnswer(
    writeXml("CopyPartResult", { LastModified: modified, ETag: `"${etag}"`, ...checksumXml(checksum, false) }),
    {
      "x-amz-server-side-encryption": "AES256",
      ...sourceHeader(source),
    },
  );
}

/** @throws S3Error InvalidArgument, NoSuchKey, ObjectNotInActiveTierError (archived), PreconditionFailed */
function sourceOf(call: Call): Source {
  const text = header(call, "x-amz-copy-source") ?? "";
  const mark = text.lastIndexOf("?versionId=");
  const versionId = mark < 0 ? null : text.slice(mark + "?versionId=".length);
  const path = decodePath(mark < 0 ? text : text.slice(0, mark)).replace(/^\//, "");
  const slash = path.indexOf("/");
  if (slash < 1 || slash === path.length - 1) {
    throw new S3Error("InvalidArgument", {
      message: "Copy Source must mention the source bucket and key: sourcebucket/sourcekey",
      fields: { ArgumentName: "x-amz-copy-source" },
    });
  }
  const bucket = call.store.bucket(path.slice(0, slash));
  const key = path.slice(slash + 1);
  if (!allowed({ ...call, bucketName: bucket.name }, "s3:GetObject", key)) throw new S3Error("AccessDenied");
  const version = findSource(call, bucket, key, versionId);
  assertWanted(call, version, "source");
  const state = archiveState(version, call.store.now());
  if (state === "archived" || state === "restoring") throw new S3Error("ObjectNotInActiveTierError");
  return { bucket, key, version };
}

/** A delete marker as source, named by its id, is a bad request. */
function findSource(call: Call, bucket: BucketRecord, key: string, versionId: string | null): ObjectVersion {
  try {
    return findVersion(call, bucket, key, versionId);
  } catch (error) {
    if (!(error instanceof S3Error) || error.code !== "MethodNotAllowed") throw error;
    throw new S3Error("InvalidRequest", {
      message: "The source of a copy request may not specifically refer to a delete marker by version id.",
    });
  }
}

function decodePath(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new S3Error("InvalidArgument", { fields: { ArgumentName: "x-amz-copy-source" } });
  }
}

function copiedFacts(call: Call, bucket: BucketRecord, source: ObjectVersion): ObjectFacts {
  const facts = factsOfHeaders(call, bucket);
  const replaceMetadata = directive(call, "x-amz-metadata-directive") === "REPLACE";
  const replaceTags = directive(call, "x-amz-tagging-directive") === "REPLACE";
  return {
    ...facts,
    ...(replaceMetadata ? {} : { metadata: source.metadata, headers: source.headers }),
    ...(replaceTags ? {} : { tags: source.tags }),
  };
}

function directive(call: Call, name: string): "COPY" | "REPLACE" {
  const value = header(call, name) ?? "COPY";
  if (value !== "COPY" && value !== "REPLACE")
    throw new S3Error("InvalidArgument", {
      message: `Unknown ${name.slice("x-amz-".length)}.`,
      fields: { ArgumentName: name },
    });
  return value;
}

function refuseIdleSelfCopy(call: Call, bucket: BucketRecord, source: Source, facts: ObjectFacts): void {
  const same = source.bucket.name === bucket.name && source.key === call.key;
  const newest = call.store.current(bucket.name, call.key);
  const changes =
    header(call, "x-amz-metadata-directive") === "REPLACE" ||
    header(call, "x-amz-tagging-directive") === "REPLACE" ||
    header(call, "x-amz-checksum-algorithm") !== undefined ||
    header(call, "x-amz-server-side-encryption") !== undefined ||
    facts.storageClass !== source.version.storageClass ||
    source.version.id !== newest?.id;
  if (same && !changes) throw new S3Error("InvalidRequest", { message: SELF_COPY_TEXT });
}

async function copiedChecksum(call: Call, source: ObjectVersion): Promise<Checksum | undefined> {
  const asked = header(call, "x-amz-checksum-algorithm");
  const algorithm = asked === undefined ? source.checksum?.algorithm : asAlgorithm(asked);
  if (algorithm === undefined) return undefined;
  const { checksum } = source;
  return checksum?.algorithm === algorithm && checksum.type === "FULL_OBJECT"
    ? checksum
    : compute(call, source.bytes, algorithm);
}

async function compute(call: Call, bytes: StoredBytes, algorithm: ChecksumAlgorithm): Promise<Checksum> {
  const running = newChecksum(algorithm);
  for await (const chunk of call.files.read(bytes)) running.update(asBuffer(chunk));
  return { algorithm, value: running.digest().toString("base64"), type: "FULL_OBJECT" };
}

function sourceRange(version: ObjectVersion, text: string | undefined): StoredBytes {
  if (text === undefined) return version.bytes;
  const match = /^bytes=(\d+)-(\d+)$/.exec(text);
  const [start, end] = [Number(match?.[1]), Number(match?.[2]) + 1];
  if (!match || start >= end || end > version.size) {
    throw new S3Error("InvalidArgument", {
      message: `Range specified is not valid for source object of size: ${version.size}`,
      fields: { ArgumentName: "x-amz-copy-source-range", ArgumentValue: text },
    });
  }
  return sliceOf(version.bytes, start, end - start);
}

function sourceHeader({ bucket, version }: Source): Record<string, string> {
  const [id] = Object.values(versionHeader(bucket, version));
  return id === undefined ? {} : { "x-amz-copy-source-version-id": id };
}

function checksumXml(checksum: Checksum | undefined, withType = true): Record<string, string> {
  if (!checksum) return {};
  return {
    [checksumElement(checksum.algorithm)]: checksum.value,
    ...(withType ? { ChecksumType: checksum.type } : {}),
  };
}
