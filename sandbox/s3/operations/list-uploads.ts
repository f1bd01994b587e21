import type { SandboxAnswer } from "../../kernel/types.js";
import { bucketOf, numberParam, xmlAnswer, type Call } from "../call.js";
import { checksumElement } from "../checksums.js";
import { MOST_PARTS } from "../model.js";
import { compareKeys } from "../store.js";
import { writeXml, type XmlValue } from "../xml.js";
import { listFrame, MOST_KEYS, OWNER } from "./list-objects.js";
import { uploadOf } from "./multipart.js";

/** ListMultipartUploads: by key, then by when they were started. */
export function listUploads(call: Call): SandboxAnswer {
  const bucket = bucketOf(call);
  const { query } = call.request;
  const frame = listFrame(call, "s3:ListBucketMultipartUploads", "max-uploads");
  const keyMarker = query.get("key-marker") ?? "";
  const idMarker = query.get("upload-id-marker") ?? "";
  const uploads = Object.values(call.store.value.uploads)
    .filter((upload) => upload.bucket === bucket.name && upload.key.startsWith(frame.prefix))
    .sort((a, b) => compareKeys(a.key, b.key) || compareKeys(a.initiated, b.initiated) || compareKeys(a.id, b.id));
  const markerAt = uploads.findIndex(({ key, id }) => key === keyMarker && id === idMarker);
  const rest =
    markerAt >= 0
      ? uploads.slice(markerAt + 1)
      : uploads.filter(({ key }) => keyMarker === "" || compareKeys(key, keyMarker) > 0);
  const page = rest.slice(0, frame.maxKeys);
  const truncated = rest.length > page.length;
  const last = page.at(-1);
  const document: XmlValue = {
    Bucket: bucket.name,
    KeyMarker: frame.encode(keyMarker),
    UploadIdMarker: idMarker,
    NextKeyMarker: truncated && last ? frame.encode(last.key) : undefined,
    NextUploadIdMarker: truncated ? last?.id : undefined,
    Prefix: frame.encode(frame.prefix),
    EncodingType: frame.encodingType,
    MaxUploads: frame.maxKeys,
    IsTruncated: truncated,
    Upload: page.map((upload) => ({
      Key: frame.encode(upload.key),
      UploadId: upload.id,
      Initiator: OWNER,
      Owner: OWNER,
      StorageClass: upload.storageClass,
      Initiated: upload.initiated,
      ChecksumAlgorithm: upload.checksumAlgorithm,
      ChecksumType: upload.checksumType,
    })),
  };
  return xmlAnswer(writeXml("ListMultipartUploadsResult", document));
}

/** ListParts. */
export function listParts(call: Call): SandboxAnswer {
  bucketOf(call);
  const upload = uploadOf(call);
  const after = numberParam(call, "part-number-marker", 0, MOST_PARTS);
  const most = numberParam(call, "max-parts", MOST_KEYS, MOST_KEYS);
  const page: XmlValue[] = [];
  let last = after;
  let truncated = false;
  for (let number = after + 1; number <= MOST_PARTS; number++) {
    const part = call.store.value.parts[`${upload.id}/${number}`];
    if (!part) continue;
    if (page.length >= most) {
      truncated = true;
      break;
    }
    page.push({
      PartNumber: number,
      LastModified: part.modified,
      ETag: `"${part.etag}"`,
      Size: part.size,
      ...(upload.checksumAlgorithm === undefined ? {} : { [checksumElement(upload.checksumAlgorithm)]: part.checksum }),
    });
    last = number;
  }
  const document: XmlValue = {
    Bucket: upload.bucket,
    Key: upload.key,
    UploadId: upload.id,
    Initiator: OWNER,
    Owner: OWNER,
    StorageClass: upload.storageClass,
    PartNumberMarker: after,
    NextPartNumberMarker: last,
    MaxParts: most,
    IsTruncated: truncated,
    ChecksumAlgorithm: upload.checksumAlgorithm,
    ChecksumType: upload.checksumType,
    Part: page,
  };
  return xmlAnswer(writeXml("ListPartsResult", document));
}
