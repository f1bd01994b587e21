import type { Fixity } from "../messages/asset.js";
import type { RepresentationType } from "./xip.js";

/** Kinds of entity as Preservica abbreviates them: folder, asset, content object. */
export const ENTITY_TYPES = ["SO", "IO", "CO"] as const;
export type EntityType = (typeof ENTITY_TYPES)[number];

/** Path segment of each kind in the Entity API (fact sheet 3). */
export const ENTITY_PATHS: Record<EntityType, string> = {
  SO: "structural-objects",
  IO: "information-objects",
  CO: "content-objects",
};

/** What all entities have. */
export interface Entity {
  type: EntityType;
  ref: string;
  title: string;
  description?: string;
  securityTag: string;
  customType?: string;
  /** Reference of the folder or, of a content object, of its asset; absent on a root folder. */
  parent?: string;
  /** Only a tombstone is left. */
  deleted: boolean;
  fragments: FragmentPointer[];
}
export interface FragmentPointer {
  /** Schema URI. */
  schema: string;
  /** Reference of the fragment. */
  ref: string;
}

/** An entry of a listing. */
export interface EntityRef {
  type: EntityType;
  ref: string;
  title: string;
  deleted: boolean;
}

export interface Identifier {
  /** Id for changing and deleting; 32 hex. */
  apiId: string;
  type: string;
  value: string;
  entity: string;
}

export interface MetadataFragment extends FragmentPointer {
  /** The one element inside, as text, with all namespaces it needs. */
  xml: string;
}

export interface EntityLink {
  apiId: string;
  type: string;
  /** `from`: the entity asked about is the link's start. */
  direction: "from" | "to";
  /** The other end. */
  ref: string;
  entityType: EntityType;
  title: string;
}

export interface EventAction {
  /** e.g. `Ingest`, `Modified`; open list. */
  type: string;
  /** e.g. `command_create`; open list. */
  command: string;
  /** ISO instant of the event; of the action when the event has none. */
  date: string;
  user?: string;
  workflow?: string;
  workflowInstance?: string;
  /** Reference of the event, shared by the entities that it touched. */
  event?: string;
}

export interface RepresentationPointer {
  type: string;
  /** From 1, per type. */
  index: number;
  name?: string;
}

export interface Bitstream {
  /** `content-objects/<ref>/generations/<n>/bitstreams/<n>`: id of a ContentRef, the same at every API version. */
  path: string;
  filename: string;
  size: number;
  fixity: Fixity[];
  contentObject: string;
  generation: number;
  /** This generation is the one in use. */
  active: boolean;
  /** This generation came with the ingest. */
  original: boolean;
  representation: RepresentationPointer;
}

export const PROGRESS_STATES = [
  "ACTIVE",
  "PENDING",
  "SUSPENDING",
  "SUSPENDED",
  "COMPLETED",
  "FAILED",
  "ABORTED",
  "CANCELLED",
  "FINISHED_MIXED_OUTCOME",
  "UNKNOWN",
] as const;
export type ProgressState = (typeof PROGRESS_STATES)[number];
export interface Progress {
  status: ProgressState;
  /** Text of the errors, when asked for and given. */
  errors?: string;
}

export const MONITOR_STATES = ["Pending", "Running", "Succeeded", "Failed", "Suspended", "Recoverable"] as const;
export type MonitorState = (typeof MONITOR_STATES)[number];
/** A process as the process monitor shows it. Ids may change between releases: do not store them. */
export interface Monitor {
  id: string;
  name: string;
  status: MonitorState;
  category: string;
  started?: string;
  completed?: string;
  errors: number;
  warnings: number;
}
export interface MonitorMessage {
  status: string;
  date: string;
  text: string;
  path?: string;
  entityRef?: string;
}

export interface RetentionPolicy {
  ref: string;
  name: string;
  description?: string;
  /** Index field that starts the clock. */
  startDateField?: string;
  period?: number;
  periodUnit?: string;
  expiryAction?: string;
  restriction?: string;
  assignable: boolean;
}
export interface RetentionAssignment {
  apiId: string;
  policy: string;
  entity: string;
  /** Computed by the server from the policy's field; absent while the field is empty. */
  startDate?: string;
  expired: boolean;
}
export interface LegalHold {
  ref: string;
  name: string;
  description: string;
}

export interface UserDetails {
  roles: string[];
  fullName?: string;
  email?: string;
  tenant?: string;
}

export interface SearchHit {
  type: EntityType;
  ref: string;
  /** Index field -> values. */
  fields: Record<string, string[]>;
}
export interface SearchRequest {
  /** Free text; `%` = everything. */
  text?: string;
  /** Index field -> any of these values. */
  fields?: Record<string, string[]>;
  /** Index fields to bring along. */
  show?: string[];
  sort?: { field: string; order: "asc" | "desc" };
  /** Id of a folder to stay below. */
  within?: string;
}

/** One finding of a connection test, in words for people. */
export interface ConnectionCheck {
  what: "login" | "version" | "roles" | "read" | "upload" | "security tags" | "legal holds";
  ok: boolean;
  text: string;
}
export interface ConnectionReport {
  ok: boolean;
  checks: ConnectionCheck[];
}

export type { RepresentationType };
