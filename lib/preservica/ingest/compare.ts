import type { FixityAlgorithm } from "../../messages/asset.js";
import { LifecycleError } from "../../messages/error.js";
import type { Bitstream } from "../types.js";
import type { IngestDeps, PlannedFile } from "./job.js";

/** The digest that the archive states for a bitstream; undefined when it states none of that algorithm. */
export function statedDigest(bitstream: Bitstream, algorithm: FixityAlgorithm): string | undefined {
  return bitstream.fixity.find((entry) => entry.algorithm === algorithm)?.value.toLowerCase();
}

/** Strongest first: what two sides both state is compared by the best they share. */
export const BY_STRENGTH: readonly FixityAlgorithm[] = ["SHA-512", "SHA-256", "SHA-1", "MD5"];

/** Reads an archived copy back and hashes it. @throws LifecycleError SHORT_READ, UNREACHABLE, … */
export async function readBack(
  bitstream: Bitstream,
  algorithm: FixityAlgorithm,
  deps: IngestDeps,
  signal: AbortSignal,
): Promise<string> {
  const result = await deps.contentPool.read({
    open: (refused) => deps.preservica.bitstreamContent(bitstream.path, refused),
    size: bitstream.size,
    algorithms: [algorithm],
    signal,
  });
  const digest = result.digests[algorithm];
  if (digest === undefined)
    throw new LifecycleError("UPSTREAM", `The archived copy of ${bitstream.filename} was read but not hashed.`, {
      system: "preservica",
    });
  return digest;
}

export function damagedCopy(
  file: Pick<PlannedFile, "title">,
  what: string,
  details: Record<string, unknown>,
): LifecycleError {
  return new LifecycleError(
    "FIXITY_MISMATCH",
    `The copy of "${file.title}" in Preservica is not the content that was sent: ${what}. The asset stays where it is; a person has to look.`,
    {
      system: "preservica",
      details,
    },
  );
}
