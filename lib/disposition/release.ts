import type { Fixity, FixityAlgorithm, LifecycleAsset } from "../messages/asset.js";
import { FIXITY_ALGORITHMS } from "../messages/asset.js";
import { asLifecycleError, LifecycleError } from "../messages/error.js";
import type { PlannedWrite } from "../messages/message.js";
import { softwareAndVersion } from "../messages/software.js";
import type { JobContext, Outcome } from "../runtime/types.js";
import type { JsonObject, LifecycleStore, StoredEvent } from "../store/types.js";
import type { CustodyState, HoldGuard, ReleaseOrder, Releasing, SourceState } from "../systems/disposal.js";
import type { SystemRegistry } from "../systems/registry.js";
import { type Decision, reason, wordsOf } from "./decision.js";
import { askHolds, heldBy } from "./holds.js";
import { type InUse, mayRelease, type ReleaseFacts, type SourceFile } from "./may-release.js";
import { formsOf, holdSection, paperOf, section } from "./papers.js";
import { knownPlaces, withKnownIds } from "./places.js";

const RELEASED = 0;
const REFUSED = 1;

/** What a release node is set to. */
export type ReleaseSettings = JsonObject & {
  /** Connection keys of the source and of the archive. */
  source: string;
  archive: string;
  how: "archive-folder" | "delete";
  folder: string;
  statusField: string;
  statusValue: string;
  inUse: InUse[];
  /** Zone of papers. */
  zone: string;
  /** Node-RED knew its users when the message was taken in. */
  signedIn: boolean;
};

/** What a release needs of its surroundings. */
export interface ReleaseDeps {
  systems: Pick<SystemRegistry, "get">;
  store: Pick<LifecycleStore, "find" | "timeline" | "head">;
}
export type ReleaseJob = Pick<
  JobContext<ReleaseSettings>,
  "id" | "run" | "msg" | "settings" | "signal" | "checkpoint" | "save" | "event" | "stage"
>;

interface Looked {
  asset: LifecycleAsset;
  facts: ReleaseFacts;
  releasing: Releasing;
}

/**
 * Releases a non-record copy: decides from what every system says now, acts, and looks again. Each step may be the last
 * before a crash; taken up again it does only what is left. A hold that is placed at any moment before the last look
 * wins: what was done is taken back.
 */
export async function release(job: ReleaseJob, deps: ReleaseDeps): Promise<Outcome> {
  const kept = job.checkpoint<{ order: ReleaseOrder }>("order");
  const looked = await lookAround(job.msg.asset, job.settings, deps, kept?.order, job.signal);
  const { asset, facts, releasing } = looked;
  const decision = mayRelease(facts);
  if (!decision.allowed) {
    // A crash may have left the work half done before the reason came up.
    if (kept !== undefined) await releasing.undo(asset, kept.order, job.signal);
    return await refused(job, deps, looked, decision, kept !== undefined);
  }
  const already = kept === undefined && releasing.done(facts.source, facts.order);
  if (!already) {
    if (kept === undefined) await job.save("order", { order: facts.order });
    job.stage("releasing");
    const held = await act(job, deps, looked);
    if (held.length > 0) return await refused(job, deps, looked, heldDecision(held), true);
    await job.save("released", { at: new Date().toISOString() });
  }
  // The last look: a hold that came while we acted wins, too.
  const holds = await askHolds(await places(asset, deps), deps.systems);
  if (heldBy(holds).length > 0 && !already) {
    await releasing.undo(asset, facts.order, job.signal);
    return await refused(job, deps, { ...looked, facts: { ...facts, holds } }, heldDecision(heldBy(holds)), true);
  }
  const after = await releasing.look(asset, job.signal);
  if (!releasing.done(after, facts.order)) {
    throw new LifecycleError("UPSTREAM", `"${asset.name}" does not look released after it was; it is tried again.`, {
      retryable: true,
    });
  }
  return await receipt(job, deps, { ...looked, facts: { ...facts, holds } }, already);
}

/** What a release would do, and why it would be refused; writes nothing. */
export async function planRelease(
  node: string,
  asset: LifecycleAsset,
  settings: ReleaseSettings,
  deps: ReleaseDeps,
): Promise<{ allowed: boolean; planned: PlannedWrite }> {
  const { facts } = await lookAround(asset, settings, deps, undefined);
  const decision = mayRelease(facts);
  const action = settings.how === "delete" ? "mark for deletion" : "move to the archive folder and expire";
  return {
    allowed: decision.allowed,
    planned: {
      node,
      system: "otmm",
      action,
      target: `${asset.name} (${facts.source.versions.length} versions)`,
      ...(decision.allowed ? {} : { refused: wordsOf(decision) }),
    },
  };
}

/** @returns what holds the asset when the act was stopped by it; what was done then is taken back */
async function act(job: ReleaseJob, deps: ReleaseDeps, { asset, facts, releasing }: Looked): Promise<string[]> {
  const held: string[] = [];
  const guard: HoldGuard = async () => {
    held.push(...heldBy(await askHolds(await places(asset, deps), deps.systems)));
    if (held.length > 0) throw new LifecycleError("ON_HOLD", `"${asset.name}" is held: ${held.join("; ")}.`);
  };
  try {
    await releasing.release(asset, facts.order, guard, job.signal);
  } catch (thrown) {
    if (asLifecycleError(thrown).code !== "ON_HOLD") throw thrown;
    await releasing.undo(asset, facts.order, job.signal);
  }
  return held;
}

async function places(asset: LifecycleAsset, deps: ReleaseDeps): Promise<ReturnType<typeof knownPlaces>> {
  return knownPlaces(asset, await deps.store.find(asset.key));
}

async function lookAround(
  given: LifecycleAsset,
  settings: ReleaseSettings,
  deps: ReleaseDeps,
  kept: ReleaseOrder | undefined,
  signal?: AbortSignal,
): Promise<Looked> {
  const identities = await deps.store.find(given.key);
  const asset = withKnownIds(given, identities);
  const { releasing } = deps.systems.get("otmm", settings.source);
  if (releasing === undefined) throw new LifecycleError("NOT_CONFIGURED", `"${settings.source}" cannot release.`);
  const source = await releasing.look(asset, signal);
  const timeline = await deps.store.timeline(asset.key, 10_000);
  const copy = await copyOf(asset, settings, deps);
  const expectedStart = asset.retention?.start?.slice(0, 10);
  const facts: ReleaseFacts = {
    signedIn: settings.signedIn,
    source,
    ...(copy === undefined ? {} : { copy }),
    files: await filesOf(asset, timeline, deps),
    version: asset.version,
    archivedVersions: archivedVersions(timeline),
    ...(expectedStart === undefined ? {} : { expectedStart }),
    inUse: settings.inUse,
    archivedLinks: await archivedOf(source, deps),
    order: kept ?? releasing.order(source, settings),
    holds: await askHolds(knownPlaces(asset, identities), deps.systems),
  };
  return { asset, facts, releasing };
}

async function copyOf(
  asset: LifecycleAsset,
  settings: ReleaseSettings,
  deps: ReleaseDeps,
): Promise<CustodyState | undefined> {
  if (asset.ids.preservica?.connection !== settings.archive) return undefined;
  const { custody } = deps.systems.get("preservica", settings.archive);
  return await custody?.look(asset);
}

/** The source's preservation files with every digest that is known of them: on the message, and on the timeline. */
async function filesOf(
  asset: LifecycleAsset,
  timeline: readonly StoredEvent[],
  deps: ReleaseDeps,
): Promise<SourceFile[]> {
  const masters = asset.content.filter(({ role, system }) => role === "preservation" && system === "otmm");
  return await Promise.all(
    masters.map(async (ref): Promise<SourceFile> => {
      const told = timeline.flatMap(({ type, assetVersion, object, digest, detail }) => {
        const ofBytes = type === "message digest calculation" || detail?.["against"] === "source";
        const ofFile = assetVersion === asset.version && (object === ref.id || object === ref.name);
        return ofBytes && ofFile ? fixityIn(digest) : [];
      });
      const file = {
        name: ref.name,
        ...(ref.size === undefined ? {} : { size: ref.size }),
        known: [...ref.fixity, ...told],
      };
      try {
        return { ...file, now: await deps.systems.get(ref.system, ref.connection).stored(ref) };
      } catch (thrown) {
        const error = asLifecycleError(thrown);
        if (error.code !== "NOT_FOUND") throw error;
        return file;
      }
    }),
  );
}

/** Reads `SHA-256:<hex>` as events write it. */
function fixityIn(digest: string | undefined): Fixity[] {
  const [name = "", value = ""] = (digest ?? "").split(":");
  const algorithm = FIXITY_ALGORITHMS.find((known): known is FixityAlgorithm => known === name);
  return algorithm === undefined || value === "" ? [] : [{ algorithm, value, by: "flow" }];
}

function archivedVersions(timeline: readonly StoredEvent[]): string[] {
  return timeline.flatMap(({ type, assetVersion, outcome }) =>
    type === "accession" && outcome === "success" && assetVersion !== undefined ? [assetVersion] : [],
  );
}

async function archivedOf(source: SourceState, deps: ReleaseDeps): Promise<string[]> {
  const keys = [...new Set(source.links.map(({ key }) => key))];
  const known = await Promise.all(keys.map(async (key) => ({ key, identities: await deps.store.find(key) })));
  return known.flatMap(({ key, identities }) =>
    identities.some(({ system, assetKey }) => system === "preservica" && assetKey === key) ? [key] : [],
  );
}

function heldDecision(held: readonly string[]): Decision {
  return { allowed: false, reasons: held.map((words) => reason("on-hold", `Held: ${words}.`)) };
}

async function refused(
  job: ReleaseJob,
  deps: ReleaseDeps,
  { asset, facts }: Looked,
  decision: Decision,
  undone: boolean,
): Promise<Outcome> {
  const at = new Date().toISOString();
  const paper = paperOf({
    kind: "refusal",
    asset,
    distinct: `${job.id}\n${wordsOf(decision)}`,
    at,
    zone: job.settings.zone,
    chainHead: (await deps.store.head())?.hash ?? "",
    sections: [
      section("Asked for", { Act: "release of the source's copy", How: job.settings.how }),
      {
        title: "Refused because",
        rows: decision.reasons.map(({ code, text, decides }) => ({
          name: code,
          value: `${text} Decides: ${decides}.`,
        })),
      },
      section("Taken back", undone ? { Source: "what had been done was taken back" } : {}),
      holdSection(facts.holds),
    ],
  });
  const forms = formsOf(paper);
  job.event({
    type: "release refused",
    at,
    basis: "witnessed",
    agent: agent(),
    system: `otmm:${job.settings.source}`,
    object: asset.ids.otmm?.assetId ?? asset.key,
    outcome: "refused",
    digest: forms.digest,
    detail: { paper: paper.number, reasons: decision.reasons.map(({ code }) => code), undone },
  });
  const payload = { outcome: "refused", reasons: decision.reasons, ...forms };
  return {
    kind: "refused",
    reason: wordsOf(decision),
    outputs: [{ port: REFUSED, msg: { ...job.msg, asset, payload } }],
  };
}

async function receipt(
  job: ReleaseJob,
  deps: ReleaseDeps,
  { asset, facts }: Looked,
  already: boolean,
): Promise<Outcome> {
  const at = new Date().toISOString();
  const { copy, source, order } = facts;
  const paper = paperOf({
    kind: "transfer-receipt",
    asset,
    distinct: copy?.id ?? "",
    at,
    zone: job.settings.zone,
    chainHead: (await deps.store.head())?.hash ?? "",
    sections: [
      section("Transferred", {
        From: `OTMM "${job.settings.source}", asset ${asset.ids.otmm?.assetId ?? ""}`,
        "Original id": asset.ids.otmm?.originalAssetId,
        To: `Preservica "${job.settings.archive}", asset ${copy?.id ?? ""}`,
        "Title in the archive": copy?.title,
        "Security tag": copy?.securityTag,
        "Taken in": copy?.since,
        Verified: copy?.at,
      }),
      {
        title: "Files",
        rows: facts.files.map((file) => ({ name: file.name, value: digests(file, copy) })),
      },
      {
        title: "Retention, as the archive states it",
        rows: (copy?.retention ?? []).map(({ policy, start, permanent }) => ({
          name: policy,
          value: permanent ? "permanent" : `counts from ${start ?? ""}`,
        })),
      },
      section("Released", {
        How:
          order.how === "delete"
            ? "marked for deletion"
            : `moved to folder ${order.folder}, expired on ${order.expiry}; entry, metadata and preview stay`,
        Versions: source.versions.map(({ version, id }) => `${version} (${id})`).join(", "),
        Rule: asset.retention?.rule,
        Approver: "none needed: the record lives on in the archive",
      }),
      holdSection(facts.holds),
    ],
  });
  const forms = formsOf(paper);
  if (!already) {
    job.event({
      type: "source released",
      at,
      basis: "witnessed",
      agent: agent(),
      system: `otmm:${job.settings.source}`,
      object: asset.ids.otmm?.assetId ?? asset.key,
      outcome: "success",
      digest: forms.digest,
      detail: { paper: paper.number, how: order.how },
    });
  }
  const payload = { outcome: "released", already, ...forms };
  return { kind: "done", outputs: [{ port: RELEASED, msg: { ...job.msg, asset, payload } }], summary: "released" };
}

function digests({ size, known }: SourceFile, copy: CustodyState | undefined): string {
  const said = known.map(({ algorithm, value, by }) => `${algorithm} ${value} (${by})`);
  const kept = (copy?.files ?? [])
    .filter(({ fixity }) => fixity.some((one) => known.some(({ value }) => value === one.value)))
    .flatMap(({ fixity }) => fixity.map(({ algorithm, value }) => `${algorithm} ${value} (archive)`));
  return [size === undefined ? "" : `${size} bytes`, ...new Set([...said, ...kept])]
    .filter((one) => one !== "")
    .join("; ");
}

function agent(): string {
  return `${softwareAndVersion()} disposition`;
}
