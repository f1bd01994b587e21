import type { ContentRef, Fixity, FixityAlgorithm, LifecycleAsset } from "../messages/asset.js";
import { FIXITY_ALGORITHMS } from "../messages/asset.js";
import { asLifecycleError } from "../messages/error.js";
import type { StoredEvent } from "../store/types.js";
import type { CustodyState, SourceLink, SourceState } from "../systems/disposal.js";
import type { SourceFile, VersionFacts } from "./may-release.js";
import type { ReleaseDeps, ReleaseSettings } from "./release-job.js";

const EVENTS = 10_000;

export async function eventsOf(key: string, deps: ReleaseDeps): Promise<StoredEvent[]> {
  return await deps.store.timeline(key, EVENTS);
}

/** The official copy as the archive states it now; undefined when the asset carries no id of that archive. */
export async function copyOf(
  asset: LifecycleAsset,
  { archive }: ReleaseSettings,
  deps: ReleaseDeps,
): Promise<CustodyState | undefined> {
  if (asset.ids.preservica?.connection !== archive) return undefined;
  const { custody } = deps.systems.get("preservica", archive);
  return await custody?.look(asset);
}

export function mastersOf({ content }: LifecycleAsset): ContentRef[] {
  return content.filter(({ role, system }) => role === "preservation" && system === "otmm");
}

/**
 * Files of the source with every digest that is known of them: on the reference, and on the timeline.
 *
 * @param version of the asset whose timeline it is
 */
export async function filesOf(
  masters: readonly ContentRef[],
  version: string,
  timeline: readonly StoredEvent[],
  deps: ReleaseDeps,
): Promise<SourceFile[]> {
  return await Promise.all(
    masters.map(async (ref): Promise<SourceFile> => {
      const told = timeline.flatMap(({ type, assetVersion, object, digest, detail }) => {
        const ofBytes = type === "message digest calculation" || detail?.["against"] === "source";
        const ofFile = assetVersion === version && (object === ref.id || object === ref.name);
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

/**
 * The versions beside the one that is released, each with its own copy as the archive states it now. That it was taken
 * in once only tells where to look.
 */
export async function otherVersions(
  asset: LifecycleAsset,
  { versions }: SourceState,
  timeline: readonly StoredEvent[],
  settings: ReleaseSettings,
  deps: ReleaseDeps,
): Promise<VersionFacts[]> {
  return await Promise.all(
    versions
      .filter(({ version }) => version !== asset.version)
      .map(async ({ version, content }): Promise<VersionFacts> => {
        const copy = await copyOfVersion({ ...asset, version }, timeline, settings, deps);
        const files = await filesOf(content, version, timeline, deps);
        return { version, files, ...(copy === undefined ? {} : { copy }) };
      }),
  );
}

/** Of these links, the keys of those whose other end, in the very version that is linked, the archive keeps now. */
export async function archivedLinks(
  links: readonly SourceLink[],
  settings: ReleaseSettings,
  deps: ReleaseDeps,
): Promise<string[]> {
  const linked = new Map(links.map((link) => [`${link.key}@${link.version ?? ""}`, link]));
  const kept = new Map<string, boolean>();
  for (const { key, version } of linked.values()) {
    if (kept.get(key) === false) continue;
    const other: LifecycleAsset = { key, version: version ?? "", name: key, ids: {}, fields: {}, content: [] };
    const copy =
      version === undefined ? undefined : await copyOfVersion(other, await eventsOf(key, deps), settings, deps);
    kept.set(key, copy?.state === "kept");
  }
  return [...kept].flatMap(([key, is]) => (is ? [key] : []));
}

async function copyOfVersion(
  asset: LifecycleAsset,
  timeline: readonly StoredEvent[],
  settings: ReleaseSettings,
  deps: ReleaseDeps,
): Promise<CustodyState | undefined> {
  const accession = timeline.findLast(
    ({ type, outcome, assetVersion }) =>
      type === "accession" && outcome === "success" && assetVersion === asset.version,
  );
  if (accession?.object === undefined) return undefined;
  const preservica = { connection: settings.archive, ref: accession.object };
  return await copyOf({ ...asset, ids: { ...asset.ids, preservica } }, settings, deps);
}
