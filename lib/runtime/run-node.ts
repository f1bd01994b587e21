import { createHash, randomUUID } from "node:crypto";
import { setTimeout as pause } from "node:timers/promises";
import type { LifecycleAsset } from "../messages/asset.js";
import { asLifecycleError } from "../messages/error.js";
import type { LifecycleMessage } from "../messages/message.js";
import type { Handover, JsonObject, LifecycleStore, NewHandover, Run, RunPage } from "../store/types.js";
import { coordinatorOf, type Coordinator, type QueueOwner } from "./coordinator.js";
import { lighten } from "./kept-fields.js";
import { onInput, reported } from "./on-input.js";
import { publishStep } from "./steps.js";
import { storeOf } from "./store-of.js";
import { fromStored, toStored } from "./stored-message.js";
import { takeHanded } from "./take-handed.js";
import type { RunNodeOptions, RunPageResult } from "./types.js";
import { untilStored } from "./until-stored.js";

const DEFAULT_UNACKNOWLEDGED = 100;
const ATTEMPTS = 5;
const CLOSE_MS = 8_000;

/**
 * Makes a trigger node durable: a message starts a run, each page's assets and the cursor behind them are stored in
 * one transaction before anything is sent, so that a run goes on after a restart where it stood.
 */
export function registerRunNode<Settings extends JsonObject>(options: RunNodeOptions<Settings>): void {
  const runner = new Runner(options);
  onInput(options.node, (msg, send) => runner.take(msg, send));
  const unregister = coordinatorOf(options.RED).register(runner);
  options.node.on("close", (_removed: boolean, done: () => void) => {
    unregister();
    runner.close().then(done, done);
  });
}

class Runner<Settings extends JsonObject> implements QueueOwner {
  readonly queue: string;
  readonly nodeId: string;
  readonly #options: RunNodeOptions<Settings>;
  readonly #coordinator: Coordinator;
  readonly #closing = new AbortController();
  readonly #active = new Map<string, Promise<void>>();
  readonly #ports: { asset: number; summary: number };

  constructor(options: RunNodeOptions<Settings>) {
    this.#options = options;
    this.nodeId = options.node.id;
    this.queue = options.queue?.trim() || options.node.id;
    this.#coordinator = coordinatorOf(options.RED);
    this.#ports = options.ports ?? { asset: 0, summary: 1 };
  }

  store(): Promise<LifecycleStore> {
    return storeOf(this.#options.RED, this.#options.storeId);
  }

  async take(msg: LifecycleMessage, send: (msg: (LifecycleMessage | null)[]) => void): Promise<void> {
    if (msg.dryRun === true) {
      await this.#dryRun(msg, await this.#options.settings(msg), send);
      return;
    }
    const taker = { node: this.#options.node, coordinator: this.#coordinator, closing: this.#closing.signal };
    await takeHanded(taker, msg, () => this.#takeIn(msg));
  }

  async #takeIn(msg: LifecycleMessage): Promise<void> {
    const settings = await this.#options.settings(msg);
    const store = await this.store();
    const handover = msg.lifecycle?.handover;
    // A hand-over that comes twice must not start two runs.
    const id =
      handover === undefined
        ? randomUUID()
        : createHash("sha256").update(`${this.queue}|${handover}`).digest("hex").slice(0, 32);
    const run = await store.startRun({
      id,
      queue: this.queue,
      nodeType: this.#options.node.type,
      nodeName: this.#options.node.name ?? "",
      message: toStored(msg),
      settings,
    });
    this.#coordinator.acknowledged(handover, this.queue);
    if (run.state === "running") this.#start(store, run);
  }

  active(): string[] {
    return [...this.#active.keys()];
  }
  hold(): Promise<void> {
    return Promise.resolve();
  }
  release(): void {
    // Runs are not claimed: they begin with a message or with `resume`.
  }

  async resume(active: readonly string[]): Promise<void> {
    const store = await this.store();
    const open = await store.openRuns(this.queue);
    for (const run of open) if (!active.includes(run.id)) this.#start(store, run);
  }

  wake(): void {
    // Runs go on by themselves; there is nothing to claim.
  }
  cancel(): void {
    // A run has no job that a person could cancel.
  }

  send(handover: Handover): void {
    const outputs: (LifecycleMessage | null)[] = Array.from({ length: handover.port + 1 }, () => null);
    outputs[handover.port] = {
      ...fromStored(handover.message),
      lifecycle: { run: handover.run, handover: handover.id },
    };
    this.#options.node.send(outputs);
  }

  async close(): Promise<void> {
    this.#closing.abort();
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, CLOSE_MS);
    });
    await Promise.race([Promise.allSettled(this.#active.values()), late]);
    clearTimeout(timer);
  }

  #start(store: LifecycleStore, run: Run): void {
    if (this.#active.has(run.id) || this.#closing.signal.aborted) return;
    const work = this.#advance(store, run)
      .then(() => "done" as const)
      .catch(async (thrown: unknown) => {
        await this.#failed(store, run, thrown);
        return "failed" as const;
      })
      .then((how) => {
        this.#active.delete(run.id);
        this.#options.ended?.(run.id, this.#closing.signal.aborted ? "stopped" : how);
      });
    this.#active.set(run.id, work);
  }

  async #advance(store: LifecycleStore, run: Run): Promise<void> {
    const { signal } = this.#closing;
    const node = this.#options.node;
    let cursor = run.cursor;
    let complete = run.complete;
    let found = Number(cursor["found"] ?? 0);
    let failures = 0;
    node.status({ fill: "blue", shape: "dot", text: found === 0 ? "searching" : `${found} found` });
    while (!complete) {
      await this.#coordinator.room(run.id, this.#options.maxUnacknowledged ?? DEFAULT_UNACKNOWLEDGED, signal);
      if (signal.aborted) return;
      let page: RunPageResult;
      try {
        page = await this.#options.page({ id: run.id, settings: run.settings as Settings, cursor, signal });
        failures = 0;
      } catch (thrown) {
        const error = asLifecycleError(thrown);
        failures += 1;
        if (signal.aborted) return;
        if (!error.retryable || failures >= ATTEMPTS) throw error;
        node.status({ fill: "yellow", shape: "ring", text: error.code });
        await pause(Math.max(error.retryAfter ?? 0, 500 * 3 ** failures), undefined, { signal }).catch(() => undefined);
        continue;
      }
      let handovers: NewHandover[] = [];
      const before = found;
      await this.#stored(async () => void (handovers = await this.#handovers(store, run, page, before)));
      found += page.assets.length + (page.refused?.length ?? 0);
      complete = page.cursor === undefined;
      cursor = { ...page.cursor, found };
      if (signal.aborted) return;
      const stored: RunPage = {
        cursor,
        complete,
        assets: page.assets.map(({ key, version, name }) => ({ key, version, name })),
        handovers,
        refused: (page.refused ?? []).map(({ asset, reason }) => ({
          key: asset.key,
          version: asset.version,
          name: asset.name,
          reason,
          message: toStored({ asset, lifecycle: { run: run.id } }),
        })),
      };
      await this.#stored(() => store.page(run.id, stored));
      publishStep({ nodeType: run.nodeType, queue: run.queue, step: "page", assetKey: "", job: run.id });
      for (const handover of handovers) {
        this.#coordinator.send(this, store, { ...handover, takenBy: [], created: Date.now() });
      }
      node.status({
        fill: "blue",
        shape: "dot",
        text: page.total === undefined ? `${found} found` : `${found} of ${page.total}`,
      });
    }
    await this.#end(store, run, found);
  }

  async #end(store: LifecycleStore, run: Run, found: number): Promise<void> {
    const counts = await store.counts(run.id);
    const trigger = fromStored(run.message);
    const summary: NewHandover = {
      id: `${run.id}.summary`,
      run: run.id,
      from: run.id,
      queue: this.queue,
      port: this.#ports.summary,
      message: toStored({ ...trigger, payload: { run: run.id, found: counts.found, refused: counts.refused } }),
    };
    await this.#stored(() => store.endRun(run.id, { state: "done", handovers: [summary] }));
    publishStep({ nodeType: run.nodeType, queue: run.queue, step: "summary", assetKey: "", job: run.id });
    this.#options.node.status({ fill: "green", shape: "dot", text: `${found} found` });
    this.#coordinator.send(this, store, { ...summary, takenBy: [], created: Date.now() });
  }

  async #handovers(store: LifecycleStore, run: Run, page: RunPageResult, before: number): Promise<NewHandover[]> {
    const trigger = fromStored(run.message);
    const handovers: NewHandover[] = [];
    for (const [index, asset] of page.assets.entries()) {
      const msg = await lighten(store, run.id, this.#message(trigger, asset, run.id, before + index, page.total));
      handovers.push({
        id: `${run.id}.${asset.key}.${asset.version}`,
        run: run.id,
        from: run.id,
        queue: this.queue,
        port: this.#ports.asset,
        assetKey: asset.key,
        assetVersion: asset.version,
        message: toStored(msg),
      });
    }
    return handovers;
  }

  #message(
    trigger: LifecycleMessage,
    asset: LifecycleAsset,
    run: string,
    index: number,
    total?: number,
  ): LifecycleMessage {
    return {
      ...trigger,
      _msgid: randomUUID().replaceAll("-", "").slice(0, 16),
      asset,
      payload: this.#options.payload?.(asset) ?? { key: asset.key, version: asset.version, name: asset.name },
      parts: { id: run, index, type: "array", ...(total === undefined ? {} : { count: total }) },
      lifecycle: { run },
    };
  }

  /** A full disk holds a run up, it does not end it. */
  async #stored(write: () => Promise<void>): Promise<void> {
    let told = false;
    await untilStored(write, this.#closing.signal, (error) => {
      this.#options.node.status({ fill: "red", shape: "ring", text: error.code });
      if (!told) this.#options.node.error(reported(error));
      told = true;
    });
  }

  async #failed(store: LifecycleStore, run: Run, thrown: unknown): Promise<void> {
    // A closing node leaves the run open: the next start goes on.
    if (this.#closing.signal.aborted) return;
    const error = asLifecycleError(thrown);
    this.#options.node.status({ fill: "red", shape: "ring", text: error.code });
    try {
      await store.endRun(run.id, { state: "failed", error: { code: error.code, message: error.message } });
    } catch {
      // The store is the very thing that failed; the run stays open in it and goes on at the next start.
    }
    this.#options.node.error(reported(error), fromStored(run.message));
  }

  async #dryRun(
    msg: LifecycleMessage,
    settings: Settings,
    send: (msg: (LifecycleMessage | null)[]) => void,
  ): Promise<void> {
    const id = `dry-run:${randomUUID()}`;
    let cursor: JsonObject | undefined = {};
    let found = 0;
    const refused: { name: string; reason: string }[] = [];
    const place = (port: number, out: LifecycleMessage): void => {
      const outputs: (LifecycleMessage | null)[] = Array.from({ length: port + 1 }, () => null);
      outputs[port] = out;
      send(outputs);
    };
    while (cursor !== undefined && !this.#closing.signal.aborted) {
      const page: RunPageResult = await this.#options.page({ id, settings, cursor, signal: this.#closing.signal });
      for (const asset of page.assets) place(this.#ports.asset, this.#message(msg, asset, id, found++, page.total));
      refused.push(...(page.refused ?? []).map(({ asset, reason }) => ({ name: asset.name, reason })));
      cursor = page.cursor;
    }
    place(this.#ports.summary, {
      ...msg,
      lifecycle: { run: id },
      payload: { run: id, found: found + refused.length, refused: refused.length, refusedAssets: refused },
    });
  }
}
