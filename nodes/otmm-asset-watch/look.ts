import type { OtmmAsset, OtmmClient, OtmmCursor, OtmmQuery } from "../../lib/otmm/index.js";
import { NOT_WATCHED } from "../../lib/timeline/index.js";
import type { OwnEvent, WatchChange, WatchPage, WatchRound } from "../../lib/runtime/index.js";
import { changedByOthers } from "../shared/own-writes.js";
import type { OtmmAssetWatchConfig } from "./config.js";

/** Where a watch stands; dates are OTMM's own. */
type Cursor = {
  /** Everything up to this date was read, but for what the search index shows late. */
  since: string;
  /** Never looks behind this date: where the watch began. */
  floor?: string;
  /** Ids that had the date of the beginning already. */
  base?: string[];
  /** When the last look that was read to its end began, by this machine's clock. */
  looked?: string;
  /** The last time that nobody looked; what changed in it may show later still, when the search index is behind. */
  silence?: Silence;
  /** A listing that is under way, newest first, the newest date in it, when it began, and the first date held back. */
  sweep?: { listing: OtmmCursor; newest: string; began: string; held?: string };
};
/** Instants between which nobody looked. */
type Silence = { from: string; to: string };
/** What a listing tells apart by dates. */
interface Bounds {
  /** Where it begins. */
  from: string;
  /** Had the asset this date already when the watch began? */
  past(assetId: string, date: string | undefined): boolean;
  silence: Silence | undefined;
}

const BEFORE_ALL = "1970-01-01T00:00:00Z";
/** Changes that turned out to be our own, so that they are not compared again at each look. */
const REMEMBERED = 20_000;

/**
 * Milliseconds that a locked asset is left alone for: a lock moves the asset's date, and the change that it is for may
 * come within the same second, when its date cannot tell it from the lock any more.
 */
const LOCK_SETTLES_MS = 5000;

/** Looks for changed assets of one OTMM. */
export class AssetWatch {
  readonly #config: OtmmAssetWatchConfig;
  readonly #own = new Set<string>();
  /** When an asset was first met locked with this date, in milliseconds of the process. */
  readonly #locks = new Map<string, number>();

  constructor(config: OtmmAssetWatchConfig) {
    this.#config = config;
  }

  /**
   * Reads one page of what changed since the kept date less the overlap. The date moves on only when a listing was
   * read to its end; an asset that changes meanwhile moves to the top of the listing and is found by the next one.
   */
  async look(otmm: OtmmClient, round: WatchRound): Promise<WatchPage> {
    const query = queryOf(this.#config);
    if (round.cursor === undefined) {
      const begin: Cursor =
        this.#config.beginning === "now" ? await presentOf(otmm, query, round.signal) : { since: BEFORE_ALL };
      return { changes: [], cursor: begin, more: true };
    }
    const { sweep, silence: last, ...rest } = round.cursor as unknown as Cursor;
    const began = sweep?.began ?? new Date().toISOString();
    const silence = (sweep === undefined ? silenceOf(rest.looked, began, this.#config) : undefined) ?? last;
    const kept: Cursor = { ...rest, ...(silence === undefined ? {} : { silence }) };
    const from = lowerBound(kept, this.#config.overlapMinutes);
    const page = await otmm.changedSince(from, query, { cursor: sweep?.listing, signal: round.signal });
    const newest = page.items.reduce((latest, asset) => later(latest, asset.lastUpdated), sweep?.newest ?? from);
    const base = new Set(kept.base);
    const past = (assetId: string, date: string | undefined): boolean => date === kept.floor && base.has(assetId);
    const items = page.items.filter(({ assetId, lastUpdated }) => !past(assetId, lastUpdated));
    const found = await this.#changes(otmm, round, items, { from, past, silence });
    const held = earlier(found.held, sweep?.held);
    const cursor: Cursor =
      page.next === undefined
        ? { ...kept, since: later(kept.since, earlier(notAhead(newest), held)), looked: began }
        : { ...kept, sweep: { listing: page.next, newest, began, ...(held === undefined ? {} : { held }) } };
    return { changes: found.changes, cursor, more: page.next !== undefined };
  }

  /**
   * Reads in full what was not handed over before, and leaves out what only we changed.
   *
   * @returns `held`: the first date of what is to be looked at again
   */
  async #changes(
    otmm: OtmmClient,
    round: WatchRound,
    items: readonly OtmmAsset[],
    { from, past, silence }: Bounds,
  ): Promise<{ changes: WatchChange[]; held: string | undefined }> {
    const { onlyLatest, skipDeleted, master, preview, thumbnail } = this.#config;
    const wanted = (asset: OtmmAsset): boolean =>
      (!onlyLatest || asset.latestVersion) && (!skipDeleted || !asset.deleted) && !this.#own.has(changeId(asset));
    const listed = items.filter(wanted);
    const fresh = await round.fresh(listed.map((asset) => changeId(asset)));
    const ids = listed.filter((asset) => fresh.has(changeId(asset))).map(({ assetId }) => assetId);
    if (ids.length === 0) return { changes: [], held: undefined };
    const loaded = await otmm.assetsByIds(ids, { detail: "full", signal: round.signal });
    const roles = { preservation: master, access: preview, thumbnail };
    const selection = { roles: (["preservation", "access", "thumbnail"] as const).filter((role) => roles[role]) };
    const changes: WatchChange[] = [];
    let held: string | undefined;
    for (const asset of (await otmm.resolveLinks(loaded, { signal: round.signal })).filter(wanted)) {
      if (this.#justLocked(asset)) {
        held = earlier(asset.lastUpdated, held);
        continue;
      }
      const changed = await changedByOthers(round.store, otmm, asset);
      const id = changeId(asset, changed);
      if (id !== changeId(asset)) {
        // Our own write is the last one: what counts is whether the change before it was seen.
        const known = changed === undefined || changed < from || past(asset.assetId, changed);
        const seen = known || !(await round.fresh([id])).has(id);
        if (seen) this.#remember(changeId(asset));
        if (seen) continue;
      }
      changes.push({
        id,
        asset: otmm.toLifecycleAsset(asset, selection),
        payload: { assetId: asset.assetId, version: asset.version, name: asset.name, changed: changed ?? null },
        events: toldOf(silence, otmm.connection, asset.assetId, changed),
      });
    }
    return { changes, held };
  }

  #justLocked(asset: OtmmAsset): boolean {
    const id = changeId(asset);
    const met = this.#locks.get(id);
    if (asset.locked && (met === undefined || performance.now() - met < LOCK_SETTLES_MS)) {
      if (this.#locks.size >= REMEMBERED) this.#locks.clear();
      this.#locks.set(id, met ?? performance.now());
      return true;
    }
    this.#locks.delete(id);
    return false;
  }

  #remember(id: string): void {
    if (this.#own.size >= REMEMBERED) this.#own.clear();
    this.#own.add(id);
  }
}

/** One change of one asset version. */
function changeId({ assetId, lastUpdated }: OtmmAsset, changed = lastUpdated): string {
  return `${assetId}@${changed ?? ""}`;
}

function queryOf({ keyword, folder, pageSize }: OtmmAssetWatchConfig): OtmmQuery {
  return {
    keyword,
    ...(folder === "" ? {} : { folder: { id: folder, subfolders: true } }),
    detail: "system",
    limit: pageSize,
  };
}

/** What is there now is the past: the newest date, and which assets have it already. */
async function presentOf(otmm: OtmmClient, query: OtmmQuery, signal: AbortSignal): Promise<Cursor> {
  const [newest] = (await otmm.changedSince(BEFORE_ALL, { ...query, limit: 1 }, { signal })).items;
  const floor = newest?.lastUpdated ?? BEFORE_ALL;
  const base: string[] = [];
  let listing: OtmmCursor | undefined;
  do {
    const page = await otmm.changedSince(floor, query, { cursor: listing, signal });
    base.push(...page.items.filter(({ lastUpdated }) => lastUpdated === floor).map(({ assetId }) => assetId));
    listing = page.next;
  } while (listing !== undefined);
  return { since: floor, floor, base };
}

/** Longer than two intervals and a minute: then looks are missing, and changes may be that nobody saw. */
function silenceOf(
  looked: string | undefined,
  now: string,
  { intervalSeconds }: OtmmAssetWatchConfig,
): Silence | undefined {
  const longest = (2 * intervalSeconds + 60) * 1000;
  return looked === undefined || Date.parse(now) - Date.parse(looked) <= longest
    ? undefined
    : { from: looked, to: now };
}

/** OTMM tells the last change only: of one that fell into a silence nobody knows whether it was the only one. */
function toldOf(
  silence: Silence | undefined,
  connection: string,
  assetId: string,
  changed: string | undefined,
): OwnEvent[] {
  if (silence === undefined || changed === undefined) return [];
  const { from, to } = silence;
  // OTMM's dates are whole seconds.
  if (Date.parse(changed) < Date.parse(from) - 1000 || Date.parse(changed) > Date.parse(to)) return [];
  return [
    {
      type: NOT_WATCHED,
      basis: "witnessed",
      outcome: "warning",
      system: `otmm:${connection}`,
      object: assetId,
      detail: { from, to },
    },
  ];
}

/** Dates of OTMM are whole seconds in UTC, so their texts compare as they do. */
function later(one: string, other: string | undefined): string {
  return other !== undefined && other > one ? other : one;
}

function earlier(one: string, other: string | undefined): string;
function earlier(one: string | undefined, other: string | undefined): string | undefined;
function earlier(one: string | undefined, other: string | undefined): string | undefined {
  return one === undefined || (other !== undefined && other < one) ? other : one;
}

/** A date in our future (a clock that was wrong for a while) must not hide the changes until then. */
function notAhead(date: string): string {
  const now = `${new Date().toISOString().slice(0, 19)}Z`;
  return date > now ? now : date;
}

function lowerBound({ since, floor }: Cursor, overlapMinutes: number): string {
  const back = new Date(Date.parse(since) - overlapMinutes * 60_000);
  const from = back.getTime() < 0 ? BEFORE_ALL : `${back.toISOString().slice(0, 19)}Z`;
  return later(from, floor);
}
