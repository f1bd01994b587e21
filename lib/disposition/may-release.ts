import type { FieldValue, Fixity, LifecycleAsset } from "../messages/asset.js";
import { FOR_GOOD } from "../messages/retention-terms.js";
import type { CustodyState, ReleaseOrder, SourceState } from "../systems/disposal.js";
import { governedEnd } from "../systems/governed-end.js";
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

/** A version of the asset besides the one that is released. */
export interface VersionFacts {
  version: string;
  files: readonly SourceFile[];
  /** Its own copy; absent: nothing says that the archive ever took it in. */
  copy?: CustodyState;
}

/** A part that was joined into the asset and is an asset of its own at the source: it goes along, or nothing goes. */
export interface PartFacts {
  asset: LifecycleAsset;
  source: SourceState;
  files: readonly SourceFile[];
  order: ReleaseOrder;
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
  /** Versions besides it; looked at only where they would be deleted. */
  otherVersions: readonly VersionFacts[];
  /** Calendar date at which the retention clock started, where it is known. */
  expectedStart?: string;
  /** Last retained day that the schedule says, or `permanent`, where it is known. */
  decidedEnd?: string;
  inUse: readonly InUse[];
  /** Keys of linked assets that the archive keeps now, in the version that is linked. */
  archivedLinks: readonly string[];
  order: ReleaseOrder;
  parts: readonly PartFacts[];
}

/** May a non-record copy be released, because the record lives on elsewhere? (RECORDS.md 1) Pure; tells every reason against. */
export function mayRelease(facts: ReleaseFacts): Decision {
  return decisionFrom([
    ...signedInReasons(facts.signedIn),
    ...holdReasons(facts.holds),
    ...copyReasons(facts),
    ...retentionReasons(facts),
    ...endReasons(facts),
    ...versionReasons(facts),
    ...useReasons(facts),
    ...facts.parts.flatMap((part) => partReasons(part, facts)),
  ]);
}

/** What stands against a part, beside what stands against the whole. */
function partReasons({ asset, source, files, order }: PartFacts, whole: ReleaseFacts): Reason[] {
  const { copy, inUse, archivedLinks } = whole;
  // A part may stand in any representation of the archived asset.
  const kept = copy === undefined ? undefined : { ...copy, files: [...copy.files, ...(copy.others ?? [])] };
  const proof = kept === undefined || kept.state === "gone" ? [] : copyReasons({ copy: kept, files });
  return [
    ...proof,
    ...versionReasons({ source, version: asset.version, otherVersions: [], order }),
    ...useReasons({ source, inUse, archivedLinks, order }),
  ].map((one) => ({ ...one, text: `"${asset.name}": ${one.text}` }));
}

export function signedInReasons(signedIn: boolean): Reason[] {
  const text =
    "Node-RED has no adminAuth, so nobody can be told apart: nothing is disposed of. Set adminAuth in settings.js.";
  return signedIn ? [] : [reason("not-signed-in", text)];
}

export function holdReasons(holds: readonly AskedHold[]): Reason[] {
  return heldBy(holds).map((held) => reason("on-hold", `Held: ${held}.`));
}

function copyReasons({ copy, files }: Pick<ReleaseFacts, "copy" | "files">): Reason[] {
  if (copy === undefined || copy.state === "gone") {
    return [reason("no-copy", "The archive keeps no copy of this asset version.")];
  }
  if (files.length === 0) {
    return [reason("copy-not-verified", "No file of the source is known, so no copy can be compared.")];
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

/** The archive's clock must have started when ours did; where nothing says when that was, it cannot be told from a restart. */
function retentionReasons({ copy, expectedStart }: Pick<ReleaseFacts, "copy" | "expectedStart">): Reason[] {
  if (copy === undefined || copy.state === "gone") return [];
  const running = copy.retention.filter(({ permanent, start }) => permanent || start !== undefined);
  if (running.length === 0) {
    const why =
      copy.retention.length === 0
        ? "has no retention policy"
        : `has the policy "${copy.retention[0]?.policy ?? ""}", but states no start date`;
    return [reason("retention-not-running", `The archived copy ${why}: its retention does not run.`)];
  }
  const isPermanent = running.some(({ permanent }) => permanent);
  return running.flatMap(({ policy, start, permanent, fromIngest }) => {
    if (permanent || (expectedStart === undefined && isPermanent)) return [];
    if (fromIngest) {
      const instead = expectedStart === undefined ? "not from an event of its life" : `not from ${expectedStart}`;
      return [reason("retention-restarted", `The policy "${policy}" counts from the ingest, ${instead}.`)];
    }
    if (start === expectedStart) return [];
    if (expectedStart === undefined) {
      return [
        reason(
          "retention-restarted",
          `The archive counts "${policy}" from ${start ?? ""}, but neither a decision nor the mapping says when the clock started.`,
        ),
      ];
    }
    return [
      reason("retention-restarted", `The archive counts "${policy}" from ${start ?? ""}, not from ${expectedStart}.`),
    ];
  });
}

/** The archive must not let go before the schedule does; of several policies the longest counts. */
function endReasons({ copy, decidedEnd }: Pick<ReleaseFacts, "copy" | "decidedEnd">): Reason[] {
  const ends = (copy?.retention ?? []).flatMap(({ policy, permanent, until }) => {
    const end = permanent ? FOR_GOOD : until;
    return end === undefined ? [] : [{ policy, end }];
  });
  const longest = [...ends].sort((one, other) => (governedEnd(one.end, other.end).shorter ? -1 : 1))[0];
  if (decidedEnd === undefined || longest === undefined) return [];
  const { shorter, difference = "" } = governedEnd(decidedEnd, longest.end, `The policy "${longest.policy}"`);
  return shorter ? [reason("retention-shorter", `${difference}.`)] : [];
}

function versionReasons({
  source,
  version,
  otherVersions,
  expectedStart,
  order,
}: Pick<ReleaseFacts, "source" | "version" | "otherVersions" | "expectedStart" | "order">): Reason[] {
  const reasons: Reason[] = [];
  const start = expectedStart === undefined ? {} : { expectedStart };
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
    if (one.version === version) continue;
    const other = otherVersions.find((known) => known.version === one.version);
    const against =
      other?.copy === undefined || other.copy.state === "gone"
        ? [reason("version-not-archived", "it is not in the archive.")]
        : [...copyReasons(other), ...retentionReasons({ copy: other.copy, ...start })];
    for (const { code, text } of against) {
      reasons.push(reason(code, `Version ${one.version} would be deleted, but: ${text}`));
    }
  }
  if (order.how === "archive-folder" && latest?.deleted === true) {
    reasons.push(reason("already-deleted", "The source has it marked for deletion; there is nothing left to release."));
  }
  return reasons;
}

function useReasons({
  source,
  inUse,
  archivedLinks,
  order,
}: Pick<ReleaseFacts, "source" | "inUse" | "archivedLinks" | "order">): Reason[] {
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
    reasons.push(
      reason(
        "linked",
        `It has a link (${link.type}) ${how} ${link.key}${link.version === undefined ? "" : ` version ${link.version}`}, which is not in the archive.`,
      ),
    );
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
