import type { AssetIds, LifecycleAsset, SystemName } from "../messages/asset.js";
import { SYSTEM_NAMES } from "../messages/asset.js";
import type { AssetIdentity } from "../store/types.js";

/** One place where an asset or a copy of it is known, and the asset as that place is to be asked about it. */
export interface KnownPlace {
  system: SystemName;
  /** Connection key. */
  connection: string;
  /** Id in that system, for people and papers. */
  id: string;
  asset: LifecycleAsset;
}

/**
 * Every place where the asset or a copy is known: by the ids on the message, and by what earlier work put into the
 * store (an earlier version's archive copy is a copy too). Pure.
 */
export function knownPlaces(asset: LifecycleAsset, identities: readonly AssetIdentity[]): KnownPlace[] {
  const places = new Map<string, KnownPlace>();
  const add = (system: SystemName, ids: AssetIds): void => {
    const place = placeOf(asset, system, { ...asset.ids, ...ids });
    if (place !== undefined) places.set(`${system}|${place.connection}|${place.id}`, place);
  };
  for (const system of SYSTEM_NAMES) add(system, {});
  for (const identity of identities) {
    const system = SYSTEM_NAMES.find((name) => name === identity.system);
    if (system === undefined || identity.assetKey !== asset.key) continue;
    // OTMM answers for all versions of an asset at once.
    if (system === "otmm" && [...places.values()].some((place) => place.system === "otmm")) continue;
    add(system, idsOf(system, identity, asset));
  }
  return [...places.values()];
}

/** The asset with the ids that only the store knows. */
export function withKnownIds(asset: LifecycleAsset, identities: readonly AssetIdentity[]): LifecycleAsset {
  const ids: AssetIds = { ...asset.ids };
  for (const { asset: known } of knownPlaces(asset, identities)) {
    for (const system of SYSTEM_NAMES) if (ids[system] === undefined) Object.assign(ids, pick(known.ids, system));
  }
  return { ...asset, ids };
}

function pick(ids: AssetIds, system: SystemName): AssetIds {
  return ids[system] === undefined ? {} : { [system]: ids[system] };
}

function placeOf(asset: LifecycleAsset, system: SystemName, ids: AssetIds): KnownPlace | undefined {
  const at = { system, asset: { ...asset, ids } };
  switch (system) {
    case "otmm":
      return ids.otmm && { ...at, connection: ids.otmm.connection, id: ids.otmm.originalAssetId };
    case "preservica":
      return ids.preservica && { ...at, connection: ids.preservica.connection, id: ids.preservica.ref };
    case "s3":
      return ids.s3 && { ...at, connection: ids.s3.connection, id: `${ids.s3.bucket}/${ids.s3.key}` };
    case "ecm":
      return ids.ecm && { ...at, connection: ids.ecm.connection, id: ids.ecm.nodeId };
  }
}

function idsOf(system: SystemName, { connection, id }: AssetIdentity, asset: LifecycleAsset): AssetIds {
  switch (system) {
    case "otmm":
      return { otmm: { connection, assetId: id, originalAssetId: originalOf(asset) ?? id, version: asset.version } };
    case "preservica":
      return { preservica: { connection, ref: id } };
    case "s3": {
      const slash = id.indexOf("/");
      return slash < 0 ? {} : { s3: { connection, bucket: id.slice(0, slash), key: id.slice(slash + 1) } };
    }
    case "ecm":
      return { ecm: { connection, nodeId: id } };
  }
}

/** The third part of `otmm:<connection>:<original asset id>`. */
function originalOf(asset: LifecycleAsset): string | undefined {
  const [system, , id] = asset.key.split(":");
  return system === "otmm" ? id : undefined;
}
