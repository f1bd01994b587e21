import type { StoredBytes } from "../kernel/types.js";

export type EntityType = "SO" | "IO" | "CO";
/** Path segment of the Entity API for each type. */
export const ENTITY_PATHS = { SO: "structural-objects", IO: "information-objects", CO: "content-objects" } as const;
/** Element name of each type in the XIP namespace. */
export const ENTITY_ELEMENTS = { SO: "StructuralObject", IO: "InformationObject", CO: "ContentObject" } as const;

export interface Identifier {
  apiId: string;
  type: string;
  value: string;
}
/** A metadata document; `xml` is self-contained (all its namespaces declared). */
export interface Fragment {
  ref: string;
  schema: string;
  xml: string;
}
/** Kept with the entity it starts from. */
export interface Link {
  apiId: string;
  type: string;
  to: string;
}
export interface EventRecord {
  ref: string;
  type: string;
  date: string;
  user: string;
  workflowName?: string;
  workflowInstanceId?: number;
}
/** What one event did to one entity. */
export interface EventAction {
  event: EventRecord;
  command: string;
  date: string;
  serialised?: string;
}
export interface StoredImage {
  bytes: StoredBytes;
  mediaType: string;
}

/** What folders, assets and content objects have in common. */
export interface EntityBase {
  ref: string;
  title: string;
  description?: string;
  securityTag: string;
  customType?: string;
  parent?: string;
  created: string;
  modified: string;
  createdBy: string;
  identifiers: Identifier[];
  metadata: Fragment[];
  links: Link[];
  actions: EventAction[];
  /** Instant of the deletion; the entity is a tombstone from then on. */
  deleted?: string;
}
export interface Folder extends EntityBase {
  type: "SO";
  preview?: StoredImage;
}
export interface Asset extends EntityBase {
  type: "IO";
  representations: Representation[];
  contentObjects: ContentObject[];
  retention: RetentionAssignment[];
  holds: HoldAssignment[];
  /** XIP restrictions that came with the package. */
  restrictions: string[];
  preview?: StoredImage;
  /** Set once the asset's thumbnail can be had, i.e. after indexing. */
  indexed?: string;
}
export interface ContentObject extends EntityBase {
  type: "CO";
  generations: Generation[];
}
export type Entity = Folder | Asset | ContentObject;
/** What is stored as a record of its own; content objects live inside their asset. */
export type EntityRecord = Folder | Asset;

export interface Representation {
  type: string;
  name?: string;
  /** References of content objects, in order. */
  contentObjects: string[];
}
export interface Generation {
  original: boolean;
  active: boolean;
  label?: string;
  effectiveDate: string;
  formatGroup: string;
  format: Format;
  properties: { puid: string; name: string; value: string }[];
  bitstreams: Bitstream[];
}
export interface Format {
  puid: string;
  name: string;
  version?: string;
  mediaType: string;
  method: "Container" | "Signature" | "Extension" | "None";
}
export interface Bitstream {
  filename: string;
  size: number;
  /** Algorithm names of the XIP: MD5, SHA1, SHA256, SHA512. Lower-case hex. */
  fixities: { algorithm: string; value: string }[];
  bytes: StoredBytes;
  checks: IntegrityCheck[];
}
export interface IntegrityCheck {
  type: "Full" | "Quick";
  success: boolean;
  date: string;
  fixed: boolean;
  reason?: string;
}
export interface RetentionAssignment {
  apiId: string;
  policy: string;
  assigned: string;
}
export interface HoldAssignment {
  hold: string;
  date: string;
  user: string;
}
export interface RetentionPolicy {
  ref: string;
  name: string;
  description: string;
  securityTag: string;
  /** Index field, e.g. `lcy.retention_start` or `xip.created`. */
  startDateField?: string;
  period?: number;
  periodUnit?: string;
  expiryAction?: string;
  expiryParameters?: string;
  restriction?: string;
  assignable: boolean;
}
export interface LegalHold {
  ref: string;
  name: string;
  description: string;
  user: string;
  created: string;
}
