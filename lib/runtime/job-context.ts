import type { LifecycleAsset } from "../messages/asset.js";
import { LifecycleError } from "../messages/error.js";
import type { LifecycleMessage } from "../messages/message.js";
import { softwareAgent } from "../messages/software.js";
import type { Job, JobChange, JsonObject, LifecycleEvent, LifecycleStore } from "../store/types.js";
import type { NodeStatus } from "./status.js";
import { publishStep } from "./steps.js";
import type { JobContext, OwnEvent } from "./types.js";

/** The context of one attempt at one job, backed by the store. */
export class DurableJob<Settings extends JsonObject> implements JobContext<Settings> {
  readonly id: string;
  readonly run: string;
  readonly attempt: number;
  readonly created: Date;
  readonly msg: LifecycleMessage & { asset: LifecycleAsset };
  readonly settings: Settings;
  readonly signal: AbortSignal;
  readonly #store: LifecycleStore;
  readonly #job: Job;
  readonly #status: NodeStatus;
  readonly #nodeType: string;
  #checkpoint: JsonObject;
  #events: LifecycleEvent[] = [];
  /** Steps that no transaction has taken along yet. */
  #noted: JsonObject = {};
  /** Steps that a transaction has taken along, not published yet. */
  #taken: string[] = [];

  constructor(
    store: LifecycleStore,
    job: Job,
    msg: LifecycleMessage,
    signal: AbortSignal,
    status: NodeStatus,
    nodeType: string,
  ) {
    if (msg.asset === undefined)
      throw new LifecycleError("INVALID_INPUT", `Job ${job.id} was stored without an asset.`);
    this.id = job.id;
    this.run = job.run;
    this.attempt = job.attempt;
    this.created = new Date(job.created);
    this.msg = { ...msg, asset: msg.asset };
    this.settings = job.settings as Settings;
    this.signal = signal;
    this.#store = store;
    this.#job = job;
    this.#status = status;
    this.#nodeType = nodeType;
    this.#checkpoint = job.checkpoint;
  }

  checkpoint<T extends JsonObject>(step: string): T | undefined {
    return this.#checkpoint[step] as T | undefined;
  }

  async save(step: string, facts: JsonObject): Promise<void> {
    if (this.signal.aborted) throw new LifecycleError("CONFLICT", "The job was stopped.", { retryable: false });
    this.note(step, facts);
    await this.#store.change({
      job: this.id,
      attempt: this.attempt,
      state: "running",
      step,
      failures: this.#job.failures,
      ...this.takeFacts(),
    });
    this.publishTaken();
  }

  note(step: string, facts: JsonObject): void {
    this.#checkpoint = { ...this.#checkpoint, [step]: facts };
    // Noted anew, a step is the last one again.
    delete this.#noted[step];
    this.#noted[step] = facts;
  }

  event(event: OwnEvent): void {
    this.#events.push({
      ...event,
      at: event.at ?? new Date().toISOString(),
      agent: softwareAgent(this.#nodeType),
      assetKey: this.#job.assetKey,
      assetVersion: this.#job.assetVersion,
      run: this.run,
    });
  }

  progress(done: number, total: number | undefined): void {
    this.#status.progress(this.id, done, total);
  }
  stage(word: string): void {
    this.#status.stage(this.id, word);
  }

  /** What the next transaction takes along: the events and steps that none has taken yet. */
  takeFacts(): Pick<JobChange, "events" | "checkpoint"> {
    const events = this.#events;
    const checkpoint = this.#noted;
    this.#events = [];
    this.#noted = {};
    const steps = Object.keys(checkpoint);
    this.#taken.push(...steps);
    return { ...(events.length === 0 ? {} : { events }), ...(steps.length === 0 ? {} : { checkpoint }) };
  }

  /** Says that the transaction is on disk. @param end the step that the job ended or was parked with, if it did */
  publishTaken(end?: string): void {
    const steps = this.#taken;
    this.#taken = [];
    const { queue, assetKey } = this.#job;
    for (const step of end === undefined ? steps : [...steps, end])
      publishStep({ nodeType: this.#nodeType, queue, step, assetKey, job: this.id });
  }
}
