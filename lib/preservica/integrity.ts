import { descendants, textOf } from "../http/index.js";
import type { Gateway } from "./gateway.js";
import { isTrue } from "./read.js";
import { bitstreamPath } from "./representations.js";

/** One check that the archive itself made of a stored file. */
export interface IntegrityCheck {
  /** `Full` reads the bytes, `Quick` looks whether the file is there; open list. */
  type: string;
  success: boolean;
  /** ISO instant. */
  date: string;
  adapter: string;
  /** The archive repaired the copy. */
  fixed: boolean;
  reason: string;
}

/**
 * The archive's own checks of a bitstream, newest first. No call that starts one is known.
 *
 * @param path see `Bitstream.path`
 * @see fact sheet 3.11
 */
export async function integrityChecks(gateway: Gateway, path: string): Promise<IntegrityCheck[]> {
  const at = gateway.entity(bitstreamPath(path), "integrity-check-history");
  const checks: IntegrityCheck[] = [];
  for await (const check of gateway.pages(at, { start: 0, max: gateway.assumptions.pageSize }, (root) =>
    descendants(root, "IntegrityCheckHistory").map((node) => ({
      type: textOf(node, "Type") ?? "",
      success: isTrue(textOf(node, "Success")),
      date: textOf(node, "Date") ?? "",
      adapter: textOf(node, "AdapterName") ?? "",
      fixed: isTrue(textOf(node, "Fixed")),
      reason: textOf(node, "Reason") ?? "",
    })),
  )) {
    checks.push(check);
  }
  return checks.sort((a, b) => (a.date < b.date ? 1 : a.date > b.date ? -1 : 0));
}
