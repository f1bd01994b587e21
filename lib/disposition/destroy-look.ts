import type { JobContext } from "../runtime/types.js";
import type { LifecycleAsset } from "../messages/asset.js";
import type { JsonObject, LifecycleStore } from "../store/types.js";
import type { CustodyState, Destroying } from "../systems/disposal.js";
import type { SystemRegistry } from "../systems/registry.js";
import { type AskedHold, askHolds, heldBy } from "./holds.js";
import { identified } from "./identified.js";
import type { DestroyFacts, PlaceCopies } from "./may-destroy.js";
import { type KnownPlace, knownPlaces, withKnownIds } from "./places.js";

/** What a destroying node is set to. */
export type DestroySettings = JsonObject & {
  /** OTMM's copies may be marked for deletion. */
  deleteSource: boolean;
  zone: string;
  /** Milliseconds between looks while people decide. */
  lookMs: number;
};
/** A destroying job, as far as it is needed here. */
export type DestroyJob = Pick<
  JobContext<DestroySettings>,
  "id" | "run" | "msg" | "settings" | "signal" | "checkpoint" | "save" | "event" | "stage"
>;

/** What a destruction needs of its surroundings. */
export interface DestroyDeps {
  systems: Pick<SystemRegistry, "get">;
  store: Pick<LifecycleStore, "find" | "timeline" | "head" | "propose" | "lapse" | "useApproval" | "approval">;
  /** Does Node-RED know its users now? Asked at each look: a job may wait for weeks, or be replayed. */
  signedIn(): boolean;
}

/** One system that has copies, or had. */
export interface Place {
  known: KnownPlace;
  destroying: Destroying | undefined;
  copies: PlaceCopies;
}
/** What was seen of a record that is to be destroyed. */
export interface Looked {
  asset: LifecycleAsset;
  places: Place[];
  facts: DestroyFacts;
}

/** Asks every system what a destruction is decided from; changes nothing. */
export async function lookAround(
  given: LifecycleAsset,
  settings: DestroySettings,
  deps: DestroyDeps,
  signal?: AbortSignal,
): Promise<Looked> {
  const { asset, places, governing } = await lookAtCopies(given, settings, deps, signal);
  const holds = await askHolds(keptIn(places), deps.systems);
  return {
    asset,
    places,
    facts: {
      signedIn: deps.signedIn(),
      holds,
      places: places.map(({ copies }) => copies),
      governing,
    },
  };
}

/** What the list of a destruction is made of, as the systems state it now: every copy, and what governs the official one. */
export type Copies = { asset: LifecycleAsset; places: Place[]; governing: CustodyState[] };

/** Reads the copies and what governs them, also in places that became known since the last look. */
export async function lookAtCopies(
  given: LifecycleAsset,
  settings: DestroySettings,
  deps: DestroyDeps,
  signal?: AbortSignal,
): Promise<Copies> {
  const identities = await identified(given, await deps.store.find(given.key), deps.systems);
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
  return { asset, places, governing };
}

function keptIn(places: readonly Place[]): KnownPlace[] {
  return places.filter(({ copies }) => copies.copies.some(({ state }) => state === "kept")).map(({ known }) => known);
}

/** Places that have a copy now. */
export async function stillKept(places: readonly Place[], signal?: AbortSignal): Promise<KnownPlace[]> {
  const kept: KnownPlace[] = [];
  for (const { known, destroying, copies } of places) {
    const now = destroying === undefined ? copies.copies : await destroying.copies(known.asset, signal);
    if (now.some(({ state }) => state === "kept")) kept.push(known);
  }
  return kept;
}

/**
 * What holds the copies that are kept, by places that were just looked at. A copy that vanishes while its system is
 * asked (its people have just let it be deleted) can no longer be held, and its system's answer says nothing: the others
 * are asked once more.
 */
export async function heldNow(
  places: readonly Place[],
  systems: DestroyDeps["systems"],
  signal?: AbortSignal,
): Promise<{ held: string[]; answers: AskedHold[] }> {
  let kept = keptIn(places);
  for (;;) {
    if (kept.length === 0) return { held: [], answers: [] };
    const answers = await askHolds(kept, systems);
    const held = heldBy(answers);
    if (held.length === 0) return { held, answers };
    const left = await stillKept(places, signal);
    if (left.length === kept.length) return { held, answers };
    kept = left;
  }
}

/** Convenience copies first, the system that governs the record last: a refusal leaves the official copy. */
export function inOrder<T extends Place | PlaceCopies>(places: readonly T[]): T[] {
  const systemOf = (place: T): string => ("system" in place ? place.system : place.known.system);
  return [...places].sort((one, other) => rank(systemOf(one)) - rank(systemOf(other)));
}
function rank(system: string): number {
  return system === "s3" ? 0 : system === "otmm" ? 1 : 2;
}
