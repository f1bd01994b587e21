import type { SystemName } from "../messages/asset.js";
import type { CustodyState, RecordCopy } from "../systems/disposal.js";
import { type Decision, decisionFrom, type Reason, reason } from "./decision.js";
import type { AskedHold } from "./holds.js";
import { holdReasons, signedInReasons } from "./may-release.js";

/** The copies of a record in one place. */
export interface PlaceCopies {
  system: SystemName;
  connection: string;
  copies: RecordCopy[];
  /** This package may destroy there, and the node is set so. */
  destroyable: boolean;
}

/** Everything that a destruction is decided from, before people are asked. */
export interface DestroyFacts {
  signedIn: boolean;
  /** Of every place that still has a copy. */
  holds: readonly AskedHold[];
  places: readonly PlaceCopies[];
  /** What the governing system states of each official copy. */
  governing: readonly CustodyState[];
}

/**
 * May people be asked to destroy the record? (RECORDS.md 1, 2) Pure; tells every reason against. That a verified copy
 * exists is never a reason to destroy.
 */
export function mayDestroy({ signedIn, holds, places, governing }: DestroyFacts): Decision {
  const kept = places.filter(({ copies }) => copies.some(({ state }) => state === "kept"));
  if (kept.length === 0) {
    return decisionFrom([
      ...signedInReasons(signedIn),
      reason("nothing-to-destroy", "No system keeps a copy of this record any more."),
    ]);
  }
  return decisionFrom([
    ...signedInReasons(signedIn),
    ...holdReasons(holds),
    ...expiryReasons(governing),
    ...kept
      .filter(({ destroyable }) => !destroyable)
      .map(({ system, connection }) =>
        reason(
          "copy-not-destroyable",
          `The copy in ${system} "${connection}" cannot be destroyed: the node is not set to do so.`,
        ),
      ),
  ]);
}

/** Expired as the governing system states it; never calculated here (RECORDS.md 11). */
function expiryReasons(governing: readonly CustodyState[]): Reason[] {
  const official = governing.filter(({ state }) => state === "kept");
  if (official.length === 0) {
    return [
      reason("no-governing-system", "No archive keeps the official copy, so none states that its retention ended."),
    ];
  }
  return official.flatMap(({ id, retention }) => {
    if (retention.length === 0) {
      return [
        reason("retention-not-expired", `The official copy ${id} has no retention policy that could have ended.`),
      ];
    }
    return retention
      .filter(({ expired }) => !expired)
      .map(({ policy, permanent, start }) =>
        reason(
          "retention-not-expired",
          permanent
            ? `The official copy ${id} is kept for good by "${policy}".`
            : `"${policy}" of the official copy ${id} has not expired (${start === undefined ? "its clock does not run" : `counts from ${start}`}).`,
        ),
      );
  });
}
