import type { TargetFieldDescription } from "../types.js";

/** A schema that ships with the package; `lib/mapping/schemas` holds its XSD. */
export interface FragmentSchema {
  uri: string;
  root: string;
  label: string;
  /** In the order of the XSD. */
  fields: readonly TargetFieldDescription[];
}
