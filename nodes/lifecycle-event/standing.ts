import { canonicalJson } from "../../lib/store/chain.js";
import type { JsonObject, LifecycleEvent, StoredEvent } from "../../lib/store/types.js";

/** Name of the detail that says what was stated before. */
const WAS = "was";

/** What there is to write of a state that is told again and again: the change with what it was before, or nothing. */
export type Told = { write: LifecycleEvent } | { stands: StoredEvent };

/**
 * Holds a stated event against the last one of its type. The same detail and outcome stand already; so does what is
 * older than what is known, as a message that comes late is. Pure.
 */
export function againstKnown(event: LifecycleEvent, known: readonly StoredEvent[]): Told {
  const last = known
    .filter(({ type }) => type === event.type)
    .reduce<StoredEvent | undefined>(
      (latest, one) =>
        latest === undefined || one.at > latest.at || (one.at === latest.at && one.seq > latest.seq) ? one : latest,
      undefined,
    );
  if (last === undefined) return { write: event };
  const [said, before] = [statedIn(event), statedIn(last)];
  const same = last.outcome === event.outcome && canonicalJson(said) === canonicalJson(before);
  if (same || event.at < last.at) return { stands: last };
  return { write: { ...event, detail: { ...said, [WAS]: before } } };
}

function statedIn({ detail = {} }: LifecycleEvent): JsonObject {
  return Object.fromEntries(Object.entries(detail).filter(([name]) => name !== WAS));
}
