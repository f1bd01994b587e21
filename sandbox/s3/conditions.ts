import { header, type Call } from "./call.js";
import { S3Error } from "./errors.js";
import type { ObjectVersion } from "./model.js";

/**
 * Conditions of a write (`If-None-Match: *`, `If-Match: "<etag>"`) on the key's current version; a delete marker counts as nothing there.
 * @throws S3Error PreconditionFailed, NoSuchKey (If-Match on nothing), NotImplemented (If-None-Match with an ETag)
 */
export function assertWritable(call: Call, current: ObjectVersion | undefined): void {
  const noneMatch = header(call, "if-none-match");
  const match = header(call, "if-match");
  if (noneMatch !== undefined && noneMatch !== "*") throw new S3Error("NotImplemented");
  if (noneMatch === "*" && current) throw new S3Error("PreconditionFailed", { fields: { Condition: "If-None-Match" } });
  if (match === undefined) return;
  if (!current) throw new S3Error("NoSuchKey", { fields: { Key: call.key } });
  if (!sameEtag(match, current.etag)) throw new S3Error("PreconditionFailed", { fields: { Condition: "If-Match" } });
}

/** Names of the four conditional headers of a read, plain or of a copy's source. */
const READ_CONDITIONS = {
  plain: ["if-match", "if-none-match", "if-modified-since", "if-unmodified-since"],
  source: [
    "x-amz-copy-source-if-match",
    "x-amz-copy-source-if-none-match",
    "x-amz-copy-source-if-modified-since",
    "x-amz-copy-source-if-unmodified-since",
  ],
} as const;

/** Conditions of a read, in RFC 9110's order. @throws S3Error PreconditionFailed: 412, or 304 on a plain read that has it already */
export function assertWanted(call: Call, version: ObjectVersion, kind: "plain" | "source"): void {
  const [match, noneMatch, modifiedSince, unmodifiedSince] = READ_CONDITIONS[kind].map((name) => header(call, name));
  // HTTP dates have whole seconds.
  const modified = Math.floor(new Date(version.modified).getTime() / 1000) * 1000;
  const failed = (condition: string): S3Error =>
    new S3Error("PreconditionFailed", { fields: { Condition: condition } });
  if (match !== undefined) {
    if (!sameEtag(match, version.etag)) throw failed("If-Match");
  } else if (unmodifiedSince !== undefined && modified > Date.parse(unmodifiedSince))
    throw failed("If-Unmodified-Since");
  const known =
    noneMatch === undefined
      ? modifiedSince !== undefined && modified <= Date.parse(modifiedSince)
      : sameEtag(noneMatch, version.etag);
  if (!known) return;
  if (kind === "source") throw failed("x-amz-copy-source-If-None-Match");
  throw new S3Error("PreconditionFailed", {
    status: 304,
    headers: { etag: `"${version.etag}"`, "last-modified": new Date(version.modified).toUTCString() },
  });
}

function sameEtag(header: string, etag: string): boolean {
  return header === "*" || header.split(",").some((one) => one.trim().replace(/^W\//, "").replaceAll('"', "") === etag);
}
