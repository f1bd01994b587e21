import type { SandboxAnswer } from "../../kernel/types.js";
import { badRequest, conflict, notFound, OtmmError } from "../answers.js";
import { CHECK_OUT_LATEST_ONLY, CHECK_OUT_LOCKS, STATUS } from "../assumptions.js";
import type { Call, Route } from "../call.js";
import { renderAsset } from "../render/asset.js";
import { loadPlan } from "../render/plan.js";
import { selectionOf } from "../selection.js";
import type { AssetRecord } from "../types.js";

/** What an action does to an asset; throws when the asset's state forbids it. */
type Action = (asset: AssetRecord, login: string, now: string) => void;

function free(asset: AssetRecord, login: string): void {
  if (asset.lockedBy !== undefined && asset.lockedBy !== login)
    throw conflict(`The asset is locked by another user: ${asset.lockedBy}.`);
}

function live(asset: AssetRecord): void {
  if (asset.deleted) throw conflict("The asset is marked for deletion.");
}

const ACTIONS: Record<string, Action> = {
  lock: (asset, login, now) => {
    live(asset);
    free(asset, login);
    asset.lockedBy = login;
    asset.metadataLock = { at: now, user: login };
  },
  unlock: (asset, login, now) => {
    free(asset, login);
    if (asset.checkedOutBy !== undefined && CHECK_OUT_LOCKS)
      throw conflict("The asset is checked out; cancel the checkout instead.");
    delete asset.lockedBy;
    asset.metadataLock = { at: now, user: login };
  },
  check_out: (asset, login, now) => {
    live(asset);
    free(asset, login);
    if (asset.checkedOutBy !== undefined) throw conflict(`The asset is checked out by ${asset.checkedOutBy}.`);
    if (CHECK_OUT_LATEST_ONLY && !asset.latest) throw conflict("Only the latest version can be checked out.");
    asset.checkedOutBy = login;
    asset.contentLock = { at: now, user: login };
    if (CHECK_OUT_LOCKS) asset.lockedBy = login;
  },
  cancel_check_out: (asset, login, now) => {
    if (asset.checkedOutBy === undefined) throw conflict("The asset is not checked out.");
    if (asset.checkedOutBy !== login)
      throw conflict(`The asset is checked out by another user: ${asset.checkedOutBy}.`);
    delete asset.checkedOutBy;
    if (CHECK_OUT_LOCKS) delete asset.lockedBy;
    asset.contentLock = { at: now, user: login };
  },
  delete: (asset, login, now) => {
    live(asset);
    free(asset, login);
    if (asset.checkedOutBy !== undefined) throw conflict(`The asset is checked out by ${asset.checkedOutBy}.`);
    asset.deleted = true;
    asset.contentState = { at: now, user: login };
  },
  undelete: (asset, login, now) => {
    if (!asset.deleted) throw conflict("The asset is not marked for deletion.");
    asset.deleted = false;
    asset.contentState = { at: now, user: login };
  },
};

/** @throws OtmmError 400 unknown action, 403 the caller lacks the right for it */
function actionOf(call: Call, name: string | null): Action {
  const run = ACTIONS[name ?? ""];
  if (!run) throw badRequest(`The action "${name ?? ""}" is unknown.`);
  call.need(name === "lock" || name === "unlock" ? "editMetadata" : "editContent", "You may not change assets.");
  return run;
}

/** Tries the action on a copy first, so that a refused action leaves nothing behind. */
async function perform(call: Call, id: string, run: Action): Promise<void> {
  const asset = call.store.findAsset(id);
  if (!asset) throw notFound(`The asset "${id}"`);
  const now = call.store.now();
  run(structuredClone(asset), call.user.login, now);
  await call.store.changeAsset(id, (record) => {
    run(record, call.user.login, now);
    record.updated = now;
    record.assetState = { at: now, user: call.user.login };
  });
}

async function bulk(call: Call): Promise<SandboxAnswer> {
  const parameters = await call.parameters();
  const action = actionOf(call, parameters.get("action"));
  const { store, registry, settings } = call.parts;
  const { ids } = selectionOf(store, registry, settings, parameters.get("selection_context"));
  if (ids.length === 0) throw badRequest("The selection names no asset.");
  const done: string[] = [];
  const failed: { object_id: string; reason: string }[] = [];
  for (const id of ids) {
    try {
      await perform(call, id, action);
      done.push(id);
    } catch (error) {
      if (!(error instanceof OtmmError)) throw error;
      failed.push({ object_id: id, reason: error.message });
    }
  }
  if (done.length === 0) throw new OtmmError(STATUS.nothingEligible, failed.map(({ reason }) => reason).join(" "));
  return call.json({
    bulk_asset_result_representation: {
      bulk_asset_result: { successful_object_list: done, failed_object_list: failed },
    },
  });
}

async function single(call: Call): Promise<SandboxAnswer> {
  const action = actionOf(call, (await call.parameters()).get("action"));
  const id = call.variable("id");
  await perform(call, id, action);
  return call.json({
    asset_resource: {
      asset: await renderAsset(call.rendering(), call.store.asset(id), loadPlan(new URLSearchParams())),
    },
  });
}

export const stateRoutes: Route[] = [
  { method: "PUT", pattern: "assets/state", run: bulk },
  { method: "PUT", pattern: "assets/:id/state", run: single },
];
