import type { Node, NodeAPI, NodeDef } from "node-red";
import type { LifecycleAsset, OtmmId } from "../../lib/messages/asset.js";
import { LifecycleError } from "../../lib/messages/error.js";
import { asItself } from "../../lib/messages/joined.js";
import type { OtmmClient, OtmmUpdate } from "../../lib/otmm/index.js";
import { assetOf, type JobContext, registerJobNode, storeOf } from "../../lib/runtime/index.js";
import { alone } from "../shared/alone.js";
import { otmmOf } from "../shared/clients.js";
import { noteOwnWrite } from "../shared/own-writes.js";
import { isOutdated } from "./as-of.js";
import { type Changes, changesFor } from "./changes.js";
import { migrate } from "./config.js";

/** `joined`: what is written to the assets that were joined into this one. */
type Settings = { changes: Changes; joined: { name: string; assetId: string; changes: Changes }[] };

type JobEvent = JobContext<Settings>["event"];

/** Locks an asset version, writes the fields that differ, unlocks it. */
function register(RED: NodeAPI): void {
  function OtmmAssetUpdateNode(this: Node, definition: NodeDef): void {
    RED.nodes.createNode(this, definition);
    const config = migrate({ ...definition });
    const name = config.name || this.id;

    registerJobNode<Settings>({
      RED,
      node: this,
      storeId: config.store,
      queue: config.queue,
      concurrency: config.concurrency,
      attempts: config.attempts,
      settings: async (msg) => {
        const asset = assetOf(msg);
        const otmm = otmmOf(RED, config.connection);
        versionOf(asset, otmm);
        const joined: Settings["joined"] = [];
        for (const part of config.joined ? (asset.joined ?? []) : []) {
          const itself = asItself(asset, part);
          const { assetId } = versionOf(itself, otmm);
          joined.push({
            name: part.name,
            assetId,
            changes: await changesFor(RED, this, config, { ...msg, asset: itself }),
          });
        }
        return { changes: await changesFor(RED, this, config, { ...msg, asset }), joined };
      },
      async work(job) {
        const otmm = otmmOf(RED, config.connection);
        const { assetId } = versionOf(job.msg.asset, otmm);
        job.stage("writing");
        const store = await storeOf(RED, config.store);
        // One write to an asset at a time: the note tells what stood there before, and a lock of ours counts as ours.
        const write = (id: string, changes: Changes): Promise<Result> =>
          alone(`${store.id} update:${otmm.connection}:${id}`, async () => {
            if (await isOutdated(otmm, id, changes, config.asOf, job.signal)) return outdated(id);
            await noteOwnWrite(store, otmm, id, changes, job.signal);
            const update = await written(otmm, id, changes, job.signal);
            if (update.changed.some((field) => field !== config.asOf) || update.leftLocked !== undefined)
              job.event(modified(update, otmm.connection));
            return resultOf(update);
          });
        // The main asset last: when it is written, the parts are.
        const joined: Result[] = [];
        for (const part of job.settings.joined) joined.push(await write(part.assetId, part.changes));
        const payload = await write(assetId, job.settings.changes);
        return {
          kind: "done",
          outputs: [
            {
              port: 0,
              msg: {
                ...job.msg,
                payload: joined.length === 0 ? payload : { ...payload, joined },
              },
            },
          ],
        };
      },
      async plan(msg, { changes, joined }) {
        const { assetId } = versionOf(msg.asset, otmmOf(RED, config.connection));
        const all = [...joined, { name: msg.asset.name, assetId, changes }];
        return {
          msg,
          planned: all.map((one) => ({
            node: name,
            system: "otmm",
            action: "write fields",
            target: `${one.name} (${one.assetId}): ${Object.keys(one.changes).join(", ")}`,
          })),
        };
      },
    });
  }
  RED.nodes.registerType("otmm-asset-update", OtmmAssetUpdateNode);
}

function modified({ assetId, changed, leftLocked }: OtmmUpdate, connection: string): Parameters<JobEvent>[0] {
  return {
    type: "metadata modification",
    basis: "witnessed",
    system: `otmm:${connection}`,
    object: assetId,
    outcome: leftLocked === undefined ? "success" : "warning",
    detail: { changed, ...(leftLocked === undefined ? {} : { leftLocked }) },
  };
}

/** The OTMM version that the message is about. @throws LifecycleError INVALID_INPUT when it is of no or another OTMM */
function versionOf(asset: LifecycleAsset, otmm: OtmmClient): OtmmId {
  const { otmm: id } = asset.ids;
  if (id === undefined)
    throw new LifecycleError("INVALID_INPUT", `"${asset.name}" has no OTMM id; it did not come from OTMM.`);
  if (id.connection === otmm.connection) return id;
  throw new LifecycleError(
    "INVALID_INPUT",
    `"${asset.name}" is of the OTMM "${id.connection}", but this node writes to "${otmm.connection}".`,
  );
}

/** Somebody else's lock ends some time: the job is tried again, also after the client's own patience. */
async function written(otmm: OtmmClient, assetId: string, changes: Changes, signal: AbortSignal): Promise<OtmmUpdate> {
  try {
    return await otmm.updateFields(assetId, changes, { signal });
  } catch (error) {
    if (!(error instanceof LifecycleError) || error.code !== "LOCKED" || error.retryable) throw error;
    throw new LifecycleError("LOCKED", error.message, {
      system: "otmm",
      retryable: true,
      ...(error.details === undefined ? {} : { details: error.details }),
    });
  }
}

/** The small result on `msg.payload`; what was there before stays with the timeline. */
type Result = Pick<OtmmUpdate, "assetId" | "changed" | "unchanged" | "lastUpdated"> & { outdated?: true };

function resultOf({ assetId, changed, unchanged, lastUpdated }: OtmmUpdate): Result {
  return { assetId, changed, unchanged, ...(lastUpdated === undefined ? {} : { lastUpdated }) };
}

/** OTMM shows a later reading. */
function outdated(assetId: string): Result {
  return { assetId, changed: [], unchanged: [], outdated: true };
}

export = register;
