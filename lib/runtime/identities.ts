import type { LifecycleAsset } from "../messages/asset.js";
import type { AssetIdentity } from "../store/types.js";

/** Every id by which a system knows the asset, so that any of them finds it in the store. */
export function identitiesOf(asset: Pick<LifecycleAsset, "key" | "ids" | "joined">): AssetIdentity[] {
  const { otmm, preservica, s3, ecm } = asset.ids;
  const found: AssetIdentity[] = [];
  const add = (system: string, connection: string, id: string): void => {
    found.push({ system, connection, id, assetKey: asset.key });
  };
  if (otmm !== undefined) {
    add("otmm", otmm.connection, otmm.assetId);
    if (otmm.originalAssetId !== otmm.assetId) add("otmm", otmm.connection, otmm.originalAssetId);
  }
  for (const { otmm: part } of asset.joined ?? []) {
    add("otmm", part.connection, part.assetId);
    if (part.originalAssetId !== part.assetId) add("otmm", part.connection, part.originalAssetId);
  }
  if (preservica !== undefined) add("preservica", preservica.connection, preservica.ref);
  if (s3 !== undefined) add("s3", s3.connection, `${s3.bucket}/${s3.key}`);
  if (ecm !== undefined) add("ecm", ecm.connection, ecm.nodeId);
  return found;
}
