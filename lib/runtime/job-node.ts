import { asLifecycleError, type LifecycleError } from "../messages/error.js";
import type { LifecycleMessage } from "../messages/message.js";
import type { Handover, Job, JsonObject, LifecycleStore, NewHandover } from "../store/types.js";
import { Circuit } from "./circuit.js";
import { coordinatorOf, type Coordinator, type QueueOwner } from "./coordinator.js";
import { DurableJob } from "./job-context.js";
import { JobEnd } from "./job-end.js";
import { JobIntake } from "./job-intake.js";
import { restore } from "./kept-fields.js";
import { onInput } from "./on-input.js";
import { NodeStatus } from "./status.js";
import { steadyNow } from "./steady-clock.js";
import { storeOf } from "./store-of.js";
import { fromClaimed, fromStored } from "./stored-message.js";
import { withSettings } from "./take-in.js";
import { STRANDED_MS } from "./until-stored.js";
import type { JobNodeOptions, Outcome } from "./types.js";

/** How long a closing node waits for work that is under way to notice the abort; below Node-RED's own 15 s. */
const CLOSE_MS = 8_000;

/**
 * Makes a node durable: each message becomes a job in the store before it is acknowledged; jobs are claimed, worked,
 * parked and ended there, so that a crash, a redeploy or a restart at any point loses nothing.
 */
export function registerJobNode<Settings extends JsonObject>(options: JobNodeOptions<Settings>): void {
  const worker = new JobWorker(options);
  onInput(options.node, (msg, send) => worker.intake.take(msg, send));
  const unregister = coordinatorOf(options.RED).register(worker);
  options.node.on("close", (_removed: boolean, done: () => void) => {
    unregister();
    worker.close().then(done, done);
  });
}

class JobWorker<Settings extends JsonObject> implements QueueOwner {
  readonly queue: string;
  readonly nodeId: string;
  readonly intake: JobIntake<Settings>;
  readonly #options: JobNodeOptions<Settings>;
  readonly #coordinator: Coordinator;
  readonly #status: NodeStatus;
  readonly #circuit = new Circuit();
  readonly #end: JobEnd<Settings>;
  readonly #active = new Map<string, { abort: AbortController; ended: Promise<void> }>();
  readonly #closing = new AbortController();
  #pumping: Promise<void> | undefined;
  #again = false;
  /** Nothing is left to claim until something comes or becomes due. */
  #drained = false;
  #held = 0;
  /** A job's end could not be written: its row still says running although nobody works it. */
  #stranded = false;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: JobNodeOptions<Settings>) {
    this.#options = options;
    this.nodeId = options.node.id;
    this.queue = options.queue?.trim() || options.node.id;
    this.#coordinator = coordinatorOf(options.RED);
    this.#status = new NodeStatus(options.node);
    this.#end = new JobEnd(options, this.#status, this.#circuit);
    this.intake = new JobIntake(options, this.#coordinator, {
      queue: this.queue,
      closing: this.#closing.signal,
      store: () => this.store(),
      taken: () => this.wake(),
    });
  }

  store(): Promise<LifecycleStore> {
    return storeOf(this.#options.RED, this.#options.storeId);
  }

  active(): string[] {
    return [...this.#active.keys()];
  }
  async hold(): Promise<void> {
    this.#held += 1;
    while (this.#pumping !== undefined) await this.#pumping;
  }
  release(): void {
    this.#held -= 1;
    this.wake();
  }

  async resume(active: readonly string[]): Promise<void> {
    const store = await this.store();
    await store.requeue(this.queue, active);
  }

  send(handover: Handover): void {
    const msg = fromStored(handover.message);
    const outputs: (LifecycleMessage | null)[] = Array.from({ length: handover.port + 1 }, () => null);
    outputs[handover.port] = { ...msg, lifecycle: { run: handover.run, handover: handover.id } };
    this.#options.node.send(outputs);
  }

  cancel(job: string): void {
    this.#active.get(job)?.abort.abort();
    this.#status.cancelled(job);
  }

  wake(): void {
    // Whoever holds wakes when it lets go.
    if (this.#closing.signal.aborted || !this.#coordinator.running || this.#held > 0) return;
    this.#drained = false;
    if (this.#stranded) {
      // Whoever else works the queue stops claiming for it, this node included: so not from within its own claiming.
      this.#stranded = false;
      this.#coordinator.takeBack(this).catch((thrown: unknown) => {
        this.#stranded = true;
        this.#unasked(thrown);
      });
      return;
    }
    if (this.#pumping !== undefined) {
      this.#again = true;
      return;
    }
    this.#pumping = this.#pump()
      .catch((thrown: unknown) => this.#unasked(thrown))
      .finally(() => {
        this.#pumping = undefined;
        if (this.#again) {
          this.#again = false;
          this.wake();
        }
      });
  }

  async close(): Promise<void> {
    this.#closing.abort();
    clearTimeout(this.#timer);
    this.#status.close();
    for (const { abort } of this.#active.values()) abort.abort();
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, CLOSE_MS);
    });
    await Promise.race([
      Promise.allSettled([...[...this.#active.values()].map(({ ended }) => ended), this.#pumping]),
      late,
    ]);
    clearTimeout(timer);
  }

  /** The store itself could not be asked: looks again soon, the jobs are in it. */
  #unasked(thrown: unknown): void {
    // The store closes with the flows; what was asked of it is asked again after the start.
    if (this.#closing.signal.aborted) return;
    const error = asLifecycleError(thrown);
    this.#status.failed(error.code);
    this.#options.node.warn(`${error.code}: ${error.message}`);
    this.#sleep(steadyNow() + STRANDED_MS);
  }

  async #pump(): Promise<void> {
    const store = await this.store();
    for (;;) {
      const free = Math.min(this.#options.concurrency - this.#active.size, this.#circuit.room(steadyNow()));
      this.#drained = false;
      if (this.#closing.signal.aborted || !this.#coordinator.running) return;
      if (free <= 0) {
        const { until } = this.#circuit.paused ?? { until: 0 };
        if (until > steadyNow()) this.#sleep(until);
        return;
      }
      const jobs = await store.claim(this.queue, free, steadyNow());
      for (const job of jobs) this.#start(store, job);
      if (jobs.length < free) break;
    }
    const due = await store.nextDue(this.queue);
    this.#drained = !this.#again && !this.#stranded;
    if (due !== undefined) this.#sleep(due);
  }

  #sleep(until: number): void {
    if (this.#closing.signal.aborted) return;
    clearTimeout(this.#timer);
    const wait = Math.min(Math.max(until - steadyNow(), 20), 3_600_000);
    this.#timer = setTimeout(() => this.wake(), wait).unref();
  }

  #start(store: LifecycleStore, job: Job): void {
    const abort = new AbortController();
    const stop = AbortSignal.any([abort.signal, this.#closing.signal]);
    this.#status.begin(job.id);
    this.#circuit.begun(job.id, steadyNow());
    const ended = this.#work(store, job, stop)
      .catch((thrown: unknown) => {
        const error = asLifecycleError(thrown);
        this.#status.end(job.id, "stopped");
        // Fenced out (cancelled, taken over): the job's row already says what holds.
        if (stop.aborted || error.code === "CONFLICT") return false;
        this.#options.node.warn(`Job ${job.id}: ${error.code}: ${error.message}`);
        this.#status.failed(error.code);
        this.#stranded = true;
        return false;
      })
      .then((over) => {
        this.#active.delete(job.id);
        this.#circuit.left(job.id);
        if (this.#stranded) this.#sleep(steadyNow() + STRANDED_MS);
        // The end of a job leaves nothing new to claim; one that is parked becomes due.
        else if (!over || !this.#drained) this.wake();
      });
    this.#active.set(job.id, { abort, ended });
  }

  /** What is not configured while the flows are being deployed may be there again in a moment. */
  #isDeploying({ code, retryable }: LifecycleError): boolean {
    return code === "NOT_CONFIGURED" && (retryable || !this.#coordinator.running);
  }

  /** @returns whether the job is done with; else it may become due again */
  async #work(store: LifecycleStore, claimed: Job, signal: AbortSignal): Promise<boolean> {
    const msg = await restore(store, fromClaimed(claimed));
    const contextOf = (job: Job): DurableJob<Settings> =>
      new DurableJob<Settings>(store, job, msg, signal, this.#status, this.#options.node.type);
    let job = claimed;
    let context = contextOf(claimed);
    let outcome: Outcome;
    let handovers: NewHandover[];
    try {
      job = await withSettings(this.#options, store, claimed);
      context = contextOf(job);
      outcome = await this.#options.work(context);
      handovers = await this.#end.handovers(store, job, outcome);
    } catch (thrown) {
      if (signal.aborted) {
        this.#status.end(job.id, "stopped");
        return false;
      }
      const error = asLifecycleError(thrown);
      if (this.#isDeploying(error)) {
        // Left as it is and taken up again: an attempt that only a deploy broke off does not count.
        this.#status.end(job.id, "stopped");
        this.#stranded = true;
        return false;
      }
      await this.#end.failed(store, job, context, error);
      return false;
    }
    await this.#end.ended(store, job, context, outcome, handovers);
    for (const handover of handovers) {
      this.#coordinator.send(this, store, { ...handover, takenBy: [], created: Date.now() });
    }
    return outcome.kind !== "wait";
  }
}
