import type { SandboxAnswer, SandboxFiles, SandboxRequest, StoredBytes } from "../kernel/types.js";
import type { BucketRecord } from "./model.js";
import { denies } from "./policy.js";
import { readPayload } from "./payload.js";
import { S3Error } from "./errors.js";
import type { SigV4Signer } from "./sigv4.js";
import type { S3Store } from "./store.js";
import { XmlElement } from "./xml.js";

/** Who calls. */
export interface S3Principal {
  /** For the log. */
  login: string;
  /** Result of `verifySigV4`, when the request was signed; signed payload hashes and chunks are checked against it. */
  signer?: SigV4Signer;
}

/** What `onObject` is told: a PutObject or a completed multipart upload, stored and checked, not yet visible. */
export interface CreatedObject {
  request: SandboxRequest;
  principal: S3Principal;
  bucket: string;
  key: string;
  /** Stay valid for ever with `keepContent`, else until the object is deleted or overwritten. */
  bytes: StoredBytes;
  size: number;
  /** User metadata without `x-amz-meta-`; of a multipart upload those it was started with. */
  metadata: Record<string, string>;
  etag: string;
}

/** Delays of restores, in milliseconds of sandbox time; changed by `POST /settings` of the control API. */
export interface S3Settings {
  restoreExpeditedMs: number;
  restoreStandardMs: number;
  restoreBulkMs: number;
  deepRestoreStandardMs: number;
  deepRestoreBulkMs: number;
  /** False: expedited restores are refused with 503, as when AWS has no capacity. */
  expeditedAvailable: boolean;
  /** True: ETags are no MD5, as with SSE-KMS: nobody may take them for one. Uploads are then quicker, too. */
  opaqueEtags: boolean;
}

/** One request, taken apart, with what operations work on. */
export interface Call {
  request: SandboxRequest;
  store: S3Store;
  files: SandboxFiles;
  settings: S3Settings;
  principal: S3Principal;
  region: string;
  /** "" for the service itself. */
  bucketName: string;
  /** "" for a bucket. */
  key: string;
  /** Path before the bucket, e.g. "/api/s3/buckets"; "" for S3 itself. */
  basePath: string;
  created(object: CreatedObject): Promise<Record<string, string>>;
}

export type Operation = (call: Call) => Promise<SandboxAnswer> | SandboxAnswer;

/** One header's text. */
export function header(call: Call, name: string): string | undefined {
  const value = call.request.headers[name];
  return Array.isArray(value) ? value[0] : value;
}

/** The bucket of the call. @throws S3Error NoSuchBucket */
export function bucketOf(call: Call): BucketRecord {
  return call.store.bucket(call.bucketName);
}

/** The body as XML. @throws S3Error MalformedXML */
export async function xmlBody(call: Call, root: string): Promise<XmlElement> {
  const element = XmlElement.parse(await readPayload(call.request, call.principal.signer), root);
  if (!element) throw new S3Error("MalformedXML");
  return element;
}

/** True unless a statement of the bucket policy denies the action on the call's object. */
export function allowed(call: Call, action: string, key = call.key): boolean {
  const { policy } = bucketOf(call);
  return policy === undefined || !denies(policy, action, call.bucketName, key);
}

/** A number from the query within bounds. @throws S3Error InvalidArgument */
export function numberParam(call: Call, name: string, fallback: number, most: number): number {
  const text = call.request.query.get(name);
  if (text === null || text === "") return fallback;
  if (!/^\d{1,10}$/.test(text)) {
    throw new S3Error("InvalidArgument", {
      message: `Provided ${name} not an integer or within integer range`,
      fields: { ArgumentName: name, ArgumentValue: text },
    });
  }
  return Math.min(Number(text), most);
}

/** An XML answer. */
export function xmlAnswer(body: string, headers: Record<string, string> = {}, status = 200): SandboxAnswer {
  return { status, headers: { "content-type": "application/xml", ...headers }, body };
}
