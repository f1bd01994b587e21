import { createHash } from "node:crypto";
import { LifecycleError } from "../messages/error.js";
import { canonicalJson } from "./chain.js";
import type { Approval, ApprovalSignature, JsonObject } from "./types.js";

/** Persons who must approve, none of them the requester (RECORDS.md 2). */
export const APPROVERS = 2;

/** Digest of a frozen list: what an approval signs. */
export function listDigest(list: JsonObject): string {
  return createHash("sha256").update(canonicalJson(list), "utf8").digest("hex");
}

/** What a person does with a list. */
export interface Act {
  /** The signed-in user, as Node-RED's own authentication names them. */
  agent: string;
  /** Digest of the list that they saw. */
  digest: string;
  reason: string;
  /** ISO instant. */
  at: string;
}

/**
 * A person asks for the destruction of the list. Pure.
 *
 * @throws LifecycleError DENIED (nobody signed in), CONFLICT (another list, not open any more), INVALID_INPUT (no reason)
 */
export function requested(approval: Approval, act: Act): Approval {
  const signature = signed(approval, act);
  if (approval.state !== "proposed")
    throw conflict(`This list is ${approval.state}; only a proposed one can be requested.`);
  return { ...approval, state: "requested", requester: signature };
}

/**
 * A person approves: neither the requester nor somebody who approved before; the second approval completes it. Pure.
 *
 * @throws LifecycleError as `requested`
 */
export function approved(approval: Approval, act: Act): Approval {
  const signature = signed(approval, act);
  mustWait(approval, "approved");
  if (sameAgent(approval.requester?.agent, act.agent)) throw denied("Who asked for the destruction cannot approve it.");
  if (approval.approvals.some(({ agent }) => sameAgent(agent, act.agent))) {
    throw denied("You approved this list before; the second approval needs another person.");
  }
  const approvals = [...approval.approvals, signature];
  return { ...approval, approvals, state: approvals.length >= APPROVERS ? "approved" : "requested" };
}

/** A person rejects; that ends the list. Pure. @throws LifecycleError as `requested` */
export function rejected(approval: Approval, act: Act): Approval {
  const signature = signed(approval, act);
  if (approval.state !== "proposed") mustWait(approval, "rejected");
  return { ...approval, state: "rejected", rejection: signature };
}

function signed(approval: Approval, { agent, digest, reason, at }: Act): ApprovalSignature {
  if (!agent.startsWith("user:")) {
    throw denied(
      "Nobody is signed in: approvals need adminAuth in Node-RED's settings, so that people can be told apart.",
    );
  }
  if (reason.trim() === "") throw new LifecycleError("INVALID_INPUT", "Give a reason; it stands on the certificate.");
  if (digest !== approval.digest)
    throw conflict("The list has changed since you saw it: look at it again, then decide.");
  return { agent, at, reason: reason.trim() };
}

function mustWait({ state }: Approval, verb: string): void {
  if (state === "proposed") throw conflict("Nobody has asked for this destruction yet; request it first.");
  if (state !== "requested") throw conflict(`This list is ${state} already; it cannot be ${verb}.`);
}

/** User names that differ in case only may be one account. */
function sameAgent(one: string | undefined, other: string): boolean {
  return one?.toLowerCase() === other.toLowerCase();
}
function denied(message: string): LifecycleError {
  return new LifecycleError("DENIED", message);
}
function conflict(message: string): LifecycleError {
  return new LifecycleError("CONFLICT", message, { retryable: false });
}
