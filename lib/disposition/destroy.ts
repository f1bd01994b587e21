import type { LifecycleAsset } from "../messages/asset.js";
import { LifecycleError } from "../messages/error.js";
import type { PlannedWrite } from "../messages/message.js";
import { softwareAndVersion } from "../messages/software.js";
import type { JobContext, Outcome } from "../runtime/types.js";
import type { Approval, JsonObject, LifecycleStore } from "../store/types.js";
import type { CustodyState, Destroying, Destruction, HoldGuard } from "../systems/disposal.js";
import type { SystemRegistry } from "../systems/registry.js";
import { listDigest } from "./approval.js";
import { certificateOf, refusalOf } from "./destroy-papers.js";
import { type Decision, reason, wordsOf } from "./decision.js";
import { type AskedHold, askHolds, heldBy } from "./holds.js";
import { type DestroyFacts, mayDestroy, type PlaceCopies } from "./may-destroy.js";
import { formsOf, type Paper } from "./papers.js";
import { type KnownPlace, knownPlaces, withKnownIds } from "./places.js";

const DESTROYED = 0;
const REFUSED = 1;
const AWAITING = 2;
/** Written with the hand-over that tells of a list, so that it is told once. */
const ASKED = "approval asked";

/** What a destroying node is set to. */
export type DestroySettings = JsonObject & {
  /** OTMM's copies may be marked for deletion. */
  deleteSource: boolean;
  zone: string;
  /** Milliseconds between looks while people decide. */
  lookMs: number;
  signedIn: boolean;
};
export interface DestroyDeps {
  systems: Pick<SystemRegistry, "get">;
  store: Pick<LifecycleStore, "find" | "timeline" | "head" | "propose" | "lapse" | "useApproval" | "approval">;
}
export type DestroyJob = Pick<
  JobContext<DestroySettings>,
  "id" | "run" | "msg" | "settings" | "signal" | "checkpoint" | "save" | "event" | "stage"
>;
/** Kept when the act begins: what the certificate needs once the copies are gone. */
export type Begun = { approval: string; marked: string[]; holds: string; over: boolean };

interface Place {
  known: KnownPlace;
  destroying: Destroying | undefined;
  copies: PlaceCopies;
}
interface Looked {
  asset: LifecycleAsset;
  places: Place[];
  facts: DestroyFacts;
}

/**
 * Destroys a record in every system (RECORDS.md 1): decides, has the frozen list approved by two persons, asks holds
 * again, destroys convenience copies first and the official copy last, looks again everywhere, certifies.
 */
export async function destroy(job: DestroyJob, deps: DestroyDeps): Promise<Outcome> {
  const looked = await lookAround(job.msg.asset, job.settings, deps, job.signal);
  let begun = job.checkpoint<Begun>("act");
  if (begun !== undefined && !begun.over && (await deps.store.approval(begun.approval))?.state !== "used") {
    // Broken off, and then the process died.
    return await takenBack(job, deps, looked, begun, lapsed());
  }
  if (begun === undefined || begun.over) {
    const decision = mayDestroy(looked.facts);
    if (!decision.allowed) {
      await deps.store.lapse(job.id, wordsOf(decision), agent());
      return await refused(job, deps, looked, decision);
    }
    const approval = await proposed(job, deps, looked);
    if (approval.state === "rejected") return await refused(job, deps, looked, rejection(approval));
    if (approval.state !== "approved" && approval.state !== "used") return await waiting(job, deps, looked, approval);
    await deps.store.useApproval(approval.id, agent());
    const marked = looked.places.flatMap(({ copies }) =>
      copies.copies.filter(({ state }) => state === "kept").map(({ id }) => id),
    );
    begun = { approval: approval.id, marked, holds: JSON.stringify(looked.facts.holds), over: false };
    await job.save("act", begun);
  }
  return await act(job, deps, looked, begun);
}

/** What a destruction would do, and why it would be refused; asks nobody and writes nothing. */
export async function planDestroy(
  node: string,
  asset: LifecycleAsset,
  settings: DestroySettings,
  deps: DestroyDeps,
): Promise<{ allowed: boolean; planned: PlannedWrite[] }> {
  const { facts } = await lookAround(asset, settings, deps);
  const decision = mayDestroy(facts);
  const planned = inOrder(facts.places).flatMap(({ system, connection, copies }) =>
    copies
      .filter(({ state }) => state === "kept")
      .map(({ id, role }) => ({
        node,
        system,
        action: `destroy the ${role} copy, after two approvals`,
        target: `${asset.name} (${connection} ${id})`,
        ...(decision.allowed ? {} : { refused: wordsOf(decision) }),
      })),
  );
  return { allowed: decision.allowed, planned };
}

async function act(job: DestroyJob, deps: DestroyDeps, looked: Looked, begun: Begun): Promise<Outcome> {
  job.stage("destroying");
  const { asset, places } = looked;
  const held: string[] = [];
  const guard: HoldGuard = async () => {
    held.push(...heldBy(await askHolds(await stillKept(places, job.signal), deps.systems)));
    if (held.length > 0) throw new LifecycleError("ON_HOLD", `"${asset.name}" is held: ${held.join("; ")}.`);
  };
  const ended: { place: Place; how: Extract<Destruction, { state: "gone" }> }[] = [];
  for (const place of inOrder(places)) {
    if (place.destroying === undefined || place.copies.copies.length === 0) continue;
    const step = `request ${begun.approval} ${place.known.system} ${place.known.id}`;
    const token = job.checkpoint<{ token: string }>(step)?.token;
    let how: Destruction;
    try {
      // People may take days to decide: a hold that came meanwhile ends it.
      if (token !== undefined && (await stillKept([place], job.signal)).length > 0) await guard();
      const comment = `Approved list ${begun.approval}`;
      const request = token === undefined ? { comment } : { comment, token };
      how = await place.destroying.destroy(place.known.asset, request, guard, job.signal);
    } catch (thrown) {
      if (held.length === 0) throw thrown;
      const pending = token === undefined ? "" : ` Reject the pending request ${token} in ${place.known.connection}.`;
      const reasons = held.map((words) => reason("on-hold", `Held: ${words}.${pending}`));
      return await takenBack(job, deps, looked, begun, { allowed: false, reasons });
    }
    if (how.state === "refused") {
      return await takenBack(job, deps, looked, begun, {
        allowed: false,
        reasons: [reason("refused-by-system", how.why)],
      });
    }
    if (how.state === "pending") {
      if (token === undefined) await job.save(step, { token: how.token });
      return { kind: "wait", until: new Date(Date.now() + job.settings.lookMs), step, why: how.why };
    }
    ended.push({ place, how });
  }
  const left = await stillKept(places, job.signal);
  if (left.length > 0) {
    const where = left.map(({ system, connection }) => `${system} "${connection}"`).join(", ");
    throw new LifecycleError("UPSTREAM", `"${asset.name}" is still kept in ${where}; it is tried again.`, {
      retryable: true,
    });
  }
  const approval = await deps.store.approval(begun.approval);
  if (approval === undefined)
    throw new LifecycleError("NOT_FOUND", `The list ${begun.approval} is gone from the store.`);
  const paper = certificateOf({
    asset,
    approval,
    holds: JSON.parse(begun.holds) as AskedHold[],
    ended: ended.map(({ place, how }) => ({ ...how, where: place.copies })),
    zone: job.settings.zone,
    chainHead: (await deps.store.head())?.hash ?? "",
  });
  return finish(job, asset, paper, "destroyed", { approval: approval.id });
}

/** What can be taken back is: a record that one system keeps is not destroyed elsewhere. */
async function takenBack(
  job: DestroyJob,
  deps: DestroyDeps,
  looked: Looked,
  begun: Begun,
  decision: Decision,
): Promise<Outcome> {
  // First of all the approval ends: whoever replays the job has to ask people again.
  await deps.store.lapse(job.id, wordsOf(decision), agent());
  for (const { destroying, known } of looked.places) await destroying?.undo(known.asset, begun.marked, job.signal);
  await job.save("act", { ...begun, over: true });
  return await refused(job, deps, looked, decision);
}

async function proposed(job: DestroyJob, deps: DestroyDeps, { asset, facts }: Looked): Promise<Approval> {
  const list = frozenList(asset, facts);
  return await deps.store.propose(
    {
      job: job.id,
      run: job.run,
      assetKey: asset.key,
      assetVersion: asset.version,
      assetName: asset.name,
      list,
      digest: listDigest(list),
    },
    agent(),
  );
}

/** Everything that people approve. A change of list, rule or stated retention changes the digest, so approvals lapse. */
export function frozenList(asset: LifecycleAsset, facts: DestroyFacts): JsonObject {
  const byId = (one: { id: string }, other: { id: string }): number => (one.id < other.id ? -1 : 1);
  return {
    act: "destroy",
    asset: asset.key,
    version: asset.version,
    rule: asset.retention?.rule ?? null,
    trigger: asset.retention?.trigger ?? null,
    start: asset.retention?.start ?? null,
    until: asset.retention?.until ?? null,
    copies: facts.places.flatMap(({ system, connection, copies }) =>
      copies
        .filter(({ state }) => state === "kept")
        .map(({ id, version, role }) => ({ system, connection, id, version, role }))
        .sort(byId),
    ),
    retention: [...facts.governing].sort(byId).map(({ id, retention }) => ({
      id,
      policies: retention.map(({ policy, start, expired }) => ({ policy, start: start ?? null, expired })),
    })),
  };
}

async function waiting(job: DestroyJob, deps: DestroyDeps, { asset }: Looked, approval: Approval): Promise<Outcome> {
  const until = new Date(Date.now() + job.settings.lookMs);
  const why = approval.state === "proposed" ? "a person has to request it" : "two persons have to approve it";
  const told = (await deps.store.timeline(asset.key, 10_000)).some(
    ({ type, detail }) => type === ASKED && detail?.["approval"] === approval.id,
  );
  if (told) return { kind: "wait", until, step: "approval", why };
  job.event({
    type: ASKED,
    basis: "witnessed",
    agent: agent(),
    outcome: "success",
    digest: `SHA-256:${approval.digest}`,
    detail: { approval: approval.id },
  });
  const payload = { outcome: "awaiting approval", approval: approval.id, digest: approval.digest, list: approval.list };
  return {
    kind: "wait",
    until,
    step: "approval",
    why,
    outputs: [{ port: AWAITING, msg: { ...job.msg, asset, payload } }],
  };
}

function rejection({ rejection: by }: Approval): Decision {
  const who = by === undefined ? "" : ` by ${by.agent.replace("user:", "")}: ${by.reason}`;
  return { allowed: false, reasons: [reason("not-approved", `The list was rejected${who}.`)] };
}

function lapsed(): Decision {
  return {
    allowed: false,
    reasons: [reason("not-approved", "The approval lapsed while the destruction was under way.")],
  };
}

async function refused(job: DestroyJob, deps: DestroyDeps, looked: Looked, decision: Decision): Promise<Outcome> {
  const paper = refusalOf({
    asset: looked.asset,
    job: job.id,
    decision,
    holds: looked.facts.holds,
    zone: job.settings.zone,
    chainHead: (await deps.store.head())?.hash ?? "",
  });
  return finish(job, looked.asset, paper, "refused", { reasons: decision.reasons }, decision);
}

function finish(
  job: DestroyJob,
  asset: LifecycleAsset,
  paper: Paper,
  outcome: "destroyed" | "refused",
  more: object,
  decision?: Decision,
): Outcome {
  const forms = formsOf(paper);
  job.event({
    type: outcome === "destroyed" ? "destroyed" : "destruction refused",
    basis: "witnessed",
    agent: agent(),
    outcome: outcome === "destroyed" ? "success" : "refused",
    digest: forms.digest,
    detail: {
      paper: paper.number,
      ...(decision === undefined ? {} : { reasons: decision.reasons.map(({ code }) => code) }),
    },
  });
  const msg = { ...job.msg, asset, payload: { outcome, ...more, ...forms } };
  return decision === undefined
    ? { kind: "done", outputs: [{ port: DESTROYED, msg }], summary: outcome }
    : { kind: "refused", reason: wordsOf(decision), outputs: [{ port: REFUSED, msg }] };
}

async function lookAround(
  given: LifecycleAsset,
  settings: DestroySettings,
  deps: DestroyDeps,
  signal?: AbortSignal,
): Promise<Looked> {
  const identities = await deps.store.find(given.key);
  const asset = withKnownIds(given, identities);
  const places: Place[] = [];
  const governing: CustodyState[] = [];
  for (const known of knownPlaces(asset, identities)) {
    const { system, connection } = known;
    const { destroying, custody } = deps.systems.get(system, connection);
    const destroyable = destroying !== undefined && (system !== "otmm" || settings.deleteSource);
    const copies =
      destroying === undefined
        ? [
            {
              id: known.id,
              version: asset.version,
              title: asset.name,
              role: "convenience" as const,
              state: "kept" as const,
            },
          ]
        : await destroying.copies(known.asset, signal);
    places.push({ known, destroying, copies: { system, connection, copies, destroyable } });
    if (custody !== undefined) governing.push(await custody.look(known.asset));
  }
  const withCopies = places.filter(({ copies }) => copies.copies.some(({ state }) => state === "kept"));
  const holds = await askHolds(
    withCopies.map(({ known }) => known),
    deps.systems,
  );
  return {
    asset,
    places,
    facts: { signedIn: settings.signedIn, holds, places: places.map(({ copies }) => copies), governing },
  };
}

/** Places that have a copy now. */
async function stillKept(places: readonly Place[], signal?: AbortSignal): Promise<KnownPlace[]> {
  const kept: KnownPlace[] = [];
  for (const { known, destroying, copies } of places) {
    const now = destroying === undefined ? copies.copies : await destroying.copies(known.asset, signal);
    if (now.some(({ state }) => state === "kept")) kept.push(known);
  }
  return kept;
}

/** Convenience copies first, the system that governs the record last: a refusal leaves the official copy. */
function inOrder<T extends Place | PlaceCopies>(places: readonly T[]): T[] {
  const systemOf = (place: T): string => ("system" in place ? place.system : place.known.system);
  return [...places].sort((one, other) => rank(systemOf(one)) - rank(systemOf(other)));
}
function rank(system: string): number {
  return system === "s3" ? 0 : system === "otmm" ? 1 : 2;
}

function agent(): string {
  return `${softwareAndVersion()} disposition`;
}
