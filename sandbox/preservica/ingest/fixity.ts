import type { SandboxFiles, StoredBytes } from "../../kernel/types.js";

/** XIP name -> name of node:crypto, and digits of the hex digest. */
const ALGORITHMS: Readonly<Record<string, { node: string; digits: number }>> = {
  MD5: { node: "md5", digits: 32 },
  SHA1: { node: "sha1", digits: 40 },
  SHA256: { node: "sha256", digits: 64 },
  SHA512: { node: "sha512", digits: 128 },
};

export interface StatedFixity {
  algorithm: string;
  value: string;
}

/** The XIP name of an algorithm written with or without hyphen; undefined for an unknown one. */
export function algorithmName(written: string): string | undefined {
  const name = written.toUpperCase().replaceAll("-", "");
  return Object.hasOwn(ALGORITHMS, name) ? name : undefined;
}

/**
 * Compares stated digests with the bytes. Large content is hashed off the main thread by the kernel.
 * @returns what is wrong; empty when every digest matches
 */
export async function checkFixities(
  files: SandboxFiles,
  bytes: StoredBytes,
  stated: readonly StatedFixity[],
): Promise<string[]> {
  const wrong: string[] = [];
  for (const { algorithm, value } of stated) {
    const known = ALGORITHMS[algorithm];
    if (!known) wrong.push(`fixity algorithm ${algorithm} is not known`);
    else if (value.length !== known.digits || !/^[0-9a-f]*$/u.test(value))
      wrong.push(`${algorithm} value is not ${known.digits} hex digits`);
    else if ((await files.digest(bytes, known.node)) !== value)
      wrong.push(`fixity ${algorithm} does not match the bytes`);
  }
  return wrong;
}

/** What the server computes itself for a file that came without a digest. */
export async function ownFixity(files: SandboxFiles, bytes: StoredBytes): Promise<StatedFixity> {
  return { algorithm: "SHA1", value: await files.digest(bytes, "sha1") };
}
