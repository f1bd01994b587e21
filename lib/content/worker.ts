import { setMaxListeners } from "node:events";
import { parentPort, workerData } from "node:worker_threads";
import { HashCompanion } from "./hash-companion.js";
import { JobContext, type WorkerServices } from "./job-context.js";
import { PartBuffers } from "./part-buffers.js";
import { runPartPackage } from "./part-package.js";
import { fromPlainError, stoppedError, toPlainError } from "./plain-error.js";
import type { Answer, FromWorker, Opened, ToWorker, Work, WorkResult } from "./protocol.js";
import { runRead } from "./read-job.js";
import { runWholePackage } from "./whole-package.js";

/** A thread of the byte path: several jobs at a time, each waiting mostly on its connections. */
const jobs = new Map<number, JobContext>();
const asked = new Map<number, { resolve(answer: Answer): void; reject(error: unknown): void }>();
/** Given by the pool: bytes of part buffers that this thread's uploads may share beyond what each is guaranteed. */
const { memory } = workerData as { memory: number };
const parts = new PartBuffers(memory);
const blocks = new PartBuffers(0);
let asks = 0;

function listen(port: NonNullable<typeof parentPort>): void {
  const post = (message: FromWorker): void => port.postMessage(message);
  const services: WorkerServices = {
    post,
    ask: (job, question) =>
      new Promise((resolve, reject) => {
        asks += 1;
        asked.set(asks, { resolve, reject });
        post({ type: "ask", job, ask: asks, question });
      }),
    buffers: parts,
    companion: new HashCompanion(),
  };
  port.on("message", (message: ToWorker) => {
    switch (message.type) {
      case "start":
        void perform(message.job, message.work, message.first, services);
        return;
      case "abort":
        jobs.get(message.job)?.stop(stoppedError(undefined));
        return;
      case "answer": {
        const waiting = asked.get(message.ask);
        asked.delete(message.ask);
        if (message.answer.kind === "error") waiting?.reject(fromPlainError(message.answer.error));
        else waiting?.resolve(message.answer);
        return;
      }
    }
  });
}

async function perform(job: number, work: Work, first: Opened | undefined, services: WorkerServices): Promise<void> {
  const context = new JobContext(services, job, work.hashing, first);
  // Each part in flight listens for the stop.
  setMaxListeners(0, context.signal);
  jobs.set(job, context);
  try {
    const result = await run(work, context);
    context.tellBytes();
    services.post({ type: "done", job, result });
  } catch (error) {
    const told = context.signal.aborted ? stoppedError(context.signal.reason) : error;
    services.post({ type: "failed", job, error: toPlainError(told) });
  } finally {
    jobs.delete(job);
  }
}

async function run(work: Work, context: JobContext): Promise<WorkResult> {
  if (work.kind === "read") return runRead(work, context, blocks);
  if (work.send.kind === "parts") return runPartPackage({ ...work, send: work.send }, context);
  return runWholePackage(work, context);
}

if (parentPort !== null) listen(parentPort);
