import type { JsonObject } from "./json.js";

/**
 * `proposed`: a frozen list that nobody asked for yet. `requested`: a person did; approvals are missing. `approved`: by
 * two other persons. `used`: the destruction has begun. `lapsed`: list, rule or hold changed before.
 */
export const APPROVAL_STATES = ["proposed", "requested", "approved", "used", "rejected", "lapsed"] as const;
export type ApprovalState = (typeof APPROVAL_STATES)[number];
export type ApprovalAct = "request" | "approve" | "reject";
/** What a person signed with: who, when, why. */
export interface ApprovalSignature {
  /** `user:<name>`, from Node-RED's own authentication. */
  agent: string;
  at: string;
  reason: string;
}
/** A frozen list that waits for people. */
export interface ApprovalProposal {
  job: string;
  assetKey: string;
  assetVersion: string;
  assetName: string;
  run: string;
  list: JsonObject;
  /** SHA-256 of the list's canonical JSON, hex: what approvals sign. */
  digest: string;
}
export interface Approval extends ApprovalProposal {
  id: string;
  state: ApprovalState;
  requester?: ApprovalSignature;
  approvals: ApprovalSignature[];
  rejection?: ApprovalSignature;
  /** Why it lapsed. */
  why?: string;
  created: string;
}
