import type { SandboxContext } from "../kernel/types.js";
import type { OtmmSettings } from "./assumptions.js";
import type { OtmmStore } from "./store.js";
import type { ImportWork, EditWork, JobRecord, RenditionWork, UploadedFile } from "./types.js";

export type JobWork = ImportWork | RenditionWork | EditWork;

/** Does what a job is for. Throws with the text that ends in the job's error message. */
export type JobWorker = (job: JobRecord, work: JobWork) => Promise<void>;

/** Asynchronous jobs on the sandbox clock. They survive a restart: what was not done then is done after it. */
export class Jobs {
  private readonly running = new Set<string>();
  private closed = false;

  constructor(
    private readonly context: SandboxContext,
    private readonly settings: OtmmSettings,
    private readonly store: OtmmStore,
    private readonly worker: JobWorker,
  ) {
    for (const job of Object.values(store.value.jobs)) if (job.status === "STARTED") this.arm(job);
  }

  /** Makes a job that waits for its files and its start. */
  async create(kind: { name: string; jobClass: string; type: string }, user: string): Promise<JobRecord> {
    const started = this.store.now();
    return this.store.update((value) => {
      value.counters.job += 1;
      const job: JobRecord = { id: value.counters.job, ...kind, user, status: "STARTING", started, files: [] };
      value.jobs[String(job.id)] = job;
      return job;
    });
  }

  async addFile(id: number, file: UploadedFile): Promise<void> {
    await this.store.update((value) => {
      const job = value.jobs[String(id)];
      if (!job) return;
      job.files = [...job.files.filter((known) => known.name !== file.name), file];
    });
  }

  /** Starts a job; it ends `jobMs` later. */
  async start(id: number, work: JobWork): Promise<void> {
    const due = new Date(this.context.clock.now().getTime() + this.settings.jobMs).toISOString();
    await this.store.update((value) => {
      const job = value.jobs[String(id)];
      if (job) Object.assign(job, { status: "STARTED", work, due });
    });
    this.arm(this.store.job(String(id)));
  }

  close(): void {
    this.closed = true;
  }

  private arm(job: JobRecord): void {
    this.context.clock.at(new Date(job.due ?? 0), () => {
      this.run(job).catch((error: unknown) => {
        if (!this.closed) process.stderr.write(`sandbox: job ${job.id} could not be recorded: ${String(error)}\n`);
      });
    });
  }

  private async run(job: JobRecord): Promise<void> {
    const id = String(job.id);
    if (this.closed || this.running.has(id) || !job.work) return;
    this.running.add(id);
    let failure: string | undefined =
      job.work.kind === "import" && this.settings.failImports !== "" ? this.settings.failImports : undefined;
    try {
      if (failure === undefined) await this.worker(job, job.work);
    } catch (error) {
      failure = error instanceof Error ? error.message : String(error);
    }
    if (this.closed) return;
    const ended = this.store.now();
    await this.store.update((value) => {
      const record = value.jobs[id];
      if (!record) return;
      record.status = failure === undefined ? "COMPLETED" : "FAILED";
      record.ended = ended;
      if (failure !== undefined) record.error = failure;
    });
    this.running.delete(id);
  }
}

/** A job as `GET /jobs/{id}` shows it (fact sheet 6.4, assumed shape). */
export function renderJob(job: JobRecord): object {
  return {
    job_id: job.id,
    job_name: job.name,
    job_class: job.jobClass,
    job_type: job.type,
    initiator_login_id: job.user,
    status: job.status,
    progress: job.status === "COMPLETED" ? 100 : job.status === "STARTED" ? 50 : 0,
    start_date: job.started,
    ...(job.ended !== undefined && { end_date: job.ended }),
    error_message: job.error ?? null,
  };
}
