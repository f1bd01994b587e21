import type { SandboxAnswer } from "../../kernel/types.js";
import { ASSUMPTIONS } from "../assumptions.js";
import type { Call } from "../http/call.js";
import { badRequest, jsonAnswer, noContent, notFound, Refusal, undocumented } from "../http/refusal.js";
import { route, type Route } from "../http/router.js";
import { newApiId } from "../ids.js";
import { TRIGGERS, type Subscription, type Trigger } from "./webhooks.js";

/** Webhook API, below `/api`. @see developers.preservica.com, blog on webhooks; pyPreservica webHooksAPI */
export const WEBHOOK_ROUTES: readonly Route[] = [
  route(
    "GET",
    "webhook/subscriptions",
    (call) => (call.need("manage"), jsonAnswer(call.archive.webhooks.subscriptions().map(shown))),
  ),
  route("POST", "webhook/subscriptions", subscribe),
  route("DELETE", "webhook/subscriptions/:id", async (call) => {
    call.need("manage");
    if (!(await call.archive.webhooks.remove(call.param("id")))) throw notFound("the subscription");
    return noContent();
  }),
];

const FIELDS = ["url", "triggerType", "secret", "includeIdentifiers"];

async function subscribe(call: Call): Promise<SandboxAnswer> {
  call.need("manage");
  const body = await jsonBody(call);
  for (const name of Object.keys(body))
    if (!FIELDS.includes(name)) throw undocumented(400, `field ${name} is not documented`);
  const { url, triggerType, secret, includeIdentifiers = false } = body;
  if (typeof url !== "string" || !URL.canParse(url)) throw badRequest("url is missing or no URL");
  if (typeof secret !== "string" || secret === "") throw badRequest("secret is missing");
  if (!isTrigger(triggerType)) throw badRequest(`triggerType ${String(triggerType)} is not known`);
  const subscription: Subscription = {
    id: newApiId(),
    url,
    triggerType,
    secret,
    includeIdentifiers: includeIdentifiers === true || includeIdentifiers === "true",
  };
  const refusal = await call.archive.webhooks.challenge(url, secret);
  if (refusal !== undefined) throw new Refusal(ASSUMPTIONS.challengeFailedStatus, refusal);
  await call.archive.webhooks.add(subscription);
  return jsonAnswer(shown(subscription));
}

function shown({ id, url, triggerType, includeIdentifiers }: Subscription): Record<string, unknown> {
  return { id, url, triggerType, includeIdentifiers };
}

function isTrigger(value: unknown): value is Trigger {
  return TRIGGERS.some((trigger) => trigger === value);
}

async function jsonBody(call: Call): Promise<Record<string, unknown>> {
  try {
    const body: unknown = JSON.parse(await call.request.text(100_000));
    if (typeof body === "object" && body !== null && !Array.isArray(body))
      return Object.fromEntries(Object.entries(body));
  } catch {
    throw badRequest("the body is not JSON");
  }
  throw badRequest("the body is no JSON object");
}
