import { readFileSync } from "node:fs";
import { join } from "node:path";

export const SOFTWARE = "@content-lifecycle/node-red";

let known: string | undefined;

/** Name and version of this package, as agents and papers state it. */
export function softwareAndVersion(): string {
  known ??= `${SOFTWARE}${version()}`;
  return known;
}

/**
 * The agent of what a part of this package did by itself, as every event states it: name, version, part.
 *
 * @param part type of a node, e.g. `otmm-asset-update`
 */
export function softwareAgent(part: string): string {
  return `${softwareAndVersion()} ${part}`;
}

function version(): string {
  try {
    const parsed: unknown = JSON.parse(readFileSync(join(__dirname, "../../../package.json"), "utf8"));
    const named = typeof parsed === "object" && parsed !== null && "version" in parsed ? parsed.version : undefined;
    return typeof named === "string" ? ` ${named}` : "";
  } catch {
    // Bundled elsewhere, without its package.json: the name alone is still true.
    return "";
  }
}
