import type { AssetIdentity, StoredEvent } from "../store/types.js";
import { premisType } from "./event-words.js";

/** One place where an asset is, or was. */
export interface Place {
  system: string;
  connection: string;
  ids: string[];
  /** `released`: a copy given up; `destroyed`: the record ended there. */
  state: "present" | "released" | "destroyed";
  /** ISO instant since which it is there (or no longer); absent when no event tells: then it is only known. */
  since?: string;
  /** The event that says so. */
  because?: { seq: number; type: string; basis: string; agent: string };
}

/** How much an event proves that the asset came to a system: the strongest one known dates the place. */
const ARRIVALS = ["accession", "ingestion end", "replication", "transfer", "creation"] as const;

/**
 * Tells where an asset is by the ids that systems gave it and by its events. Only successful events count; what no
 * event dates has no date. Pure.
 */
export function placesOf(identities: readonly AssetIdentity[], events: readonly StoredEvent[]): Place[] {
  const places = new Map<string, Place>();
  for (const { system, connection, id } of identities) {
    const key = `${system}:${connection}`;
    const place = places.get(key) ?? { system, connection, ids: [], state: "present" };
    if (!place.ids.includes(id)) place.ids.push(id);
    places.set(key, place);
  }
  return [...places.values()].map((place) => dated(place, events));
}

function dated(place: Place, events: readonly StoredEvent[]): Place {
  const here = events
    .filter(
      ({ outcome, system }) =>
        outcome === "success" && (system === place.system || system === `${place.system}:${place.connection}`),
    )
    .sort((a, b) => (a.at === b.at ? a.seq - b.seq : a.at < b.at ? -1 : 1));
  const arrived = arrival(here);
  const left = here.findLast((event) => hasLeft(event));
  const remains = place.ids.filter((id) => isTakenInAlone(id, here) && !here.some((event) => hasLeft(event, id)));
  if (left !== undefined && remains.length > 0) {
    const kept = arrival(here.filter(({ object }) => object !== undefined && remains.includes(object)));
    return kept === undefined ? place : { ...place, since: kept.at, because: reasonOf(kept) };
  }
  if (left !== undefined && (arrived === undefined || left.seq > arrived.seq)) {
    const state = premisType(left.type) === "deletion" ? "destroyed" : "released";
    return { ...place, state, since: left.at, because: reasonOf(left) };
  }
  return arrived === undefined ? place : { ...place, since: arrived.at, because: reasonOf(arrived) };
}

/** Archives keep each version as an asset of its own: that one is destroyed says nothing of another. */
function isTakenInAlone(id: string, events: readonly StoredEvent[]): boolean {
  return events.some(
    ({ type, object }) => object === id && ["accession", "ingestion end"].includes(premisType(type) ?? ""),
  );
}

/** @param id only when the event names it, or names nothing */
function hasLeft({ type, object }: StoredEvent, id?: string): boolean {
  const of = id === undefined || object === undefined || object === id;
  return of && ["deaccession", "deletion"].includes(premisType(type) ?? "");
}

/** The last arrival of the strongest kind. */
function arrival(events: readonly StoredEvent[]): StoredEvent | undefined {
  for (const kind of ARRIVALS) {
    const found = events.findLast(({ type }) => premisType(type) === kind);
    if (found !== undefined) return found;
  }
  return undefined;
}

function reasonOf({ seq, type, basis, agent }: StoredEvent): NonNullable<Place["because"]> {
  return { seq, type, basis, agent };
}
