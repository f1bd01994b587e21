import { createHash } from "node:crypto";
import { LifecycleError } from "../../lib/messages/error.js";
import { holdsOf, type PreservicaClient } from "../../lib/preservica/index.js";
import type { LifecycleStore } from "../../lib/store/types.js";

/** Days after which nobody's approval is good any more. */
const DAYS = 7;
const DAY_MS = 86_400_000;

/** One hold on one asset. */
export interface Lift {
  ref: string;
  matter: string;
}

/**
 * A signed-in person approves that a hold is lifted. It speaks of the holds as they are now, and lapses when they change.
 *
 * @param agent `user:<name>` as Node-RED itself tells it; nobody else can approve (RECORDS rules 1 and 2)
 */
export async function approveLift(
  store: LifecycleStore,
  client: PreservicaClient,
  lift: Lift,
  agent: string,
  reason: string,
): Promise<{ until: string }> {
  if (!agent.startsWith("user:")) {
    throw new LifecycleError(
      "DENIED",
      "Only a signed-in person approves the lifting of a hold: set adminAuth in Node-RED's settings.",
    );
  }
  if (reason.trim() === "") throw new LifecycleError("INVALID_INPUT", "Say why the hold is to be lifted.");
  const matters = await mattersNow(client, lift.ref);
  if (!matters.includes(lift.matter)) {
    throw new LifecycleError(
      "CONFLICT",
      `The asset is not on legal hold for ${lift.matter}, so there is nothing to lift.`,
    );
  }
  const until = new Date(Date.now() + DAYS * DAY_MS).toISOString();
  await store.setCursor(nameOf(client, lift), { agent, reason, matters, until, job: "" });
  return { until };
}

/** The approval that covers this lift, bound to this job. @throws LifecycleError REFUSED */
export async function takeApproval(
  store: LifecycleStore,
  client: PreservicaClient,
  lift: Lift,
  job: string,
): Promise<{ agent: string; reason: string }> {
  const name = nameOf(client, lift);
  const kept = await store.cursor(name);
  const no = (why: string): LifecycleError =>
    new LifecycleError(
      "REFUSED",
      `A person lifts a hold: ${why}. A signed-in user approves it with POST content-lifecycle/preservica-govern/<id of the node>/lifts {"ref","matter","reason"}, then the job is replayed.`,
      {
        system: "preservica",
        details: { ...lift },
      },
    );
  if (kept === undefined) throw no(`nobody has approved lifting ${lift.matter}`);
  if (kept["job"] !== "" && kept["job"] !== job) throw no("the approval was used");
  if (String(kept["until"]) <= new Date().toISOString()) throw no("the approval has lapsed");
  const now = await mattersNow(client, lift.ref);
  // The job's own first attempt may have lifted it already.
  const same = JSON.stringify(now) === JSON.stringify(kept["matters"]);
  if (!same && kept["job"] !== job) throw no("the holds have changed since the approval");
  await store.setCursor(name, { ...kept, job });
  return { agent: String(kept["agent"]), reason: String(kept["reason"]) };
}

async function mattersNow(client: PreservicaClient, ref: string): Promise<string[]> {
  const answer = await holdsOf(client, ref, ref);
  if (answer.state === "unknown") {
    throw new LifecycleError("DENIED", `Which holds there are cannot be asked: ${answer.why}.`, {
      system: "preservica",
    });
  }
  return answer.state === "held" ? [...answer.matters].sort() : [];
}

function nameOf(client: PreservicaClient, { ref, matter }: Lift): string {
  const digest = createHash("sha256")
    .update(JSON.stringify([client.connection, ref, matter]))
    .digest("hex");
  return `preservica-lift:${digest}`;
}
