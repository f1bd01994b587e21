import type { Node, NodeAPI, NodeDef } from "node-red";
import { asLifecycleError, LifecycleError } from "../../lib/messages/error.js";
import type { LifecycleMessage } from "../../lib/messages/message.js";
import { softwareAndVersion } from "../../lib/messages/software.js";
import { coordinatorOf, identitiesOf, isStopping, onInput, storeOf, takeHanded } from "../../lib/runtime/index.js";
import type { AssetIdentity, LifecycleEvent, LifecycleStore, StoredEvent } from "../../lib/store/types.js";
import { assetWith } from "../../lib/timeline/index.js";
import { typedValue } from "../shared/context.js";
import { type LifecycleEventConfig, migrate, type ValueType } from "./config.js";
import { eventFrom, isAsset } from "./event.js";
import { againstKnown } from "./standing.js";

/** Events of an asset that are looked through for one that says the same. */
const MOST_KNOWN = 10_000;

/** What the message itself gets wrong: no later time makes an event of it. */
const MISTAKES: ReadonlySet<string> = new Set(["INVALID_INPUT", "NOT_FOUND", "CONFLICT"]);

/** Writes an event of the flow's own onto an asset's timeline. */
function register(RED: NodeAPI): void {
  function LifecycleEventNode(this: Node, definition: NodeDef): void {
    RED.nodes.createNode(this, definition);
    const config = migrate({ ...definition });
    let last: Promise<unknown> = Promise.resolve();
    /** One after the other: two messages about an asset must not both find that nothing is written yet. */
    const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
      const next = last.then(work);
      last = next.catch(() => undefined);
      return next;
    };

    const coordinator = coordinatorOf(RED);
    this.on("close", coordinator.registerPassing(this.id));

    const tell = async (msg: LifecycleMessage, send: (msg: LifecycleMessage) => void): Promise<void> => {
      const store = await storeOf(RED, config.store);
      const { value, version, identities } = await subjectOf(RED, this, config, msg, store);
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
      const payload = await inTurn(() => written(store, event, identities, config.onlyChanges));
      this.status({ fill: "green", shape: "dot", text: event.type });
      send({ ...msg, payload });
    };

    onInput(this, async (msg, send, closing) => {
      const taker = { node: this, coordinator, closing };
      let mistake: LifecycleError | undefined;
      await takeHanded(taker, msg, async () => {
        try {
          await tell(msg, send);
        } catch (thrown) {
          const error = asLifecycleError(thrown);
          if (error.retryable || !MISTAKES.has(error.code) || isStopping(taker)) throw error;
          // It is told, and nothing waits for it.
          mistake = error;
        }
        coordinator.passed(msg.lifecycle?.handover, this.id);
      });
      if (mistake !== undefined) throw mistake;
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
): Promise<{ value: string; version?: string; identities: AssetIdentity[] }> {
  const about = await typedValue(RED, node, config.about, config.aboutType, { _msgid: "", ...msg });
  if (isAsset(about)) {
    const { key, version } = about;
    return { value: key, version, identities: identitiesOf({ ids: {}, ...about }) };
  }
  if (typeof about !== "string" || about === "") {
    throw new LifecycleError("INVALID_INPUT", "The message names no asset: an asset, its key, or an id of any system.");
  }
  const key = await assetWith(store, about);
  if (key === undefined) throw new LifecycleError("NOT_FOUND", `No asset of the store carries the id "${about}".`);
  return { value: key, identities: [] };
}

/** The event as it stands on the timeline: written now, or the one that said so before. */
async function written(
  store: LifecycleStore,
  event: LifecycleEvent,
  identities: AssetIdentity[],
  onlyChanges: boolean,
): Promise<LifecycleEvent> {
  const known = onlyChanges || event.requestId !== undefined ? await store.timeline(event.assetKey, MOST_KNOWN) : [];
  const again = known.find((one) => isSame(one, event));
  if (again !== undefined) return again;
  const told = onlyChanges ? againstKnown(event, known) : { write: event };
  if ("stands" in told) return told.stands;
  await store.append([told.write], identities);
  return told.write;
}

/** A hand-over that is sent again after a restart must not tell the same twice. */
function isSame(one: StoredEvent, { requestId, type, agent, assetVersion }: LifecycleEvent): boolean {
  return (
    requestId !== undefined &&
    one.requestId === requestId &&
    one.type === type &&
    one.agent === agent &&
    one.assetVersion === assetVersion
  );
}

export = register;
