import { createHash } from "node:crypto";
import type { LifecycleAsset } from "../messages/asset.js";
import type { LifecycleMessage } from "../messages/message.js";
import type { Json, LifecycleStore } from "../store/types.js";
import { FIELDS_LIMIT, isSurelyWithin } from "./stored-message.js";

/** Field id under which the reference travels while the fields themselves are kept in the store. */
const REFERENCE = "content-lifecycle:kept-fields";

/**
 * Makes an asset light enough to travel: fields above 64 KiB are kept in the store and a reference takes their place.
 * The reference names the very fields, so that what one node adds never stands for what another had: the same fields
 * are kept once per run and asset version, changed ones beside them. Nodes of this package never see the reference.
 */
export async function lighten(store: LifecycleStore, run: string, msg: LifecycleMessage): Promise<LifecycleMessage> {
  const asset = msg.asset;
  if (asset === undefined || isSurelyWithin(msg, FIELDS_LIMIT)) return msg;
  const fields = JSON.stringify(asset.fields);
  if (Buffer.byteLength(fields) <= FIELDS_LIMIT) return msg;
  const digest = createHash("sha256").update(fields).digest("hex");
  const id = `${run}|${asset.key}|${asset.version}|${digest}`;
  await store.keep(id, run, JSON.parse(fields) as Json);
  return {
    ...msg,
    asset: { ...asset, fields: { [REFERENCE]: { type: "text", label: "kept in the store", value: id } } },
  };
}

/** Puts kept fields back. What a node of others set beside the reference is newer than they are, and wins. */
export async function restore(store: LifecycleStore, msg: LifecycleMessage): Promise<LifecycleMessage> {
  if (msg.asset === undefined) return msg;
  const { [REFERENCE]: reference, ...beside } = msg.asset.fields;
  if (reference === undefined || reference.type !== "text") return msg;
  const kept = await store.kept(reference.value);
  if (kept === undefined) return msg;
  const fields = { ...(kept as unknown as LifecycleAsset["fields"]), ...beside };
  return { ...msg, asset: { ...msg.asset, fields } };
}
