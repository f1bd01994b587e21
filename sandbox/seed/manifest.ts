import { readFileSync } from "node:fs";
import { seedPath } from "./media.js";
import type { DerivativeOutcome, RequestOutcome } from "./otmm/reuse.js";
import type { SecurityTag } from "./tags.js";

/** A coded value: the id that OTMM stores, what people see (trimmed), and for cascading values all levels joined by " / ". */
export interface CodedValue {
  id: string;
  label: string;
  text?: string;
}

/** The six typed values of scenario 1 (SEED-DATA section 7, row 1). Days are calendar days in the zone of the manifest. */
export interface CampaignValues {
  campaignName: string;
  launchDate: string;
  brand: CodedValue;
  region: CodedValue;
  usageRights: CodedValue;
  retentionClass: string;
}

export interface ProductValues {
  products: { id: string; sku: string; gtin: string }[];
  status: CodedValue;
  role: CodedValue;
  successorSku: string | null;
  lastUnitDate: string;
  regulatoryClass: string;
  retentionClass: string;
}

export interface HeritageValues {
  accessionNo: string;
  collection: string;
  series: string;
  acquisitionMethod: CodedValue;
  provenanceStatus: CodedValue;
  custodialHistory: string;
  rightsStatement: string;
  digitisedOn: string;
  selectedBy: string;
  retentionClass: string;
}

export interface BroadcastValues {
  houseNo: string;
  programmeTitle: string;
  series: string;
  episode: string | null;
  versionType: CodedValue;
  txStatus: CodedValue;
  /** With its offset, as the DAM has it. */
  txTime: string;
  channel: CodedValue;
  contractNo: string;
  licensor: string;
  licenceStart: string | null;
  licenceEnd: string | null;
  embargoUntil: string | null;
  retentionClass: string;
  /** Assets of their own in OTMM that become access representations of this one, in order of their ids. */
  clips: { assetId: string; name: string; size: number; md5: string; sha256: string }[];
}

/** An asset that must be in the archive at the end, with what must be found there. */
export interface MovingAsset<Values> {
  assetId: string;
  originalId: string;
  version: number;
  /** `{originalId}#v{version}`: identifiers OTMM-Asset and SourceID. */
  sourceId: string;
  /** As the DAM has it, letter by letter. */
  name: string;
  /** The title wanted in the archive: the title field, trimmed, else the name. */
  title: string;
  /** Campaign code, SKU, series or house number. */
  group: string;
  /** Titles of the folders from the root down, joined by "/". */
  archivePath: string;
  /** The same as a list: a title may hold a slash ("Expedition 1914/1918"). */
  archiveFolders: string[];
  values: Values;
  tag: SecurityTag;
  /** Calendar day on which retention starts; null: permanent. */
  retentionStart: string | null;
  /** Matters whose hold must be carried over. */
  holds: string[];
  mediaType: string;
  size: number;
  /** Of the true bytes. */
  md5: string;
  sha256: string;
  /** What the DAM has stored; null: nothing. */
  storedMd5: string | null;
  /** OTMM's preview, the source of the access representation; null: none. */
  preview: { contentId: string; mediaType: string; size: number; sha256: string } | null;
  /** Assets that this one is linked to in OTMM (asset ids). */
  links: { type: string; assetId: string }[];
  /** Also copied, never released: shared with something active, or held. */
  neverReleased: boolean;
}

/** An asset version that must not move, and why. */
export interface StayingAsset {
  assetId: string;
  originalId: string;
  version: number;
  name: string;
  group: string;
  reason: string;
  /** A further version of an asset that stands elsewhere in the lists. */
  extraVersion: boolean;
}

export interface ScenarioLists<Values> {
  mustMove: MovingAsset<Values>[];
  mustNotMove: StayingAsset[];
}

/** A request for archived content (scenario 6): who may have it, and what exactly. */
export interface ReuseRequest {
  assetId: string;
  originalId: string;
  version: number;
  name: string;
  wanted: "LNK" | "CPY" | null;
  /** `granted`, `not requested`, or why it is refused. */
  outcome: RequestOutcome;
  /** Reference of the archived asset; null: this version is not in the archive. */
  archiveRef: string | null;
  /** The first access representation's file; null: there is none. */
  access: { name: string; size: number; sha256: string } | null;
  /** SHA-256 of each file of the preservation representation: none of them may leave. */
  masters: string[];
}

/** A derivative in the inbox (scenario 6), and what must become of it. */
export interface ReuseDerivative {
  assetId: string;
  originalId: string;
  name: string;
  outcome: DerivativeOutcome;
  /** Asset id that the derivative names as its origin; null: none. */
  origin: string | null;
  /** Asset id of the delivery that has the same bytes; null: none. */
  sameAs: string | null;
  size: number;
  md5: string;
}

/** What the sandbox's seed makes of the scenarios, for the tests' and the demo's readers. */
export interface Manifest {
  /** Instant of the seed; tags are chosen at it. */
  t0: string;
  /** Zone in which OTMM's stored dates are calendar days. */
  zone: string;
  scenarios: {
    "1": ScenarioLists<CampaignValues>;
    "2": ScenarioLists<ProductValues>;
    "3": ScenarioLists<HeritageValues>;
    "4": ScenarioLists<BroadcastValues>;
    "6": { requests: ReuseRequest[]; derivatives: ReuseDerivative[] };
  };
}

/** Reads the committed manifest. @throws when the file is not beside the seed */
export function loadManifest(): Manifest {
  return JSON.parse(readFileSync(seedPath("manifest.json"), "utf8")) as Manifest;
}
