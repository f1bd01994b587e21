import type { JoinedAsset, LifecycleAsset } from "./asset.js";

/** The parts that were joined into the asset, each as if it travelled alone. */
export function partsOf(asset: LifecycleAsset): LifecycleAsset[] {
  return (asset.joined ?? []).map((joined) => asItself(asset, joined));
}

/**
 * A joined asset as if it travelled alone: its own ids and its own master, with what became of the whole. For what is
 * written back to it.
 */
export function asItself(asset: LifecycleAsset, joined: JoinedAsset): LifecycleAsset {
  const { joined: _parts, ...whole } = asset;
  return {
    ...whole,
    key: joined.key,
    version: joined.version,
    name: joined.name,
    ids: { ...asset.ids, otmm: joined.otmm },
    content: asset.content
      .filter(({ id }) => joined.content.includes(id))
      .map((ref) => ({ ...ref, role: "preservation" as const })),
  };
}
