import type { OtmmAsset, OtmmClient, OtmmNewValue, OwnWrite } from "../../lib/otmm/index.js";
import type { JsonObject, LifecycleStore } from "../../lib/store/types.js";

/** Name under which the store keeps the last write of ours to an OTMM asset version. */
function nameOf(otmm: OtmmClient, assetId: string): string {
  return `own-write:${otmm.connection}:${assetId}`;
}

/** Notes a write before it is made, so that a watch with the same store does not take it for a change. */
export async function noteOwnWrite(
  store: LifecycleStore,
  otmm: OtmmClient,
  assetId: string,
  changes: Readonly<Record<string, OtmmNewValue>>,
  signal: AbortSignal,
): Promise<void> {
  const [asset] = await otmm.assetsByIds([assetId], { detail: "full", signal });
  // An asset that is not there is told by the write itself.
  if (asset === undefined) return;
  const note = otmm.noteWrite(asset, changes, await lastWrite(store, otmm, assetId));
  await store.setCursor(nameOf(otmm, assetId), JSON.parse(JSON.stringify(note)) as JsonObject);
}

/**
 * Whose change an asset shows: with our own write on top of it, the one before counts.
 *
 * @returns OTMM's date of the last change by others; undefined when it is not known
 */
export async function changedByOthers(
  store: LifecycleStore,
  otmm: OtmmClient,
  asset: OtmmAsset,
): Promise<string | undefined> {
  const note = await lastWrite(store, otmm, asset.assetId);
  return note !== undefined && otmm.onlyWrote(asset, note) ? note.before : asset.lastUpdated;
}

async function lastWrite(store: LifecycleStore, otmm: OtmmClient, assetId: string): Promise<OwnWrite | undefined> {
  const kept = await store.cursor(nameOf(otmm, assetId));
  return kept === undefined ? undefined : (kept as unknown as OwnWrite);
}
