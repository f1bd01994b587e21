import type { DomainDefinition } from "../../otmm/types.js";

/** Value id and display value, in the administrator's order. */
type Pairs = readonly (readonly [value: string, display: string])[];

function domain(id: string, pairs: Pairs, cascading = false): DomainDefinition {
  return { id, ...(cascading && { cascading }), values: pairs.map(([value, display]) => ({ value, display })) };
}

const REGIONS: Pairs = [
  ["10^43", "EMEA^Austria"],
  ["10^49", "EMEA^Germany"],
  ["10^33", "EMEA^France"],
  ["20^01", "AMER^USA"],
];

const YES_NO: Pairs = [
  ["Y", "Yes"],
  ["N", "No"],
];

/** Rights statements and licences by their URI; the URI is both the value and what people see. */
export const RIGHTS_STATEMENTS = [
  "http://rightsstatements.org/vocab/InC/1.0/",
  "http://rightsstatements.org/vocab/NoC-CR/1.0/",
  "http://rightsstatements.org/vocab/UND/1.0/",
  "https://creativecommons.org/publicdomain/mark/1.0/",
  "https://creativecommons.org/licenses/by-sa/4.0/",
] as const;

/** All lookup domains of the seeded OTMM. Display values can carry a stray blank, as the vendor's own do: "Approved final ". */
export const DOMAINS: DomainDefinition[] = [
  domain("ACME.DOMAIN.LANGUAGE", [
    ["de", "German"],
    ["en", "English"],
    ["fr", "French"],
  ]),
  domain("ACME.DOMAIN.APPROVAL STATUS", [
    ["DRA", "Draft"],
    ["REV", "In review"],
    ["APP", "Approved"],
    ["APF", "Approved final "],
    ["REJ", "Rejected"],
    ["WDR", "Withdrawn"],
  ]),
  domain("ACME.DOMAIN.USAGE RIGHTS", [
    ["OWN", "Own work"],
    ["LIC", "Licensed"],
    ["RFR", "Royalty free"],
    ["EDT", "Editorial only"],
    ["UNK", "Unknown"],
  ]),
  domain("ACME.DOMAIN.TERRITORY", REGIONS, true),
  domain("ACME.DOMAIN.CONFIDENTIALITY", [
    ["PUB", "Public"],
    ["INT", "Internal"],
    ["CON", "Confidential"],
    ["SEC", "Secret"],
  ]),
  domain("ACME.DOMAIN.PERSONAL DATA", [
    ["NON", "None"],
    ["IDR", "Identifiable, with release"],
    ["IDN", "Identifiable, without release"],
    ["SPC", "Special category"],
  ]),
  domain("ACME.DOMAIN.RETENTION CLASS", [
    ["CAMP-5Y", "Campaign, 5 years after end"],
    ["CAMP-10Y", "Campaign, 10 years after end"],
    ["PROD-10Y", "Product, 10 years after last unit"],
    ["PROD-MDR-15Y", "Medical device, 15 years after last unit"],
    ["HERI-PERM", "Heritage, permanent"],
    ["BCST-6Y", "Broadcast, contract end plus 6 years"],
  ]),
  domain("ACME.DOMAIN.YES NO", YES_NO),
  domain("ACME.DOMAIN.PRESERVATION STATUS", [
    ["NOT", "Not archived"],
    ["QUE", "Queued"],
    ["ING", "Being ingested"],
    ["PRE", "Preserved"],
    ["REL", "Source released"],
    ["HLD", "On hold"],
    ["REF", "Refused"],
    ["DST", "Destroyed"],
  ]),
  domain("ACME.DOMAIN.RETENTION STATUS", [
    ["NST", "Clock not started"],
    ["RUN", "Running"],
    ["EXP", "Expired"],
    ["PRM", "Permanent"],
    ["HLD", "On hold"],
    ["UNK", "Unknown"],
  ]),
  domain("ACME.DOMAIN.ARCHIVE ACCESS", [
    ["OPN", "Open"],
    ["RES", "Restricted"],
    ["CLS", "Closed"],
  ]),
  domain("ACME.DOMAIN.REUSE STATUS", [
    ["REQ", "Requested"],
    ["WDR", "Withdrawn"],
    ["GRA", "Granted"],
    ["REF", "Refused"],
    ["SUB", "Derivative submitted"],
    ["IMP", "Derivative imported"],
  ]),
  domain("ACME.DOMAIN.REUSE WANTED", [
    ["LNK", "A link to look at it"],
    ["CPY", "A copy to work with"],
  ]),
  domain("ACME.DOMAIN.CAMPAIGN STATUS", [
    ["PLN", "Planned"],
    ["RUN", "Running"],
    ["END", "Ended"],
    ["CAN", "Cancelled"],
  ]),
  domain("ACME.DOMAIN.BRAND", [
    ["AF", "Alder & Finch"],
    ["LUM", "Lumière"],
  ]),
  domain("ACME.DOMAIN.REGION", REGIONS, true),
  domain("ACME.DOMAIN.ASSET ROLE", [
    ["MAS", "Master image"],
    ["VID", "Video"],
    ["BAN", "Banner"],
    ["SRC", "Source file"],
    ["DRV", "Derivative"],
    ["IMG", "Product image"],
    ["PKG", "Packaging"],
    ["DMV", "Demo video"],
    ["IFU", "Instructions for use"],
  ]),
  domain("ACME.DOMAIN.PRODUCT STATUS", [
    ["ACT", "Active"],
    ["DIS", "Discontinued"],
    ["REP", "Replaced"],
  ]),
  domain("ACME.DOMAIN.REGULATORY CLASS", [
    ["NONE", "None"],
    ["TOY", "Toy"],
    ["COS", "Cosmetic"],
    ["MDR", "Medical device"],
  ]),
  domain("OTMM.DOMAIN.OTM_PRODUCT", [
    ["213", "Alder Desk Lamp "],
    ["219", "Finch Floor Lamp"],
  ]),
  domain("OTMM.DOMAIN.OTM_PRODUCT_NEW.LU", [["31", "Alder Lamp II"]]),
  domain("OTMM.DOMAIN.OTM_BUSINESS_UNIT.LU", [
    ["7", "Lighting"],
    ["8", "Seasonal"],
  ]),
  domain("MUS.DOMAIN.MAKER ROLE", [
    ["PHT", "Photographer"],
    ["ART", "Artist"],
    ["UNK", "Unknown"],
  ]),
  domain("MUS.DOMAIN.ACQUISITION METHOD", [
    ["GIF", "Gift"],
    ["PUR", "Purchase"],
    ["BEQ", "Bequest"],
    ["LOA", "Loan"],
    ["UNK", "Unknown"],
  ]),
  domain("MUS.DOMAIN.PROVENANCE STATUS", [
    ["CLR", "Clear"],
    ["RES", "Under research"],
    ["CLM", "Claim pending"],
  ]),
  domain(
    "MUS.DOMAIN.RIGHTS STATEMENT",
    RIGHTS_STATEMENTS.map((uri) => [uri, uri] as const),
  ),
  domain("MUS.DOMAIN.SENSITIVITY", [
    ["NON", "None"],
    ["CUL", "Cultural"],
    ["HUM", "Human remains"],
    ["PRV", "Private persons"],
  ]),
  domain("BCT.DOMAIN.TX STATUS", [
    ["PLN", "Planned"],
    ["TRX", "Aired"],
    ["PUB", "Published online"],
    ["CAN", "Cancelled"],
  ]),
  domain("BCT.DOMAIN.CHANNEL", [
    ["KN1", "Kanal Nord 1"],
    ["KN2", "Kanal Nord 2"],
    ["KNO", "Kanal Nord online"],
  ]),
  domain("BCT.DOMAIN.VERSION TYPE", [
    ["FIN", "Final master"],
    ["PRO", "Promo"],
    ["CLP", "Clip"],
    ["DST", "Distribution"],
    ["THU", "Thumbnail"],
    ["WRK", "Working"],
  ]),
];

/** What people see for a value id, without stray blanks. */
export function displayOf(domainId: string, value: string): string {
  const found = DOMAINS.find((entry) => entry.id === domainId)?.values.find((entry) => entry.value === value);
  if (!found) throw new Error(`The seed names "${value}", which domain ${domainId} does not hold.`);
  return found.display.trim();
}
