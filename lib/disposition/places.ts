import type { AssetIds, LifecycleAsset, OtmmId, SystemName } from "../messages/asset.js";
import { SYSTEM_NAMES } from "../messages/asset.js";
import { partsOf } from "../messages/joined.js";
import type { KnownIdentity } from "./identified.js";

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
 * Every place where the asset, a part that was joined into it, or a copy is known: by the ids on the message, and by
 * what earlier work put into the store (an earlier version's archive copy is a copy too, and so is a part that this
 * message does not carry). Pure.
 */
export function knownPlaces(asset: LifecycleAsset, identities: readonly KnownIdentity[]): KnownPlace[] {
  const places = new Map<string, KnownPlace>();
  const add = (system: SystemName, of: LifecycleAsset): void => {
    const place = placeOf(system, of);
    if (place !== undefined) places.set(`${system}|${place.connection}|${place.id}`, place);
  };
  for (const system of SYSTEM_NAMES) add(system, asset);
  for (const part of partsOf(asset)) add("otmm", part);
  for (const identity of ownFirst(asset, identities)) {
    const system = SYSTEM_NAMES.find((name) => name === identity.system);
    if (system === undefined || identity.assetKey !== asset.key) continue;
    const ids = idsOf(system, identity, asset);
    // OTMM answers for all versions of an asset at once.
    if (ids.otmm !== undefined && isVersionOf([...places.values()], ids.otmm)) continue;
    add(system, { ...asset, ids: { ...asset.ids, ...ids } });
  }
  return [...places.values()];
}

/** The asset with the ids that only the store knows. */
export function withKnownIds(asset: LifecycleAsset, identities: readonly KnownIdentity[]): LifecycleAsset {
  const ids: AssetIds = { ...asset.ids };
  for (const { asset: known } of knownPlaces(asset, identities)) {
    for (const system of SYSTEM_NAMES) if (ids[system] === undefined) Object.assign(ids, pick(known.ids, system));
  }
  return { ...asset, ids };
}

function pick(ids: AssetIds, system: SystemName): AssetIds {
  return ids[system] === undefined ? {} : { [system]: ids[system] };
}

function placeOf(system: SystemName, asset: LifecycleAsset): KnownPlace | undefined {
  const { ids } = asset;
  const at = { system, asset };
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

function idsOf(system: SystemName, { connection, id, ids }: KnownIdentity, { version }: LifecycleAsset): AssetIds {
  switch (system) {
    case "otmm":
      return { otmm: ids?.otmm ?? { connection, assetId: id, originalAssetId: id, version } };
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

/** The same connection, and the same original: another connection may be another OTMM, another original another asset. */
function isVersionOf(places: readonly KnownPlace[], { connection, assetId, originalAssetId }: OtmmId): boolean {
  return places.some(({ system, connection: known, id, asset }) => {
    if (system !== "otmm" || known !== connection) return false;
    return id === originalAssetId || asset.ids.otmm?.assetId === assetId;
  });
}

/** The ids of the asset before those of its parts, so that an asset without an OTMM id on it gets its own. */
function ownFirst({ key }: LifecycleAsset, identities: readonly KnownIdentity[]): KnownIdentity[] {
  const isOwn = ({ system, connection, id, ids }: KnownIdentity): boolean =>
    system === "otmm" && `otmm:${connection}:${ids?.otmm?.originalAssetId ?? id}` === key;
  return [...identities.filter(isOwn), ...identities.filter((identity) => !isOwn(identity))];
}
