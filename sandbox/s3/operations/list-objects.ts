import type { SandboxAnswer } from "../../kernel/types.js";
import { restoreHeader } from "../archive.js";
import { allowed, bucketOf, header, numberParam, xmlAnswer, type Call } from "../call.js";
import { S3Error } from "../errors.js";
import type { ObjectVersion } from "../model.js";
import { uriEncode } from "../sigv4.js";
import { placeOf } from "../store.js";
import { writeXml, type XmlValue } from "../xml.js";
import { OWNER_ID } from "./buckets.js";

export const MOST_KEYS = 1000;
export const OWNER: XmlValue = { ID: OWNER_ID, DisplayName: "sandbox" };

/** Parameters that all listings share. */
export interface ListFrame {
  prefix: string;
  delimiter: string;
  maxKeys: number;
  /** Keys and prefixes as the caller wants them written. */
  encode(key: string): string;
  encodingType: string | undefined;
}

/** @throws S3Error InvalidArgument, AccessDenied (policy) */
export function listFrame(call: Call, action: string, maxName = "max-keys"): ListFrame {
  if (!allowed(call, action)) throw new S3Error("AccessDenied");
  const { query } = call.request;
  const encodingType = query.get("encoding-type") ?? undefined;
  if (encodingType !== undefined && encodingType !== "url")
    throw new S3Error("InvalidArgument", { message: "Invalid Encoding Method specified in Request" });
  return {
    prefix: query.get("prefix") ?? "",
    delimiter: query.get("delimiter") ?? "",
    maxKeys: numberParam(call, maxName, MOST_KEYS, MOST_KEYS),
    // Blanks as "+" and slashes as they are: what S3 sends for encoding-type=url.
    encode:
      encodingType === undefined
        ? (key) => key
        : (key) => key.split("/").map(uriEncode).join("/").replaceAll("%20", "+"),
    encodingType,
  };
}

/** A key, or a common prefix standing for all keys below it. */
export type Listed = { key: string; common: false } | { key: string; common: true };

/**
 * Keys and common prefixes after a marker, in order, one at a time; keys below a common prefix are jumped over.
 * @param after exclusive; a common prefix as marker jumps over all keys below it
 */
export function* listed(keys: readonly string[], { prefix, delimiter }: ListFrame, after: string): Generator<Listed> {
  let at = placeOf(keys, after > prefix ? after : prefix);
  const markerCommon =
    delimiter !== "" && after.startsWith(prefix) && after.slice(prefix.length).endsWith(delimiter) ? after : undefined;
  for (let key = keys[at]; key !== undefined && key.startsWith(prefix); key = keys[at]) {
    if (key === after && after !== "") {
      at += 1;
      continue;
    }
    const cut = delimiter === "" ? -1 : key.indexOf(delimiter, prefix.length);
    if (cut < 0) {
      yield { key, common: false };
      at += 1;
      continue;
    }
    const common = key.slice(0, cut + delimiter.length);
    if (common !== markerCommon) yield { key: common, common: true };
    at = endOf(keys, at, common);
  }
}

/** Where the keys that begin with a prefix end. */
function endOf(keys: readonly string[], from: number, prefix: string): number {
  let at = from;
  for (let key = keys[at]; key !== undefined && key.startsWith(prefix); key = keys[at]) at += 1;
  return at;
}

/** ListObjectsV2, and the older ListObjects when `list-type` is not there. */
export function listObjects(call: Call): SandboxAnswer {
  const bucket = bucketOf(call);
  const { query } = call.request;
  const version2 = query.get("list-type") === "2";
  const frame = listFrame(call, "s3:ListBucket");
  const token = query.get("continuation-token");
  const after = version2
    ? token === null
      ? (query.get("start-after") ?? "")
      : fromToken(token)
    : (query.get("marker") ?? "");
  const current = call.store
    .sortedKeys(bucket.name)
    .filter((key) => call.store.current(bucket.name, key) !== undefined);
  const page: Listed[] = [];
  let truncated = false;
  for (const item of listed(current, frame, after)) {
    if (page.length >= frame.maxKeys) {
      truncated = frame.maxKeys > 0;
      break;
    }
    page.push(item);
  }
  const last = page.at(-1)?.key ?? "";
  const contents = page.flatMap(({ key, common }) =>
    common ? [] : [contentsOf(call, key, frame, version2 ? query.get("fetch-owner") === "true" : true)],
  );
  const document: XmlValue = {
    Name: bucket.name,
    Prefix: frame.encode(frame.prefix),
    Delimiter: frame.delimiter === "" ? undefined : frame.encode(frame.delimiter),
    MaxKeys: frame.maxKeys,
    EncodingType: frame.encodingType,
    ...(version2
      ? {
          KeyCount: page.length,
          StartAfter: query.get("start-after") ?? undefined,
          ContinuationToken: token ?? undefined,
          NextContinuationToken: truncated ? toToken(last) : undefined,
        }
      : {
          Marker: frame.encode(after),
          NextMarker: truncated && frame.delimiter !== "" ? frame.encode(last) : undefined,
        }),
    IsTruncated: truncated,
    Contents: contents,
    CommonPrefixes: commonPrefixes(page, frame),
  };
  return xmlAnswer(writeXml("ListBucketResult", document));
}

export function commonPrefixes(page: Listed[], frame: ListFrame): XmlValue[] {
  return page.flatMap(({ key, common }) => (common ? [{ Prefix: frame.encode(key) }] : []));
}

function contentsOf(call: Call, key: string, frame: ListFrame, owner: boolean): XmlValue {
  const version = call.store.current(call.bucketName, key);
  if (!version) return {};
  return { Key: frame.encode(key), ...listedFacts(call, version), Owner: owner ? OWNER : undefined };
}

/** What listings tell about a version; `RestoreStatus` only when asked for. */
export function listedFacts(call: Call, version: ObjectVersion): Record<string, XmlValue> {
  const wantsRestore = (header(call, "x-amz-optional-object-attributes") ?? "")
    .split(",")
    .some((name) => name.trim() === "RestoreStatus");
  const restore = wantsRestore ? restoreHeader(version, call.store.now()) : undefined;
  const running = restore?.includes('"true"') ?? false;
  return {
    LastModified: version.modified,
    ETag: `"${version.etag}"`,
    ChecksumAlgorithm: version.checksum?.algorithm,
    ChecksumType: version.checksum?.type,
    Size: version.size,
    StorageClass: version.storageClass,
    RestoreStatus:
      restore === undefined
        ? undefined
        : { IsRestoreInProgress: running, RestoreExpiryDate: running ? undefined : version.restore?.expires },
  };
}

function toToken(key: string): string {
  return Buffer.from(key).toString("base64url");
}

function fromToken(token: string): string {
  const key = Buffer.from(token, "base64url");
  if (key.length === 0 || key.toString("base64url") !== token)
    throw new S3Error("InvalidArgument", { message: "The continuation token provided is incorrect" });
  return key.toString();
}
