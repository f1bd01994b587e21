import type { Node, NodeAPI, NodeDef } from "node-red";
import { destroy, type DestroySettings, planDestroy } from "../../lib/disposition/destroy.js";
import { planRelease, release, type ReleaseSettings } from "../../lib/disposition/release.js";
import { LifecycleError } from "../../lib/messages/error.js";
import { isZone } from "../../lib/retention/index.js";
import { type JobNodeOptions, registerJobNode, storeOf } from "../../lib/runtime/index.js";
import { systems } from "../../lib/systems/registry.js";
import { otmmOf, preservicaOf } from "../shared/clients.js";
import { type DispositionConfig, migrate } from "./config.js";
import { registerApprovalRoutes } from "./routes.js";

/** Releases a non-record copy, or destroys the record, as RECORDS.md 1 defines the two acts, with their papers. */
function register(RED: NodeAPI): void {
  function DispositionNode(this: Node, definition: NodeDef): void {
    RED.nodes.createNode(this, definition);
    const config = migrate({ ...definition });
    const name = config.name || this.id;
    const common = {
      RED,
      node: this,
      storeId: config.store,
      queue: config.queue,
      concurrency: config.concurrency,
      attempts: config.attempts,
    };
    if (config.act === "destroy") registerJobNode<DestroySettings>({ ...common, ...destroying(RED, config, name) });
    else registerJobNode<ReleaseSettings>({ ...common, ...releasing(RED, config, name) });
  }
  RED.nodes.registerType("disposition", DispositionNode);
  registerApprovalRoutes(RED);
}

type Work<Settings extends ReleaseSettings | DestroySettings> = Pick<
  JobNodeOptions<Settings>,
  "settings" | "work" | "plan"
>;

function releasing(RED: NodeAPI, config: DispositionConfig, name: string): Work<ReleaseSettings> {
  return {
    settings: async () => {
      mustBeZone(config.zone);
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
    },
    work: async (job) => await release(job, { systems, store: await storeOf(RED, config.store) }),
    async plan(msg, settings) {
      const deps = { systems, store: await storeOf(RED, config.store) };
      const { allowed, planned } = await planRelease(name, msg.asset, settings, deps);
      return { msg, planned: [planned], port: allowed ? 0 : 1 };
    },
  };
}

function destroying(RED: NodeAPI, config: DispositionConfig, name: string): Work<DestroySettings> {
  return {
    settings: async () => {
      mustBeZone(config.zone);
      // Both connections are looked at now, so that a mistake shows at the first message.
      otmmOf(RED, config.source);
      preservicaOf(RED, config.archive);
      return {
        deleteSource: config.deleteSource,
        zone: config.zone,
        lookMs: config.lookSeconds * 1000,
        signedIn: knowsUsers(RED),
      };
    },
    work: async (job) => await destroy(job, { systems, store: await storeOf(RED, config.store) }),
    async plan(msg, settings) {
      const deps = { systems, store: await storeOf(RED, config.store) };
      const { allowed, planned } = await planDestroy(name, msg.asset, settings, deps);
      return { msg, planned, port: allowed ? 0 : 1 };
    },
  };
}

/** @throws LifecycleError NOT_CONFIGURED */
function mustBeZone(zone: string): void {
  if (!isZone(zone)) throw new LifecycleError("NOT_CONFIGURED", `"${zone}" is not a known time zone.`);
}

/** Without adminAuth nobody can be told apart: nothing is disposed of (RECORDS.md 2). */
function knowsUsers(RED: NodeAPI): boolean {
  const settings: Readonly<Record<string, unknown>> = { ...RED.settings };
  return typeof settings["adminAuth"] === "object" && settings["adminAuth"] !== null;
}

export = register;
