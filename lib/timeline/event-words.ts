/** Event types of the Library of Congress that our events map to: id.loc.gov/vocabulary/preservation/eventType. */
export const PREMIS_EVENT_TYPES = [
  "accession",
  "appraisal",
  "creation",
  "deaccession",
  "deletion",
  "dissemination",
  "filename change",
  "fixity check",
  "information package creation",
  "ingestion end",
  "ingestion start",
  "message digest calculation",
  "metadata modification",
  "packing",
  "policy assignment",
  "recovery",
  "replication",
  "transfer",
  "unpacking",
] as const;
export type PremisEventType = (typeof PREMIS_EVENT_TYPES)[number];

/** Our own words for what happens in a life, and the type each is in PREMIS. */
const OWN_WORDS: Readonly<Record<string, PremisEventType>> = {
  created: "creation",
  "version created": "creation",
  selected: "appraisal",
  appraised: "appraisal",
  "source digest": "message digest calculation",
  "target digest": "message digest calculation",
  "compared with source": "fixity check",
  "compared with target": "fixity check",
  "package written": "packing",
  "package opened": "unpacking",
  upload: "transfer",
  "ingest begun": "ingestion start",
  "ingest ended": "ingestion end",
  "accepted by the archive": "accession",
  "evidence package built": "information package creation",
  "tag changed": "metadata modification",
  moved: "metadata modification",
  "fields written back": "metadata modification",
  "payload erased": "metadata modification",
  "policy assigned": "policy assignment",
  "policy withdrawn": "policy assignment",
  "class assigned": "policy assignment",
  "hold on": "policy assignment",
  "hold off": "policy assignment",
  "access link given": "dissemination",
  "derivative given": "dissemination",
  "derivative imported": "dissemination",
  "access granted": "dissemination",
  "access used": "dissemination",
  "copied to another class": "replication",
  "copied to another bucket": "replication",
  "restored from cold": "recovery",
  "source released": "deaccession",
  "record transferred out": "deaccession",
  destroyed: "deletion",
  "name made safe": "filename change",
};

/** The PREMIS type of an event; undefined for a word of the flow's own, which an export writes as it stands. */
export function premisType(type: string): PremisEventType | undefined {
  return PREMIS_EVENT_TYPES.find((known) => known === type) ?? OWN_WORDS[type];
}

const RESERVED: readonly RegExp[] = [
  /^payload erased$/i,
  /^erased$/i,
  /^job (replayed|cancelled|adopted)$/i,
  /approv/i,
  // Papers and later disposals rest on these.
  /^(accession|source released|destroyed)$/i,
];

/** Event types that only this package writes, for what it did itself, or that a signed-in person must stand behind. */
export function isReserved(type: string): boolean {
  return RESERVED.some((word) => word.test(type));
}
