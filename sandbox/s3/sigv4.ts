import { createHash, createHmac, timingSafeEqual } from "node:crypto";
import type { SandboxRequest } from "../kernel/types.js";
import { S3Error } from "./errors.js";

/** Signature and request time may differ from the machine's clock by this much. */
const SKEW_MS = 15 * 60_000;
/** Longest life of a presigned link: seven days. */
const LONGEST_LINK_S = 604_800;
const DATE = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/;

/** Who signed, and what is needed to check signed chunks of the body. */
export interface SigV4Signer {
  accessKeyId: string;
  region: string;
  presigned: boolean;
  /** Value of x-amz-content-sha256, or UNSIGNED-PAYLOAD. */
  payloadHash: string;
  signature: string;
  signingKey: Buffer;
  /** `<date>/<region>/s3/aws4_request` */
  scope: string;
  amzDate: string;
}

interface Claim {
  accessKeyId: string;
  scopeDate: string;
  region: string;
  service: string;
  signedHeaders: string[];
  signature: string;
  amzDate: string;
  payloadHash: string;
  expires?: number;
}

/**
 * Checks an AWS Signature Version 4, in the Authorization header or in the query (presigned link).
 * Times are checked against the machine's clock, not the sandbox's.
 *
 * @param secretOf secret key of an access key; undefined = unknown key
 * @throws S3Error AccessDenied (no signature, link expired, unsigned x-amz- header), InvalidAccessKeyId, SignatureDoesNotMatch, RequestTimeTooSkewed, …
 * @see AWS "Authenticating Requests (AWS Signature Version 4)"
 */
export function verifySigV4(
  request: SandboxRequest,
  secretOf: (accessKeyId: string) => string | undefined,
  now: Date = new Date(),
): SigV4Signer {
  const presigned = request.query.has("X-Amz-Signature");
  const claim = presigned ? claimOfQuery(request) : claimOfHeader(request);
  checkTime(claim, now);
  const secret = secretOf(claim.accessKeyId);
  if (secret === undefined) throw new S3Error("InvalidAccessKeyId", { fields: { AWSAccessKeyId: claim.accessKeyId } });
  const scope = `${claim.scopeDate}/${claim.region}/${claim.service}/aws4_request`;
  const canonical = canonicalRequest(request, claim);
  const stringToSign = `AWS4-HMAC-SHA256\n${claim.amzDate}\n${scope}\n${sha256(canonical)}`;
  const signingKey = scope.split("/").reduce(hmac, Buffer.from(`AWS4${secret}`));
  const expected = createHmac("sha256", signingKey).update(stringToSign).digest("hex");
  if (!equal(expected, claim.signature)) {
    throw new S3Error("SignatureDoesNotMatch", {
      fields: { AWSAccessKeyId: claim.accessKeyId, StringToSign: stringToSign, SignatureProvided: claim.signature },
    });
  }
  checkSignedHeaders(request, claim);
  const { accessKeyId, region, payloadHash, signature, amzDate } = claim;
  return { accessKeyId, region, presigned, payloadHash, signature, signingKey, scope, amzDate };
}

/** Signature of one chunk of a `STREAMING-AWS4-HMAC-SHA256-PAYLOAD` body, or of its trailer. */
export function chunkSignature(signer: SigV4Signer, previous: string, contentHash: string, trailer = false): string {
  const lines = trailer
    ? ["AWS4-HMAC-SHA256-TRAILER", signer.amzDate, signer.scope, previous, contentHash]
    : ["AWS4-HMAC-SHA256-PAYLOAD", signer.amzDate, signer.scope, previous, sha256(""), contentHash];
  return createHmac("sha256", signer.signingKey).update(lines.join("\n")).digest("hex");
}

function claimOfHeader(request: SandboxRequest): Claim {
  const header = request.headers.authorization;
  if (header === undefined) throw new S3Error("AccessDenied");
  const match =
    /^AWS4-HMAC-SHA256\s+Credential=([^,\s]+)\s*,\s*SignedHeaders=([^,\s]+)\s*,\s*Signature=([0-9a-f]{64})$/.exec(
      header,
    );
  if (!match) throw new S3Error("AuthorizationHeaderMalformed");
  const [, credential = "", signedHeaders = "", signature = ""] = match;
  const amzDate = single(request.headers["x-amz-date"]) ?? "";
  const payloadHash = single(request.headers["x-amz-content-sha256"]);
  if (payloadHash === undefined) {
    throw new S3Error("MissingSecurityHeader", {
      message: "Missing required header for this request: x-amz-content-sha256",
    });
  }
  return {
    ...credentialScope(credential, "AuthorizationHeaderMalformed"),
    signedHeaders: signedHeaders.split(";"),
    signature,
    amzDate,
    payloadHash,
  };
}

function claimOfQuery(request: SandboxRequest): Claim {
  const get = (name: string): string => {
    const value = request.query.get(name);
    if (value === null)
      throw new S3Error("AuthorizationQueryParametersError", {
        message: `Query-string authentication requires the ${name} parameter.`,
      });
    return value;
  };
  if (get("X-Amz-Algorithm") !== "AWS4-HMAC-SHA256") throw new S3Error("AuthorizationQueryParametersError");
  const expires = Number(get("X-Amz-Expires"));
  if (!Number.isInteger(expires) || expires < 0 || expires > LONGEST_LINK_S) {
    throw new S3Error("AuthorizationQueryParametersError", {
      message: "X-Amz-Expires must be less than a week (in seconds) that is 604800",
    });
  }
  return {
    ...credentialScope(get("X-Amz-Credential"), "AuthorizationQueryParametersError"),
    signedHeaders: get("X-Amz-SignedHeaders").split(";"),
    signature: get("X-Amz-Signature"),
    amzDate: get("X-Amz-Date"),
    payloadHash:
      request.query.get("X-Amz-Content-Sha256") ??
      single(request.headers["x-amz-content-sha256"]) ??
      "UNSIGNED-PAYLOAD",
    expires,
  };
}

function credentialScope(
  credential: string,
  code: "AuthorizationHeaderMalformed" | "AuthorizationQueryParametersError",
): Pick<Claim, "accessKeyId" | "scopeDate" | "region" | "service"> {
  const parts = credential.split("/");
  const [scopeDate, region, service, end] = parts.slice(-4);
  const accessKeyId = parts.slice(0, -4).join("/");
  if (!accessKeyId || !scopeDate || !region || service !== "s3" || end !== "aws4_request") {
    throw new S3Error(code, {
      message: `The credential "${credential}" is not <access key>/<date>/<region>/s3/aws4_request.`,
    });
  }
  return { accessKeyId, scopeDate, region, service };
}

function checkTime(claim: Claim, now: Date): void {
  const match = DATE.exec(claim.amzDate);
  if (!match || claim.amzDate.slice(0, 8) !== claim.scopeDate) {
    throw new S3Error("AccessDenied", { message: "AWS authentication requires a valid Date or x-amz-date header" });
  }
  const [year, month, day, hour, minute, second] = match.slice(1).map(Number);
  const signed = Date.UTC(year ?? 0, (month ?? 1) - 1, day, hour, minute, second);
  if (claim.expires === undefined) {
    if (Math.abs(signed - now.getTime()) > SKEW_MS) {
      throw new S3Error("RequestTimeTooSkewed", {
        fields: { RequestTime: claim.amzDate, ServerTime: now.toISOString(), MaxAllowedSkewMilliseconds: SKEW_MS },
      });
    }
    return;
  }
  if (signed - now.getTime() > SKEW_MS) throw new S3Error("AccessDenied", { message: "Request is not valid yet" });
  const end = new Date(signed + claim.expires * 1000);
  if (now > end) {
    throw new S3Error("AccessDenied", {
      message: "Request has expired",
      fields: { "X-Amz-Expires": claim.expires, Expires: end.toISOString(), ServerTime: now.toISOString() },
    });
  }
}

function canonicalRequest(request: SandboxRequest, claim: Claim): Buffer {
  const query = [...request.query]
    .filter(([name]) => name !== "X-Amz-Signature")
    .map(([name, value]) => [uriEncode(name), uriEncode(value)] as const)
    .sort(([a, va], [b, vb]) => (a === b ? order(va, vb) : order(a, b)))
    .map(([name, value]) => `${name}=${value}`)
    .join("&");
  const headers = claim.signedHeaders.map((name) => `${name}:${headerValue(request, name)}\n`).join("");
  const path = request.path
    .split("/")
    .map((segment) => uriEncode(decodeURIComponent(segment)))
    .join("/");
  // Header values are bytes read as Latin-1; as Latin-1 they become the same bytes again.
  return Buffer.from(
    [request.method, path, query, headers, claim.signedHeaders.join(";"), claim.payloadHash].join("\n"),
    "latin1",
  );
}

function headerValue(request: SandboxRequest, name: string): string {
  const value = request.headers[name];
  return (Array.isArray(value) ? value.join(",") : (value ?? "")).trim().replace(/ +/g, " ");
}

function checkSignedHeaders(request: SandboxRequest, claim: Claim): void {
  const signed = new Set(claim.signedHeaders);
  const unsigned = Object.keys(request.headers).filter(
    (name) => (name === "host" || name.startsWith("x-amz-")) && !signed.has(name),
  );
  // A presigned link may leave the payload hash header unsigned: it is UNSIGNED-PAYLOAD anyway.
  const bad = unsigned.filter((name) => !(claim.expires !== undefined && name === "x-amz-content-sha256"));
  if (bad.length > 0) {
    throw new S3Error("AccessDenied", {
      message: "There were headers present in the request which were not signed",
      fields: { HeadersNotSigned: bad.join(", ") },
    });
  }
}

/** RFC 3986 encoding, as SigV4 wants it: everything but unreserved characters. */
export function uriEncode(text: string): string {
  return encodeURIComponent(text).replace(/[!'()*]/g, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`);
}

function hmac(key: Buffer, text: string): Buffer {
  return createHmac("sha256", key).update(text).digest();
}

function sha256(content: Buffer | string): string {
  return createHash("sha256").update(content).digest("hex");
}

function order(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function equal(a: string, b: string): boolean {
  const [x, y] = [Buffer.from(a), Buffer.from(b)];
  return x.length === y.length && timingSafeEqual(x, y);
}

function single(value: string | string[] | undefined): string | undefined {
  return Array.isArray(value) ? value[0] : value;
}
