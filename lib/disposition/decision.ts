/** Why a disposal is refused. */
export const REASON_CODES = [
  "not-signed-in",
  "on-hold",
  "no-copy",
  "copy-not-verified",
  "source-changed",
  "retention-not-running",
  "retention-restarted",
  "retention-shorter",
  "newer-version",
  "version-not-archived",
  "checked-out",
  "shared",
  "linked",
  "already-deleted",
  "no-archive-folder",
  "no-governing-system",
  "retention-not-expired",
  "copy-not-destroyable",
  "nothing-to-destroy",
  "not-approved",
  "list-changed",
  "refused-by-system",
] as const;
export type ReasonCode = (typeof REASON_CODES)[number];

/** One reason against a disposal, and who can do something about it. */
export type Reason = { code: ReasonCode; text: string; decides: string };

/** A decision and all reasons against, not just the first. */
export interface Decision {
  allowed: boolean;
  reasons: Reason[];
}

const DECIDES: Record<ReasonCode, string> = {
  "not-signed-in": "administrator of Node-RED",
  "on-hold": "legal office",
  "no-copy": "archivist",
  "copy-not-verified": "archivist",
  "source-changed": "asset's owner and archivist",
  "retention-not-running": "archivist",
  "retention-restarted": "records manager",
  "retention-shorter": "records manager",
  "newer-version": "asset's owner",
  "version-not-archived": "archivist",
  "checked-out": "person who has it checked out",
  shared: "business owner",
  linked: "business owner",
  "already-deleted": "administrator of the source",
  "no-archive-folder": "administrator of the flow",
  "no-governing-system": "records manager",
  "retention-not-expired": "records manager",
  "copy-not-destroyable": "administrator of the flow",
  "nothing-to-destroy": "records manager",
  "not-approved": "records manager",
  "list-changed": "records manager",
  "refused-by-system": "administrator of that system",
};

export function reason(code: ReasonCode, text: string): Reason {
  return { code, text, decides: DECIDES[code] };
}

export function decisionFrom(reasons: readonly Reason[]): Decision {
  return { allowed: reasons.length === 0, reasons: [...reasons] };
}

/** All reasons in one sentence, for errors and job lists. */
export function wordsOf({ reasons }: Decision): string {
  return reasons.map(({ text }) => text).join(" ");
}
