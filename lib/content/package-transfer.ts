import { LifecycleError } from "../messages/error.js";
import { GUARANTEED_BUFFERS, MAX_PARTS, packageBound, planOf, planParts, type PartPlan } from "./parts.js";
import type { Answer, EntryWork, FinishFile, FromWorker, Hashing, PackageWork, Question } from "./protocol.js";
import type { RetryPolicy } from "./retry.js";
import { StateKeeper } from "./state-keeper.js";
import type { Transfer } from "./transfer.js";
import type { Opener, PackageUpload, Refusal, UploadState } from "./types.js";
import { checkPath, packageSize } from "./zip.js";

export interface PackageSettings {
  retry: RetryPolicy;
  hashing: Hashing;
  /** Smallest part; packages that fit one go whole. */
  partSize: number;
  zip64From: number;
  /** A store that refuses to save the state ends the job with its error. */
  onStateFailure: (error: unknown) => void;
}

/** Main thread's side of a package: signs requests, keeps the upload's state, asks the caller for the last files. */
export class PackageTransfer implements Transfer {
  readonly weight: number;
  readonly firstSource: number | undefined;
  readonly work: PackageWork;
  readonly #upload: PackageUpload;
  readonly #openers = new Map<number, Opener>();
  readonly #paths = new Set<string>();
  readonly #total: number;
  #told = 0;
  readonly #keeper: StateKeeper;

  /** @throws LifecycleError INVALID_INPUT for paths, sizes or times that no package can hold */
  constructor(upload: PackageUpload, settings: PackageSettings) {
    this.#upload = upload;
    const entries = upload.entries.map((entry, index) => this.#entry(entry, index));
    this.#total = entries.reduce((sum, entry) => sum + (entry.kind === "source" ? entry.source.size : 0), 0);
    const sizes = entries.map((entry) => ({
      path: entry.path,
      size: entry.kind === "source" ? entry.source.size : entry.bytes.byteLength,
    }));
    const bound = packageBound(sizes, upload.finishSize);
    const resume = usable(upload.resume, bound);
    const plan = resume === undefined ? planParts(bound, settings.partSize) : planOf(resume.partSize);
    const whole = resume === undefined && bound <= settings.partSize;
    this.weight = whole ? 2 * bound : GUARANTEED_BUFFERS * plan.partSize;
    this.#keeper = new StateKeeper(plan.partSize, (state) => upload.onState(state), settings.onStateFailure);
    if (resume !== undefined) this.#keeper.resume(resume.uploadId, resume.parts);
    this.firstSource = entries.find((entry) => entry.kind === "source")?.source.index;
    this.work = {
      kind: "package",
      format: formatOf(upload),
      entries,
      modified: modifiedOf(upload),
      send: whole ? { kind: "whole" } : sendParts(plan, resume),
      retry: settings.retry,
      hashing: settings.hashing,
      zip64From: settings.zip64From,
    };
  }

  get signal(): AbortSignal {
    return this.#upload.signal;
  }

  async answer(question: Question): Promise<Answer> {
    const { target } = this.#upload;
    switch (question.kind) {
      case "open":
        return { kind: "request", request: await this.#opener(question.index)(question.refused) };
      case "put":
        return { kind: "request", request: await target.put(question.size, question.refused) };
      case "part":
        return { kind: "request", request: await this.#part(question) };
      case "begin": {
        const uploadId = await target.begin();
        await this.#keeper.begin(uploadId);
        return { kind: "upload", uploadId };
      }
      case "finish":
        return await this.#last(question.digests);
      case "complete": {
        // Every part is durable before the target is told: after a kill it is known that the end may have come.
        await this.#keeper.flush();
        return { kind: "headers", headers: await target.complete(question.uploadId, this.#keeper.parts) };
      }
    }
  }

  told(message: Extract<FromWorker, { type: "bytes" | "part" | "restart" }>): void {
    if (message.type === "bytes") this.#tell(message.done);
    else if (message.type === "part") this.#keeper.add(message.part);
    else this.#keeper.void();
  }

  through(): void {
    if (this.#told < this.#total) this.#tell(this.#total);
  }

  #tell(done: number): void {
    this.#told = done;
    this.#upload.onBytes?.(done, this.#total);
  }

  async settle(): Promise<void> {
    try {
      await this.#keeper.flush();
    } finally {
      this.#keeper.stop();
    }
  }

  #part(question: { uploadId: string; number: number; size: number; refused?: Refusal }) {
    return this.#upload.target.part(question.uploadId, question.number, question.size, question.refused);
  }

  #opener(index: number): Opener {
    const open = this.#openers.get(index);
    if (open === undefined) throw new LifecycleError("UPSTREAM", `The package has no source ${index}.`);
    return open;
  }

  /** The last files; with them all sizes are known, so the one PUT of a whole package can be made along with them. */
  async #last(digests: Parameters<PackageUpload["finish"]>[0]): Promise<Answer> {
    const files = await this.#finish(digests);
    if (this.work.send.kind !== "whole") return { kind: "files", files };
    const entries = this.work.entries.map((entry) => ({
      path: entry.path,
      size: entry.kind === "source" ? entry.source.size : entry.bytes.byteLength,
    }));
    const added = files.map(({ path, bytes }) => ({ path, size: bytes.byteLength }));
    const all = [...entries, ...added];
    const size =
      this.work.format === "plain"
        ? all.reduce((sum, entry) => sum + entry.size, 0)
        : packageSize(all, new Date(this.work.modified), this.work.zip64From);
    return { kind: "files", files, put: { size, request: await this.#upload.target.put(size) } };
  }

  async #finish(digests: Parameters<PackageUpload["finish"]>[0]): Promise<FinishFile[]> {
    const files = await this.#upload.finish(digests);
    if (this.work.format === "plain" && files.length > 0) throw new LifecycleError("INVALID_INPUT", ONE_FILE);
    const paths = new Set(this.#paths);
    for (const file of files) takePath(file.path, paths);
    return files;
  }

  #entry(entry: PackageUpload["entries"][number], index: number): EntryWork {
    takePath(entry.path, this.#paths);
    if ("bytes" in entry) return { kind: "bytes", path: entry.path, label: entry.label, bytes: entry.bytes };
    if (!Number.isSafeInteger(entry.size) || entry.size < 0) {
      throw new LifecycleError("INVALID_INPUT", `${entry.label}: its size must be known before it is packed.`);
    }
    this.#openers.set(index, entry.open);
    return {
      kind: "source",
      path: entry.path,
      source: {
        index,
        label: entry.label,
        size: entry.size,
        algorithms: entry.algorithms,
        expected: entry.expected ?? {},
      },
    };
  }
}

function takePath(path: string, taken: Set<string>): void {
  checkPath(path);
  if (taken.has(path)) throw new LifecycleError("INVALID_INPUT", `Two entries of the package share the path ${path}.`);
  taken.add(path);
}

const ONE_FILE = "What is sent without a package is one file.";

function formatOf({ format = "zip", entries }: PackageUpload): PackageWork["format"] {
  if (format === "plain" && entries.length !== 1) throw new LifecycleError("INVALID_INPUT", ONE_FILE);
  return format;
}

function modifiedOf(upload: PackageUpload): number {
  const time = upload.modified.getTime();
  if (Number.isNaN(time)) throw new LifecycleError("INVALID_INPUT", "The package has no valid time stamp.");
  return time;
}

/** An earlier state is of use when its cut still holds the package. */
function usable(state: UploadState | undefined, bound: number): UploadState | undefined {
  if (state === undefined || state.partSize < 1) return undefined;
  return Math.ceil(bound / state.partSize) <= MAX_PARTS ? state : undefined;
}

function sendParts(plan: PartPlan, resume: UploadState | undefined): PackageWork["send"] {
  return {
    kind: "parts",
    ...plan,
    ...(resume === undefined ? {} : { resume: { uploadId: resume.uploadId, parts: resume.parts } }),
  };
}
