import type { NodeAPI } from "node-red";
import type { Handover, LifecycleStore } from "../store/types.js";
import { FlowGraph, type Successors } from "./graph.js";
import { steadyNow } from "./steady-clock.js";
import { untilStored } from "./until-stored.js";

/** A hand-over that nobody but time settles counts as taken after this long without a deploy. */
const SETTLE_MS = 60_000;
const SWEEP_MS = 2_000;

/** A durable node, as the coordinator sees it. */
export interface QueueOwner {
  readonly queue: string;
  readonly nodeId: string;
  store(): Promise<LifecycleStore>;
  /** Puts a message on the wire; only called while flows run. */
  send(handover: Handover): void;
  /** Jobs or runs that are worked here now. */
  active(): readonly string[];
  /** Claims nothing more until `release`; resolves when no claim is under way, so that `active` tells all. */
  hold(): Promise<void>;
  release(): void;
  /** Takes up what an earlier life left: stranded jobs, open runs, but for those that are worked now. */
  resume(active: readonly string[]): Promise<void>;
  /** Looks for work now. */
  wake(): void;
  cancel(job: string): void;
}

interface Sent {
  handover: Handover;
  store: LifecycleStore;
  at: number;
  expected: Successors | undefined;
  takenBy: Set<string>;
  /** Nodes that kept what they wanted of it and passed it on. */
  passed: Set<string>;
}

/**
 * Knows all durable nodes of this Node-RED, and sees to it that no hand-over is lost: it sends only while flows run,
 * sends again what a restart or a deploy may have dropped, and settles what every successor has safe.
 */
export class Coordinator {
  readonly #RED: NodeAPI;
  /** More than one may work the same queue: a flow that was imported as a copy keeps its queue names. */
  readonly #owners = new Set<QueueOwner>();
  /** Nodes that keep something of a message in a store and pass it on, without a queue of their own. */
  readonly #passing = new Set<string>();
  readonly #sent = new Map<string, Sent>();
  readonly #waiters = new Set<() => void>();
  #graph: FlowGraph | undefined;
  #running = false;
  /** Aborted when the flows stop. */
  #flowing = new AbortController();
  #startedAt = 0;
  /** Counts starts and stops: taking up work is given up when the flows have changed meanwhile. */
  #epoch = 0;
  #sweeper: NodeJS.Timeout | undefined;

  constructor(RED: NodeAPI) {
    this.#RED = RED;
    RED.events.on("flows:stopping", () => this.#pause());
    RED.events.on("flows:starting", () => this.#pause());
    RED.events.on("flows:started", () => {
      this.#running = true;
      this.#flowing = new AbortController();
      this.#startedAt = steadyNow();
      this.#graph = undefined;
      this.#epoch += 1;
      void this.takeUp();
    });
  }

  get running(): boolean {
    return this.#running;
  }

  /** @returns what to call when the node closes */
  register(owner: QueueOwner): () => void {
    this.#owners.add(owner);
    return () => {
      this.#owners.delete(owner);
    };
  }

  /**
   * A node keeps something of each message and passes it on; a hand-over that reaches it waits for `passed`.
   *
   * @returns what to call when the node closes
   */
  registerPassing(nodeId: string): () => void {
    this.#passing.add(nodeId);
    return () => {
      this.#passing.delete(nodeId);
    };
  }

  owner(queue: string): QueueOwner | undefined {
    for (const owner of this.#owners) if (owner.queue === queue) return owner;
    return undefined;
  }

  /**
   * Sends a stored hand-over; while flows stop or start it stays pending and is sent once they run.
   *
   * @param from who made it; when that node was closed meanwhile, the one that works its queue now sends
   */
  send(from: QueueOwner, store: LifecycleStore, handover: Handover): void {
    const owner = this.#owners.has(from) ? from : this.owner(from.queue);
    if (!this.#running || owner === undefined) return;
    const expected = this.#successors(owner.nodeId, handover.port);
    const sent: Sent = {
      handover,
      store,
      at: steadyNow(),
      expected,
      takenBy: new Set(handover.takenBy),
      passed: new Set(),
    };
    if (this.#complete(sent)) {
      // Nobody durable comes after: the wire is all that was promised.
      if (expected?.queues.size === 0) owner.send(handover);
      this.#settle(store, [handover.id]);
      return;
    }
    this.#sent.set(handover.id, sent);
    this.#sweep();
    owner.send(handover);
  }

  /** A queue has the message in a job of its own (already committed). */
  acknowledged(handover: string | undefined, queue: string): void {
    if (handover === undefined) return;
    const sent = this.#sent.get(handover);
    if (sent === undefined) return;
    sent.takenBy.add(queue);
    this.#notify();
    this.#settleComplete(sent);
  }

  /** A node that passes messages on has kept what it wanted of this one (already committed). */
  passed(handover: string | undefined, nodeId: string): void {
    const sent = handover === undefined ? undefined : this.#sent.get(handover);
    if (sent === undefined) return;
    sent.passed.add(nodeId);
    this.#settleComplete(sent);
  }

  /** A queue could make no job of the message: it stays pending, and is sent again after the next deploy or start. */
  stillWanted(handover: string): void {
    const sent = this.#sent.get(handover);
    if (sent !== undefined) sent.at = Number.POSITIVE_INFINITY;
  }

  /** Resolves once fewer than `limit` outputs of the run are unacknowledged. */
  async room(run: string, limit: number, signal: AbortSignal): Promise<void> {
    await this.#below(({ handover }) => handover.run === run, limit, signal);
  }

  /** Resolves once fewer than `limit` outputs of the queue, of whatever run, are unacknowledged. */
  async roomOfQueue(queue: string, limit: number, signal: AbortSignal): Promise<void> {
    await this.#below(({ handover }) => handover.queue === queue, limit, signal);
  }

  async #below(counts: (sent: Sent) => boolean, limit: number, signal: AbortSignal): Promise<void> {
    while (!signal.aborted && this.#unacknowledged(counts) >= limit) {
      await new Promise<void>((resolve) => {
        const go = (): void => {
          this.#waiters.delete(go);
          signal.removeEventListener("abort", go);
          resolve();
        };
        this.#waiters.add(go);
        signal.addEventListener("abort", go, { once: true });
      });
    }
  }

  #unacknowledged(counts: (sent: Sent) => boolean): number {
    let count = 0;
    // Where no queue follows, nothing piles up that a pause could keep small.
    for (const sent of this.#sent.values())
      if (counts(sent) && sent.takenBy.size === 0 && sent.expected?.queues.size !== 0) count += 1;
    return count;
  }

  #successors(nodeId: string, port: number): Successors | undefined {
    this.#graph ??= new FlowGraph(
      this.#RED,
      (id) => this.#queueOfNode(id),
      (id) => this.#passing.has(id),
    );
    return this.#graph.durableSuccessors(nodeId, port);
  }
  #queueOfNode(nodeId: string): string | undefined {
    for (const owner of this.#owners) if (owner.nodeId === nodeId) return owner.queue;
    return undefined;
  }

  #complete({ expected, takenBy, passed }: Sent): boolean {
    if (expected === undefined) return false;
    const { queues, passing } = expected;
    return [...queues].every((queue) => takenBy.has(queue)) && [...passing].every((node) => passed.has(node));
  }

  #settleComplete(sent: Sent): void {
    if (!this.#complete(sent)) return;
    this.#sent.delete(sent.handover.id);
    this.#settle(sent.store, [sent.handover.id]);
  }

  #pause(): void {
    this.#running = false;
    this.#flowing.abort();
    this.#epoch += 1;
    // What was on the wire may be dropped by the deploy; after the start it is read from the store and sent again.
    this.#sent.clear();
    this.#notify();
  }

  /** Takes up all that is in the stores: after a start or a deploy, and when work was given to another queue. */
  async takeUp(): Promise<void> {
    const epoch = this.#epoch;
    const byStore = new Map<string, { store: LifecycleStore; users: QueueOwner[] }>();
    for (const owner of this.#owners) {
      try {
        const store = await owner.store();
        const shared = byStore.get(store.id);
        byStore.set(store.id, { store, users: [...(shared?.users ?? []), owner] });
      } catch {
        // The node itself shows why its store cannot be opened, and answers every message with that error.
      }
    }
    for (const { store, users } of byStore.values()) {
      try {
        await this.#takeUp(store, users, epoch);
      } catch (error) {
        if (epoch !== this.#epoch) return;
        this.#RED.log.error(
          `content-lifecycle: taking up earlier work failed: ${error instanceof Error ? error.message : String(error)}`,
        );
      }
    }
  }

  async #takeUp(store: LifecycleStore, users: readonly QueueOwner[], epoch: number): Promise<void> {
    const queues = [...new Set(users.map(({ queue }) => queue))];
    // What is claimed while stranded jobs are looked for would be taken for stranded, and worked twice at once.
    await Promise.all(users.map((owner) => owner.hold()));
    try {
      if (epoch !== this.#epoch) return;
      await store.orphan(queues);
      for (const queue of queues) {
        const shared = users.filter((owner) => owner.queue === queue);
        if (epoch !== this.#epoch) return;
        await shared[0]?.resume(shared.flatMap((owner) => owner.active()));
      }
      for (const handover of await store.pending(queues)) {
        if (epoch !== this.#epoch) return;
        const owner = this.owner(handover.queue);
        if (owner !== undefined && !this.#sent.has(handover.id)) this.send(owner, store, handover);
      }
    } finally {
      for (const owner of users) owner.release();
    }
  }

  /** Gives jobs back to an owner's queue that are marked as worked, but that nobody who works the queue has under way. */
  async takeBack(owner: QueueOwner): Promise<void> {
    const users = [...this.#owners].filter(({ queue }) => queue === owner.queue);
    // As above: what is claimed meanwhile would be taken for stranded.
    await Promise.all(users.map((user) => user.hold()));
    try {
      await owner.resume(users.flatMap((user) => user.active()));
    } finally {
      for (const user of users) user.release();
    }
  }

  #settle(store: LifecycleStore, ids: readonly string[]): void {
    // Until it is settled its run counts as under way, so a full disk is waited for. Any other failure only means that
    // the hand-over is sent once more after a restart; intake knows it already.
    untilStored(
      () => store.settle(ids),
      this.#flowing.signal,
      () => undefined,
    ).catch(() => undefined);
  }

  #sweep(): void {
    this.#sweeper ??= setInterval(() => {
      const now = steadyNow();
      for (const [id, sent] of this.#sent) {
        // A node that is switched off has nobody's word that it will never take the message.
        if (sent.expected?.blocked === true) continue;
        if (now - sent.at < SETTLE_MS || now - this.#startedAt < SETTLE_MS) continue;
        this.#sent.delete(id);
        this.#settle(sent.store, [id]);
      }
      if (this.#sent.size === 0) {
        clearInterval(this.#sweeper);
        this.#sweeper = undefined;
      }
      this.#notify();
    }, SWEEP_MS).unref();
  }

  #notify(): void {
    this.#waiters.forEach((go) => go());
  }
}

/** One coordinator per Node-RED; its event bus is the same object for every node module. */
const coordinators = new WeakMap<object, Coordinator>();

export function coordinatorOf(RED: NodeAPI): Coordinator {
  let coordinator = coordinators.get(RED.events);
  if (coordinator === undefined) {
    coordinator = new Coordinator(RED);
    coordinators.set(RED.events, coordinator);
  }
  return coordinator;
}
