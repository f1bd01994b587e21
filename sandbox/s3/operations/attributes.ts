import type { SandboxAnswer } from "../../kernel/types.js";
import { bucketOf, header, xmlAnswer, type Call } from "../call.js";
import { checksumElement } from "../checksums.js";
import { S3Error } from "../errors.js";
import type { ObjectVersion } from "../model.js";
import { writeXml, type XmlValue } from "../xml.js";
import { versionOf } from "./get.js";
import { versionHeader } from "./put.js";

const KNOWN = ["ETag", "Checksum", "ObjectParts", "StorageClass", "ObjectSize"] as const;

/** GetObjectAttributes: only those asked for in `x-amz-object-attributes`; works on archived objects. */
export function getAttributes(call: Call): SandboxAnswer {
  const bucket = bucketOf(call);
  const version = versionOf(call, bucket);
  const asked = (header(call, "x-amz-object-attributes") ?? "").split(",").map((name) => name.trim());
  if (asked.some((name) => !KNOWN.some((known) => known === name)))
    throw new S3Error("InvalidArgument", { message: "Invalid attribute name specified." });
  const { checksum } = version;
  const all: Record<(typeof KNOWN)[number], XmlValue> = {
    ETag: version.etag,
    Checksum: checksum && { [checksumElement(checksum.algorithm)]: checksum.value, ChecksumType: checksum.type },
    ObjectParts: version.parts && partsOf(call, version),
    StorageClass: version.storageClass,
    ObjectSize: version.size,
  };
  const chosen = Object.fromEntries(KNOWN.filter((name) => asked.includes(name)).map((name) => [name, all[name]]));
  const headers = { "last-modified": new Date(version.modified).toUTCString(), ...versionHeader(bucket, version) };
  return xmlAnswer(writeXml("GetObjectAttributesResponse", chosen), headers);
}

/** Single parts are told only for objects with additional checksums [V: API_GetObjectAttributes]. */
function partsOf(call: Call, version: ObjectVersion): XmlValue {
  const parts = version.parts ?? [];
  const most = Math.min(Number(header(call, "x-amz-max-parts") ?? 1000), 1000);
  const after = Number(header(call, "x-amz-part-number-marker") ?? 0);
  const rest = parts.filter(({ number }) => number > after);
  const page = rest.slice(0, most);
  const { checksum } = version;
  return {
    // The SDK's TotalPartsCount.
    PartsCount: parts.length,
    PartNumberMarker: after,
    NextPartNumberMarker: page.at(-1)?.number ?? 0,
    MaxParts: most,
    IsTruncated: rest.length > page.length,
    Part: checksum
      ? page.map((part) => ({
          PartNumber: part.number,
          Size: part.size,
          [checksumElement(checksum.algorithm)]: part.checksum,
        }))
      : [],
  };
}
