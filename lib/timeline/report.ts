import { LifecycleError } from "../messages/error.js";
import { offsetAt } from "../retention/zone.js";
import type { AssetIdentity, JobState, LifecycleStore, RunCounts, RunState, StoredEvent } from "../store/types.js";
import { type Gap, gapsOf } from "./gaps.js";
import { type Place, placesOf } from "./location.js";

/** An event for people: with the local time beside UTC, and whose clock told it. */
export interface TimelineEntry extends StoredEvent {
  clock: string;
  /** `at` with the offset of the zone asked for. */
  local: string;
}

/** All that the store knows of one asset. */
export interface AssetReport {
  asset: string;
  ids: Omit<AssetIdentity, "assetKey">[];
  location: Place[];
  timeline: TimelineEntry[];
  /** What the timeline leaves open. */
  gaps: Gap[];
  /** How many jobs of the asset are in each state. */
  jobs: Partial<Record<JobState, number>>;
  /** Runs in which the asset took part, newest first; a pruned run keeps its id only. */
  runs: { id: string; node?: string; state?: RunState; started?: string }[];
}

/** How one run stands. */
export interface RunReport {
  run: string;
  state: RunState;
  node: string;
  started: string;
  counts: RunCounts;
}

/** More events or jobs than these of one asset are left out, the newest last. */
const MOST = 10_000;
const MOST_JOBS = 1000;

/**
 * The one asset key among those that carry an id.
 *
 * @throws LifecycleError CONFLICT when several assets carry it
 */
export function keyAmong(id: string, identities: readonly AssetIdentity[]): string | undefined {
  const keys = [...new Set(identities.map(({ assetKey }) => assetKey))];
  const [only, ...others] = keys.includes(id) ? [id] : keys;
  if (others.length === 0) return only;
  throw new LifecycleError("CONFLICT", `Several assets carry the id "${id}": ${keys.join(", ")}. Ask by asset key.`, {
    details: { keys },
  });
}

/**
 * The key of the asset that carries an id in any system, or that has this key.
 *
 * @throws LifecycleError CONFLICT when several assets carry the id
 */
export async function assetWith(store: LifecycleStore, id: string): Promise<string | undefined> {
  const key = keyAmong(id, await store.find(id));
  if (key !== undefined) return key;
  return (await store.timeline(id, 1)).length > 0 ? id : undefined;
}

/** Everything about an asset by its key. @param zone IANA zone for local times */
export async function reportOf(store: LifecycleStore, asset: string, zone: string): Promise<AssetReport> {
  const [identities, events, jobs] = await Promise.all([
    store.find(asset),
    store.timeline(asset, MOST),
    store.jobs({ assetKey: asset, limit: MOST_JOBS }),
  ]);
  const own = identities.filter(({ assetKey }) => assetKey === asset);
  const states: AssetReport["jobs"] = {};
  for (const { state } of jobs) states[state] = (states[state] ?? 0) + 1;
  const ids = new Set([
    ...jobs.map(({ run }) => run),
    ...events.flatMap(({ run }) => (run === undefined ? [] : [run])),
  ]);
  const runs = await Promise.all([...ids].map(async (id) => ({ id, known: await store.run(id) })));
  return {
    asset,
    ids: own.map(({ system, connection, id }) => ({ system, connection, id })),
    location: placesOf(own, events),
    timeline: events.map((event) => entryOf(event, zone)),
    gaps: gapsOf(events),
    jobs: states,
    runs: runs
      .sort((a, b) => (b.known?.started ?? 0) - (a.known?.started ?? 0))
      .map(({ id, known }) =>
        known === undefined
          ? { id }
          : {
              id,
              node: known.nodeName || known.nodeType,
              state: known.state,
              started: new Date(known.started).toISOString(),
            },
      ),
  };
}

/** Counts by state of a run; undefined when the store does not know it (any more). */
export async function runReportOf(store: LifecycleStore, id: string): Promise<RunReport | undefined> {
  const run = await store.run(id);
  if (run === undefined) return undefined;
  const counts = await store.counts(id);
  const started = new Date(run.started).toISOString();
  return { run: id, state: run.state, node: run.nodeName || run.nodeType, started, counts };
}

function entryOf(event: StoredEvent, zone: string): TimelineEntry {
  return { ...event, clock: event.clock ?? "host", local: localTime(event.at, zone) };
}

/** An ISO instant as the zone's clocks show it, with their offset. Text that is no instant stays as it is. */
export function localTime(instant: string, zone: string): string {
  const at = Date.parse(instant);
  if (Number.isNaN(at)) return instant;
  const offset = offsetAt(at, zone);
  const minutes = Math.round(Math.abs(offset) / 60_000);
  const two = (value: number): string => String(value).padStart(2, "0");
  const sign = offset < 0 ? "-" : "+";
  const shown = new Date(at + offset).toISOString().slice(0, -1);
  return `${shown}${sign}${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`;
}
