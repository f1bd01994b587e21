import type { LifecycleAsset } from "../messages/asset.js";
import { LifecycleError } from "../messages/error.js";
import { partsOf } from "../messages/joined.js";
import { decidedEndOf, expectedStartOf } from "../messages/retention-terms.js";
import type { StoredEvent } from "../store/types.js";
import type { ReleaseOrder, Releasing } from "../systems/disposal.js";
import { askHolds } from "./holds.js";
import { identified } from "./identified.js";
import type { PartFacts, ReleaseFacts } from "./may-release.js";
import { type KnownPlace, knownPlaces, withKnownIds } from "./places.js";
import type { ReleaseDeps, ReleaseSettings } from "./release-job.js";
import { archivedLinks, copyOf, eventsOf, filesOf, mastersOf, otherVersions } from "./release-proof.js";

/** The orders of a release as kept: of the asset, and by key of the parts that were joined into it. */
export type Orders = { order: ReleaseOrder; parts?: Record<string, ReleaseOrder> };

/** What was seen of an asset that is to be released. */
export interface Looked {
  asset: LifecycleAsset;
  facts: ReleaseFacts;
  releasing: Releasing;
  /** Where the source is known to have more of it, which this message does not carry: asked for holds, but left. */
  left: KnownPlace[];
}

/**
 * Asks every system and the timeline what a release is decided from; changes nothing.
 *
 * @param kept the orders that an earlier attempt kept
 */
export async function lookAround(
  given: LifecycleAsset,
  settings: ReleaseSettings,
  deps: ReleaseDeps,
  kept: Orders | undefined,
  signal?: AbortSignal,
): Promise<Looked> {
  const identities = await identified(given, await deps.store.find(given.key), deps.systems);
  const asset = withKnownIds(given, identities);
  const { releasing } = deps.systems.get("otmm", settings.source);
  if (releasing === undefined) throw new LifecycleError("NOT_CONFIGURED", `"${settings.source}" cannot release.`);
  const source = await releasing.look(asset, signal);
  const timeline = await eventsOf(asset.key, deps);
  const copy = await copyOf(asset, settings, deps);
  const parts = await partsAround(asset, timeline, settings, deps, { releasing, kept, signal });
  const expectedStart = expectedStartOf(asset);
  const decidedEnd = decidedEndOf(asset);
  const known = knownPlaces(asset, identities);
  const leaving = new Set([asset, ...parts.map((part) => part.asset)].map(({ ids }) => ids.otmm?.originalAssetId));
  const links = [source, ...parts.map((part) => part.source)].flatMap((state) => state.links);
  const facts: ReleaseFacts = {
    signedIn: deps.signedIn(),
    source,
    ...(copy === undefined ? {} : { copy }),
    files: await filesOf(mastersOf(asset), asset.version, timeline, deps),
    version: asset.version,
    otherVersions: settings.how === "delete" ? await otherVersions(asset, source, timeline, settings, deps) : [],
    ...(expectedStart === null ? {} : { expectedStart }),
    ...(decidedEnd === undefined ? {} : { decidedEnd }),
    inUse: settings.inUse,
    // What goes as one is no outsider to itself.
    archivedLinks: [asset.key, ...parts.map((part) => part.asset.key), ...(await archivedLinks(links, settings, deps))],
    order: kept?.order ?? releasing.order(source, settings),
    parts,
    holds: await askHolds(known, deps.systems),
  };
  const left = known.filter(
    ({ system, connection, id }) => system === "otmm" && (connection !== settings.source || !leaving.has(id)),
  );
  return { asset, facts, releasing, left };
}

async function partsAround(
  asset: LifecycleAsset,
  timeline: readonly StoredEvent[],
  settings: ReleaseSettings,
  deps: ReleaseDeps,
  { releasing, kept, signal }: { releasing: Releasing; kept: Orders | undefined; signal: AbortSignal | undefined },
): Promise<PartFacts[]> {
  return await Promise.all(
    partsOf(asset).map(async (part): Promise<PartFacts> => {
      const source = await releasing.look(part, signal);
      return {
        asset: part,
        source,
        files: await filesOf(mastersOf(part), asset.version, timeline, deps),
        order: kept?.parts?.[part.key] ?? releasing.order(source, settings),
      };
    }),
  );
}

/** Every place that is asked about holds, as the store knows it now. */
export async function places(asset: LifecycleAsset, deps: ReleaseDeps): Promise<KnownPlace[]> {
  return knownPlaces(asset, await identified(asset, await deps.store.find(asset.key), deps.systems));
}
