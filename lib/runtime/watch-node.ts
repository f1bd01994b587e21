import { randomUUID } from "node:crypto";
import { asLifecycleError } from "../messages/error.js";
import type { LifecycleMessage } from "../messages/message.js";
import { softwareAgent } from "../messages/software.js";
import type { Handover, LifecycleStore, WatchBatch, WatchRun } from "../store/types.js";
import { coordinatorOf, type Coordinator, type QueueOwner } from "./coordinator.js";
import { lighten } from "./kept-fields.js";
import { onInput, reported } from "./on-input.js";
import { publishStep } from "./steps.js";
import { storeOf } from "./store-of.js";
import { fromStored, toStored } from "./stored-message.js";
import type { WatchChange, WatchNodeOptions, WatchPage } from "./types.js";

const DEFAULT_UNACKNOWLEDGED = 100;
const CLOSE_MS = 8_000;

/** What a watching node can ask of its watch. */
export interface Watch {
  /** Looks now instead of at the next interval; while a look is under way, once more after it. */
  wake(): void;
}

/**
 * Makes a trigger node durable: it looks for changes from a kept cursor; what it finds and the cursor behind it are
 * stored in one transaction before anything is sent. So nothing is lost or sent as new twice over a crash, a redeploy
 * or downtime. A message at its input makes it look at once; with `dryRun` it shows what it would send and keeps nothing.
 */
export function registerWatchNode(options: WatchNodeOptions): Watch {
  const watcher = new Watcher(options);
  onInput(options.node, (msg, send) => watcher.take(msg, send));
  const unregister = coordinatorOf(options.RED).register(watcher);
  options.node.on("close", (_removed: boolean, done: () => void) => {
    unregister();
    watcher.close().then(done, done);
  });
  return { wake: () => watcher.lookNow() };
}

class Watcher implements QueueOwner {
  readonly queue: string;
  readonly nodeId: string;
  readonly #options: WatchNodeOptions;
  readonly #coordinator: Coordinator;
  readonly #closing = new AbortController();
  #looping: Promise<void> | undefined;
  #rested: (() => void) | undefined;
  #woken = false;
  #found = 0;
  /** Code of the failure that was reported last; one that goes on is not reported at every look. */
  #failing: string | undefined;

  constructor(options: WatchNodeOptions) {
    this.#options = options;
    this.nodeId = options.node.id;
    this.queue = options.queue?.trim() || options.node.id;
    this.#coordinator = coordinatorOf(options.RED);
  }

  async store(): Promise<LifecycleStore> {
    try {
      return await storeOf(this.#options.RED, this.#options.storeId);
    } catch (thrown) {
      // Nobody sends this node a message that could fail: it has to tell by itself, and to try again.
      this.#begin();
      throw thrown;
    }
  }

  async take(msg: LifecycleMessage, send: (msg: (LifecycleMessage | null)[]) => void): Promise<void> {
    if (msg.dryRun === true) {
      await this.#dryRun(msg, send);
      return;
    }
    this.#coordinator.acknowledged(msg.lifecycle?.handover, this.queue);
    this.lookNow();
  }

  active(): string[] {
    return [];
  }
  hold(): Promise<void> {
    return Promise.resolve();
  }
  release(): void {
    // A watch claims nothing.
  }

  resume(): Promise<void> {
    this.#begin();
    return Promise.resolve();
  }

  wake(): void {
    // A deploy is no reason to look before the interval is over; there is nothing to claim.
  }

  lookNow(): void {
    this.#woken = true;
    this.#rested?.();
  }

  cancel(): void {
    // A watch has no job that a person could cancel.
  }

  send(handover: Handover): void {
    this.#options.node.send(
      placed(handover.port, {
        ...fromStored(handover.message),
        lifecycle: { run: handover.run, handover: handover.id },
      }),
    );
  }

  async close(): Promise<void> {
    this.#closing.abort();
    this.#rested?.();
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, CLOSE_MS);
    });
    await Promise.race([this.#looping, late]);
    clearTimeout(timer);
  }

  #begin(): void {
    if (this.#looping !== undefined || this.#closing.signal.aborted) return;
    this.#looping = this.#loop();
  }

  async #loop(): Promise<void> {
    const { signal } = this.#closing;
    while (!signal.aborted) {
      this.#woken = false;
      let more = false;
      try {
        more = await this.#look();
        this.#failing = undefined;
      } catch (thrown) {
        this.#failed(thrown);
      }
      if (!more && !this.#woken) await this.#rest();
    }
  }

  /** Reads, stores and sends one page. @returns whether there is more at once */
  async #look(): Promise<boolean> {
    const { signal } = this.#closing;
    const { node } = this.#options;
    const store = await storeOf(this.#options.RED, this.#options.storeId);
    await this.#coordinator.roomOfQueue(this.queue, this.#options.maxUnacknowledged ?? DEFAULT_UNACKNOWLEDGED, signal);
    if (signal.aborted) return false;
    node.status({ fill: "blue", shape: "dot", text: "looking" });
    const state = await store.watchState(this.queue);
    const page = await this.#poll(store, state?.cursor);
    if (signal.aborted) return false;
    const batch: WatchBatch = {
      queue: this.queue,
      nodeType: node.type,
      nodeName: node.name ?? "",
      round: state?.round ?? 0,
      cursor: page.cursor,
      runs: await this.#runs(store, page.changes),
    };
    const handovers = new Map(batch.runs.flatMap((run) => run.handovers).map((handover) => [handover.id, handover]));
    const stored = await store.watched(batch);
    publishStep({ nodeType: node.type, queue: this.queue, step: "page", assetKey: "", job: batch.runs[0]?.id ?? "" });
    for (const id of stored) {
      const handover = handovers.get(id);
      if (handover !== undefined)
        this.#coordinator.send(this, store, { ...handover, takenBy: [], created: Date.now() });
    }
    this.#found += stored.length;
    node.status({ fill: "green", shape: "dot", text: `${this.#found} found` });
    return page.more === true;
  }

  #poll(store: LifecycleStore, cursor: WatchBatch["cursor"] | undefined): Promise<WatchPage> {
    return this.#options.poll({
      cursor,
      store,
      signal: this.#closing.signal,
      fresh: async (ids) => {
        const known = new Set(await store.handedOver(ids.map((id) => this.#handoverId(id))));
        return new Set(ids.filter((id) => !known.has(this.#handoverId(id))));
      },
    });
  }

  #handoverId(change: string): string {
    return `${this.queue}.${change}`;
  }

  /** A second change of the same asset version goes into a further run: a run counts an asset version once. */
  async #runs(store: LifecycleStore, changes: readonly WatchChange[]): Promise<WatchRun[]> {
    const runs: (WatchRun & { taken: Set<string> })[] = [];
    for (const change of new Map(changes.map((one) => [one.id, one])).values()) {
      const version = `${change.asset.key} ${change.asset.version}`;
      let run = runs.find(({ taken }) => !taken.has(version));
      if (run === undefined) {
        run = { id: randomUUID(), handovers: [], taken: new Set() };
        runs.push(run);
      }
      run.taken.add(version);
      try {
        run.handovers.push({
          id: this.#handoverId(change.id),
          run: run.id,
          from: run.id,
          queue: this.queue,
          port: change.port ?? 0,
          assetKey: change.asset.key,
          assetVersion: change.asset.version,
          message: toStored(await lighten(store, run.id, messageOf(change, run.id))),
          events: (change.events ?? []).map((event) => ({
            ...event,
            at: event.at ?? new Date().toISOString(),
            agent: softwareAgent(this.#options.node.type),
            assetKey: change.asset.key,
            assetVersion: change.asset.version,
            run: run.id,
          })),
        });
      } catch (thrown) {
        const error = asLifecycleError(thrown);
        if (error.code !== "INVALID_INPUT") throw error;
        // One message that is too large to travel must not keep all others from going on; it is told, not dropped.
        this.#options.node.error(reported(error), { payload: change.id });
      }
    }
    return runs.map(({ id, handovers }) => ({ id, handovers }));
  }

  /** The cursor stays where it is: the next look begins there again. */
  #failed(thrown: unknown): void {
    if (this.#closing.signal.aborted) return;
    const error = asLifecycleError(thrown);
    this.#options.node.status({ fill: error.retryable ? "yellow" : "red", shape: "ring", text: error.code });
    if (this.#failing === error.code) return;
    this.#failing = error.code;
    this.#options.node.error(reported(error), {});
  }

  async #rest(): Promise<void> {
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, this.#options.intervalMs).unref();
      this.#rested = () => {
        clearTimeout(timer);
        resolve();
      };
      if (this.#closing.signal.aborted || this.#woken) this.#rested();
    });
    this.#rested = undefined;
  }

  async #dryRun(msg: LifecycleMessage, send: (msg: (LifecycleMessage | null)[]) => void): Promise<void> {
    const store = await storeOf(this.#options.RED, this.#options.storeId);
    const run = `dry-run:${randomUUID()}`;
    let cursor = (await store.watchState(this.queue))?.cursor;
    for (let more = true; more && !this.#closing.signal.aborted;) {
      const page = await this.#poll(store, cursor);
      const known = new Set(await store.handedOver(page.changes.map(({ id }) => this.#handoverId(id))));
      for (const change of page.changes) {
        if (known.has(this.#handoverId(change.id))) continue;
        send(placed(change.port ?? 0, { ...msg, ...messageOf(change, run), dryRun: true }));
      }
      ({ cursor } = page);
      more = page.more === true;
    }
  }
}

function messageOf(change: WatchChange, run: string): LifecycleMessage {
  const { asset } = change;
  return {
    _msgid: randomUUID().replaceAll("-", "").slice(0, 16),
    asset,
    payload: change.payload ?? { key: asset.key, version: asset.version, name: asset.name },
    lifecycle: { run },
  };
}

function placed(port: number, msg: LifecycleMessage): (LifecycleMessage | null)[] {
  const outputs: (LifecycleMessage | null)[] = Array.from({ length: port + 1 }, () => null);
  outputs[port] = msg;
  return outputs;
}
