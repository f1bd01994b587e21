import type { StoredEvent } from "../store/types.js";
import { premisType } from "./event-words.js";

/** Type of the event that a watch writes when it finds a change after a silence: of several changes only the last is known. */
export const NOT_WATCHED = "not watched";

/** Something that the timeline does not tell, and that is known to be missing. */
export interface Gap {
  /**
   * `before`: nothing tells how the asset began. `versions`: there must have been versions of which no event tells.
   * `not-watched`: nobody looked, so changes in between may be unknown. `erased`: what events said was erased.
   */
  kind: "before" | "versions" | "not-watched" | "erased";
  /** ISO instants between which something is unknown; absent where no event bounds it. */
  from?: string;
  to?: string;
  versions?: number[];
  /** Places of erased events. */
  seqs?: number[];
  /** A sentence for people. */
  says: string;
}

/** Versions above this number are of a system that does not count them one by one. */
const MOST_VERSIONS = 1000;

/** What a timeline leaves open, by its own events. Nothing is guessed: a gap without bounds has none. Pure. */
export function gapsOf(events: readonly StoredEvent[]): Gap[] {
  return [...before(events), ...versions(events), ...notWatched(events), ...erased(events)];
}

function before(events: readonly StoredEvent[]): Gap[] {
  const [first, ...more] = events.map(({ at }) => at);
  if (first === undefined || events.some(({ type }) => premisType(type) === "creation")) return [];
  const to = more.reduce((earliest, at) => (at < earliest ? at : earliest), first);
  return [{ kind: "before", to, says: `Nothing tells how the asset began; the first event is of ${to}.` }];
}

function versions(events: readonly StoredEvent[]): Gap[] {
  const told = new Set(
    events.flatMap(({ assetVersion = "" }) => (/^[1-9]\d{0,8}$/.test(assetVersion) ? [Number(assetVersion)] : [])),
  );
  const newest = Math.max(0, ...told);
  if (newest > MOST_VERSIONS) return [];
  const missing = Array.from({ length: newest }, (_unused, index) => index + 1).filter((version) => !told.has(version));
  if (missing.length === 0) return [];
  const which = missing.length === 1 ? "version" : "versions";
  return [{ kind: "versions", versions: missing, says: `No event tells of ${which} ${missing.join(", ")}.` }];
}

function notWatched(events: readonly StoredEvent[]): Gap[] {
  return events.flatMap(({ type, detail }) => {
    const { from, to } = detail ?? {};
    if (type !== NOT_WATCHED || typeof from !== "string" || typeof to !== "string") return [];
    const says = `Nobody watched from ${from} to ${to}; of several changes in between only the last is known.`;
    return [{ kind: "not-watched" as const, from, to, says }];
  });
}

function erased(events: readonly StoredEvent[]): Gap[] {
  const seqs = events.filter((event) => event.erased === true).map(({ seq }) => seq);
  if (seqs.length === 0) return [];
  const which = seqs.length === 1 ? "event" : "events";
  return [{ kind: "erased", seqs, says: `What ${which} ${seqs.join(", ")} said was erased.` }];
}
