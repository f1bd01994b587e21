import { type Call, type Operation } from "../call.js";
import { S3Error } from "../errors.js";
import { listBuckets, headBucket, createBucket, deleteBucket, bucketLocation } from "./buckets.js";
import { getAttributes } from "./attributes.js";
import * as bucketConfig from "./bucket-config.js";
import { copyObject, uploadPartCopy } from "./copy.js";
import { deleteObject, deleteObjects } from "./delete.js";
import { getObject, headObject } from "./get.js";
import { abortUpload, completeUpload, createUpload, uploadPart } from "./multipart.js";
import { listObjects } from "./list-objects.js";
import { listParts, listUploads } from "./list-uploads.js";
import { listVersions } from "./list-versions.js";
import * as objectConfig from "./object-config.js";
import { putObject } from "./put.js";
import { restoreObject } from "./restore.js";

/** An operation and the query parameters it knows. */
interface Entry {
  run: Operation;
  params?: string[];
}

const OVERRIDES = [
  "content-type",
  "content-language",
  "expires",
  "cache-control",
  "content-disposition",
  "content-encoding",
].map((name) => `response-${name}`);

const LISTING = ["prefix", "delimiter", "encoding-type"];

/** By `<method> <service|bucket|object> <sub-resource>`; of a copy the sub-resource is "copy". */
const OPERATIONS: Record<string, Entry> = {
  "GET service": { run: listBuckets, params: ["max-buckets", "prefix", "continuation-token", "bucket-region"] },
  "HEAD bucket": { run: headBucket },
  "PUT bucket": { run: createBucket },
  "DELETE bucket": { run: deleteBucket },
  "GET bucket location": { run: bucketLocation },
  "GET bucket": {
    run: listObjects,
    params: [...LISTING, "list-type", "max-keys", "continuation-token", "start-after", "fetch-owner", "marker"],
  },
  "GET bucket versions": { run: listVersions, params: [...LISTING, "max-keys", "key-marker", "version-id-marker"] },
  "GET bucket uploads": { run: listUploads, params: [...LISTING, "max-uploads", "key-marker", "upload-id-marker"] },
  "GET bucket versioning": { run: bucketConfig.getVersioning },
  "PUT bucket versioning": { run: bucketConfig.putVersioning },
  "GET bucket object-lock": { run: bucketConfig.getLockConfiguration },
  "PUT bucket object-lock": { run: bucketConfig.putLockConfiguration },
  "GET bucket lifecycle": { run: bucketConfig.getLifecycle },
  "PUT bucket lifecycle": { run: bucketConfig.putLifecycle },
  "DELETE bucket lifecycle": { run: bucketConfig.deleteLifecycle },
  "GET bucket policy": { run: bucketConfig.getPolicy },
  "PUT bucket policy": { run: bucketConfig.putPolicy },
  "DELETE bucket policy": { run: bucketConfig.deletePolicy },
  "GET bucket tagging": { run: bucketConfig.getBucketTagging },
  "PUT bucket tagging": { run: bucketConfig.putBucketTagging },
  "DELETE bucket tagging": { run: bucketConfig.deleteBucketTagging },
  "POST bucket delete": { run: deleteObjects },
  "PUT object": { run: putObject },
  "HEAD object": { run: headObject, params: ["versionId", "partNumber", ...OVERRIDES] },
  "GET object": { run: getObject, params: ["versionId", "partNumber", ...OVERRIDES] },
  "DELETE object": { run: deleteObject, params: ["versionId"] },
  "POST object uploads": { run: createUpload },
  "PUT object uploadId": { run: uploadPart, params: ["partNumber"] },
  "POST object uploadId": { run: completeUpload },
  "DELETE object uploadId": { run: abortUpload },
  "GET object uploadId": { run: listParts, params: ["max-parts", "part-number-marker"] },
  "PUT object copy": { run: copyObject },
  "PUT object uploadId copy": { run: uploadPartCopy, params: ["partNumber"] },
  "GET object tagging": { run: objectConfig.getTagging, params: ["versionId"] },
  "PUT object tagging": { run: objectConfig.putTagging, params: ["versionId"] },
  "DELETE object tagging": { run: objectConfig.deleteTagging, params: ["versionId"] },
  "GET object retention": { run: objectConfig.getRetention, params: ["versionId"] },
  "PUT object retention": { run: objectConfig.putRetention, params: ["versionId"] },
  "GET object legal-hold": { run: objectConfig.getLegalHold, params: ["versionId"] },
  "PUT object legal-hold": { run: objectConfig.putLegalHold, params: ["versionId"] },
  "GET object attributes": { run: getAttributes, params: ["versionId"] },
  "POST object restore": { run: restoreObject, params: ["versionId"] },
};

/** What Preservica's upload endpoint knows (apis/preservica.md section 2.1). */
const UPLOAD_ONLY = new Set([
  "GET service",
  "HEAD object",
  "PUT object",
  "DELETE object",
  "POST object uploads",
  "PUT object uploadId",
  "POST object uploadId",
  "DELETE object uploadId",
]);

/** Names in the query that choose another operation; those without an entry above are answered 501. */
const SUB_RESOURCES = [
  "accelerate",
  "acl",
  "analytics",
  "annotation",
  "attributes",
  "cors",
  "delete",
  "encryption",
  "intelligent-tiering",
  "inventory",
  "legal-hold",
  "lifecycle",
  "location",
  "logging",
  "metrics",
  "notification",
  "object-lock",
  "ownershipControls",
  "policy",
  "policyStatus",
  "publicAccessBlock",
  "renameObject",
  "replication",
  "requestPayment",
  "restore",
  "retention",
  "select",
  "session",
  "tagging",
  "torrent",
  "uploadId",
  "uploads",
  "versioning",
  "versions",
  "website",
];

/** Sent by every operation of the SDK, or part of a presigned link. */
const ALWAYS_KNOWN = /^(?:x-id|X-Amz-[A-Za-z0-9-]+|x-amz-[a-z0-9-]+)$/;

/**
 * The operation that the request asks for.
 * @throws S3Error MethodNotAllowed, NotImplemented (also for query parameters the operation does not have; marked as refused)
 */
export function operationOf(call: Call, known: "all" | "upload"): Operation {
  const { request, bucketName, key } = call;
  const level = bucketName === "" ? "service" : key === "" ? "bucket" : "object";
  const sub = SUB_RESOURCES.find((name) => request.query.has(name));
  const copy = request.headers["x-amz-copy-source"] === undefined ? "" : " copy";
  const name = `${request.method} ${level}${sub === undefined ? "" : ` ${sub}`}${copy}`;
  const entry = OPERATIONS[name];
  if (!entry || (known === "upload" && !UPLOAD_ONLY.has(name))) {
    request.refuse(`${name} is not known here`);
    const elsewhere = Object.keys(OPERATIONS).some(
      (other) => other.slice(other.indexOf(" ")) === name.slice(name.indexOf(" ")),
    );
    throw new S3Error(elsewhere && known === "all" ? "MethodNotAllowed" : "NotImplemented");
  }
  const strange = [...request.query.keys()].find(
    (param) => param !== sub && !ALWAYS_KNOWN.test(param) && !entry.params?.includes(param),
  );
  if (strange !== undefined) {
    request.refuse(`${name} has no query parameter "${strange}"`);
    throw new S3Error("NotImplemented", { fields: { Header: strange } });
  }
  return entry.run;
}
