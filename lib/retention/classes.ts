import { PERMANENT, type RetentionRule } from "./types.js";

const CLASS_FIELD = "ACME.FIELD.RETENTION CLASS";
const AUTHORITY = "Retention schedule of the records office";

/**
 * The retention classes of the example deployment as rules. `HERI-PERM` has no end; `BCST-6Y` counts from the later of
 * licence end and transmission.
 */
export const exampleRules: readonly RetentionRule[] = [
  dated("CAMP-5Y", ["ACME.FIELD.END DATE"], "P5Y"),
  dated("CAMP-10Y", ["ACME.FIELD.END DATE"], "P10Y"),
  dated("PROD-10Y", ["ACME.FIELD.LAST UNIT DATE"], "P10Y"),
  dated("PROD-MDR-15Y", ["ACME.FIELD.LAST UNIT DATE"], "P15Y"),
  {
    name: "HERI-PERM",
    class: "HERI-PERM",
    when: [{ field: CLASS_FIELD, is: "one-of", values: ["HERI-PERM"] }],
    trigger: { kind: "none" },
    period: PERMANENT,
    authority: AUTHORITY,
    action: "preserve",
  },
  dated("BCST-6Y", ["BCT.FIELD.LICENCE END", "BCT.FIELD.TX TIME"], "P6Y"),
];

function dated(name: string, fields: string[], period: string): RetentionRule {
  return {
    name,
    class: name,
    when: [{ field: CLASS_FIELD, is: "one-of", values: [name] }],
    trigger: { kind: "date", fields },
    period,
    authority: AUTHORITY,
    action: "review",
  };
}
