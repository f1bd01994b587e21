import type { FixityAlgorithm } from "../../messages/asset.js";
import type { IngestDeps, IngestEvent, IngestJob } from "./job.js";

/** PREMIS event types (SEED-DATA 6) that an ingest writes. */
export type IngestEventType =
  | "message digest calculation"
  | "fixity check"
  | "filename change"
  | "packing"
  | "transfer"
  | "ingestion start"
  | "ingestion end"
  | "accession"
  | "policy assignment";

/** Adds an entry to the asset's timeline; it becomes durable with the next checkpoint. */
export function record(
  job: IngestJob,
  deps: IngestDeps,
  type: IngestEventType,
  facts: Partial<IngestEvent> = {},
): void {
  job.event({ type, basis: "witnessed", outcome: "success", ...facts });
}

/** `SHA-256:<hex>`, as events and receipts write digests. */
export function digestText(algorithm: FixityAlgorithm, value: string): string {
  return `${algorithm}:${value}`;
}

export function nowOf(deps: IngestDeps): Date {
  return deps.now?.() ?? new Date();
}
