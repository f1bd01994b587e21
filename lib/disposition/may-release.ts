import type { FieldValue, Fixity } from "../messages/asset.js";
import type { CustodyState, ReleaseOrder, SourceState } from "../systems/disposal.js";
import type { StoredContent } from "../systems/port.js";
import { type Decision, decisionFrom, type Reason, reason } from "./decision.js";
import { type AskedHold, heldBy } from "./holds.js";

/** A file of the source that must be in the archive: what is known of it, and what the source says of it now. */
export interface SourceFile {
  name: string;
  size?: number;
  known: Fixity[];
  /** Absent: the source does not state it any more. */
  now?: StoredContent;
}

/** Field values that mean that the asset is in use: a running campaign, an active product. */
export type InUse = { field: string; values: string[] };

/** Everything that a release is decided from; nothing else is looked at. */
export interface ReleaseFacts {
  /** Node-RED knows its users; without, nobody can be told apart (RECORDS.md 2). */
  signedIn: boolean;
  holds: readonly AskedHold[];
  source: SourceState;
  /** Absent: no official copy is known. */
  copy?: CustodyState;
  files: readonly SourceFile[];
  /** Version that the official copy is of. */
  version: string;
  /** Versions besides it that are in the archive too. */
  archivedVersions: readonly string[];
  /** Calendar date at which the retention clock started, where it is known. */
  expectedStart?: string;
  inUse: readonly InUse[];
  /** Keys of linked assets that are in the archive themselves. */
  archivedLinks: readonly string[];
  order: ReleaseOrder;
}

/** May a non-record copy be released, because the record lives on elsewhere? (RECORDS.md 1) Pure; tells every reason against. */
export function mayRelease(facts: ReleaseFacts): Decision {
  return decisionFrom([
    ...signedInReasons(facts.signedIn),
    ...holdReasons(facts.holds),
    ...copyReasons(facts),
    ...retentionReasons(facts),
    ...versionReasons(facts),
    ...useReasons(facts),
  ]);
}

export function signedInReasons(signedIn: boolean): Reason[] {
  const text =
    "Node-RED has no adminAuth, so nobody can be told apart: nothing is disposed of. Set adminAuth in settings.js.";
  return signedIn ? [] : [reason("not-signed-in", text)];
}

export function holdReasons(holds: readonly AskedHold[]): Reason[] {
  return heldBy(holds).map((held) => reason("on-hold", `Held: ${held}.`));
}

function copyReasons({ copy, files }: ReleaseFacts): Reason[] {
  if (copy === undefined || copy.state === "gone") {
    return [reason("no-copy", "The archive keeps no copy of this asset version.")];
  }
  if (files.length === 0) {
    return [reason("copy-not-verified", "The message names no file of the source, so no copy can be compared.")];
  }
  return files.flatMap((file): Reason[] => {
    const changed = changedSince(file);
    if (changed !== undefined) return [reason("source-changed", changed)];
    const match = copy.files.some((kept) => agrees(kept.fixity, [...file.known, ...(file.now?.fixity ?? [])]));
    const wrongSize = file.size !== undefined && !copy.files.some(({ size }) => size === file.size);
    if (match && !wrongSize) return [];
    const why = wrongSize
      ? `no file of the archived copy has its ${file.size} bytes`
      : "no digest of it equals one that the archive states";
    return [reason("copy-not-verified", `"${file.name}" is not proven to be in the archive: ${why}.`)];
  });
}

/** Says what differs when the source's own stored values are no longer those of the archived bytes. */
function changedSince({ name, size, known, now }: SourceFile): string | undefined {
  if (now === undefined) return `The source no longer states "${name}".`;
  if (size !== undefined && now.size !== undefined && size !== now.size) {
    return `"${name}" has ${now.size} bytes in the source now, ${size} when it was read.`;
  }
  const differs = now.fixity.find((stated) =>
    known.some((one) => one.algorithm === stated.algorithm && one.value !== stated.value),
  );
  return differs && `The source states another ${differs.algorithm} of "${name}" now than when it was read.`;
}

function agrees(kept: readonly Fixity[], known: readonly Fixity[]): boolean {
  const same = (one: Fixity): boolean =>
    kept.some(({ algorithm, value }) => algorithm === one.algorithm && value === one.value);
  const differs = (one: Fixity): boolean =>
    kept.some(({ algorithm, value }) => algorithm === one.algorithm && value !== one.value);
  return known.some(same) && !known.some(differs);
}

function retentionReasons({ copy, expectedStart }: ReleaseFacts): Reason[] {
  if (copy === undefined || copy.state === "gone") return [];
  const running = copy.retention.filter(({ permanent, start }) => permanent || start !== undefined);
  if (running.length === 0) {
    const why =
      copy.retention.length === 0
        ? "has no retention policy"
        : `has the policy "${copy.retention[0]?.policy ?? ""}", but states no start date`;
    return [reason("retention-not-running", `The archived copy ${why}: its retention does not run.`)];
  }
  return running.flatMap(({ policy, start, permanent, fromIngest }) => {
    if (permanent) return [];
    if (fromIngest && expectedStart !== undefined) {
      return [
        reason("retention-restarted", `The policy "${policy}" counts from the ingest, not from ${expectedStart}.`),
      ];
    }
    if (expectedStart === undefined || start === expectedStart) return [];
    return [
      reason("retention-restarted", `The archive counts "${policy}" from ${start ?? ""}, not from ${expectedStart}.`),
    ];
  });
}

function versionReasons({ source, version, archivedVersions, order }: ReleaseFacts): Reason[] {
  const reasons: Reason[] = [];
  const latest = source.versions.find((one) => one.latest);
  if (latest !== undefined && latest.version !== version) {
    reasons.push(reason("newer-version", `Version ${latest.version} is newer than the archived version ${version}.`));
  }
  for (const one of source.versions) {
    if (one.checkedOut) {
      const by = one.checkOutHolder === undefined ? "" : ` by ${one.checkOutHolder}`;
      reasons.push(reason("checked-out", `Version ${one.version} is checked out${by}.`));
    }
    if (order.how === "archive-folder") continue;
    // Deleting takes every version, so each must be kept elsewhere.
    if (one.version !== version && !archivedVersions.includes(one.version)) {
      reasons.push(
        reason("version-not-archived", `Version ${one.version} would be deleted, but is not in the archive.`),
      );
    }
  }
  if (order.how === "archive-folder" && latest?.deleted === true) {
    reasons.push(reason("already-deleted", "The source has it marked for deletion; there is nothing left to release."));
  }
  return reasons;
}

function useReasons({ source, inUse, archivedLinks, order }: ReleaseFacts): Reason[] {
  const reasons: Reason[] = [];
  if (order.how === "archive-folder" && order.folder === "") {
    reasons.push(reason("no-archive-folder", "No archive folder is chosen."));
  }
  const others = order.before.filter((id) => id !== order.folder);
  if (others.length > 1) {
    const names = source.folders.filter(({ id }) => others.includes(id)).map(({ name }) => `"${name}"`);
    reasons.push(
      reason("shared", `It stands in ${others.length} folders (${names.join(", ")}): somebody else may be using it.`),
    );
  }
  for (const { field, values } of inUse) {
    const met = valuesOf(source.fields, field).filter((value) => values.includes(value));
    if (met.length > 0) reasons.push(reason("shared", `It is in use: ${field} is ${[...new Set(met)].join(", ")}.`));
  }
  for (const link of source.links) {
    if (archivedLinks.includes(link.key)) continue;
    const how = link.direction === "to" ? "to" : "from";
    reasons.push(reason("linked", `It has a link (${link.type}) ${how} ${link.key}, which is not in the archive.`));
  }
  return reasons;
}

/** Values of a field, or of a column of any table, by id. */
function valuesOf(fields: Readonly<Record<string, FieldValue>>, id: string): string[] {
  const found: string[] = [];
  for (const [name, field] of Object.entries(fields)) {
    if (field.type === "table") {
      for (const item of field.columns[id]?.values ?? []) found.push(String(item.value));
    } else if (name !== id) continue;
    else if (field.type === "list") for (const item of field.values) found.push(String(item.value));
    else found.push(String(field.value));
  }
  return found;
}
