import type { LifecycleAsset } from "../../lib/messages/asset.js";

/** Zones of calendar dates by connection key, as the deployed connections declare them. */
const zones = new Map<string, { zone: string }>();

/** @returns what to call when the connection is not deployed any more */
export function declareZone(connection: string, zone: string): () => void {
  const declared = { zone };
  zones.set(connection, declared);
  return () => {
    if (zones.get(connection) === declared) zones.delete(connection);
  };
}

/** The zone of a deployed connection; UTC when it declares none. */
export function zoneOfConnection(connection: string): string {
  return zones.get(connection)?.zone ?? "UTC";
}

/** The zone that the asset's connection declares for calendar dates; absent when that connection is not deployed. */
export function zoneOf(asset: LifecycleAsset): string | undefined {
  const connection = asset.ids.otmm?.connection;
  return connection === undefined ? undefined : zones.get(connection)?.zone;
}
