import { randomBytes } from "node:crypto";
import type { SandboxAnswer } from "../kernel/types.js";
import { writeXml } from "./xml.js";

/** Codes this engine answers with, their status and the text S3 gives. Source: API_Error responses list, apis/s3.md sections 5-9. */
const ERRORS = {
  AccessControlListNotSupported: [400, "The bucket does not allow ACLs"],
  AccessDenied: [403, "Access Denied"],
  AuthorizationHeaderMalformed: [400, "The authorization header that you provided is not valid."],
  AuthorizationQueryParametersError: [400, "Query-string authentication parameters are not valid."],
  BadDigest: [400, "The Content-MD5 or checksum value that you specified did not match what the server received."],
  BucketAlreadyOwnedByYou: [409, "Your previous request to create the named bucket succeeded and you already own it."],
  BucketNotEmpty: [409, "The bucket that you tried to delete is not empty."],
  ConditionalRequestConflict: [
    409,
    "A conflicting operation occurred during processing of your request. Please retry your request.",
  ],
  EntityTooLarge: [400, "Your proposed upload exceeds the maximum allowed object size."],
  EntityTooSmall: [400, "Your proposed upload is smaller than the minimum allowed object size."],
  ExpiredToken: [400, "The provided token has expired."],
  GlacierExpeditedRetrievalNotAvailable: [
    503,
    "Glacier expedited retrievals are currently not available. Try again later.",
  ],
  IncompleteBody: [400, "You did not provide the number of bytes specified by the Content-Length HTTP header."],
  InternalError: [500, "We encountered an internal error. Please try again."],
  InvalidAccessKeyId: [403, "The AWS access key ID that you provided does not exist in our records."],
  InvalidArgument: [400, "Invalid Argument"],
  InvalidBucketName: [400, "The specified bucket is not valid."],
  InvalidBucketState: [409, "The request is not valid for the current state of the bucket."],
  InvalidDigest: [400, "The Content-MD5 or checksum value that you specified is not valid."],
  InvalidObjectState: [403, "The operation is not valid for the object's storage class"],
  InvalidPart: [
    400,
    "One or more of the specified parts could not be found. The part might not have been uploaded, or the specified entity tag might not have matched the part's entity tag.",
  ],
  InvalidPartOrder: [
    400,
    "The list of parts was not in ascending order. Parts list must be specified in order by part number.",
  ],
  InvalidRange: [416, "The requested range is not satisfiable"],
  InvalidRequest: [400, "Invalid Request"],
  InvalidStorageClass: [400, "The storage class that you specified is not valid."],
  InvalidTag: [400, "Your request contains tag input that is not valid."],
  InvalidToken: [400, "The provided token is malformed or otherwise not valid."],
  KeyTooLongError: [400, "Your key is too long."],
  MalformedPolicy: [400, "Policies must be valid JSON and the first byte must be '{'"],
  MalformedXML: [
    400,
    "The XML that you provided was not well formed or did not validate against our published schema.",
  ],
  MetadataTooLarge: [400, "Your metadata headers exceed the maximum allowed metadata size."],
  MethodNotAllowed: [405, "The specified method is not allowed against this resource."],
  MissingContentLength: [411, "You must provide the Content-Length HTTP header."],
  MissingSecurityHeader: [400, "Your request is missing a required header."],
  NoSuchBucket: [404, "The specified bucket does not exist"],
  NoSuchBucketPolicy: [404, "The bucket policy does not exist"],
  NoSuchKey: [404, "The specified key does not exist."],
  NoSuchLifecycleConfiguration: [404, "The lifecycle configuration does not exist"],
  NoSuchObjectLockConfiguration: [404, "The specified object does not have a ObjectLock configuration"],
  NoSuchTagSet: [404, "The TagSet does not exist"],
  NoSuchUpload: [
    404,
    "The specified upload does not exist. The upload ID may be invalid, or the upload may have been aborted or completed.",
  ],
  NoSuchVersion: [404, "The specified version does not exist."],
  NotImplemented: [501, "A header or query you provided implies functionality that is not implemented."],
  ObjectLockConfigurationNotFoundError: [404, "Object Lock configuration does not exist for this bucket"],
  ObjectNotInActiveTierError: [
    403,
    "The source object of the COPY action is not in the active tier and is only stored in Amazon S3 Glacier.",
  ],
  PermanentRedirect: [301, "The bucket you are attempting to access must be addressed using the specified endpoint."],
  PreconditionFailed: [412, "At least one of the preconditions you specified did not hold."],
  RequestTimeTooSkewed: [403, "The difference between the request time and the current time is too large."],
  RestoreAlreadyInProgress: [409, "Object restore is already in progress."],
  SignatureDoesNotMatch: [
    403,
    "The request signature we calculated does not match the signature you provided. Check your key and signing method.",
  ],
  ServiceUnavailable: [503, "Service is unable to handle request."],
  XAmzContentSHA256Mismatch: [400, "The provided 'x-amz-content-sha256' header does not match what was computed."],
} as const satisfies Record<string, readonly [number, string]>;

export type S3ErrorCode = keyof typeof ERRORS;

export interface S3ErrorDetails {
  /** Instead of the code's usual text. */
  message?: string;
  /** Instead of the code's usual status. */
  status?: number;
  headers?: Record<string, string>;
  /** More elements of the error document, e.g. StorageClass. */
  fields?: Record<string, string | number>;
}

/** An answer that S3 gives as an error document. Thrown by operations, by `authenticate` and by `onObject` of an engine. */
export class S3Error extends Error {
  readonly status: number;

  constructor(
    readonly code: S3ErrorCode,
    readonly details: S3ErrorDetails = {},
  ) {
    super(details.message ?? ERRORS[code][1]);
    this.status = details.status ?? ERRORS[code][0];
  }

  /** The error document; HEAD answers carry none. */
  answer(resource: string, ids: Record<string, string>): SandboxAnswer {
    const document = {
      Code: this.code,
      Message: this.message,
      ...this.details.fields,
      Resource: resource,
      RequestId: ids["x-amz-request-id"],
      HostId: ids["x-amz-id-2"],
    };
    return {
      status: this.status,
      headers: { "content-type": "application/xml", ...this.details.headers },
      body: writeXml("Error", document, { namespace: false }),
    };
  }
}

/** The two ids that every answer carries; operators quote them to AWS support. */
export function requestIds(): Record<string, string> {
  return {
    "x-amz-request-id": randomBytes(8).toString("hex").toUpperCase(),
    "x-amz-id-2": randomBytes(40).toString("base64"),
  };
}
