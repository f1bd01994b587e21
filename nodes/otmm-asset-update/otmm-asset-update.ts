import type { Node, NodeAPI, NodeDef } from "node-red";
import type { LifecycleAsset, OtmmId } from "../../lib/messages/asset.js";
import { LifecycleError } from "../../lib/messages/error.js";
import type { OtmmClient, OtmmUpdate } from "../../lib/otmm/index.js";
import { assetOf, registerJobNode, storeOf } from "../../lib/runtime/index.js";
import { otmmOf } from "../shared/clients.js";
import { noteOwnWrite } from "../shared/own-writes.js";
import { type Changes, changesFor } from "./changes.js";
import { migrate } from "./config.js";

const AGENT = "@content-lifecycle/node-red otmm-asset-update";

type Settings = { changes: Changes };

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
        versionOf(asset, otmmOf(RED, config.connection));
        return { changes: await changesFor(RED, this, config, { ...msg, asset }) };
      },
      async work(job) {
        const otmm = otmmOf(RED, config.connection);
        const { assetId } = versionOf(job.msg.asset, otmm);
        job.stage("writing");
        await noteOwnWrite(await storeOf(RED, config.store), otmm, assetId, job.settings.changes, job.signal);
        const update = await written(otmm, assetId, job.settings.changes, job.signal);
        if (update.changed.length > 0) {
          job.event({
            type: "metadata modification",
            basis: "witnessed",
            agent: AGENT,
            system: `otmm:${otmm.connection}`,
            object: assetId,
            outcome: update.leftLocked === undefined ? "success" : "warning",
            detail: {
              changed: update.changed,
              ...(update.leftLocked === undefined ? {} : { leftLocked: update.leftLocked }),
            },
          });
        }
        return { kind: "done", outputs: [{ port: 0, msg: { ...job.msg, payload: resultOf(update) } }] };
      },
      async plan(msg, { changes }) {
        const { assetId } = versionOf(msg.asset, otmmOf(RED, config.connection));
        const fields = Object.keys(changes).join(", ");
        return {
          msg,
          planned: [
            { node: name, system: "otmm", action: "write fields", target: `${msg.asset.name} (${assetId}): ${fields}` },
          ],
        };
      },
    });
  }
  RED.nodes.registerType("otmm-asset-update", OtmmAssetUpdateNode);
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
function resultOf({ assetId, changed, unchanged, lastUpdated }: OtmmUpdate) {
  return { assetId, changed, unchanged, ...(lastUpdated === undefined ? {} : { lastUpdated }) };
}

export = register;
