import type { LifecycleAsset } from "../../lib/messages/asset.js";
import { LifecycleError } from "../../lib/messages/error.js";
import { type EventAction, isUuid, lifecycleAssetOf, type PreservicaClient } from "../../lib/preservica/index.js";
import type { RunPageResult } from "../../lib/runtime/index.js";
import type { JsonObject } from "../../lib/store/types.js";
import type { PreservicaEventsConfig } from "./config.js";
import { Memory, PARTS, type Progress } from "./memory.js";
import { type ChangeKind, changesBetween, snapshotOf, type Snapshot } from "./snapshot.js";

/** Assets that are looked at in one step. */
const STEP = 50;
const MINUTE_MS = 60_000;

/** Where a reading stands. `changed`: what the archive lists; `listed`: all of the index; `known`: all remembered, part by part. */
type Cursor = {
  phase?: "changed" | "listed" | "known" | "end";
  at?: number;
  started?: string;
  sweep?: boolean;
  first?: boolean;
};

/**
 * One full reading, step by step. What a step learns is remembered only when the next one begins, after its messages are
 * safe in the store: a crash in between tells a change again and never loses one.
 */
export class ChangeReader {
  readonly #memory: Memory;
  readonly #lists = new Map<string, string[]>();
  #learnt = new Map<string, Snapshot>();
  #latest = "";

  constructor(memory: Memory) {
    this.#memory = memory;
  }

  async page(
    client: PreservicaClient,
    config: PreservicaEventsConfig,
    run: { id: string; cursor: JsonObject },
  ): Promise<RunPageResult> {
    await this.#memory.remember(this.#learnt);
    this.#learnt = new Map();
    const progress = await this.#memory.progress();
    const cursor: Cursor = { ...begin(progress, config), ...(run.cursor as Cursor) };
    const { phase = "changed", started = "" } = cursor;
    if (phase === "end") {
      // By the archive's clock, which may differ from ours: the latest thing that was done there.
      const since = [this.#latest, progress.since].sort().at(-1) ?? "";
      await this.#memory.setProgress({
        since: since || started,
        swept: cursor.sweep === true ? started : progress.swept,
      });
      this.#lists.clear();
      return { assets: [], cursor: undefined };
    }
    if (phase === "known") {
      const part = cursor.at ?? 0;
      const refs = [...(await this.#memory.part(part))].flatMap(([ref, { deleted }]) => (deleted ? [] : [ref]));
      const assets = await this.#compare(client, config, refs, run.id);
      return { assets, cursor: part + 1 < PARTS ? { ...cursor, at: part + 1 } : { ...cursor, phase: "end", at: 0 } };
    }
    const first = cursor.first === true;
    const name = `${run.id}:${phase}`;
    // After a restart the list is made anew and read from its start: what is remembered by then is no change any more.
    const at = this.#lists.has(name) ? (cursor.at ?? 0) : 0;
    const refs = this.#lists.get(name) ?? (await this.#list(client, config, phase, progress));
    this.#lists.set(name, refs);
    const wanted = refs.slice(at, at + STEP);
    const fresh = phase === "changed" ? wanted : await this.#unknown(wanted);
    const assets = await this.#compare(client, config, fresh, first ? undefined : run.id);
    if (at + STEP < refs.length) return { assets, cursor: { ...cursor, phase, at: at + STEP } };
    const next = phase === "listed" ? (first ? "end" : "known") : cursor.sweep === true ? "listed" : "end";
    return { assets, cursor: { ...cursor, phase: next, at: 0 } };
  }

  async #unknown(refs: readonly string[]): Promise<string[]> {
    const known = await Promise.all(refs.map((ref) => this.#memory.known(ref)));
    return refs.filter((_ref, place) => known[place] === undefined);
  }

  async #list(
    client: PreservicaClient,
    config: PreservicaEventsConfig,
    phase: "changed" | "listed",
    progress: Progress,
  ): Promise<string[]> {
    const refs = new Set<string>();
    if (phase === "changed") {
      if (progress.since === "") return [];
      const from = new Date(Date.parse(progress.since) - config.overlapMinutes * MINUTE_MS).toISOString();
      for await (const entity of client.entities.updatedSince(from)) if (entity.type === "IO") refs.add(entity.ref);
      return [...refs];
    }
    const within = await folderOf(client, config.folder);
    const request = { fields: { "xip.document_type": ["IO"] }, ...(within === undefined ? {} : { within }) };
    for await (const hit of client.search(request)) refs.add(hit.ref);
    return [...refs];
  }

  /** @param run in which changes are told; absent: they are only remembered */
  async #compare(
    client: PreservicaClient,
    config: PreservicaEventsConfig,
    refs: readonly string[],
    run: string | undefined,
  ): Promise<LifecycleAsset[]> {
    const changed = await Promise.all(
      refs.map(async (ref): Promise<LifecycleAsset | undefined> => {
        const before = await this.#memory.known(ref);
        // A run tells an asset version once: what came after that is left to the next run, not remembered as told.
        if (run !== undefined && before?.toldIn === run) return undefined;
        const actions = await actionsOf(client, ref);
        let asset = await readable(client, ref, config);
        if (asset === "hidden") return undefined;
        if (asset !== undefined && before === undefined && !(await isBelow(client, asset, config.folder)))
          return undefined;
        const last = lastOf(actions) || (before?.last ?? "");
        const now = await snapshotOf(client, ref, asset, before, last).catch(async (thrown: unknown) => {
          // Destroyed between two questions, if the archive says so itself.
          const gone = thrown instanceof LifecycleError && thrown.code === "NOT_FOUND";
          if (!gone || (await readable(client, ref, config)) !== undefined) throw thrown;
          asset = undefined;
          return await snapshotOf(client, ref, undefined, before, last);
        });
        if (now.last > this.#latest) this.#latest = now.last;
        this.#learnt.set(ref, now);
        const kinds = changesBetween(before, now);
        if (run === undefined || kinds.length === 0) return undefined;
        // Asked again: somebody else may have acted between the history and the state that was read.
        const own = isOwn(config, actions, before, kinds) && isOwn(config, await actionsOf(client, ref), before, kinds);
        if (own) return undefined;
        this.#learnt.set(ref, { ...now, toldIn: run });
        return told(client, ref, asset, now, before, kinds);
      }),
    );
    return changed.flatMap((asset) => asset ?? []);
  }
}

/** The first reading only remembers: a new watch does not tell the whole archive. */
function begin(progress: Progress, config: PreservicaEventsConfig): Cursor {
  const first = progress.since === "";
  const due = progress.swept === "" || Date.parse(progress.swept) + config.sweepMinutes * MINUTE_MS <= Date.now();
  return { phase: "changed", at: 0, started: new Date().toISOString(), sweep: first || due, first };
}

/** An asset that the account may not read is left as it was remembered. */
async function readable(
  client: PreservicaClient,
  ref: string,
  config: PreservicaEventsConfig,
): Promise<LifecycleAsset | undefined | "hidden"> {
  try {
    return await lifecycleAssetOf(client, ref, selectionOf(config));
  } catch (thrown) {
    if (thrown instanceof LifecycleError && thrown.code === "DENIED") return "hidden";
    throw thrown;
  }
}

function selectionOf(config: PreservicaEventsConfig) {
  const identifiers = { asset: config.identifierAsset, original: config.identifierOriginal };
  return { origin: config.origin, identifiers, fragments: [], content: "none" as const };
}

async function folderOf(client: PreservicaClient, folder: string): Promise<string | undefined> {
  if (folder === "") return undefined;
  return isUuid(folder) ? folder : (await client.findFolderPath(folder)).ref;
}

async function isBelow(client: PreservicaClient, asset: LifecycleAsset, folder: string): Promise<boolean> {
  const top = await folderOf(client, folder);
  if (top === undefined) return true;
  let at = asset.ids.preservica?.parent;
  while (at !== undefined && at !== top) at = (await client.folder(at)).parent;
  return at === top;
}

/** History of an asset; none for what is gone or hidden. */
async function actionsOf(client: PreservicaClient, ref: string): Promise<EventAction[]> {
  const actions: EventAction[] = [];
  try {
    for await (const action of client.entities.eventActions("IO", ref)) actions.push(action);
  } catch (thrown) {
    const gone = thrown instanceof LifecycleError && (thrown.code === "NOT_FOUND" || thrown.code === "DENIED");
    if (!gone) throw thrown;
  }
  return actions;
}

function lastOf(actions: readonly EventAction[]): string {
  return actions.map(({ date }) => date).reduce((one, other) => (one > other ? one : other), "");
}

/** Everything that was done since the last reading was done by our own account. What nobody does (expiry) is never own. */
function isOwn(
  config: PreservicaEventsConfig,
  actions: readonly EventAction[],
  before: Snapshot | undefined,
  kinds: readonly ChangeKind[],
): boolean {
  if (config.ownUser === "" || kinds.includes("expired") || kinds.includes("destroyed")) return false;
  const since = actions.filter(({ date }) => before === undefined || date > before.last);
  return since.length > 0 && since.every(({ user }) => user === config.ownUser);
}

function told(
  client: PreservicaClient,
  ref: string,
  asset: LifecycleAsset | undefined,
  now: Snapshot,
  before: Snapshot | undefined,
  kinds: readonly ChangeKind[],
): LifecycleAsset {
  const gone: LifecycleAsset = {
    key: now.key,
    version: now.version,
    name: now.title,
    ids: {},
    fields: {},
    content: [],
  };
  const whole = asset ?? { ...gone, ids: { preservica: { connection: client.connection, ref } } };
  return {
    ...whole,
    source: {
      ...whole.source,
      "change.kinds": kinds.join(", "),
      "change.seen": now.at,
      "change.tagBefore": before?.tag ?? "",
      "change.parentBefore": before?.parent ?? "",
      "change.holds": now.holds.join("; "),
      "change.expired": now.expired,
    },
  };
}
