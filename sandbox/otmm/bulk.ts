import { createHash } from "node:crypto";
import type { StoredBytes } from "../kernel/types.js";
import type { BulkOrder, OtmmSettings } from "./assumptions.js";
import type { OtmmStore } from "./store.js";
import type { AssetRecord } from "./types.js";

/**
 * Adds generated assets for load tests. Ids and bytes follow from the order, so two sandboxes given the same order hold the same.
 * In a campaign they are approved final masters with the values of one of the campaign's own good assets.
 *
 * @throws Error when the campaign or folder does not exist
 */
export async function addBulkAssets(store: OtmmStore, order: BulkOrder): Promise<void> {
  const model = order.folder === undefined ? modelAsset(store, order.campaign ?? "AF-2021-SPR") : undefined;
  const folder = order.folder ?? model?.parents[0];
  if (folder === undefined || !store.findFolder(folder))
    throw new Error(`There is no folder "${folder ?? ""}" for the bulk assets.`);
  const prefix = order.name ?? "bulk";
  const now = store.now();
  const made: AssetRecord[] = [];
  for (let n = 1; n <= order.count; n++) {
    const name = `${prefix}-${String(n).padStart(6, "0")}.bin`;
    const id = createHash("sha1").update(`bulk:${folder}:${prefix}:${order.size}:${n}`).digest("hex");
    if (store.findAsset(id)) continue;
    made.push(bulkAsset(id, name, folder, model, order, stretch(order, n), now));
  }
  await store.addAssets(made);
}

/** Generated content differs from page to page, so each asset gets pages of its own out of one endless stream (one seed is quick, many are not). */
const PAGE = 4096;
const BULK_SEED = 2026;

function stretch(order: BulkOrder, n: number): StoredBytes {
  const stride = Math.max(1, Math.ceil(order.size / PAGE)) * PAGE;
  const of: StoredBytes = { kind: "generated", seed: BULK_SEED, size: stride * order.count };
  return { kind: "slice", of, offset: stride * (n - 1), size: order.size };
}

/** An approved final asset of the campaign with nothing special about it. */
function modelAsset(store: OtmmStore, campaign: string): AssetRecord {
  const found = store.assets.find(
    ({ values, latest, deleted, checkedOutBy, parents }) =>
      values["ACME.FIELD.CAMPAIGN CODE"] === campaign &&
      values["ACME.FIELD.APPROVAL STATUS"] === "APF" &&
      values["ACME.FIELD.APPROVED VERSION"] === 1 &&
      values["ACME.FIELD.LEGAL HOLD"] === "N" &&
      latest &&
      !deleted &&
      checkedOutBy === undefined &&
      parents.length === 1,
  );
  if (!found) throw new Error(`There is no campaign "${campaign}" with an approved final asset.`);
  return found;
}

function bulkAsset(
  id: string,
  name: string,
  folder: string,
  model: AssetRecord | undefined,
  order: BulkOrder,
  bytes: StoredBytes,
  now: string,
): AssetRecord {
  const mark = { at: now, user: "mkeller" };
  const mime = "application/octet-stream";
  return {
    id,
    originalId: id,
    version: 1,
    latest: true,
    name,
    contentType: "BITMAP",
    modelId: model?.modelId ?? "ARTESIA.MODEL.DEFAULT",
    imported: now,
    updated: now,
    importer: "mkeller",
    importJob: 900,
    deleted: false,
    assetState: mark,
    contentState: mark,
    contentLock: mark,
    metadataLock: mark,
    metadataState: mark,
    parents: [folder],
    policies: [2],
    values: { ...model?.values, "ARTESIA.FIELD.ASSET NAME": name, "OTMM.CUSTOM.FIELD_TITLE": name },
    master: {
      id: createHash("sha1").update(`content:${id}`).digest("hex"),
      kind: "MASTER",
      name,
      mime,
      size: order.size,
      width: -1,
      height: -1,
      ...(order.checksum !== false && { checksum: "lazy" }),
      bytes,
    },
    links: [],
  };
}

/** What the settings order, carried out once for each distinct order; orders done are remembered over restarts. */
export class Orders {
  private running: Promise<void> | undefined;

  constructor(
    private readonly store: OtmmStore,
    private readonly settings: OtmmSettings,
  ) {}

  /** Resolves when everything ordered so far is done. */
  carryOut(): Promise<void> {
    this.running ??= this.run().finally(() => {
      this.running = undefined;
    });
    return this.running;
  }

  private async run(): Promise<void> {
    const { store, settings } = this;
    const { bulk, purge } = settings;
    const order = bulk ? JSON.stringify(bulk) : "";
    if (bulk && order !== store.value.done.bulk) {
      await addBulkAssets(store, bulk);
      await store.update((value) => {
        value.done.bulk = order;
      });
    }
    if (purge !== "" && purge !== store.value.done.purge) {
      await store.removeAssets(store.assets.filter((asset) => asset.deleted).map(({ id }) => id));
      await store.update((value) => {
        value.done.purge = purge;
      });
    }
  }
}
