import type { Node, NodeAPI, NodeDef } from "node-red";
import { asLifecycleError } from "../../lib/messages/error.js";
import type { LifecycleAsset } from "../../lib/messages/asset.js";
import { challengeAnswer, isSignedEvent } from "../../lib/preservica/index.js";
import {
  coordinatorOf,
  hasNoRoutes,
  publicAddress,
  type RawCall,
  rawRoute,
  registerRunNode,
  routeObstacles,
  secretOf,
  storeOf,
} from "../../lib/runtime/index.js";
import { preservicaOf } from "../shared/clients.js";
import { migrate, type PreservicaEventsConfig } from "./config.js";
import { Memory } from "./memory.js";
import { ChangeReader } from "./read.js";

const ROUTE = "preservica-events";
const TICK_MS = 500;
/** After a reading that failed, the next one need not wait for its time. */
const RETRY_MS = 30_000;
/** A reading that has not moved for this long has failed; the next may begin. */
const STALE_MS = 10 * 60_000;
/** Triggers that a full reading answers. */
const TRIGGERS = ["FULL_TEXT_INDEXED", "MOVED", "CHANGED_SECURITY_DESCRIPTOR"] as const;

interface Secrets {
  secret?: string;
}
interface Receiver {
  secret(): Promise<string>;
  wake(): void;
}

/** Deployed nodes by id, for their webhooks. */
const receivers = new Map<string, Receiver>();

/** Tells of each change in the archive; a webhook only wakes the reading. */
function register(RED: NodeAPI): void {
  function PreservicaEventsNode(this: Node<Secrets>, definition: NodeDef): void {
    RED.nodes.createNode(this, definition);
    const config = migrate({ ...definition });
    const memory = new Memory(config.queue || this.id, () => storeOf(RED, config.store));
    const reader = new ChangeReader(memory);
    // The first reading may come as early after a change as one that a call wakes.
    const state = { due: 0, busy: 0, run: "", again: true, subscribed: !config.subscribe };

    registerRunNode<Record<string, never>>({
      RED,
      node: this,
      storeId: config.store,
      queue: config.queue,
      settings: () => Promise.resolve({}),
      payload: (asset) => payloadOf(asset),
      page: async (run) => {
        // One reading at a time: after a restart the interrupted one goes on beside the first of the new process.
        if (state.run !== "" && state.run !== run.id && state.busy > Date.now()) {
          state.again = true;
          return { assets: [], cursor: undefined };
        }
        state.run = run.id;
        state.busy = Date.now() + STALE_MS;
        return await reader.page(preservicaOf(RED, config.connection), config, run);
      },
      ended: (run, how) => {
        if (state.run !== run) return;
        Object.assign(state, { busy: 0, run: "" });
        if (how === "failed") state.due = Math.min(state.due, Date.now() + RETRY_MS);
      },
    });

    const receiver: Receiver = {
      secret: () => secretOf(RED, this.credentials, `webhook:${config.queue || this.id}`),
      wake: () => {
        state.due = 0;
        state.again = true;
      },
    };
    receivers.set(this.id, receiver);
    const timer = setInterval(() => {
      if (!coordinatorOf(RED).running || state.busy > Date.now()) return;
      if (!state.subscribed) {
        state.subscribed = true;
        subscribe(RED, this, config, receiver).catch((thrown: unknown) => {
          this.warn(`The webhook is not subscribed: ${asLifecycleError(thrown).message} Changes are found by poll.`);
        });
      }
      if (state.due > Date.now() && !state.again) return;
      const settle = state.again ? config.settleSeconds : 0;
      const next = settle > 0 ? Math.min(settle, config.pollSeconds) : config.pollSeconds;
      state.again = false;
      state.due = Date.now() + next * 1000;
      state.busy = Date.now() + STALE_MS;
      this.receive({});
    }, TICK_MS).unref();
    this.on("close", () => {
      clearInterval(timer);
      if (receivers.get(this.id) === receiver) receivers.delete(this.id);
    });
  }
  RED.nodes.registerType<Node<Secrets>, NodeDef, object, Secrets>("preservica-events", PreservicaEventsNode, {
    credentials: { secret: { type: "password" } },
  });
  rawRoute(RED, ["POST"], ROUTE, receive);
}

/** Challenge or event. A forged one is refused, a late or doubled one only wakes a reading that finds nothing new. */
async function receive({ id, query, request, response, body }: RawCall): Promise<void> {
  const answer = (status: number, said: object): void => {
    response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(said));
  };
  const receiver = receivers.get(id);
  const raw = await body();
  if (receiver === undefined) return answer(404, { ok: false });
  const secret = await receiver.secret();
  const code = query.get("challengeCode");
  if (code !== null) {
    const answered = challengeAnswer(code, secret);
    return answered === undefined ? answer(400, { ok: false }) : answer(200, answered);
  }
  const signature = request.headers["preservica-signature"];
  if (typeof signature !== "string" || !isSignedEvent(raw, signature, secret)) return answer(401, { ok: false });
  receiver.wake();
  answer(200, { ok: true });
}

/** One subscription for each trigger and this address; those that are there already stay. */
async function subscribe(RED: NodeAPI, node: Node, config: PreservicaEventsConfig, receiver: Receiver): Promise<void> {
  for (const obstacle of routeObstacles(RED)) node.warn(obstacle);
  if (hasNoRoutes(RED)) return;
  const client = preservicaOf(RED, config.connection);
  const url = publicAddress(RED, config.publicUrl, ROUTE, node.id);
  const present = await client.webhooks.list();
  for (const trigger of TRIGGERS) {
    if (present.some((one) => one.url === url && one.trigger === trigger)) continue;
    await client.webhooks.subscribe(url, trigger, await receiver.secret());
  }
}

function payloadOf(asset: LifecycleAsset): object {
  const kinds = String(asset.source?.["change.kinds"] ?? "").split(", ");
  return {
    kind: kinds[0],
    kinds,
    ref: asset.ids.preservica?.ref,
    key: asset.key,
    version: asset.version,
    name: asset.name,
  };
}

export = register;
