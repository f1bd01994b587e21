import type { StoredValue } from "../otmm/types.js";

/** Security tags of SEED-DATA 2.1. */
export type SecurityTag =
  | "personal-data"
  | "culturally-sensitive"
  | "embargo"
  | "rights-expired"
  | "restricted"
  | "internal"
  | "open"
  | "closed";

type Values = Record<string, StoredValue>;

const KNOWN: Record<string, readonly string[]> = {
  "ACME.FIELD.PERSONAL DATA": ["NON", "IDR", "IDN", "SPC"],
  "MUS.FIELD.SENSITIVITY": ["NON", "CUL", "HUM", "PRV"],
  "MUS.FIELD.PROVENANCE STATUS": ["CLR", "RES", "CLM"],
  "ACME.FIELD.USAGE RIGHTS": ["OWN", "LIC", "RFR", "EDT", "UNK"],
  "ACME.FIELD.CONFIDENTIALITY": ["PUB", "INT", "CON", "SEC"],
};

/**
 * The tag that an asset must have got in the archive, by the table of SEED-DATA 2.1: the first line that fits.
 * Written apart from the package's own rules, so that a mistake there shows.
 *
 * @param now ISO time at which the choice is made
 */
export function expectedTag(values: Values, now: string): SecurityTag {
  for (const [field, known] of Object.entries(KNOWN)) {
    const value = values[field];
    if (value !== undefined && !known.includes(String(value))) return "closed";
  }
  const is = (field: string, ...wanted: string[]) => wanted.includes(String(values[field] ?? ""));
  const after = (field: string) => typeof values[field] === "string" && Date.parse(values[field]) > Date.parse(now);
  const before = (field: string) => typeof values[field] === "string" && Date.parse(values[field]) < Date.parse(now);

  if (is("ACME.FIELD.PERSONAL DATA", "IDN", "SPC") || is("MUS.FIELD.SENSITIVITY", "PRV")) return "personal-data";
  if (is("MUS.FIELD.SENSITIVITY", "CUL", "HUM") || is("MUS.FIELD.PROVENANCE STATUS", "CLM"))
    return "culturally-sensitive";
  if (after("ACME.FIELD.EMBARGO UNTIL")) return "embargo";
  if (before("ACME.FIELD.RIGHTS END") || is("ACME.FIELD.USAGE RIGHTS", "UNK")) return "rights-expired";
  if (is("ACME.FIELD.CONFIDENTIALITY", "SEC", "CON")) return "restricted";
  if (is("ACME.FIELD.CONFIDENTIALITY", "INT") || is("ACME.FIELD.USAGE RIGHTS", "EDT")) return "internal";
  if (is("ACME.FIELD.CONFIDENTIALITY", "PUB") && is("ACME.FIELD.USAGE RIGHTS", "OWN", "LIC", "RFR")) return "open";
  return "closed";
}
