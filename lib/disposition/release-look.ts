import type { Fixity, FixityAlgorithm, LifecycleAsset } from "../messages/asset.js";
import { FIXITY_ALGORITHMS } from "../messages/asset.js";
import { asLifecycleError, LifecycleError } from "../messages/error.js";
import type { JsonObject, LifecycleStore, StoredEvent } from "../store/types.js";
import type { CustodyState, ReleaseOrder, Releasing, SourceState } from "../systems/disposal.js";
import type { SystemRegistry } from "../systems/registry.js";
import { askHolds } from "./holds.js";
import type { InUse, ReleaseFacts, SourceFile } from "./may-release.js";
import { knownPlaces, withKnownIds } from "./places.js";

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

/** What was seen of an asset that is to be released. */
export interface Looked {
  asset: LifecycleAsset;
  facts: ReleaseFacts;
  releasing: Releasing;
}

/**
 * Asks every system and the timeline what a release is decided from; changes nothing.
 *
 * @param kept the order that an earlier attempt kept
 */
export async function lookAround(
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

/** Every place that is asked about holds, as the store knows it now. */
export async function places(asset: LifecycleAsset, deps: ReleaseDeps): Promise<ReturnType<typeof knownPlaces>> {
  return knownPlaces(asset, await deps.store.find(asset.key));
}
