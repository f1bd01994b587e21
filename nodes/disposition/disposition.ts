import type { Node, NodeAPI, NodeDef } from "node-red";
import { destroy, type DestroyDeps, type DestroySettings, planDestroy } from "../../lib/disposition/destroy.js";
import type { Begun } from "../../lib/disposition/destroy-progress.js";
import { planRelease, release, type ReleaseDeps, type ReleaseSettings } from "../../lib/disposition/release.js";
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
      };
    },
    work: async (job) => await release(job, await surroundings(RED, config)),
    async plan(msg, settings) {
      const { allowed, planned } = await planRelease(name, msg.asset, settings, await surroundings(RED, config));
      return { msg, planned, port: allowed ? 0 : 1 };
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
      };
    },
    async work(job) {
      const deps = await surroundings(RED, config);
      // What has begun is neither carried on nor taken back while nobody can be told apart.
      if (job.checkpoint<Begun>("act")?.over === false && !deps.signedIn()) {
        const until = new Date(Date.now() + job.settings.lookMs);
        return { kind: "wait", until, step: "users", why: "Node-RED has no adminAuth any more" };
      }
      return await destroy(job, deps);
    },
    async plan(msg, settings) {
      const { allowed, planned } = await planDestroy(name, msg.asset, settings, await surroundings(RED, config));
      return { msg, planned, port: allowed ? 0 : 1 };
    },
  };
}

/** Whether users are known is asked at each look, never as it was at the intake: a job may wait for weeks, or be replayed. */
async function surroundings(RED: NodeAPI, config: DispositionConfig): Promise<DestroyDeps & ReleaseDeps> {
  return { systems, store: await storeOf(RED, config.store), signedIn: () => knowsUsers(RED) };
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
