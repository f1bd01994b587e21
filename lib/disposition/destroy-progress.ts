import type { Destruction } from "../systems/disposal.js";
import { copiesAt, type FrozenCopy } from "./destroy-frozen.js";
import type { DestroyJob, Place } from "./destroy-look.js";
import type { AskedHold } from "./holds.js";
import type { Approval } from "../store/types.js";

/** Kept when the act begins: under which approval, what systems said about holds then, and whether it was broken off. */
export type Begun = { approval: string; holds: string; over: boolean };

/** What the certificate says of a place whose copies are destroyed. */
export type Ended = { method: string; confirmed: string; notReached: string[] };
/** A copy of the list that is destroyed, and how. */
export type EndedCopy = { copy: FrozenCopy; how: Ended };

/** Keeps that the destruction in a place is over: it is not begun there again, whatever a person puts back. */
export async function keepEnd(
  job: Pick<DestroyJob, "save">,
  begun: Begun,
  place: Place,
  { method, confirmed, notReached }: Extract<Destruction, { state: "gone" }>,
): Promise<void> {
  await job.save(endStep(begun, place), { method, confirmed, notReached });
}

export function endedIn(job: Pick<DestroyJob, "checkpoint">, begun: Begun, place: Place): Ended | undefined {
  return job.checkpoint<Ended>(endStep(begun, place));
}

/** The copies of the list in places where the destruction is over. */
export function endedCopies(
  job: Pick<DestroyJob, "checkpoint">,
  begun: Begun,
  approval: Approval,
  places: readonly Place[],
): EndedCopy[] {
  return places.flatMap((place) => {
    const how = endedIn(job, begun, place);
    return how === undefined ? [] : copiesAt(place, approval.list).map((copy) => ({ copy, how }));
  });
}

/** Keeps what systems said about holds; of each place the last answer counts, for what is gone is not asked any more. */
export async function keepHolds(job: DestroyJob, begun: Begun, answers: readonly AskedHold[]): Promise<void> {
  if (answers.length === 0) return;
  const last = new Map(
    [...lastHolds(job, begun), ...answers].map((one) => [`${one.system} ${one.connection} ${one.id}`, one]),
  );
  await job.save(holdStep(begun), { asked: JSON.stringify([...last.values()]) });
}

/** What each system said about holds when it was asked last. */
export function lastHolds(job: Pick<DestroyJob, "checkpoint">, begun: Begun): AskedHold[] {
  const asked = job.checkpoint<{ asked: string }>(holdStep(begun))?.asked ?? begun.holds;
  return JSON.parse(asked) as AskedHold[];
}

function endStep({ approval }: Begun, { known }: Place): string {
  return `ended ${approval} ${known.system} ${known.connection} ${known.id}`;
}
function holdStep({ approval }: Begun): string {
  return `holds ${approval}`;
}
