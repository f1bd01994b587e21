import { LifecycleError } from "../../messages/error.js";
import type { PreservicaClient } from "../client.js";
import { atLeast } from "../gateway.js";
import type { Verdict } from "./types.js";

/** Two back ends of one thing: the legal-hold API (servers from 9.1), a policy with a reserved name before (RECORDS rule 3). */
export async function judgeHoldOn(
  client: PreservicaClient,
  ref: string,
  { matter, create }: { matter: string; create: boolean },
): Promise<Verdict> {
  return (await hasHolds(client))
    ? await nativeOn(client, ref, matter, create)
    : await policyOn(client, ref, matter, create);
}

async function nativeOn(client: PreservicaClient, ref: string, matter: string, create: boolean): Promise<Verdict> {
  const hold = await client.governance.holdByName(matter);
  if (hold === undefined && !create) throw noHold(`Preservica has no legal hold "${matter}".`, ref);
  if (hold !== undefined && (await client.retention.holdRefs(ref)).includes(hold.ref)) return { state: "so" };
  const start = async () => {
    const known = hold ?? (await client.governance.createHold(matter, `Put on by a flow`));
    await client.governance.putHold(ref, known.ref);
    return {};
  };
  return { state: "write", what: `legal hold ${matter} on`, start };
}

async function policyOn(client: PreservicaClient, ref: string, matter: string, create: boolean): Promise<Verdict> {
  const name = `${client.assumptions.holdPolicyPrefix}${matter}`;
  const policy = await client.retention.policyByName(name);
  if (policy === undefined && !create)
    throw noHold(`Preservica has no retention policy "${name}" to stand for the hold.`, ref);
  if (policy !== undefined && policy.restriction !== client.assumptions.holdPolicyRestriction) {
    throw new LifecycleError("REFUSED", `The policy "${name}" does not forbid deletion, so it holds nothing.`, {
      system: "preservica",
      details: { ref },
    });
  }
  if (policy !== undefined && (await client.retention.assignments(ref)).some((one) => one.policy === policy.ref)) {
    return { state: "so" };
  }
  const start = async () => {
    if (policy === undefined) await client.governance.createHoldPolicy(matter);
    const known = policy ?? (await client.retention.policyByName(name));
    if (known === undefined) throw noHold(`Preservica did not keep the policy "${name}".`, ref);
    await client.retention.assign(ref, known.ref);
    return {};
  };
  return { state: "write", what: `hold policy ${name} on`, start };
}

/** Takes this matter's hold off, in both back ends; the holds of other matters stay. */
export async function judgeHoldOff(client: PreservicaClient, ref: string, matter: string): Promise<Verdict> {
  const native = (await hasHolds(client)) ? await client.governance.holdByName(matter) : undefined;
  const holds = native === undefined ? [] : (await client.retention.holdRefs(ref)).filter((one) => one === native.ref);
  const policy = await client.retention.policyByName(`${client.assumptions.holdPolicyPrefix}${matter}`);
  const assigned = await client.retention.assignments(ref);
  const policies = policy === undefined ? [] : assigned.filter((one) => one.policy === policy.ref);
  if (holds.length + policies.length === 0) return { state: "so" };
  const start = async () => {
    for (const hold of holds) await client.governance.liftHold(ref, hold);
    for (const { apiId } of policies) await client.governance.unassign(ref, apiId);
    return {};
  };
  return { state: "write", what: `legal hold ${matter} off`, start };
}

async function hasHolds(client: PreservicaClient): Promise<boolean> {
  return atLeast(await client.serverVersion(), client.assumptions.legalHoldsSince);
}

function noHold(message: string, ref: string): LifecycleError {
  return new LifecycleError("NOT_FOUND", `${message} Have it made, or let the node make it.`, {
    system: "preservica",
    details: { ref },
  });
}
