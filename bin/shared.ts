import { readFileSync } from "node:fs";
import { LifecycleError } from "../lib/messages/error.js";

/** @throws LifecycleError NOT_FOUND */
export function textOfFile(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (cause) {
    throw new LifecycleError("NOT_FOUND", `The file ${file} cannot be read.`, { cause });
  }
}

/** What the process ends with. */
export const EXIT = { fine: 0, found: 1, failed: 2 } as const;

/** A question that cannot be understood. */
export function usage(why: string): LifecycleError {
  return new LifecycleError("INVALID_INPUT", `${why}; see content-lifecycle --help.`);
}
