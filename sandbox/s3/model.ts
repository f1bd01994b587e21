import type { StoredBytes } from "../kernel/types.js";
import type { Checksum, ChecksumAlgorithm, ChecksumType } from "./checksums.js";

export type LockMode = "GOVERNANCE" | "COMPLIANCE";

/** Protection of a version; a retention ends by itself at `until`, a legal hold and an event hold do not. */
export interface ObjectLock {
  mode?: LockMode;
  /** ISO date. */
  until?: string;
  legalHold?: "ON" | "OFF";
  eventHold?: "ON" | "OFF";
  /** Retention that starts when the event hold is released. */
  eventHoldDuration?: { days?: number; years?: number };
}

/** Default protection of new objects; days or years, not both. */
export interface DefaultRetention {
  mode: LockMode;
  days?: number;
  years?: number;
}

export interface BucketRecord {
  name: string;
  created: string;
  region: string;
  versioning: "off" | "enabled" | "suspended";
  objectLock: boolean;
  defaultRetention?: DefaultRetention;
  /** XML as put; answered as it came. */
  lifecycle?: string;
  policy?: string;
  tags?: Record<string, string>;
  /** Refuses uploads without a checksum, as a bucket policy on s3:x-amz-… would. */
  demandChecksum?: boolean;
}

/** Headers kept with an object and given back with it. */
export type StoredHeaders = Partial<
  Record<
    | "content-type"
    | "content-encoding"
    | "content-disposition"
    | "content-language"
    | "cache-control"
    | "expires"
    | "x-amz-website-redirect-location",
    string
  >
>;

export interface Restore {
  requested: string;
  /** From here on the temporary copy can be read … */
  ready: string;
  /** … until here. */
  expires: string;
  days: number;
  tier: "Expedited" | "Standard" | "Bulk";
}

export interface PartFact {
  number: number;
  size: number;
  etag: string;
  checksum?: string;
}

/** One version of an object, or a delete marker (`deleteMarker`, size 0). */
export interface ObjectVersion {
  /** "null" for what was written while versioning was not enabled. */
  id: string;
  deleteMarker?: true;
  modified: string;
  /** Without quotes. */
  etag: string;
  size: number;
  bytes: StoredBytes;
  storageClass: string;
  metadata: Record<string, string>;
  headers: StoredHeaders;
  tags: Record<string, string>;
  lock: ObjectLock;
  checksum?: Checksum;
  parts?: PartFact[];
  restore?: Restore;
}

/** All versions of a key, newest first. */
export interface ObjectRecord {
  bucket: string;
  key: string;
  versions: ObjectVersion[];
}

/** What an upload was started with; its parts are in `S3State.parts`. */
export interface UploadRecord {
  id: string;
  bucket: string;
  key: string;
  initiated: string;
  storageClass: string;
  metadata: Record<string, string>;
  headers: StoredHeaders;
  tags: Record<string, string>;
  lock: ObjectLock;
  checksumAlgorithm?: ChecksumAlgorithm;
  checksumType?: ChecksumType;
}

export interface PartRecord {
  bytes: StoredBytes;
  size: number;
  etag: string;
  modified: string;
  checksum?: string;
}

/** Everything durable; objects by `<bucket>/<key>`, parts by `<upload id>/<number>`, so that a change costs one entry. */
export interface S3State {
  buckets: Record<string, BucketRecord>;
  objects: Record<string, ObjectRecord>;
  uploads: Record<string, UploadRecord>;
  parts: Record<string, PartRecord>;
}

/** Parts are numbered from 1 to this. */
export const MOST_PARTS = 10_000;

export const STORAGE_CLASSES = [
  "STANDARD",
  "REDUCED_REDUNDANCY",
  "STANDARD_IA",
  "ONEZONE_IA",
  "INTELLIGENT_TIERING",
  "GLACIER",
  "DEEP_ARCHIVE",
  "GLACIER_IR",
] as const;

/** Classes whose objects must be restored before they can be read. */
export const ARCHIVED_CLASSES: ReadonlySet<string> = new Set(["GLACIER", "DEEP_ARCHIVE"]);

/** A delete marker: a version without content. */
export function deleteMarker(id: string, now: Date): ObjectVersion {
  const modified = now.toISOString();
  const bytes = { kind: "inline", base64: "", size: 0 } as const;
  return {
    id,
    deleteMarker: true,
    modified,
    etag: "",
    size: 0,
    bytes,
    storageClass: "STANDARD",
    metadata: {},
    headers: {},
    tags: {},
    lock: {},
  };
}
