import { randomBytes } from "node:crypto";
import { createHash } from "node:crypto";
import type { SandboxAnswer } from "../../kernel/types.js";
import { concatOf } from "../../kernel/bytes.js";
import { bucketOf, header, numberParam, xmlAnswer, xmlBody, type Call } from "../call.js";
import {
  ALGORITHMS,
  asAlgorithm,
  checksumElement,
  checksumHeader,
  checksumOfParts,
  type Checksum,
  type ChecksumType,
} from "../checksums.js";
import { assertWritable } from "../conditions.js";
import { S3Error } from "../errors.js";
import { factsOfHeaders } from "../facts.js";
import { MOST_PARTS, type ObjectVersion, type PartFact, type PartRecord, type UploadRecord } from "../model.js";
import { storePayload } from "../payload.js";
import { uriEncode } from "../sigv4.js";
import { writeXml, type XmlElement } from "../xml.js";
import { checksumHeaders, demandPlainEncryption, writtenHeaders } from "./put.js";

const SMALLEST_PART = 5 * 1024 * 1024;

/** CreateMultipartUpload: metadata, class, tags and lock are given here. */
export async function createUpload(call: Call): Promise<SandboxAnswer> {
  const bucket = bucketOf(call);
  demandPlainEncryption(call);
  const asked = header(call, "x-amz-checksum-algorithm");
  const checksumAlgorithm = asked === undefined ? undefined : asAlgorithm(asked);
  const checksumType =
    checksumAlgorithm === undefined ? undefined : typeOf(checksumAlgorithm, header(call, "x-amz-checksum-type"));
  const upload: UploadRecord = {
    ...factsOfHeaders(call, bucket),
    id: randomBytes(48).toString("base64url"),
    bucket: bucket.name,
    key: call.key,
    initiated: call.store.now().toISOString(),
    ...(checksumAlgorithm === undefined ? {} : { checksumAlgorithm }),
    ...(checksumType === undefined ? {} : { checksumType }),
  };
  await call.store.change((state) => {
    state.uploads[upload.id] = upload;
  });
  const headers = {
    "x-amz-server-side-encryption": "AES256",
    ...(checksumAlgorithm === undefined ? {} : { "x-amz-checksum-algorithm": checksumAlgorithm }),
    ...(checksumType === undefined ? {} : { "x-amz-checksum-type": checksumType }),
  };
  return xmlAnswer(
    writeXml("InitiateMultipartUploadResult", { Bucket: bucket.name, Key: call.key, UploadId: upload.id }),
    headers,
  );
}

function typeOf(algorithm: string, asked: string | undefined): ChecksumType {
  const type = asked ?? (algorithm === "CRC64NVME" ? "FULL_OBJECT" : "COMPOSITE");
  const fits =
    algorithm === "CRC64NVME"
      ? type === "FULL_OBJECT"
      : type === "COMPOSITE" || (type === "FULL_OBJECT" && algorithm.startsWith("CRC32"));
  if (!fits || (type !== "FULL_OBJECT" && type !== "COMPOSITE")) {
    throw new S3Error("InvalidRequest", {
      message: `The ${type} checksum type cannot be used with the ${algorithm.toLowerCase()} checksum algorithm.`,
    });
  }
  return type;
}

/** UploadPart; parts may come in any order and again. */
export async function uploadPart(call: Call): Promise<SandboxAnswer> {
  bucketOf(call);
  const upload = uploadOf(call);
  const number = partNumber(call);
  const { checksumAlgorithm: algorithm } = upload;
  const { bytes, etag, checksum } = await storePayload(call.request, call.files, call.principal.signer, {
    opaqueEtag: call.settings.opaqueEtags,
    ...(algorithm === undefined ? {} : { algorithm }),
  });
  const part: PartRecord = {
    bytes,
    size: bytes.size,
    etag,
    modified: call.store.now().toISOString(),
    ...(checksum && upload.checksumAlgorithm === checksum.algorithm ? { checksum: checksum.value } : {}),
  };
  await putPart(call, upload, number, part);
  return {
    status: 200,
    headers: {
      etag: `"${etag}"`,
      "x-amz-server-side-encryption": "AES256",
      ...(checksum ? { [checksumHeader(checksum.algorithm)]: checksum.value } : {}),
    },
  };
}

/** Puts a part in its place. @throws S3Error NoSuchUpload when the upload ended meanwhile; the part is then removed */
export async function putPart(call: Call, upload: UploadRecord, number: number, part: PartRecord): Promise<void> {
  const name = `${upload.id}/${number}`;
  let before: PartRecord | undefined;
  call.store.hold(part.bytes);
  const kept = await call.store.change((state) => {
    if (!state.uploads[upload.id]) return false;
    before = call.store.value.parts[name];
    state.parts[name] = part;
    return true;
  });
  if (before) await call.store.release(before.bytes);
  if (!kept) {
    await call.store.release(part.bytes);
    throw new S3Error("NoSuchUpload", { fields: { UploadId: upload.id } });
  }
}

/** CompleteMultipartUpload: the object is made of the parts' files as they lie. */
export async function completeUpload(call: Call): Promise<SandboxAnswer> {
  const bucket = bucketOf(call);
  const upload = uploadOf(call);
  const body = await xmlBody(call, "CompleteMultipartUpload");
  assertWritable(call, call.store.current(bucket.name, call.key));
  const chosen = chosenParts(call, upload, body);
  const parts = chosen.map(({ number, part }): PartFact => {
    const { size, etag, checksum } = part;
    return { number, size, etag, ...(checksum === undefined ? {} : { checksum }) };
  });
  const bytes = concatOf(chosen.map(({ part }) => part.bytes));
  const etag = `${md5OfMd5s(parts)}-${parts.length}`;
  const checksum = wholeChecksum(call, upload, parts);
  const expectedSize = header(call, "x-amz-mp-object-size");
  if (expectedSize !== undefined && Number(expectedSize) !== bytes.size) {
    throw new S3Error("InvalidRequest", {
      message: `The provided 'x-amz-mp-object-size' header value ${expectedSize} does not match what was computed: ${bytes.size}`,
    });
  }
  const { storageClass, metadata, headers, tags, lock } = upload;
  const version: ObjectVersion = {
    storageClass,
    metadata,
    headers,
    tags,
    lock,
    id: call.store.newVersionId(bucket),
    modified: call.store.now().toISOString(),
    etag,
    size: bytes.size,
    bytes,
    parts,
    ...(checksum === undefined ? {} : { checksum }),
  };
  const extra = await finish(call, upload, version);
  const document = {
    Location: `${call.request.origin}${call.basePath}/${uriEncode(bucket.name)}/${call.key.split("/").map(uriEncode).join("/")}`,
    Bucket: bucket.name,
    Key: call.key,
    ETag: `"${etag}"`,
    ...(checksum ? { [checksumElement(checksum.algorithm)]: checksum.value, ChecksumType: checksum.type } : {}),
  };
  return xmlAnswer(writeXml("CompleteMultipartUploadResult", document), {
    ...writtenHeaders(bucket, version),
    ...checksumHeaders(checksum),
    ...extra,
  });
}

/** The upload ends first, so that no second complete can start; a refusal by the hook or a condition brings it back. */
async function finish(call: Call, upload: UploadRecord, version: ObjectVersion): Promise<Record<string, string>> {
  const ended = await call.store.change((state) => upload.id in state.uploads && delete state.uploads[upload.id]);
  if (!ended) throw new S3Error("NoSuchUpload", { fields: { UploadId: upload.id } });
  try {
    const bucket = bucketOf(call);
    const { request, principal, key } = call;
    const { bytes, size, metadata, etag } = version;
    const headers = await call.created({ request, principal, bucket: bucket.name, key, bytes, size, metadata, etag });
    await call.store.addVersion(bucket, key, version, () => assertWritable(call, call.store.current(bucket.name, key)));
    await call.store.dropParts(upload.id);
    return headers;
  } catch (error) {
    await call.store.change((state) => {
      state.uploads[upload.id] = upload;
    });
    throw error;
  }
}

/** AbortMultipartUpload. */
export async function abortUpload(call: Call): Promise<SandboxAnswer> {
  bucketOf(call);
  const upload = uploadOf(call);
  await call.store.dropUpload(upload.id);
  return { status: 204 };
}

/** The upload named by the request. @throws S3Error NoSuchUpload */
export function uploadOf(call: Call): UploadRecord {
  const id = call.request.query.get("uploadId") ?? "";
  const upload = Object.hasOwn(call.store.value.uploads, id) ? call.store.value.uploads[id] : undefined;
  if (!upload || upload.bucket !== call.bucketName || upload.key !== call.key)
    throw new S3Error("NoSuchUpload", { fields: { UploadId: id } });
  return upload;
}

export function partNumber(call: Call): number {
  const number = numberParam(call, "partNumber", 0, MOST_PARTS + 1);
  if (number < 1 || number > MOST_PARTS) {
    throw new S3Error("InvalidArgument", {
      message: `Part number must be an integer between 1 and ${MOST_PARTS}, inclusive`,
      fields: { ArgumentName: "partNumber", ArgumentValue: call.request.query.get("partNumber") ?? "" },
    });
  }
  return number;
}

function chosenParts(call: Call, upload: UploadRecord, body: XmlElement): { number: number; part: PartRecord }[] {
  const listed = body.children("Part").map((element) => ({ element, number: Number(element.text("PartNumber")) }));
  if (listed.length === 0 || listed.length > MOST_PARTS) throw new S3Error("MalformedXML");
  if (listed.some(({ number }) => !Number.isInteger(number) || number < 1)) throw new S3Error("MalformedXML");
  if (listed.some(({ number }, at) => number <= (listed[at - 1]?.number ?? 0))) {
    throw new S3Error("InvalidPartOrder", { fields: { UploadId: upload.id } });
  }
  return listed.map(({ element, number }, at) => {
    const part = call.store.value.parts[`${upload.id}/${number}`];
    const etag = (element.text("ETag") ?? "").replaceAll('"', "");
    if (!part || part.etag !== etag) {
      throw new S3Error("InvalidPart", { fields: { UploadId: upload.id, PartNumber: number, ETag: etag } });
    }
    checkPartChecksum(element, upload, part, number);
    if (at < listed.length - 1 && part.size < SMALLEST_PART) {
      throw new S3Error("EntityTooSmall", {
        fields: { ProposedSize: part.size, MinSizeAllowed: SMALLEST_PART, PartNumber: number, ETag: etag },
      });
    }
    return { number, part };
  });
}

function checkPartChecksum(element: XmlElement, upload: UploadRecord, part: PartRecord, number: number): void {
  for (const algorithm of ALGORITHMS) {
    const given = element.text(checksumElement(algorithm));
    if (given !== undefined && upload.checksumAlgorithm === algorithm && part.checksum !== given) {
      throw new S3Error("InvalidPart", { fields: { UploadId: upload.id, PartNumber: number } });
    }
  }
}

function wholeChecksum(call: Call, upload: UploadRecord, parts: PartFact[]): Checksum | undefined {
  const { checksumAlgorithm: algorithm, checksumType: type } = upload;
  if (algorithm === undefined || type === undefined) return undefined;
  const values = parts.flatMap(({ checksum, size }) => (checksum === undefined ? [] : [{ value: checksum, size }]));
  if (values.length !== parts.length) return undefined;
  const computed = checksumOfParts(algorithm, type, values);
  const given = header(call, checksumHeader(algorithm));
  if (given !== undefined && given.replace(/-\d+$/, "") !== computed.value.replace(/-\d+$/, "")) {
    throw new S3Error("BadDigest", {
      message: `The ${algorithm.toLowerCase()} you specified did not match the calculated checksum.`,
    });
  }
  return computed;
}

function md5OfMd5s(parts: PartFact[]): string {
  const hash = createHash("md5");
  for (const { etag } of parts) hash.update(Buffer.from(etag, "hex"));
  return hash.digest("hex");
}
