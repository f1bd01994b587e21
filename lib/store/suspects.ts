import { chainHash } from "./chain.js";
import type { Finding } from "./findings.js";

/** An event that does not follow the one before it. */
export interface Suspect {
  /** Where it stands. */
  seq: number;
  /** Where it stands, less what the events were renumbered by. */
  place: number;
  assetKey: string;
  learnt: string;
  payloadDigest: string;
  hash: string;
}

/** Above this many neighbours in disorder their order is not searched: the work grows with the cube. */
const MOST_SEARCHED = 40;

/**
 * Tells what happened to events that stand together and do not follow each other. An event whose hash comes out right
 * at another place of the group was moved; one that fits nowhere was changed (or its neighbour before it was).
 *
 * @param before hash of the last event before the group that does follow
 */
export function judgeSuspects(group: readonly Suspect[], before: string | undefined): Finding[] {
  const [first] = group;
  const last = group.at(-1);
  if (first === undefined || last === undefined) return [];
  if (group.length > MOST_SEARCHED) {
    const message = `Events ${first.seq} to ${last.seq} do not follow each other: they were changed or reordered.`;
    return [{ kind: "changed", seq: first.seq, to: last.seq, message }];
  }
  const findings: Finding[] = [];
  for (const suspect of group) {
    const written = writtenAt(suspect, group, before);
    // At its own place after all: its neighbour was moved, not this one.
    if (written === suspect.place) continue;
    findings.push(written === undefined ? changed(suspect) : moved(suspect, written));
  }
  return findings.length > 0 ? findings : [changed(first)];
}

/** The place at which the event was written, by its hash; undefined when it fits nowhere in the group. */
function writtenAt(suspect: Suspect, group: readonly Suspect[], before: string | undefined): number | undefined {
  const hashes = group.map(({ hash }) => hash);
  const known = new Set(hashes);
  for (const { place } of group) {
    for (const previous of before === undefined ? hashes : [before, ...hashes]) {
      if (known.has(chainHash(previous, place, suspect.learnt, suspect.payloadDigest))) return place;
    }
  }
  return undefined;
}

function moved({ seq, assetKey }: Suspect, written: number): Finding {
  const message = `Event ${seq} was reordered: it was written as event ${written}.`;
  return { kind: "reordered", seq, assetKey, message };
}

function changed({ seq, assetKey }: Suspect): Finding {
  const message = `Event ${seq} does not follow event ${seq - 1}: one of the two was changed after it was written.`;
  return { kind: "changed", seq, assetKey, message };
}
