import type { SandboxContext, SandboxState } from "../../kernel/types.js";
import type { Job, JobKind, JobOf } from "./model.js";

/** Does a job's next step. What it changes of the job it puts through `update`. */
export type JobStep<K extends JobKind> = (job: JobOf<K>) => Promise<void>;
export type JobSteps = { [K in JobKind]: JobStep<K> };

/**
 * Work that goes on after its call was answered, known by progress tokens.
 * Every step is taken when the sandbox clock passes the job's due time; after a restart jobs go on where they were.
 */
export class Jobs {
  private steps: JobSteps | undefined;
  private closed = false;

  private constructor(
    private readonly context: SandboxContext,
    private readonly state: SandboxState<Record<string, Job>>,
  ) {}

  static async open(context: SandboxContext): Promise<Jobs> {
    return new Jobs(context, await context.state<Record<string, Job>>("jobs", () => ({})));
  }

  /** Names the steps and takes up what a former process left. */
  resume(steps: JobSteps): void {
    this.steps = steps;
    for (const job of Object.values(this.state.value)) if (needsStep(job)) this.arm(job);
  }

  find(token: string): Job | undefined {
    return Object.hasOwn(this.state.value, token) ? this.state.value[token] : undefined;
  }

  all(): Job[] {
    return Object.values(this.state.value);
  }

  /** Makes a job durable and waits for its due time. */
  async add(job: Job): Promise<void> {
    await this.state.update((value) => (value[job.token] = job));
    this.arm(job);
  }

  /** Changes a job. */
  async update<K extends JobKind>(job: JobOf<K>, change: (job: JobOf<K>) => void): Promise<void> {
    await this.state.update((value) => {
      const own = value[job.token];
      if (own?.kind === job.kind) change(own as JobOf<K>);
    });
  }

  /** Changes a job, its due time among others, and waits for that time to take another step. */
  async again<K extends JobKind>(job: JobOf<K>, change: (job: JobOf<K>) => void): Promise<void> {
    await this.update(job, change);
    const now = this.find(job.token);
    if (now) this.arm(now);
  }

  /** ISO instant so many milliseconds from now. */
  after(ms: number): string {
    return new Date(this.context.clock.now().getTime() + ms).toISOString();
  }

  /** Begins no further step. Steps that run fail at their next change and are taken again by the next process. */
  close(): void {
    this.closed = true;
  }

  private arm(job: Job): void {
    this.context.clock.at(new Date(job.due), () => {
      if (!this.closed) void this.take(job).catch((error: unknown) => this.broken(job, error));
    });
  }

  private async take(job: Job): Promise<void> {
    const { steps } = this;
    if (!steps || !needsStep(job)) return;
    await (steps[job.kind] as JobStep<JobKind>)(job);
    this.context.changed();
  }

  /** A step that throws is a fault of the simulator: it shows as a failed job, never as one that hangs. */
  private async broken(job: Job, error: unknown): Promise<void> {
    if (this.closed) return;
    await this.state.update((value) => {
      const own = value[job.token];
      if (!own) return;
      own.status = "FAILED";
      own.errors = [`internal error: ${error instanceof Error ? error.message : String(error)}`];
    });
  }
}

/** An ingest is COMPLETED for its caller before it is indexed. */
function needsStep(job: Job): boolean {
  return job.status === "ACTIVE" || (job.kind === "ingest" && job.phase === "indexing");
}
