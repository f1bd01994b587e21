import type { FixityAlgorithm } from "../messages/asset.js";

/** XIP writes algorithms without hyphens, OPEX and the rest of this package with them (fact sheet 2.3, 2.4). */
const XIP_NAMES: Record<FixityAlgorithm, string> = {
  MD5: "MD5",
  "SHA-1": "SHA1",
  "SHA-256": "SHA256",
  "SHA-512": "SHA512",
};

export function toXipAlgorithm(algorithm: FixityAlgorithm): string {
  return XIP_NAMES[algorithm];
}

/** Reads either spelling; undefined for algorithms that this package does not compute. */
export function fromXipAlgorithm(name: string): FixityAlgorithm | undefined {
  const plain = name.trim().toUpperCase().replaceAll("-", "");
  switch (plain) {
    case "MD5":
      return "MD5";
    case "SHA1":
      return "SHA-1";
    case "SHA256":
      return "SHA-256";
    case "SHA512":
      return "SHA-512";
    default:
      return undefined;
  }
}
