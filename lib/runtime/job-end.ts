import type { LifecycleError } from "../messages/error.js";
import type { Job, JsonObject, LifecycleStore, NewHandover } from "../store/types.js";
import type { Circuit, Taken } from "./circuit.js";
import { identitiesOf } from "./identities.js";
import type { DurableJob } from "./job-context.js";
import { lighten } from "./kept-fields.js";
import { reported } from "./on-input.js";
import type { NodeStatus } from "./status.js";
import { steadyNow, steadyTimeOf } from "./steady-clock.js";
import { toStored } from "./stored-message.js";
import type { JobNodeOptions, Outcome, Output } from "./types.js";

const DEFAULT_ATTEMPTS = 5;
const BACKOFF_MS = [1_000, 5_000, 30_000, 120_000, 600_000] as const;

/** Pause before the next attempt: what the peer asked for, else growing, with jitter so that jobs do not march in step. */
function backoff(failures: number, error: LifecycleError): number {
  const base = BACKOFF_MS[Math.min(failures, BACKOFF_MS.length) - 1] ?? BACKOFF_MS[0];
  return Math.round(Math.max(error.retryAfter ?? 0, base * (0.5 + Math.random())));
}

/** Writes down how an attempt at a job ended: its state, facts and hand-overs in one transaction. */
export class JobEnd<Settings extends JsonObject> {
  readonly #options: JobNodeOptions<Settings>;
  readonly #status: NodeStatus;
  readonly #circuit: Circuit;

  constructor(options: JobNodeOptions<Settings>, status: NodeStatus, circuit: Circuit) {
    this.#options = options;
    this.#status = status;
    this.#circuit = circuit;
  }

  /**
   * The outputs of a job as hand-overs, ready to be stored with its end.
   *
   * @throws LifecycleError INVALID_INPUT when an output is too large to travel
   */
  async handovers(store: LifecycleStore, job: Job, outcome: Outcome): Promise<NewHandover[]> {
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
      queue: job.queue,
      port: output.port,
      assetKey: job.assetKey,
      assetVersion: job.assetVersion,
      message: toStored(msg),
    };
  }

  /** The attempt came to an outcome: parked, done or refused. */
  async ended(
    store: LifecycleStore,
    job: Job,
    context: DurableJob<Settings>,
    outcome: Outcome,
    handovers: NewHandover[],
  ): Promise<void> {
    const how = outcome.kind === "wait" ? "parked" : "ended";
    if (this.#circuit.passed(job.id, how)) this.#options.node.log("The queue goes on: something has passed again.");
    this.#status.paused(this.#circuit.paused);
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
      context.publishTaken(outcome.step);
      this.#status.end(job.id, "waiting");
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
    context.publishTaken("end");
    this.#status.end(job.id, outcome.kind);
  }

  /** The attempt failed: tried again later, or told to Catch, once. */
  async failed(store: LifecycleStore, job: Job, context: DurableJob<Settings>, error: LifecycleError): Promise<void> {
    const now = steadyNow();
    const taken = this.#circuit.failed(job.id, error, now);
    this.#told(taken, error);
    const attempts = this.#options.attempts ?? DEFAULT_ATTEMPTS;
    // A single attempt is a person's word that nothing is to be repeated, whatever the reason.
    const counts = taken.counts || attempts <= 1;
    const failures = job.failures + (counts ? 1 : 0);
    const again = error.retryable && !(counts && failures >= attempts);
    const details = error.details === undefined ? {} : { details: toStored(error.details) };
    await store.change({
      job: job.id,
      attempt: job.attempt,
      state: again ? "waiting" : error.retryable ? "dead" : error.code === "REFUSED" ? "refused" : "failed",
      failures,
      due: again ? (taken.notBefore ?? now + backoff(Math.max(failures, taken.inRow), error)) : 0,
      error: { code: error.code, message: error.message, ...details },
      // What was archived before the failure is found by the archive's id too.
      identities: identitiesOf(context.msg.asset),
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

  /** Says that the queue pauses, once, and shows for how long. */
  #told({ opened }: Taken, error: LifecycleError): void {
    this.#status.paused(this.#circuit.paused);
    if (!opened) return;
    this.#options.node.warn(
      `${error.code}: ${error.message} Nothing gets through any more: the queue pauses and tries one job at a time, and goes on by itself. No job is given up meanwhile.`,
    );
  }
}
