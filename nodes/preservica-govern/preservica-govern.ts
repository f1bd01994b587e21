import type { Node, NodeAPI, NodeDef } from "node-red";
import { LifecycleError } from "../../lib/messages/error.js";
import type { LifecycleMessage } from "../../lib/messages/message.js";
import { type GovernAction, judge } from "../../lib/preservica/index.js";
import { adminRoute, registerJobNode, storeOf, WRITE } from "../../lib/runtime/index.js";
import { preservicaOf } from "../shared/clients.js";
import { isStored, textIn, wordsIn } from "../shared/configuration.js";
import { typedValue } from "../shared/context.js";
import { migrate, type PreservicaGovernConfig } from "./config.js";
import { approveLift } from "./lifts.js";
import { govern, type GovernSettings, refOf } from "./work.js";

/** Deployed nodes by id, for approvals. */
const deployed = new Map<string, PreservicaGovernConfig>();

/** Changes tag, policy, hold or place of one archived asset at a time, durably. */
function register(RED: NodeAPI): void {
  function PreservicaGovernNode(this: Node, definition: NodeDef): void {
    RED.nodes.createNode(this, definition);
    const config = migrate({ ...definition });
    deployed.set(this.id, config);
    this.on("close", () => {
      if (deployed.get(this.id) === config) deployed.delete(this.id);
    });
    registerJobNode<GovernSettings>({
      RED,
      node: this,
      storeId: config.store,
      queue: config.queue,
      concurrency: config.concurrency,
      attempts: config.attempts,
      settings: async (msg) => {
        preservicaOf(RED, config.connection);
        const types = { asset: config.identifierAsset, original: config.identifierOriginal };
        return { action: await actionOf(RED, this, config, msg), types };
      },
      work: async (job) => await govern(job, preservicaOf(RED, config.connection), () => storeOf(RED, config.store)),
      plan: async (msg, { action, types }) => {
        const client = preservicaOf(RED, config.connection);
        const plan = { node: config.name || this.id, system: "preservica", target: msg.asset.name };
        try {
          const ref = await refOf(msg.asset, client, types);
          const verdict = await judge(client, ref, action);
          const refused = action.act === "hold-off" ? { refused: "A person lifts a hold." } : {};
          return { msg, planned: verdict.state === "so" ? [] : [{ ...plan, action: verdict.what, ...refused }] };
        } catch (thrown) {
          if (!(thrown instanceof LifecycleError) || thrown.retryable) throw thrown;
          return { msg, planned: [{ ...plan, action: action.act, refused: thrown.message }] };
        }
      },
    });
  }
  RED.nodes.registerType("preservica-govern", PreservicaGovernNode);

  adminRoute(RED, "post", "preservica-govern/:id/lifts", WRITE, async ({ params, body, agent }) => {
    const config = deployed.get(params["id"] ?? "");
    if (config === undefined) throw new LifecycleError("NOT_FOUND", "No deployed node has this id.");
    const given = isStored(body) ? body : {};
    const lift = { ref: textIn(given, "ref"), matter: textIn(given, "matter") };
    const client = preservicaOf(RED, config.connection);
    return await approveLift(await storeOf(RED, config.store), client, lift, agent, textIn(given, "reason"));
  });
}

async function actionOf(
  RED: NodeAPI,
  node: Node,
  config: PreservicaGovernConfig,
  msg: LifecycleMessage,
): Promise<GovernAction> {
  const given = await typedValue(RED, node, config.value, config.valueType, { _msgid: "", ...msg });
  const value = typeof given === "string" ? given.trim() : "";
  if (value === "")
    throw new LifecycleError("INVALID_INPUT", `The value for "${config.action}" is missing or no text.`);
  switch (config.action) {
    case "tag":
      return { act: "tag", tag: value, order: wordsIn({ order: config.tagOrder }, "order") };
    case "assign-policy":
      return { act: "assign-policy", policy: value, replace: config.replace };
    case "unassign-policy":
      return { act: "unassign-policy", policy: value };
    case "hold-on":
      return { act: "hold-on", matter: value, create: config.create };
    case "hold-off":
      return { act: "hold-off", matter: value };
    case "move":
      return { act: "move", folder: value };
  }
}

export = register;
