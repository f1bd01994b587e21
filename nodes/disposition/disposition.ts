import type { Node, NodeAPI, NodeDef } from "node-red";
import { planRelease, release, type ReleaseSettings } from "../../lib/disposition/release.js";
import { LifecycleError } from "../../lib/messages/error.js";
import { isZone } from "../../lib/retention/index.js";
import { registerJobNode, storeOf } from "../../lib/runtime/index.js";
import { systems } from "../../lib/systems/registry.js";
import { otmmOf, preservicaOf } from "../shared/clients.js";
import { type DispositionConfig, migrate } from "./config.js";

/** Releases a non-record copy, as RECORDS.md 1 defines it, with its papers. */
function register(RED: NodeAPI): void {
  function DispositionNode(this: Node, definition: NodeDef): void {
    RED.nodes.createNode(this, definition);
    const config = migrate({ ...definition });
    const name = config.name || this.id;

    registerJobNode<ReleaseSettings>({
      RED,
      node: this,
      storeId: config.store,
      queue: config.queue,
      concurrency: config.concurrency,
      attempts: config.attempts,
      settings: () => Promise.resolve(settingsOf(RED, config)),
      work: async (job) => await release(job, { systems, store: await storeOf(RED, config.store) }),
      async plan(msg, settings) {
        const deps = { systems, store: await storeOf(RED, config.store) };
        const { allowed, planned } = await planRelease(name, msg.asset, settings, deps);
        return { msg, planned: [planned], port: allowed ? 0 : 1 };
      },
    });
  }
  RED.nodes.registerType("disposition", DispositionNode);
}

/** @throws LifecycleError NOT_CONFIGURED */
function settingsOf(RED: NodeAPI, config: DispositionConfig): ReleaseSettings {
  if (!isZone(config.zone)) throw new LifecycleError("NOT_CONFIGURED", `"${config.zone}" is not a known time zone.`);
  if (config.how === "archive-folder" && config.folder === "") {
    throw new LifecycleError("NOT_CONFIGURED", "No archive folder is chosen; open the node and choose one.");
  }
  return {
    source: otmmOf(RED, config.source).connection,
    archive: preservicaOf(RED, config.archive).connection,
    how: config.how,
    folder: config.folder,
    statusField: config.statusField,
    statusValue: config.statusValue,
    inUse: config.inUse,
    zone: config.zone,
    signedIn: knowsUsers(RED),
  };
}

/** Without adminAuth nobody can be told apart: nothing is disposed of (RECORDS.md 2). */
function knowsUsers(RED: NodeAPI): boolean {
  const settings: Readonly<Record<string, unknown>> = { ...RED.settings };
  return typeof settings["adminAuth"] === "object" && settings["adminAuth"] !== null;
}

export = register;
