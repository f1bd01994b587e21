import { createHmac, randomUUID } from "node:crypto";
import { request as httpRequest } from "node:http";
import { request as httpsRequest } from "node:https";
import type { SandboxContext, SandboxState } from "../../kernel/types.js";
import { TENANT } from "../access/users.js";
import type { Entity } from "../model.js";

export const TRIGGERS = [
  "MOVED",
  "FULL_TEXT_INDEXED",
  "CHANGED_SECURITY_DESCRIPTOR",
  "INGEST_FAILED",
  "CHANGE_ASSET_VISIBILITY",
] as const;
export type Trigger = (typeof TRIGGERS)[number];

export interface Subscription {
  id: string;
  url: string;
  triggerType: Trigger;
  secret: string;
  includeIdentifiers: boolean;
}
export interface Delivery {
  subscription: string;
  trigger: Trigger;
  at: string;
  /** HTTP status of the receiver, or why nothing came back. */
  outcome: string;
}

const RECEIVER_TIMEOUT_MS = 10_000;

/** Subscriptions and their deliveries. An event is sent once; a receiver that is away misses it. */
export class Webhooks {
  readonly deliveries: Delivery[] = [];
  private readonly underWay = new AbortController();

  private constructor(
    private readonly context: SandboxContext,
    private readonly state: SandboxState<Record<string, Subscription>>,
  ) {}

  static async open(context: SandboxContext): Promise<Webhooks> {
    return new Webhooks(context, await context.state<Record<string, Subscription>>("webhooks", () => ({})));
  }

  subscriptions(): Subscription[] {
    return Object.values(this.state.value);
  }

  async add(subscription: Subscription): Promise<void> {
    await this.state.update((value) => (value[subscription.id] = subscription));
  }

  /** @returns false when there is no such subscription */
  async remove(id: string): Promise<boolean> {
    if (!Object.hasOwn(this.state.value, id)) return false;
    await this.state.update((value) => delete value[id]);
    return true;
  }

  /** Sends the challenge of a new subscription. @returns undefined when it was met, else why not */
  async challenge(url: string, secret: string): Promise<string | undefined> {
    const challengeCode = randomUUID();
    const target = new URL(url);
    target.searchParams.set("challengeCode", challengeCode);
    try {
      const answer = await post(target, {}, "", this.underWay.signal);
      const wanted = createHmac("sha256", secret).update(challengeCode).digest("hex");
      const said: unknown = JSON.parse(answer.body);
      const met =
        typeof said === "object" &&
        said !== null &&
        "challengeCode" in said &&
        said.challengeCode === challengeCode &&
        "challengeResponse" in said &&
        said.challengeResponse === wanted;
      return answer.status === 200 && met
        ? undefined
        : `the receiver answered ${answer.status} without the right challengeResponse`;
    } catch (error) {
      return `the receiver did not answer the challenge: ${error instanceof Error ? error.message : String(error)}`;
    }
  }

  /** Tells the subscribers of a trigger; does not wait for them. */
  notify(trigger: Trigger, entities: readonly Entity[]): void {
    for (const subscription of this.subscriptions().filter((candidate) => candidate.triggerType === trigger)) {
      void this.deliver(subscription, entities);
    }
  }

  close(): void {
    this.underWay.abort();
  }

  private async deliver(subscription: Subscription, entities: readonly Entity[]): Promise<void> {
    const timestamp = this.context.clock.now().toISOString();
    const events = entities.map((entity) => ({
      entityType: entity.type,
      entityRef: entity.ref,
      ...(subscription.includeIdentifiers
        ? { identifiers: entity.identifiers.map((identifier) => ({ [identifier.type]: identifier.value })) }
        : {}),
    }));
    const body = JSON.stringify({
      subscriptionId: subscription.id,
      tenant: TENANT,
      trigger: subscription.triggerType,
      timestamp,
      events,
    });
    const signature = createHmac("sha256", subscription.secret).update(`preservica-webhook-auth${body}`).digest("hex");
    const outcome = await post(
      new URL(subscription.url),
      { "preservica-signature": signature, "content-type": "application/json" },
      body,
      this.underWay.signal,
    ).then(
      (answer) => String(answer.status),
      (error: unknown) => (error instanceof Error ? error.message : String(error)),
    );
    this.deliveries.push({ subscription: subscription.id, trigger: subscription.triggerType, at: timestamp, outcome });
    if (this.deliveries.length > 1000) this.deliveries.shift();
    this.context.changed();
  }
}

/** POST with a chunked body, as the vendor sends it. */
function post(
  url: URL,
  headers: Record<string, string>,
  body: string,
  signal: AbortSignal,
): Promise<{ status: number; body: string }> {
  return new Promise((resolve, reject) => {
    const send = url.protocol === "https:" ? httpsRequest : httpRequest;
    const request = send(
      url,
      { method: "POST", headers: { ...headers, "transfer-encoding": "chunked" }, signal, timeout: RECEIVER_TIMEOUT_MS },
      (response) => {
        let text = "";
        response.setEncoding("utf8");
        response.on("data", (chunk: string) => (text += chunk.slice(0, 100_000)));
        response.on("end", () => resolve({ status: response.statusCode ?? 0, body: text }));
        response.on("error", reject);
      },
    );
    request.on("timeout", () => request.destroy(new Error("no answer in time")));
    request.on("error", reject);
    request.end(body);
  });
}
