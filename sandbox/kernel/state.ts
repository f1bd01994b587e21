import { Journal } from "./journal.js";
import { trackedDraft, unwrap, type Touched } from "./tracked.js";
import type { SandboxState } from "./types.js";

/** A journal line holds at most so many entries; more go into a snapshot, which is written in slices. */
const MOST_ENTRIES = 2000;

/** How often a whole state had to be written because a change did not go through the argument of `update`. */
export const stateCost = { journalWrites: 0, snapshots: 0, untracked: 0 };

/**
 * A state on disk: changed in memory, acknowledged when its changes are in the journal.
 * Many updates share a write: at most one write runs and one waits.
 */
export class DurableState<T> implements SandboxState<T> {
  private touched: Touched = new Map();
  private wholeTouched = false;
  private running: Promise<void> = Promise.resolve();
  private waiting: Promise<void> | undefined;
  private closed = false;

  private constructor(
    readonly value: T & object,
    private readonly journal: Journal,
  ) {}

  /** @throws when `initial` gives no object or array, or a file of the state is unreadable */
  static async open<T>(folder: string, name: string, initial: () => T): Promise<DurableState<T>> {
    const { journal, value } = await Journal.open(folder, name);
    if (value !== undefined) return new DurableState<T>(value as T & object, journal);
    const first = initial();
    if (typeof first !== "object" || first === null) throw new Error(`state ${name} must be an object or an array`);
    const state = new DurableState<T>(first, journal);
    state.wholeTouched = true;
    await state.durable();
    return state;
  }

  async update<R>(change: (value: T) => R): Promise<R> {
    if (this.closed) throw new Error("the sandbox is closing or being reset");
    const use = { used: false };
    const result = change(trackedDraft(this.value, this.touched, use));
    if (result instanceof Promise) throw new Error("a state change must be synchronous");
    if (!use.used) {
      this.wholeTouched = true;
      stateCost.untracked += 1;
    }
    await this.durable();
    return unwrap(result) as R;
  }

  /** Writes what is left and closes the files. Later updates are refused. */
  async close(): Promise<void> {
    this.closed = true;
    await this.durable();
    await this.journal.close();
  }

  private durable(): Promise<void> {
    if (this.touched.size === 0 && !this.wholeTouched) return this.running;
    this.waiting ??= this.running
      .catch(() => undefined)
      .then(() => {
        this.waiting = undefined;
        this.running = this.write();
        return this.running;
      });
    return this.waiting;
  }

  private async write(): Promise<void> {
    try {
      if (this.wholeTouched || this.journal.shouldCompact || entryCount(this.touched) > MOST_ENTRIES) {
        this.wholeTouched = false;
        stateCost.snapshots += 1;
        await this.journal.snapshot(this.value, () => this.takeTouched());
      } else if (this.touched.size > 0) {
        stateCost.journalWrites += 1;
        await this.journal.append(this.value, this.takeTouched());
      }
    } catch (error) {
      this.wholeTouched = true; // What was taken is not on disk: the next write brings everything.
      throw error;
    }
  }

  private takeTouched(): Touched {
    const taken = new Map(this.touched);
    this.touched.clear(); // Drafts that live on keep noting into this same map.
    return taken;
  }
}

function entryCount(touched: Touched): number {
  let count = 0;
  for (const inner of touched.values()) count += inner === "whole" ? 1 : inner.size;
  return count;
}
