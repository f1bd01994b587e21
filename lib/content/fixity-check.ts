import { LifecycleError } from "../messages/error.js";
import { FIXITY_ALGORITHMS, type FixityAlgorithm } from "../messages/asset.js";
import type { Digests } from "./protocol.js";

/** All algorithms that a source needs: those asked for and those its own system states. */
export function neededAlgorithms(asked: readonly FixityAlgorithm[], expected: Digests): FixityAlgorithm[] {
  return FIXITY_ALGORITHMS.filter((algorithm) => asked.includes(algorithm) || expected[algorithm] !== undefined);
}

/**
 * Compares digests once the count is right.
 *
 * @throws LifecycleError FIXITY_MISMATCH: the bytes that came are not those that the source's system states
 */
export function checkDigests(label: string, computed: Digests, expected: Digests): void {
  for (const algorithm of FIXITY_ALGORITHMS) {
    const stated = expected[algorithm]?.toLowerCase();
    const found = computed[algorithm];
    if (stated === undefined || stated === found) continue;
    throw new LifecycleError(
      "FIXITY_MISMATCH",
      `${label}: the ${algorithm} of the bytes that came is ${found ?? "not known"}, the source states ${stated}; ` +
        "the content is damaged at the source or on its way.",
      { details: { label, algorithm, expected: stated, computed: found ?? null } },
    );
  }
}

/** Only what was asked for or compared, in a fixed order. */
export function selectDigests(computed: Digests, algorithms: readonly FixityAlgorithm[]): Digests {
  const selected: Digests = {};
  for (const algorithm of FIXITY_ALGORITHMS) {
    const value = computed[algorithm];
    if (value !== undefined && algorithms.includes(algorithm)) selected[algorithm] = value;
  }
  return selected;
}
