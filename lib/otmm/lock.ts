import { failure, pause, segment } from "../http/index.js";
import { records, text, within } from "../http/shape.js";
import { LifecycleError } from "../messages/error.js";
import { loadAsset } from "./assets.js";
import { selection, type OtmmGateway } from "./gateway.js";
import type { OtmmAsset } from "./types.js";

/** First wait before asking for a held lock again; doubles up to the cap, with jitter. */
const LOCK_WAIT = { first: 500, cap: 10_000 };
const neverAborted = new AbortController().signal;

/**
 * Does some work while the asset is locked for us, and unlocks it whatever happens.
 *
 * Neither locking nor unlocking is cut off by the signal: the server might have locked while we stopped listening.
 *
 * @returns why the asset could not be unlocked; undefined when it was
 * @throws LifecycleError LOCKED (details.holder), or what the work throws
 */
export async function underLock(
  gateway: OtmmGateway,
  assetId: string,
  signal: AbortSignal | undefined,
  work: () => Promise<unknown>,
): Promise<string | undefined> {
  try {
    await lock(gateway, assetId, signal);
  } catch (thrown) {
    if (!(thrown instanceof LifecycleError && thrown.code === "LOCKED")) await unlockIfOurs(gateway, assetId);
    throw thrown;
  }
  let leftLocked: string | undefined;
  try {
    signal?.throwIfAborted();
    await work();
  } finally {
    leftLocked = await unlock(gateway, assetId);
  }
  return leftLocked;
}

/** Locks, waiting for somebody else's lock with back-off. @throws LifecycleError LOCKED naming the holder */
async function lock(gateway: OtmmGateway, assetId: string, signal: AbortSignal | undefined): Promise<void> {
  const retries = gateway.options.lockRetries ?? 4;
  for (let attempt = 0; ; attempt += 1) {
    const refused = await setState(gateway, "lock", assetId);
    if (refused === undefined) return;
    const asset = await loadAsset(gateway, assetId, { fields: [], signal });
    if (gateway.assumptions.ownLockCounts && (await isOurs(gateway, asset))) return;
    if (attempt >= retries) throw lockedBy(asset, refused);
    const bound = Math.min(LOCK_WAIT.cap, (gateway.options.backoff?.baseMs ?? LOCK_WAIT.first) * 2 ** attempt);
    await pause(Math.random() * bound, signal ?? neverAborted);
  }
}

/** Is the asset locked by the connection's own user? The holder is told by login name. */
async function isOurs(gateway: OtmmGateway, asset: OtmmAsset): Promise<boolean> {
  const { loginName } = await gateway.session.user();
  return asset.locked && loginName !== undefined && asset.lockHolder?.toLowerCase() === loginName.toLowerCase();
}

function lockedBy(asset: OtmmAsset, reason: string): LifecycleError {
  const held = asset.locked || asset.checkedOut;
  const holder = asset.locked ? asset.lockHolder : asset.checkedOut ? asset.checkOutHolder : undefined;
  const by = holder === undefined ? "" : ` by ${holder}`;
  const message = held
    ? `The OTMM asset "${asset.name}" (${asset.assetId}) is ${asset.locked ? "locked" : "checked out"}${by}; ask them to end their work on it, or try again later.`
    : `OTMM did not lock the asset "${asset.name}" (${asset.assetId}): ${reason}`;
  return failure("LOCKED", message, {
    system: "otmm",
    retryable: true,
    details: { assetId: asset.assetId, holder, reason },
  });
}

/** Never throws: what went wrong before matters more. Returns why the lock stays. */
async function unlock(gateway: OtmmGateway, assetId: string): Promise<string | undefined> {
  try {
    return await setState(gateway, "unlock", assetId);
  } catch (thrown) {
    return thrown instanceof Error ? thrown.message : "unlock failed";
  }
}

/** After a lock call whose end nobody knows: unlocks only what our own user holds, an administrator could unlock others'. */
async function unlockIfOurs(gateway: OtmmGateway, assetId: string): Promise<void> {
  try {
    if (await isOurs(gateway, await loadAsset(gateway, assetId, { fields: [] }))) await unlock(gateway, assetId);
  } catch (thrown) {
    // OTMM cannot be asked; the next attempt finds the lock and takes it as its own.
    if (!(thrown instanceof LifecycleError)) throw thrown;
  }
}

/**
 * Changes the state of one asset.
 *
 * @returns why OTMM refused; undefined when it did it
 * @throws LifecycleError for everything but a conflict
 * @see PUT /assets/state: partial failure is 200, so the list of failed objects decides
 */
export async function setState(
  gateway: OtmmGateway,
  action: "lock" | "unlock" | "check_out" | "cancel_check_out",
  assetId: string,
): Promise<string | undefined> {
  const single = gateway.assumptions.stateCall === "single";
  const answer = await gateway.call({
    method: "PUT",
    path: single ? `/assets/${segment(assetId)}/state` : "/assets/state",
    form: single ? { action } : { action, selection_context: selection([assetId], false) },
    idempotent: true,
    allow: [409],
  });
  const body = answer.text().trim() === "" ? {} : answer.json();
  if (answer.status === 409) return text(within(body, "exception_body")["message"]) ?? "conflict";
  const failed = records(within(body, "bulk_asset_result_representation", "bulk_asset_result")["failed_object_list"]);
  const first = failed[0];
  return first === undefined ? undefined : (text(first["reason"]) ?? "no reason given");
}
