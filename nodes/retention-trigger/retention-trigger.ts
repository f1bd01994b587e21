import type { Node, NodeAPI, NodeDef } from "node-red";
import { askHolds, type AskedHold, heldBy } from "../../lib/disposition/holds.js";
import { identified } from "../../lib/disposition/identified.js";
import { knownPlaces } from "../../lib/disposition/places.js";
import type { LifecycleAsset, RetentionDecision } from "../../lib/messages/asset.js";
import { LifecycleError } from "../../lib/messages/error.js";
import type { LifecycleMessage } from "../../lib/messages/message.js";
import { calendarDate, decideRetention, isZone, type RetentionRule, ruleProblems } from "../../lib/retention/index.js";
import { type Outcome, registerJobNode, storeOf } from "../../lib/runtime/index.js";
import type { JsonObject, LifecycleStore } from "../../lib/store/types.js";
import { systems } from "../../lib/systems/registry.js";
import { zoneOf } from "../shared/zone.js";
import { migrate, type RetentionTriggerConfig } from "./config.js";
import { BUSINESS_EVENT, type BusinessEvent, eventDates, eventsOn } from "./events.js";
import { registerRetentionRoutes, type SampleHolder } from "./routes.js";

const DUE = 0;
const NOT_YET = 1;
const HELD = 2;
/** Events of an asset that are looked through for business events. */
const TIMELINE_LIMIT = 10_000;

/** The rule table as it was when the message was taken in. */
type Settings = { rules: RetentionRule[]; zone: string };
type StoredSettings = JsonObject & { table: string };

interface Decided {
  decision: RetentionDecision;
  holds: AskedHold[];
  told: BusinessEvent[];
  at: string;
}

/** Decides by a table of rules whether an asset is due, and says why; disposes of nothing. */
function register(RED: NodeAPI): void {
  function RetentionTriggerNode(this: Node & SampleHolder, definition: NodeDef): void {
    RED.nodes.createNode(this, definition);
    const config = migrate({ ...definition });
    let last: LifecycleAsset | undefined;
    this.sample = () => last;
    const fault = mistakeIn(config);
    if (fault !== undefined) this.error(`NOT_CONFIGURED: ${fault}`);

    const decided = async (msg: LifecycleMessage & { asset: LifecycleAsset }, settings: Settings): Promise<Decided> => {
      last = msg.asset;
      return await decide(msg, settings, await storeOf(RED, config.store));
    };

    registerJobNode<StoredSettings>({
      RED,
      node: this,
      storeId: config.store,
      queue: config.queue,
      concurrency: config.concurrency,
      async settings(msg) {
        if (fault !== undefined) throw new LifecycleError("NOT_CONFIGURED", fault);
        eventsOn(msg);
        return { table: JSON.stringify({ rules: config.rules, zone: config.zone } satisfies Settings) };
      },
      async work(job) {
        const settings = JSON.parse(job.settings.table) as Settings;
        const result = await decided(job.msg, settings);
        for (const { type, at } of result.told) {
          if (calendarDate(at, settings.zone) === undefined) continue;
          job.event({
            type: BUSINESS_EVENT,
            basis: "reported",
            outcome: "success",
            detail: { event: type, date: at },
          });
        }
        job.event({
          type: "retention decision",
          at: result.at,
          basis: "witnessed",
          outcome: result.decision.outcome === "to-person" ? "warning" : "success",
          detail: detailOf(result.decision),
        });
        return outcomeOf(messageOf(job.msg, result, settings), result.decision);
      },
      async plan(msg, stored) {
        const settings = JSON.parse(stored.table) as Settings;
        const result = await decided(msg, settings);
        return { msg: messageOf(msg, result, settings), planned: [], port: portOf(result.decision) };
      },
    });
  }
  RED.nodes.registerType("retention-trigger", RetentionTriggerNode);
  registerRetentionRoutes(RED);
}

/** The clock is read once, so that all of a decision speaks of the same instant however the clock jumps. */
async function decide(
  msg: LifecycleMessage & { asset: LifecycleAsset },
  { rules, zone }: Settings,
  store: LifecycleStore,
): Promise<Decided> {
  const { asset } = msg;
  const told = eventsOn(msg);
  const [identities, timeline] = await Promise.all([store.find(asset.key), store.timeline(asset.key, TIMELINE_LIMIT)]);
  const known = await identified(asset, identities, systems);
  const holds = await askHolds(knownPlaces(asset, known), systems);
  const at = new Date().toISOString();
  const sourceZone = zoneOf(asset);
  const decision = decideRetention(rules, {
    fields: asset.fields,
    now: at,
    zone,
    ...(sourceZone === undefined ? {} : { sourceZone }),
    holds: heldBy(holds),
    events: eventDates(told, timeline, (text) => calendarDate(text, sourceZone ?? zone)),
  });
  return { decision, holds, told, at };
}

function mistakeIn(config: RetentionTriggerConfig): string | undefined {
  if (config.rules.length === 0) return "The rule table is empty; add at least one rule.";
  if (!isZone(config.zone)) return `"${config.zone}" is not a known time zone.`;
  const [first, ...more] = ruleProblems(config.rules);
  if (first === undefined) return undefined;
  const others = more.length === 0 ? "" : ` (and ${more.length} more)`;
  return `Rule "${first.rule}", ${first.field}: ${first.message}${others}`;
}

function messageOf(
  msg: LifecycleMessage & { asset: LifecycleAsset },
  { decision, holds, at }: Decided,
  { rules }: Settings,
): LifecycleMessage & { asset: LifecycleAsset } {
  const rule = rules.find(({ name }) => name === decision.rule);
  const payload = {
    ...decision,
    ...(rule?.action === undefined ? {} : { action: rule.action }),
    ...(rule?.authority === undefined ? {} : { authority: rule.authority }),
    decidedAt: at,
    asked: holds,
  };
  return { ...msg, payload, asset: { ...msg.asset, retention: decision } };
}

function portOf({ outcome }: RetentionDecision): number {
  return outcome === "due" ? DUE : outcome === "held" ? HELD : NOT_YET;
}

function outcomeOf(msg: LifecycleMessage, decision: RetentionDecision): Outcome {
  const outputs = [{ port: portOf(decision), msg }];
  // A person has to look: that is no normal "not yet".
  if (decision.outcome === "to-person") return { kind: "refused", reason: decision.reason, outputs };
  return { kind: "done", outputs, summary: decision.outcome };
}

function detailOf(decision: RetentionDecision): JsonObject {
  return JSON.parse(JSON.stringify(decision)) as JsonObject;
}

export = register;
