import type { Fixity, LifecycleAsset } from "../../messages/asset.js";
import { LifecycleError } from "../../messages/error.js";
import type { HoldAnswer } from "../../systems/port.js";
import type { PreservicaClient } from "../client.js";
import { collect } from "../gateway.js";
import { foldersAbove, pathText } from "../location.js";
import type { Bitstream, EventAction, Identifier } from "../types.js";
import { historyOf, type HistoryRow } from "./events.js";
import { policyFacts, retentionState, ruling, type PolicyFacts, type RetentionState } from "./retention.js";

/** `OPN` anybody, `RES` some, `CLS` archivists only; derived from the tag. */
export type AccessLevel = "OPN" | "RES" | "CLS";

/** What the archive says of one of its assets, read at `asOf`. */
export interface ArchiveStatus {
  ref: string;
  title: string;
  /** Folders, outermost first, joined by " / "; empty for a tombstone. */
  location: string;
  parent?: string;
  tag: string;
  access: AccessLevel;
  /** Only the tombstone is left. */
  deleted: boolean;
  identifiers: { type: string; value: string }[];
  retention: { state: RetentionState; policies: PolicyFacts[]; ruling?: PolicyFacts };
  holds: HoldAnswer;
  /** ISO instant of the ingest by the archive's own history. */
  since?: string;
  /** Last ten, newest first. */
  events: HistoryRow[];
  files: { path: string; representation: string; name: string; size: number; fixity: Fixity[] }[];
  /** The archive's own last checks: `failed` when the last check of any file failed; `unknown` when there was none. */
  integrity: { state: "ok" | "failed" | "unknown"; at?: string; reason?: string };
  asOf: string;
}

/**
 * Reads everything about one archived asset.
 *
 * @param access what each tag means; tags that are not listed are restricted, the closed tag is closed
 * @returns undefined when the archive does not know the reference
 */
export async function readStatus(
  client: PreservicaClient,
  ref: string,
  openTags: readonly string[],
): Promise<ArchiveStatus | undefined> {
  const asOf = new Date().toISOString();
  const entity = await client.findAsset(ref);
  if (entity === undefined) return undefined;
  const access = accessOf(entity.securityTag, openTags, client.assumptions.closedTag);
  const base = { ref: entity.ref, title: entity.title, tag: entity.securityTag, access, asOf };
  if (entity.deleted) return tombstone(base, await historyLeft(client, ref));
  const asked: LifecycleAsset = {
    key: `preservica:${client.connection}:${ref}`,
    version: "1",
    name: entity.title,
    ids: { preservica: { connection: client.connection, ref } },
    fields: {},
    content: [],
  };
  const [folders, policies, holds, identifiers, actions, files] = await Promise.all([
    foldersAbove(client.entities, entity),
    policiesOf(client, ref),
    client.holds(asked),
    client.entities.identifiers("IO", ref),
    collect(client.entities.eventActions("IO", ref)),
    client.bitstreamsOf(ref),
  ]);
  const rules = ruling(policies);
  const since = actions
    .filter(({ type }) => type === client.assumptions.ingestEvent)
    .map(({ date }) => date)
    .sort()[0];
  return {
    ...base,
    deleted: false,
    location: pathText(folders),
    ...(entity.parent === undefined ? {} : { parent: entity.parent }),
    identifiers: identifiers.map(shownIdentifier),
    retention: {
      state: retentionState(holds.state, rules),
      policies,
      ...(rules === undefined ? {} : { ruling: rules }),
    },
    holds,
    ...(since === undefined ? {} : { since }),
    events: historyOf(actions),
    files: files.map(shownFile),
    integrity: await integrityOf(client, files),
  };
}

/** History of what was destroyed; whether the archive still tells it is not documented. */
async function historyLeft(client: PreservicaClient, ref: string): Promise<EventAction[]> {
  try {
    return await collect(client.entities.eventActions("IO", ref));
  } catch (thrown) {
    const gone = thrown instanceof LifecycleError && (thrown.code === "NOT_FOUND" || thrown.code === "DENIED");
    if (!gone) throw thrown;
    return [];
  }
}

function tombstone(
  base: Pick<ArchiveStatus, "ref" | "title" | "tag" | "access" | "asOf">,
  actions: readonly EventAction[],
): ArchiveStatus {
  return {
    ...base,
    deleted: true,
    location: "",
    identifiers: [],
    retention: { state: "UNK", policies: [] },
    holds: { state: "unknown", system: "preservica", at: base.asOf, why: "only the tombstone is left" },
    events: historyOf(actions),
    files: [],
    integrity: { state: "unknown" },
  };
}

/** Ordinary policies; those that stand for legal holds are told as holds. */
export async function policiesOf(client: PreservicaClient, ref: string): Promise<PolicyFacts[]> {
  const facts = await Promise.all(
    (await client.retention.assignments(ref)).map(async (assignment) =>
      policyFacts(assignment, await client.retention.policy(assignment.policy)),
    ),
  );
  return facts.filter(({ name }) => !name.startsWith(client.assumptions.holdPolicyPrefix));
}

export function accessOf(tag: string, openTags: readonly string[], closedTag: string): AccessLevel {
  if (openTags.includes(tag)) return "OPN";
  return tag === closedTag || tag === "" ? "CLS" : "RES";
}

async function integrityOf(client: PreservicaClient, files: readonly Bitstream[]): Promise<ArchiveStatus["integrity"]> {
  const last = await Promise.all(files.map(async ({ path }) => (await client.integrityChecks(path))[0]));
  const checks = last.flatMap((check) => check ?? []);
  const failed = checks.find(({ success, fixed }) => !success && !fixed);
  if (failed !== undefined) return { state: "failed", at: failed.date, reason: failed.reason };
  const newest = checks
    .map(({ date }) => date)
    .sort()
    .at(-1);
  return newest === undefined ? { state: "unknown" } : { state: "ok", at: newest };
}

function shownIdentifier({ type, value }: Identifier): { type: string; value: string } {
  return { type, value };
}
function shownFile(file: Bitstream): ArchiveStatus["files"][number] {
  const { path, filename, size, fixity, representation } = file;
  return { path, representation: representation.type, name: filename, size, fixity };
}
