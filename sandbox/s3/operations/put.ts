import type { SandboxAnswer } from "../../kernel/types.js";
import { bucketOf, header, type Call } from "../call.js";
import { checksumHeader, type Checksum } from "../checksums.js";
import { assertWritable } from "../conditions.js";
import { S3Error } from "../errors.js";
import { factsOfHeaders } from "../facts.js";
import { demandIntegrity } from "../lock.js";
import type { BucketRecord, ObjectVersion } from "../model.js";
import { storePayload } from "../payload.js";

/** PutObject. */
export async function putObject(call: Call): Promise<SandboxAnswer> {
  const bucket = bucketOf(call);
  const facts = factsOfHeaders(call, bucket);
  demandIntegrity(call, facts.lock, bucket);
  demandPlainEncryption(call);
  assertWritable(call, call.store.current(bucket.name, call.key));
  const { opaqueEtags: opaqueEtag } = call.settings;
  const { bytes, etag, checksum } = await storePayload(call.request, call.files, call.principal.signer, { opaqueEtag });
  const version: ObjectVersion = {
    ...facts,
    id: call.store.newVersionId(bucket),
    modified: call.store.now().toISOString(),
    etag,
    size: bytes.size,
    bytes,
    ...(checksum === undefined ? {} : { checksum: { ...checksum, type: "FULL_OBJECT" } }),
  };
  const extra = await keep(call, bucket, version);
  return {
    status: 200,
    headers: { etag: `"${etag}"`, ...writtenHeaders(bucket, version), ...checksumHeaders(version.checksum), ...extra },
  };
}

/** Makes a stored version visible, after the hook has agreed; on a refusal its bytes are removed. @returns the hook's headers */
export async function keep(call: Call, bucket: BucketRecord, version: ObjectVersion): Promise<Record<string, string>> {
  const { bytes, size, metadata, etag } = version;
  try {
    const { request, principal, key } = call;
    assertWritable(call, call.store.current(bucket.name, key));
    const headers = await call.created({ request, principal, bucket: bucket.name, key, bytes, size, metadata, etag });
    await call.store.addVersion(bucket, call.key, version, () =>
      assertWritable(call, call.store.current(bucket.name, call.key)),
    );
    return headers;
  } catch (error) {
    await call.files.remove(bytes);
    throw error;
  }
}

/** Only keys of S3 itself (AES256) are played. @throws S3Error NotImplemented */
export function demandPlainEncryption(call: Call): void {
  const wanted = header(call, "x-amz-server-side-encryption");
  if (wanted === undefined || wanted === "AES256") return;
  call.request.refuse(`encryption ${wanted} is not known here`);
  throw new S3Error("NotImplemented");
}

export function writtenHeaders(bucket: BucketRecord, version: Pick<ObjectVersion, "id">): Record<string, string> {
  return { "x-amz-server-side-encryption": "AES256", ...versionHeader(bucket, version) };
}

export function versionHeader(bucket: BucketRecord, version: Pick<ObjectVersion, "id">): Record<string, string> {
  return bucket.versioning === "off" ? {} : { "x-amz-version-id": version.id };
}

export function checksumHeaders(checksum: Checksum | undefined): Record<string, string> {
  return checksum ? { [checksumHeader(checksum.algorithm)]: checksum.value, "x-amz-checksum-type": checksum.type } : {};
}
