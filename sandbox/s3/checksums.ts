import { createHash } from "node:crypto";
import type { IncomingHttpHeaders } from "node:http";
import { combineCrc, CRC_FORMS, newCrc32, newCrc32c, newCrc64, type RunningCrc } from "./crc.js";
import { S3Error } from "./errors.js";

/** Checksum algorithms of S3 that this engine computes (apis/s3.md section 9). */
export const ALGORITHMS = ["CRC32", "CRC32C", "CRC64NVME", "SHA1", "SHA256", "SHA512", "MD5"] as const;
export type ChecksumAlgorithm = (typeof ALGORITHMS)[number];
export type ChecksumType = "COMPOSITE" | "FULL_OBJECT";

/** A stored checksum; `value` is base64, with `-<parts>` behind it when composite. */
export interface Checksum {
  algorithm: ChecksumAlgorithm;
  value: string;
  type: ChecksumType;
}

/** A checksum while the bytes pass. */
export interface RunningChecksum {
  update(chunk: Buffer): void;
  /** Raw bytes; to be asked for once. */
  digest(): Buffer;
}

const HASHES: Partial<Record<ChecksumAlgorithm, string>> = {
  SHA1: "sha1",
  SHA256: "sha256",
  SHA512: "sha512",
  MD5: "md5",
};
const CRCS: Partial<Record<ChecksumAlgorithm, () => RunningCrc>> = {
  CRC32: newCrc32,
  CRC32C: newCrc32c,
  CRC64NVME: newCrc64,
};

export function newChecksum(algorithm: ChecksumAlgorithm): RunningChecksum {
  const crc = CRCS[algorithm]?.();
  if (crc)
    return {
      update: (chunk) => crc.update(chunk),
      digest: () => crcBytes(crc.value, algorithm === "CRC64NVME" ? 8 : 4),
    };
  const hash = createHash(HASHES[algorithm] ?? "sha256");
  return { update: (chunk) => void hash.update(chunk), digest: () => hash.digest() };
}

/** Bytes of an algorithm's value. */
export function checksumLength(algorithm: ChecksumAlgorithm): number {
  return { CRC32: 4, CRC32C: 4, CRC64NVME: 8, SHA1: 20, SHA256: 32, SHA512: 64, MD5: 16 }[algorithm];
}

/** Header of an algorithm: `x-amz-checksum-crc32`. */
export function checksumHeader(algorithm: ChecksumAlgorithm): string {
  return `x-amz-checksum-${algorithm.toLowerCase()}`;
}

/** Element of an algorithm in XML: `ChecksumCRC32`. */
export function checksumElement(algorithm: ChecksumAlgorithm): string {
  return `Checksum${algorithm}`;
}

/** @throws S3Error InvalidRequest for an algorithm this engine does not know */
export function asAlgorithm(name: string): ChecksumAlgorithm {
  const algorithm = ALGORITHMS.find((known) => known === name.toUpperCase());
  if (!algorithm)
    throw new S3Error("InvalidRequest", {
      message:
        "Checksum algorithm provided is unsupported. Please try again with any of the valid types: [CRC32, CRC32C, CRC64NVME, SHA1, SHA256]",
    });
  return algorithm;
}

/** The checksum given in a header of its own, if any. @throws S3Error InvalidRequest when malformed or more than one */
export function declaredChecksum(
  headers: IncomingHttpHeaders,
): { algorithm: ChecksumAlgorithm; value: string } | undefined {
  const given = ALGORITHMS.flatMap((algorithm) => {
    const value = headers[checksumHeader(algorithm)];
    return typeof value === "string" ? [{ algorithm, value }] : [];
  });
  if (given.length > 1)
    throw new S3Error("InvalidRequest", {
      message: "Expecting a single x-amz-checksum- header. Multiple checksum Types are not allowed.",
    });
  const [first] = given;
  if (first) checkForm(first.algorithm, first.value);
  return first;
}

/** @throws S3Error InvalidRequest when the value cannot be one of the algorithm */
export function checkForm(algorithm: ChecksumAlgorithm, value: string): void {
  const text = value.replace(/-\d+$/, "");
  if (Buffer.from(text, "base64").length !== checksumLength(algorithm)) {
    throw new S3Error("InvalidRequest", { message: `Value for ${checksumHeader(algorithm)} header is invalid.` });
  }
}

/** The checksum of a multipart object from those of its parts (apis/s3.md section 9). */
export function checksumOfParts(
  algorithm: ChecksumAlgorithm,
  type: ChecksumType,
  parts: { value: string; size: number }[],
): Checksum {
  const form =
    algorithm === "CRC32" || algorithm === "CRC32C" || algorithm === "CRC64NVME" ? CRC_FORMS[algorithm] : undefined;
  if (type === "COMPOSITE" || !form) {
    const running = newChecksum(algorithm);
    for (const part of parts) running.update(Buffer.from(part.value, "base64"));
    return { algorithm, type: "COMPOSITE", value: `${running.digest().toString("base64")}-${parts.length}` };
  }
  const [first, ...rest] = parts;
  let crc = crcNumber(first?.value ?? "");
  for (const part of rest) crc = combineCrc(form, crc, crcNumber(part.value), part.size);
  return { algorithm, type, value: crcBytes(crc, form.width / 8).toString("base64") };
}

function crcNumber(value: string): bigint {
  return BigInt(`0x${Buffer.from(value, "base64").toString("hex") || "0"}`);
}

function crcBytes(value: bigint, length: number): Buffer {
  return Buffer.from(value.toString(16).padStart(length * 2, "0"), "hex");
}
