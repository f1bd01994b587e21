import { readFileSync } from "node:fs";
import { join } from "node:path";
import { LifecycleError } from "../../messages/error.js";
import { parseProfile } from "../profile/json.js";
import type { MappingProfile } from "../types.js";

/** Names of the profiles that ship; each has a JSON file (the source) and a CSV file of the same content beside this one. */
export const DEFAULT_PROFILES = [
  "campaign-archive",
  "product-archive",
  "heritage-archive",
  "broadcast-archive",
  "otmm-archive-status",
  "otmm-archive-sync",
  "otmm-not-archived",
] as const;
export type DefaultProfileName = (typeof DEFAULT_PROFILES)[number];

export interface ProfileEntry {
  name: DefaultProfileName;
  version: string;
  description: string;
}

/** The profiles that ship, for pickers. */
export function defaultProfiles(): ProfileEntry[] {
  return DEFAULT_PROFILES.map((name) => {
    const { version, description = "" } = loadDefaultProfile(name);
    return { name, version, description };
  });
}

/**
 * A fresh copy of a profile that ships.
 *
 * @throws LifecycleError NOT_FOUND for any other name
 */
export function loadDefaultProfile(name: string): MappingProfile {
  const known = DEFAULT_PROFILES.find((one) => one === name);
  if (known === undefined) {
    throw new LifecycleError(
      "NOT_FOUND",
      `No mapping profile called "${name}" ships; there are: ${DEFAULT_PROFILES.join(", ")}.`,
    );
  }
  const { profile, problems } = parseProfile(JSON.parse(readFileSync(join(__dirname, `${known}.json`), "utf8")));
  if (profile === undefined)
    throw new LifecycleError(
      "UPSTREAM",
      `The mapping profile ${known} that ships is damaged: ${problems[0]?.message ?? ""}`,
    );
  return profile;
}
