import type { LifecycleAsset } from "../messages/asset.js";
import type { LifecycleMessage } from "../messages/message.js";
import type { Json, LifecycleStore } from "../store/types.js";
import { FIELDS_LIMIT, isSurelyWithin } from "./stored-message.js";

/** Field id under which the reference travels while the fields themselves are kept in the store. */
const REFERENCE = "content-lifecycle:kept-fields";

/**
 * Makes an asset light enough to travel: fields above 64 KiB are kept in the store once per run and asset version, and
 * a reference takes their place. Nodes of this package never see the reference.
 */
export async function lighten(store: LifecycleStore, run: string, msg: LifecycleMessage): Promise<LifecycleMessage> {
  const asset = msg.asset;
  if (asset === undefined || isSurelyWithin(msg, FIELDS_LIMIT)) return msg;
  const fields = JSON.stringify(asset.fields);
  if (Buffer.byteLength(fields) <= FIELDS_LIMIT) return msg;
  const id = `${run}|${asset.key}|${asset.version}`;
  await store.keep(id, run, JSON.parse(fields) as Json);
  return {
    ...msg,
    asset: { ...asset, fields: { [REFERENCE]: { type: "text", label: "kept in the store", value: id } } },
  };
}

/** Puts kept fields back. */
export async function restore(store: LifecycleStore, msg: LifecycleMessage): Promise<LifecycleMessage> {
  const reference = msg.asset?.fields[REFERENCE];
  if (msg.asset === undefined || reference === undefined || reference.type !== "text") return msg;
  const kept = await store.kept(reference.value);
  if (kept === undefined) return msg;
  return { ...msg, asset: { ...msg.asset, fields: kept as unknown as LifecycleAsset["fields"] } };
}
