import { failure, segment } from "../http/index.js";
import { records, text, within } from "../http/shape.js";
import type { FieldValue, LifecycleAsset } from "../messages/asset.js";
import type { HoldGuard, ReleaseOrder, Releasing, SourceState } from "../systems/disposal.js";
import { loadAsset, loadAssets, loadVersions, resolveLinks } from "./assets.js";
import { dayIn } from "./calendar.js";
import { selection, type OtmmGateway } from "./gateway.js";
import { toLifecycleAsset } from "./lifecycle-asset.js";
import { underLock } from "./lock.js";
import { readFolder } from "./read-asset.js";
import type { CallOptions, OtmmAsset, OtmmNewValue, OtmmUpdate } from "./types.js";

type Write = (
  assetId: string,
  changes: Readonly<Record<string, OtmmNewValue>>,
  options: CallOptions & { guard?: HoldGuard | undefined },
) => Promise<OtmmUpdate>;

/**
 * Releasing in OTMM (RECORDS.md 1): move to an archive folder and expire, so that entry, metadata and preview stay; or,
 * where asked for, mark for deletion. Every change is made under the asset's metadata lock or after a hold guard, and
 * each is looked for first, so that a repetition does only what is left.
 *
 * @see fact sheet 3.6 (expiry), 3.8 (parents), 5.1 (state), 7.1 (folder contents)
 */
export function releasingOf(gateway: OtmmGateway, write: Write): Releasing {
  return {
    look: (asset, signal) => look(gateway, asset, signal),
    order: (state, wish) => orderFor(gateway, state, wish),
    done: isDone,
    release: (asset, order, guard, signal) => release(gateway, write, asset, order, guard, signal),
    undo: (asset, order, signal) => undo(gateway, write, asset, order, signal),
  };
}

async function look(gateway: OtmmGateway, asset: LifecycleAsset, signal?: AbortSignal): Promise<SourceState> {
  const at = new Date().toISOString();
  const versions = await everyVersion(gateway, asset, signal);
  const latest = versions.find(({ latestVersion }) => latestVersion) ?? versions.at(-1);
  if (latest === undefined) throw notOurs(gateway, asset);
  const [resolved] = await resolveLinks(gateway, [latest], { signal });
  const { connection } = gateway.options;
  const plain = toLifecycleAsset(connection, resolved ?? latest, gateway.assumptions);
  return {
    at,
    versions: versions.map((one) => ({
      id: one.assetId,
      version: one.version,
      latest: one.latestVersion,
      deleted: one.deleted,
      expired: one.expired,
      locked: one.locked,
      ...(one.locked && one.lockHolder !== undefined ? { lockHolder: one.lockHolder } : {}),
      checkedOut: one.checkedOut,
      ...(one.checkedOut && one.checkOutHolder !== undefined ? { checkOutHolder: one.checkOutHolder } : {}),
      content: toLifecycleAsset(connection, one, gateway.assumptions, { roles: ["preservation"], fields: [] }).content,
    })),
    folders: await parents(gateway, latest.assetId, signal),
    links: plain.links ?? [],
    fields: plain.fields,
  };
}

/** All versions, read from the assets themselves; the search only finds them, its index may lag. */
export async function everyVersion(
  gateway: OtmmGateway,
  asset: LifecycleAsset,
  signal?: AbortSignal,
): Promise<OtmmAsset[]> {
  const id = asset.ids.otmm;
  if (id === undefined || id.connection !== gateway.options.connection) throw notOurs(gateway, asset);
  const found = (await loadVersions(gateway, id.originalAssetId, { detail: "system", signal })).map(
    (one) => one.assetId,
  );
  const all = await Promise.all([...new Set([...found, id.assetId])].map((one) => loadAsset(gateway, one, { signal })));
  return all.sort((one, other) => Number(one.version) - Number(other.version));
}

function notOurs(gateway: OtmmGateway, asset: LifecycleAsset): Error {
  return failure("INVALID_INPUT", `"${asset.name}" carries no id of the OTMM "${gateway.options.connection}".`, {
    system: "otmm",
  });
}

/** Folders of an asset. @see GET /assets/{id}/parents, fact sheet 3.8 */
async function parents(gateway: OtmmGateway, assetId: string, signal?: AbortSignal): Promise<SourceState["folders"]> {
  const answer = await gateway.read({ method: "GET", path: `/assets/${segment(assetId)}/parents`, signal });
  return records(within(answer, "folders_resource")["folder_list"]).flatMap((entry) => {
    const folder = readFolder(entry);
    return folder === undefined ? [] : [{ id: folder.id, name: folder.name }];
  });
}

function orderFor(
  gateway: OtmmGateway,
  state: SourceState,
  wish: Pick<ReleaseOrder, "how" | "folder" | "statusField" | "statusValue">,
): ReleaseOrder {
  return {
    ...wish,
    expiry: today(state.at, gateway.options.zone),
    before: state.folders.map(({ id }) => id),
    statusBefore: wish.statusField === "" ? "" : valueOf(state.fields[wish.statusField]),
  };
}

function valueOf(field: FieldValue | undefined): string {
  return field === undefined || field.type === "list" || field.type === "table" ? "" : String(field.value);
}

function isDone(state: SourceState, order: ReleaseOrder): boolean {
  if (order.how === "delete") return state.versions.every(({ deleted }) => deleted);
  const moved = state.folders.length === 1 && state.folders[0]?.id === order.folder;
  const told = order.statusField === "" || valueOf(state.fields[order.statusField]) === order.statusValue;
  return moved && told && state.versions.every(({ expired, deleted }) => expired || deleted);
}

async function release(
  gateway: OtmmGateway,
  write: Write,
  asset: LifecycleAsset,
  order: ReleaseOrder,
  guard: HoldGuard,
  signal?: AbortSignal,
): Promise<void> {
  const versions = await everyVersion(gateway, asset, signal);
  for (const version of versions) {
    if (version.deleted) continue;
    if (order.how === "delete") {
      await underLock(gateway, version.assetId, signal, async () => {
        await guard();
        await changeState(gateway, "delete", version.assetId);
      });
      continue;
    }
    const changes: Record<string, OtmmNewValue> = {
      ...(version.expired ? {} : { [gateway.assumptions.expirationField]: order.expiry }),
      ...(order.statusField === "" || !version.latestVersion ? {} : { [order.statusField]: order.statusValue }),
    };
    if (Object.keys(changes).length > 0) await write(version.assetId, changes, { signal, guard });
    if (version.latestVersion) await moveTo(gateway, version.assetId, [order.folder], signal, guard);
  }
}

async function undo(
  gateway: OtmmGateway,
  write: Write,
  asset: LifecycleAsset,
  order: ReleaseOrder,
  signal?: AbortSignal,
): Promise<void> {
  for (const version of await everyVersion(gateway, asset, signal)) {
    if (order.how === "delete") {
      if (version.deleted) await changeState(gateway, "undelete", version.assetId);
      continue;
    }
    if (version.latestVersion) await moveTo(gateway, version.assetId, order.before, signal);
    const [loaded] = await loadAssets(gateway, [version.assetId], { signal });
    const fields = loaded === undefined ? {} : toLifecycleAsset("", loaded, gateway.assumptions).fields;
    const expiry = valueOf(fields[gateway.assumptions.expirationField]);
    // Only the date that this order wrote: an earlier expiry is somebody else's.
    const ours = dayIn(expiry, gateway.options.zone) === order.expiry;
    const status = order.statusField !== "" && valueOf(fields[order.statusField]) === order.statusValue;
    const changes: Record<string, OtmmNewValue> = {
      ...(ours ? { [gateway.assumptions.expirationField]: null } : {}),
      ...(status ? { [order.statusField]: order.statusBefore === "" ? null : order.statusBefore } : {}),
    };
    if (Object.keys(changes).length > 0) await write(version.assetId, changes, { signal });
  }
}

/** Makes the asset stand in exactly these folders: added first, so that it is never in none. */
async function moveTo(
  gateway: OtmmGateway,
  assetId: string,
  wanted: readonly string[],
  signal?: AbortSignal,
  guard?: HoldGuard,
): Promise<void> {
  const there = (await parents(gateway, assetId, signal)).map(({ id }) => id);
  const missing = wanted.filter((id) => !there.includes(id));
  const surplus = there.filter((id) => !wanted.includes(id));
  if (missing.length + surplus.length === 0) return;
  await underLock(gateway, assetId, signal, async () => {
    await guard?.();
    for (const id of missing) await changeFolder(gateway, id, "add", assetId);
    for (const id of surplus) await changeFolder(gateway, id, "remove", assetId);
  });
}

/**
 * @see PUT /folders/{id}/children: adding is proven, `type=remove` is assumed (fact sheet 7.1). Partial failure is 200.
 */
async function changeFolder(
  gateway: OtmmGateway,
  folder: string,
  type: "add" | "remove",
  assetId: string,
): Promise<void> {
  const answer = await gateway.call({
    method: "PUT",
    path: `/folders/${segment(folder)}/children`,
    form: { type, selection_context: selection([assetId], false) },
    // In the folder or not in it: once more has the same effect. A repetition may find it done, which is read below.
    idempotent: true,
    allow: [409],
  });
  const body = answer.text().trim() === "" ? {} : answer.json();
  const result = within(body, "folder_operation_resource", "folder_operation_result");
  const failed = text(records(result["failed_children"])[0]?.["reason"]);
  if (answer.status !== 409 && failed === undefined) return;
  const inside = (await parents(gateway, assetId)).some(({ id }) => id === folder);
  if (inside === (type === "add")) return;
  const said = failed ?? text(within(body, "exception_body")["message"]) ?? "no reason given";
  throw failure("CONFLICT", `OTMM did not ${type} the asset ${assetId} (folder ${folder}): ${said}`, {
    system: "otmm",
    details: { assetId, folder },
  });
}

/** Marks an asset for deletion or takes the mark off, and looks whether it took. @see PUT /assets/state; the actions `delete` and `undelete` are assumed (fact sheet 5.1) */
export async function changeState(gateway: OtmmGateway, action: "delete" | "undelete", assetId: string): Promise<void> {
  const answer = await gateway.call({
    method: "PUT",
    path: "/assets/state",
    form: { action, selection_context: selection([assetId], true) },
    idempotent: true,
    allow: [409],
  });
  const after = await loadAsset(gateway, assetId, { fields: [] });
  if (after.deleted === (action === "delete")) return;
  throw failure("CONFLICT", `OTMM did not ${action} the asset "${after.name}" (${assetId}).`, {
    system: "otmm",
    status: answer.status,
    details: { assetId },
  });
}

/** A day that has begun both in the zone and in UTC: OTMM may keep it as midnight of either, and it must have passed. */
function today(at: string, zone: string): string {
  const there = dayIn(at, zone) ?? at.slice(0, 10);
  return there < at.slice(0, 10) ? there : at.slice(0, 10);
}
