import { createHmac } from "node:crypto";
import { list, record, text } from "../http/shape.js";
import { LifecycleError } from "../messages/error.js";
import { sameText } from "../messages/same-text.js";
import type { Gateway } from "./gateway.js";

export const WEBHOOK_TRIGGERS = [
  "MOVED",
  "FULL_TEXT_INDEXED",
  "CHANGED_SECURITY_DESCRIPTOR",
  "INGEST_FAILED",
  "CHANGE_ASSET_VISIBILITY",
] as const;
export type WebhookTrigger = (typeof WEBHOOK_TRIGGERS)[number];

export interface WebhookSubscription {
  id: string;
  url: string;
  trigger: string;
}

/** Subscriptions to the tenant's events (servers from 6.8 on; manager role). @see fact sheet 7 */
export class Webhooks {
  readonly #gateway: Gateway;

  constructor(gateway: Gateway) {
    this.#gateway = gateway;
  }

  async list(): Promise<WebhookSubscription[]> {
    const answer = await this.#gateway.send({ method: "GET", path: PATH, expect: "json" });
    return list(answer.json()).map(subscription);
  }

  /** Preservica calls the address with a challenge while this call runs. @throws LifecycleError DENIED, INVALID_INPUT */
  async subscribe(url: string, trigger: WebhookTrigger, secret: string): Promise<WebhookSubscription> {
    const json = { url, triggerType: trigger, secret, includeIdentifiers: "true" };
    const answer = await this.#gateway.send({ method: "POST", path: PATH, json, expect: "json" });
    return { ...subscription(answer.json()), url, trigger };
  }

  async unsubscribe(id: string): Promise<void> {
    if (!/^[0-9a-zA-Z-]{1,64}$/.test(id)) {
      throw new LifecycleError("INVALID_INPUT", "This is no id of a webhook subscription.", { system: "preservica" });
    }
    await this.#gateway.send({ method: "DELETE", path: `${PATH}/${id}`, expect: "any", allow: [404] });
  }
}

const PATH = "/api/webhook/subscriptions";
/** Stands before the body in what an event's signature signs. */
const EVENT_PREFIX = "preservica-webhook-auth";
/** What a random code is written in. The fact sheet shows no form; a body, which is JSON, has other signs as well. */
const CODE = /^[\w+/=.~-]{1,128}$/;

function subscription(value: unknown): WebhookSubscription {
  const given = record(value);
  return { id: text(given["id"]) ?? "", url: text(given["url"]) ?? "", trigger: text(given["triggerType"]) ?? "" };
}

/**
 * What the receiver answers to a challenge. Anybody may send one, and the answer signs it with the very secret that
 * signs events: a code that reads like what an event signs would buy a signature for a forged event. Pure.
 *
 * @returns undefined for what is no challenge
 */
export function challengeAnswer(
  code: string,
  secret: string,
): { challengeCode: string; challengeResponse: string } | undefined {
  if (!CODE.test(code) || code.startsWith(EVENT_PREFIX)) return undefined;
  return { challengeCode: code, challengeResponse: createHmac("sha256", secret).update(code).digest("hex") };
}

/** Was this very body signed with the subscription's secret? Compared in constant time. Pure. */
export function isSignedEvent(body: Uint8Array, signature: string, secret: string): boolean {
  const wanted = createHmac("sha256", secret).update(EVENT_PREFIX).update(body).digest("hex");
  return sameText(signature.toLowerCase(), wanted);
}
