import type { SandboxRequest } from "../kernel/types.js";
import { S3Error } from "./errors.js";

/** `x-amz-` headers that operations of this engine read, or that are harmless on any request. */
const KNOWN = new Set(
  [
    "acl",
    "bucket-object-lock-enabled",
    "bypass-governance-retention",
    "checksum-algorithm",
    "checksum-mode",
    "checksum-type",
    "content-sha256",
    "copy-source",
    "copy-source-if-match",
    "copy-source-if-modified-since",
    "copy-source-if-none-match",
    "copy-source-if-unmodified-since",
    "copy-source-range",
    "date",
    "decoded-content-length",
    "expected-bucket-owner",
    "max-parts",
    "metadata-directive",
    "mp-object-size",
    "object-attributes",
    "object-lock-legal-hold",
    "object-lock-mode",
    "object-lock-retain-until-date",
    "optional-object-attributes",
    "part-number-marker",
    "request-payer",
    "sdk-checksum-algorithm",
    "server-side-encryption",
    "source-expected-bucket-owner",
    "storage-class",
    "tagging",
    "tagging-directive",
    "trailer",
    "transition-default-minimum-object-size",
    "user-agent",
    "website-redirect-location",
  ].map((name) => `x-amz-${name}`),
);

/** ACLs that buckets with "bucket owner enforced" accept, the default of new buckets [V: UG about-object-ownership]. */
const HARMLESS_ACLS = new Set(["private", "bucket-owner-full-control"]);

/** Refuses `x-amz-` headers that mean something this engine does not do. @throws S3Error NotImplemented, InvalidToken, AccessControlListNotSupported */
export function assertKnownHeaders(request: SandboxRequest): void {
  for (const [name, value] of Object.entries(request.headers)) {
    if (
      !name.startsWith("x-amz-") ||
      name.startsWith("x-amz-meta-") ||
      name.startsWith("x-amz-checksum-") ||
      KNOWN.has(name)
    )
      continue;
    if (name === "x-amz-security-token") throw new S3Error("InvalidToken");
    request.refuse(`header ${name} is not known here`);
    throw new S3Error("NotImplemented", { fields: { Header: name, Value: String(value) } });
  }
  const acl = request.headers["x-amz-acl"];
  if (acl !== undefined && !HARMLESS_ACLS.has(String(acl))) throw new S3Error("AccessControlListNotSupported");
}
