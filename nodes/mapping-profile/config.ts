import type { MappingProfile } from "../../lib/mapping/types.js";
import { isStored, type Stored, textIn } from "../shared/configuration.js";

export interface MappingProfileConfig {
  name: string;
  /** As stored; judged by `parseProfile` of the mapping engine, which names every mistake. */
  profile: unknown;
}

/** What a new profile starts with. */
export const BLANK_PROFILE: MappingProfile = {
  name: "new-profile",
  version: "1.0.0",
  targets: [{ name: "entity", kind: "preservica-entity" }],
  rows: [],
};

/** Reads a stored definition of any age. Pure. */
export function migrate(stored: Stored): MappingProfileConfig {
  return { name: textIn(stored, "name"), profile: isStored(stored["profile"]) ? stored["profile"] : BLANK_PROFILE };
}
