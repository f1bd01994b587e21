import type { FieldValue, LifecycleAsset } from "../../messages/asset.js";
import type { ArchiveStatus } from "./read.js";

/** Field under which the archive's history travels, as a table with the columns date, type, agent, outcome. */
export const EVENTS_FIELD = "archive.events";

/**
 * The asset with what the archive says of it, so that a mapping profile can write it back: flat facts in
 * `source["archive.…"]`, the history in `fields["archive.events"]`. Facts of an earlier reading are replaced.
 */
export function withStatus(asset: LifecycleAsset, status: ArchiveStatus, connection: string): LifecycleAsset {
  const kept = Object.entries(asset.source ?? {}).filter(([name]) => !name.startsWith("archive."));
  return {
    ...asset,
    ids: {
      ...asset.ids,
      preservica: {
        connection,
        ref: status.ref,
        ...(status.parent === undefined ? {} : { parent: status.parent }),
        ...(status.since === undefined ? {} : { since: status.since }),
      },
    },
    source: { ...Object.fromEntries(kept), ...archiveFacts(status) },
    fields: { ...asset.fields, [EVENTS_FIELD]: eventsTable(status) },
  };
}

/** An archived asset that holds the same bytes as another asset. */
export interface ArchivedCopy {
  ref: string;
  title: string;
  /** Key and version of the asset that it was archived from. */
  key: string;
  version: string;
  /** ISO instant of its ingest; when it was first seen, where the archive does not tell. */
  since: string;
  /** Only its tombstone is left. */
  destroyed: boolean;
}

/** The asset without the archive's facts, which are not about it, but with those of archived assets that hold its bytes. */
export function withoutStatus(asset: LifecycleAsset, copies: readonly ArchivedCopy[]): LifecycleAsset {
  const kept = Object.entries(asset.source ?? {}).filter(([name]) => !name.startsWith("archive."));
  const { [EVENTS_FIELD]: _history, ...fields } = asset.fields;
  const [first] = copies;
  return {
    ...asset,
    source: {
      ...Object.fromEntries(kept),
      "archive.copies": copies.map(({ ref }) => ref).join("; "),
      "archive.copyTitle": first?.title ?? "",
      "archive.copySince": first?.since ?? "",
    },
    fields,
  };
}

/** Facts that the archive does not state are empty, so that a write-back clears what is no longer so. */
export function archiveFacts(status: ArchiveStatus): Record<string, string | boolean> {
  const policy = status.retention.ruling;
  const master = status.files.find(({ representation }) => representation === "Preservation");
  return {
    "archive.status": status.deleted ? "DST" : status.holds.state === "held" ? "HLD" : "PRE",
    "archive.id": status.ref,
    "archive.title": status.title,
    "archive.location": status.location,
    "archive.tag": status.tag,
    "archive.access": status.deleted ? "" : status.access,
    "archive.archivedOn": status.since ?? "",
    "archive.sha256": master?.fixity.find(({ algorithm }) => algorithm === "SHA-256")?.value ?? "",
    "archive.policy": policy?.name ?? "",
    "archive.retentionStart": policy?.start ?? "",
    "archive.retentionUntil": policy?.until ?? "",
    "archive.retentionStatus": status.deleted ? "" : status.retention.state,
    "archive.expired": policy?.expired ?? false,
    "archive.holds": status.holds.state,
    "archive.matters": status.holds.state === "held" ? status.holds.matters.join("; ") : "",
    "archive.integrity": status.integrity.state,
    "archive.integrityOn": status.integrity.at ?? "",
    "archive.syncedOn": status.asOf,
  };
}

function eventsTable({ events }: ArchiveStatus): FieldValue {
  const column = (label: string, name: keyof ArchiveStatus["events"][number]) => ({
    label,
    values: events.map((row) => ({ value: row[name] })),
  });
  return {
    type: "table",
    label: "Archive events",
    columns: {
      date: column("Date", "date"),
      type: column("Type", "type"),
      agent: column("Agent", "agent"),
      outcome: column("Outcome", "outcome"),
    },
  };
}
