import type { Node, NodeAPI, NodeDef } from "node-red";
import { LifecycleError } from "../../lib/messages/error.js";
import type { LifecycleMessage } from "../../lib/messages/message.js";
import { softwareAndVersion } from "../../lib/messages/software.js";
import { onInput, storeOf } from "../../lib/runtime/index.js";
import type { LifecycleEvent, LifecycleStore } from "../../lib/store/types.js";
import { assetWith } from "../../lib/timeline/index.js";
import { typedValue } from "../shared/context.js";
import { type LifecycleEventConfig, migrate, type ValueType } from "./config.js";
import { eventFrom, isAsset } from "./event.js";

/** Writes an event of the flow's own onto an asset's timeline. */
function register(RED: NodeAPI): void {
  function LifecycleEventNode(this: Node, definition: NodeDef): void {
    RED.nodes.createNode(this, definition);
    const config = migrate({ ...definition });

    onInput(this, async (msg, send) => {
      const store = await storeOf(RED, config.store);
      const { value, version } = await subjectOf(RED, this, config, msg, store);
      const given = eventFrom(await givenBy(RED, this, config, msg), value, agentOf(config.name), new Date());
      const event: LifecycleEvent = {
        ...given,
        ...(version === undefined ? {} : { assetVersion: version }),
        ...(msg.lifecycle === undefined ? {} : { run: msg.lifecycle.run }),
        ...(msg.lifecycle?.handover === undefined ? {} : { requestId: msg.lifecycle.handover }),
      };
      if (msg.dryRun === true) {
        const node = config.name || this.id;
        const planned = { node, system: "lifecycle-store", action: "write event", target: `${value}: ${event.type}` };
        send({ ...msg, plan: [...(msg.plan ?? []), planned] });
        return;
      }
      if (!(await isWritten(store, event))) await store.append([event]);
      this.status({ fill: "green", shape: "dot", text: event.type });
      send({ ...msg, payload: event });
    });
  }
  RED.nodes.registerType("lifecycle-event", LifecycleEventNode);
}

/** The software under the name of its node; never a person, whatever the node is called. */
function agentOf(name: string): string {
  return name === "" ? softwareAndVersion() : `node ${name} (${softwareAndVersion()})`;
}

async function givenBy(RED: NodeAPI, node: Node, config: LifecycleEventConfig, msg: LifecycleMessage) {
  const value = async (text: string, type: ValueType): Promise<unknown> =>
    text === "" ? undefined : await typedValue(RED, node, text, type, { _msgid: "", ...msg });
  return {
    event: await value(config.event, config.eventType),
    outcome: await value(config.outcome, config.outcomeType),
    detail: await value(config.detail, config.detailType),
    at: await value(config.at, config.atType),
    basis: config.basis,
    system: config.system,
  };
}

/** The asset that the event is about: as it stands in the message, or by an id that the store knows. */
async function subjectOf(
  RED: NodeAPI,
  node: Node,
  config: LifecycleEventConfig,
  msg: LifecycleMessage,
  store: LifecycleStore,
): Promise<{ value: string; version?: string }> {
  const about = await typedValue(RED, node, config.about, config.aboutType, { _msgid: "", ...msg });
  if (isAsset(about)) return { value: about.key, version: about.version };
  if (typeof about !== "string" || about === "") {
    throw new LifecycleError("INVALID_INPUT", "The message names no asset: an asset, its key, or an id of any system.");
  }
  const key = await assetWith(store, about);
  if (key === undefined) throw new LifecycleError("NOT_FOUND", `No asset of the store carries the id "${about}".`);
  return { value: key };
}

/** A hand-over that is sent again after a restart must not tell the same twice. */
async function isWritten(store: LifecycleStore, event: LifecycleEvent): Promise<boolean> {
  const { requestId, type, agent, assetVersion } = event;
  if (requestId === undefined) return false;
  const known = await store.timeline(event.assetKey, 10_000);
  return known.some(
    (one) =>
      one.requestId === requestId && one.type === type && one.agent === agent && one.assetVersion === assetVersion,
  );
}

export = register;
