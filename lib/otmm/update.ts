import { failure, segment } from "../http/index.js";
import type { FieldValue } from "../messages/asset.js";
import { loadAsset } from "./assets.js";
import type { ModelTypes } from "./fields.js";
import type { OtmmGateway } from "./gateway.js";
import { underLock } from "./lock.js";
import { plainKind, toField, type MetadataElement } from "./metadata.js";
import { checkTables, encodeChange, holdsAlready, type MetadataChange, type WriteFrame } from "./new-value.js";
import type { CallOptions, OtmmAsset, OtmmNewValue, OtmmUpdate } from "./types.js";

/**
 * Writes metadata fields of one asset version: lock, PATCH, unlock, read again and compare.
 *
 * Idempotent: fields that hold the value already are not written, and when all do, the asset is not even locked.
 *
 * @param changes by field id or column id
 * @param options `guard` is asked under the lock, right before the write; what it throws is thrown, nothing is written
 * @throws LifecycleError NOT_FOUND, LOCKED (details.holder), CONFLICT (deleted), INVALID_INPUT (value, field), DENIED, UPSTREAM
 * @see fact sheet 5.1, 5.3, 5.5
 */
export async function updateFields(
  gateway: OtmmGateway,
  types: ModelTypes,
  assetId: string,
  changes: Readonly<Record<string, OtmmNewValue>>,
  options: CallOptions & { guard?: (() => Promise<void>) | undefined },
): Promise<OtmmUpdate> {
  const found = await loadAsset(gateway, assetId, options);
  if (found.deleted) {
    throw failure(
      "CONFLICT",
      `The OTMM asset "${found.name}" (${assetId}) is marked for deletion; its fields are not changed any more.`,
      { system: "otmm", details: { assetId } },
    );
  }
  const plan = planChanges(gateway, found, changes);
  const ids = { changed: [...plan.pending.keys()], unchanged: plan.unchanged };
  if (plan.pending.size === 0) return { assetId, ...ids, before: {}, ...lastUpdatedOf(found) };
  const list = await encode(types, found, plan, options.signal);
  const leftLocked = await underLock(gateway, assetId, options.signal, async () => {
    await options.guard?.();
    await gateway.call({
      method: "PATCH",
      path: `/assets/${segment(assetId)}`,
      json: { edited_asset: { data: { metadata: list } } },
      // Sets values under our lock: once more has the same effect.
      idempotent: true,
      signal: options.signal,
    });
  });
  const after = await loadAsset(gateway, assetId, options);
  checkTaken(gateway, after, plan);
  return {
    assetId,
    ...ids,
    before: plan.before,
    ...lastUpdatedOf(after),
    ...(leftLocked === undefined ? {} : { leftLocked }),
  };
}

interface Plan {
  pending: Map<string, OtmmNewValue>;
  unchanged: string[];
  before: Record<string, FieldValue>;
  elements: Map<string, MetadataElement>;
  frame: WriteFrame;
}

/** @throws LifecycleError INVALID_INPUT before anything is locked or written */
async function encode(
  types: ModelTypes,
  asset: OtmmAsset,
  plan: Plan,
  signal: AbortSignal | undefined,
): Promise<MetadataChange[]> {
  const hasValue = (id: string): boolean =>
    plan.elements.get(id)?.values.some((one) => one.value !== undefined) ?? false;
  const empty = [...plan.pending].some(([id, value]) => value !== null && !hasValue(id));
  const frame =
    empty && asset.modelId !== undefined ? { ...plan.frame, types: await types.of(asset.modelId, signal) } : plan.frame;
  return [...plan.pending].map(([id, value]) => encodeChange(id, value, plan.elements.get(id), frame));
}

function planChanges(gateway: OtmmGateway, asset: OtmmAsset, changes: Readonly<Record<string, OtmmNewValue>>): Plan {
  const elements = new Map((asset.metadata ?? []).map((element) => [element.id, element]));
  const frame: WriteFrame = {
    zone: gateway.options.zone,
    assumptions: gateway.assumptions,
    foundDate: aDateOf(asset, gateway),
  };
  const pending = new Map<string, OtmmNewValue>();
  const unchanged: string[] = [];
  const before: Record<string, FieldValue> = {};
  const wanted = new Map(Object.entries(changes));
  checkTables(wanted, asset.metadata ?? []);
  for (const [id, value] of wanted) {
    const element = elements.get(id);
    if (holdsAlready(element, value, frame)) {
      unchanged.push(id);
      continue;
    }
    pending.set(id, value);
    const old = element === undefined ? undefined : toField(element, gateway.assumptions);
    if (old !== undefined) before[id] = old;
  }
  return { pending, unchanged, before, elements, frame };
}

/** A calendar date of the asset, so that dates in empty fields are written in the same form. */
function aDateOf(asset: OtmmAsset, gateway: OtmmGateway): string | undefined {
  const dates = (asset.metadata ?? []).flatMap((element) =>
    element.values.filter(
      (one) => one.kind === "plain" && one.value !== undefined && plainKind(one, gateway.assumptions) === "date",
    ),
  );
  // Times at full seconds are instants, not calendar dates.
  return dates.map((one) => String(one.value)).find((value) => /T\d{2}:(00|30|45):00Z$/.test(value));
}

/** OTMM answers 200 to a PATCH that it half understood, so the values are read back. */
function checkTaken(gateway: OtmmGateway, after: OtmmAsset, plan: Plan): void {
  const elements = new Map((after.metadata ?? []).map((element) => [element.id, element]));
  const lost = [...plan.pending]
    .filter(([id, value]) => !holdsAlready(elements.get(id), value, plan.frame))
    .map(([id]) => id);
  if (lost.length === 0) return;
  throw failure(
    "UPSTREAM",
    `OTMM accepted the change of "${after.name}" (${after.assetId}) but does not show it in ${lost.map((id) => `"${id}"`).join(", ")}; does the asset's model have these fields, may the connection's user edit them?`,
    { system: "otmm", details: { assetId: after.assetId, fields: lost } },
  );
}

function lastUpdatedOf(asset: OtmmAsset): { lastUpdated?: string } {
  return asset.lastUpdated === undefined ? {} : { lastUpdated: asset.lastUpdated };
}
