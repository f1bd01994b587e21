import { setTimeout as pause } from "node:timers/promises";
import { asLifecycleError, LifecycleError } from "../messages/error.js";
import type { LifecycleMessage } from "../messages/message.js";
import type { Handover, Job, JsonObject, LifecycleStore, NewHandover } from "../store/types.js";
import { coordinatorOf, type Coordinator, type QueueOwner } from "./coordinator.js";
import { identitiesOf } from "./identities.js";
import { DurableJob } from "./job-context.js";
import { lighten, restore } from "./kept-fields.js";
import { onInput, reported } from "./on-input.js";
import { NodeStatus } from "./status.js";
import { steadyNow, steadyTimeOf } from "./steady-clock.js";
import { publishStep } from "./steps.js";
import { storeOf } from "./store-of.js";
import { assetOf, fromStored, toStored } from "./stored-message.js";
import { takeIn, withSettings } from "./take-in.js";
import { isFull, STRANDED_MS } from "./until-stored.js";
import type { JobNodeOptions, Outcome, Output } from "./types.js";

const DEFAULT_ATTEMPTS = 5;
/** How long a closing node waits for work that is under way to notice the abort; below Node-RED's own 15 s. */
const CLOSE_MS = 8_000;
const BACKOFF_MS = [1_000, 5_000, 30_000, 120_000, 600_000] as const;

/** Pause before the next attempt: what the peer asked for, else growing, with jitter so that jobs do not march in step. */
function backoff(failures: number, error: LifecycleError): number {
  const base = BACKOFF_MS[Math.min(failures, BACKOFF_MS.length) - 1] ?? BACKOFF_MS[0];
  return Math.round(Math.max(error.retryAfter ?? 0, base * (0.5 + Math.random())));
}

/**
 * Makes a node durable: each message becomes a job in the store before it is acknowledged; jobs are claimed, worked,
 * parked and ended there, so that a crash, a redeploy or a restart at any point loses nothing.
 */
export function registerJobNode<Settings extends JsonObject>(options: JobNodeOptions<Settings>): void {
  const worker = new JobWorker(options);
  onInput(options.node, (msg, send) => worker.take(msg, send));
  const unregister = coordinatorOf(options.RED).register(worker);
  options.node.on("close", (_removed: boolean, done: () => void) => {
    unregister();
    worker.close().then(done, done);
  });
}

class JobWorker<Settings extends JsonObject> implements QueueOwner {
  readonly queue: string;
  readonly nodeId: string;
  readonly #options: JobNodeOptions<Settings>;
  readonly #coordinator: Coordinator;
  readonly #status: NodeStatus;
  readonly #active = new Map<string, { abort: AbortController; ended: Promise<void> }>();
  readonly #closing = new AbortController();
  #pumping: Promise<void> | undefined;
  #again = false;
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
  }

  store(): Promise<LifecycleStore> {
    return storeOf(this.#options.RED, this.#options.storeId);
  }

  /** Intake: resolves once the message is safe as a job (or was known already). */
  async take(msg: LifecycleMessage, send: (msg: (LifecycleMessage | null)[]) => void): Promise<void> {
    if (msg.dryRun === true) {
      await this.#plan(msg, send);
      return;
    }
    try {
      await this.#takeIn(msg);
    } catch (thrown) {
      const handover = msg.lifecycle?.handover;
      if (handover !== undefined) {
        // Connections and store close with the flows; what was handed over is sent again after the start.
        if (this.#stopping()) return;
        this.#coordinator.stillWanted(handover);
        // Told once; taken in all the same, as soon as there is space again.
        if (isFull(thrown)) void this.#takeLater(msg);
      }
      throw thrown;
    }
  }

  async #takeIn(msg: LifecycleMessage): Promise<void> {
    const failed = await takeIn(this.#options, this.queue, await this.store(), msg, () => this.#stopping());
    this.#coordinator.acknowledged(msg.lifecycle?.handover, this.queue);
    if (failed !== undefined) throw failed;
    this.wake();
  }

  #stopping(): boolean {
    return this.#closing.signal.aborted || !this.#coordinator.running;
  }

  async #takeLater(msg: LifecycleMessage): Promise<void> {
    const { signal } = this.#closing;
    while (!signal.aborted) {
      // What is not taken in when the node closes is sent again after the next start.
      await pause(STRANDED_MS, undefined, { signal, ref: false }).catch(() => undefined);
      if (signal.aborted) return;
      try {
        await this.#takeIn(msg);
        return;
      } catch (thrown) {
        if (isFull(thrown)) continue;
        this.#options.node.error(reported(asLifecycleError(thrown)), msg);
        return;
      }
    }
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
  }

  wake(): void {
    // Whoever holds wakes when it lets go.
    if (this.#closing.signal.aborted || !this.#coordinator.running || this.#held > 0) return;
    if (this.#pumping !== undefined) {
      this.#again = true;
      return;
    }
    this.#pumping = this.#pump()
      .catch((thrown: unknown) => {
        // The store closes with the flows; what was asked of it is asked again after the start.
        if (this.#closing.signal.aborted) return;
        const error = asLifecycleError(thrown);
        this.#status.failed(error.code);
        this.#options.node.warn(`${error.code}: ${error.message}`);
        // The store itself could not be asked: look again soon, the jobs are in it.
        this.#sleep(steadyNow() + STRANDED_MS);
      })
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

  async #pump(): Promise<void> {
    const store = await this.store();
    if (this.#stranded) {
      await store.requeue(this.queue, [...this.#active.keys()]);
      this.#stranded = false;
    }
    for (;;) {
      const free = this.#options.concurrency - this.#active.size;
      if (free <= 0 || this.#closing.signal.aborted || !this.#coordinator.running) return;
      const jobs = await store.claim(this.queue, free, steadyNow());
      for (const job of jobs) this.#start(store, job);
      if (jobs.length < free) break;
    }
    const due = await store.nextDue(this.queue);
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
    const ended = this.#work(store, job, stop)
      .catch((thrown: unknown) => {
        const error = asLifecycleError(thrown);
        this.#status.end(job.id, "stopped");
        // Fenced out (cancelled, taken over): the job's row already says what holds.
        if (stop.aborted || error.code === "CONFLICT") return;
        this.#options.node.warn(`Job ${job.id}: ${error.code}: ${error.message}`);
        this.#status.failed(error.code);
        this.#stranded = true;
      })
      .finally(() => {
        this.#active.delete(job.id);
        if (this.#stranded) this.#sleep(steadyNow() + STRANDED_MS);
        else this.wake();
      });
    this.#active.set(job.id, { abort, ended });
  }

  async #work(store: LifecycleStore, claimed: Job, signal: AbortSignal): Promise<void> {
    const msg = await restore(store, fromStored(claimed.message));
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
      handovers = await this.#handovers(store, job, outcome);
    } catch (thrown) {
      if (signal.aborted) {
        this.#status.end(job.id, "stopped");
        return;
      }
      await this.#failed(store, job, context, asLifecycleError(thrown));
      return;
    }
    await this.#ended(store, job, context, outcome, handovers);
  }

  async #ended(
    store: LifecycleStore,
    job: Job,
    context: DurableJob<Settings>,
    outcome: Outcome,
    handovers: NewHandover[],
  ): Promise<void> {
    if (outcome.kind === "wait") {
      await store.change({
        job: job.id,
        attempt: job.attempt,
        state: "waiting",
        step: outcome.step,
        due: steadyTimeOf(outcome.until),
        handovers,
        ...context.takeFacts(),
      });
      this.#status.end(job.id, "waiting");
      this.#sendAll(store, handovers);
      return;
    }
    await store.change({
      job: job.id,
      attempt: job.attempt,
      state: outcome.kind === "done" ? "done" : "refused",
      step: "end",
      ...(outcome.kind === "refused" ? { error: { code: "REFUSED", message: outcome.reason } } : {}),
      handovers,
      identities: outcome.outputs.flatMap(({ msg }) => (msg.asset === undefined ? [] : identitiesOf(msg.asset))),
      ...context.takeFacts(),
    });
    publishStep({ nodeType: job.nodeType, queue: job.queue, step: "end", assetKey: job.assetKey, job: job.id });
    this.#status.end(job.id, outcome.kind);
    this.#sendAll(store, handovers);
  }

  #sendAll(store: LifecycleStore, handovers: readonly NewHandover[]): void {
    for (const handover of handovers) {
      this.#coordinator.send(this, store, { ...handover, takenBy: [], created: Date.now() });
    }
  }

  /** @throws LifecycleError INVALID_INPUT when an output is too large to travel */
  async #handovers(store: LifecycleStore, job: Job, outcome: Outcome): Promise<NewHandover[]> {
    const handovers: NewHandover[] = [];
    for (const [index, output] of (outcome.outputs ?? []).entries())
      handovers.push(await this.#handover(store, job, output, index));
    return handovers;
  }

  async #handover(store: LifecycleStore, job: Job, output: Output, index: number): Promise<NewHandover> {
    const msg = await lighten(store, job.run, output.msg);
    return {
      id: `${job.id}.${job.attempt}.${index}`,
      run: job.run,
      from: job.id,
      queue: this.queue,
      port: output.port,
      assetKey: job.assetKey,
      assetVersion: job.assetVersion,
      message: toStored(msg),
    };
  }

  async #failed(store: LifecycleStore, job: Job, context: DurableJob<Settings>, error: LifecycleError): Promise<void> {
    const failures = job.failures + 1;
    const spent = failures >= (this.#options.attempts ?? DEFAULT_ATTEMPTS);
    const again = error.retryable && !spent;
    const details = error.details === undefined ? {} : { details: toStored(error.details) };
    await store.change({
      job: job.id,
      attempt: job.attempt,
      state: again ? "waiting" : error.retryable ? "dead" : error.code === "REFUSED" ? "refused" : "failed",
      failures,
      due: again ? steadyNow() + backoff(failures, error) : 0,
      error: { code: error.code, message: error.message, ...details },
      ...context.takeFacts(),
    });
    if (again) {
      this.#status.end(job.id, "waiting");
      return;
    }
    this.#status.end(job.id, { failed: error.code });
    const msg = { ...context.msg, ...(error.details === undefined ? {} : { errorDetails: error.details }) };
    this.#options.node.error(reported(error), msg);
  }

  /** A dry run keeps nothing: it reads, plans and passes on. */
  async #plan(msg: LifecycleMessage, send: (msg: (LifecycleMessage | null)[]) => void): Promise<void> {
    if (this.#options.plan === undefined) {
      throw new LifecycleError("INVALID_INPUT", `${this.#options.node.type} has no dry run.`);
    }
    const asset = (this.#options.subject ?? assetOf)(msg);
    const settings = await this.#options.settings(msg);
    const planned = await this.#options.plan({ ...msg, asset }, settings);
    const port = planned.port ?? 0;
    const outputs: (LifecycleMessage | null)[] = Array.from({ length: port + 1 }, () => null);
    outputs[port] = { ...planned.msg, plan: [...(msg.plan ?? []), ...planned.planned] };
    send(outputs);
  }
}
