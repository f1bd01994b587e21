import type { Endpoint } from "../api.js";
import type { Text } from "../text.js";

/** What rows need to know of the rest of the profile; asked at the moment, since all of it is edited in the same form. */
export interface ProfileParts {
  targets: () => string[];
  lookups: () => string[];
  conditionTables: () => string[];
  namedValues: () => string[];
}

/** What the inputs of tests, tables and rows ask: the rest of the profile, and the system whose fields can be chosen. */
export interface Around {
  text: Text;
  parts: ProfileParts;
  connection: () => Endpoint | undefined;
}
