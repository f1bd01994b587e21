import { hash } from "node:crypto";
import { setMaxListeners } from "node:events";
import { crc32 } from "node:zlib";
import { LifecycleError } from "../messages/error.js";
import { checkDigests, neededAlgorithms, selectDigests } from "./fixity-check.js";
import type { JobContext } from "./job-context.js";
import { BufferShare } from "./part-buffers.js";
import { GUARANTEED_BUFFERS } from "./parts.js";
import { PartWriter } from "./part-writer.js";
import type { EntryWork, PackageWork, WorkerReceipt } from "./protocol.js";
import { readSource } from "./source.js";
import type { EntryDigest, SentPart } from "./types.js";
import { PartUpload, UploadGone } from "./upload.js";
import { asBuffer, ofBytes } from "./whole-package.js";
import { centralDirectory, localHeader, type ZipFile } from "./zip.js";

type PartsWork = PackageWork & { send: { kind: "parts" } };

/**
 * A package, or a plain file, in parts: streamed once, cut, hashed on the way, at most a few parts in memory. If the target no longer
 * knows an upload, everything is sent once more into a new one.
 */
export async function runPartPackage(work: PartsWork, context: JobContext): Promise<WorkerReceipt> {
  try {
    return await new PartPackage(work, context, work.send.resume).run();
  } catch (error) {
    if (!(error instanceof UploadGone)) throw error;
    context.restart();
    return await new PartPackage(work, context, undefined).run().catch((again: unknown) => {
      if (again instanceof UploadGone)
        throw new LifecycleError("UPSTREAM", `${again.message}: the upload vanished twice.`, { retryable: true });
      throw again;
    });
  }
}

class PartPackage {
  readonly #work: PartsWork;
  readonly #context: JobContext;
  readonly #modified: Date;
  readonly #files: ZipFile[] = [];
  readonly #digests: EntryDigest[] = [];
  readonly #writer: PartWriter;
  readonly #upload: PartUpload;
  /** Ends what this attempt does, by the job's signal or by its own first failure. */
  readonly #stop = new AbortController();
  #failure: unknown;
  #uploadId: string | undefined;

  constructor(
    work: PartsWork,
    context: JobContext,
    resume: { uploadId: string; parts: readonly SentPart[] } | undefined,
  ) {
    const { partSize, inFlight, buffers } = work.send;
    this.#work = work;
    this.#context = context;
    this.#modified = new Date(work.modified);
    this.#uploadId = resume?.uploadId;
    // Each part in flight listens for the stop.
    setMaxListeners(0, this.#stop.signal);
    this.#upload = new PartUpload({
      request: (number, size, refused) => context.requestPart(this.#id(), number, size, refused),
      known: new Map(resume?.parts.map((part) => [part.number, part])),
      inFlight,
      retry: work.retry,
      signal: this.#stop.signal,
      onPart: (part) => context.part(part),
      onFailure: (error) => this.#fail(error),
    });
    const share = new BufferShare(context.buffers, partSize, { guaranteed: GUARANTEED_BUFFERS, most: buffers });
    this.#writer = new PartWriter(partSize, work.modified, share, (part) => this.#upload.add(part));
  }

  async run(): Promise<WorkerReceipt> {
    const { signal } = this.#context;
    const stop = (): void => this.#fail(signal.reason);
    signal.addEventListener("abort", stop, { once: true });
    try {
      signal.throwIfAborted();
      this.#uploadId ??= await this.#context.begin();
      await this.#write();
      await this.#upload.settled();
      this.#check();
      const headers = await this.#context.complete(this.#id());
      const { sent, skipped } = this.#upload;
      return {
        kind: "package",
        size: this.#writer.offset,
        digests: this.#digests,
        headers,
        partsSent: sent,
        partsSkipped: skipped,
      };
    } catch (error) {
      this.#fail(error);
      throw this.#failure;
    } finally {
      signal.removeEventListener("abort", stop);
      await this.#upload.settled();
      await this.#writer.drop();
    }
  }

  #id(): string {
    if (this.#uploadId === undefined) throw new Error("the upload has not begun");
    return this.#uploadId;
  }

  /** The first failure decides; what comes after it is its consequence. */
  #fail(error: unknown): void {
    if (this.#stop.signal.aborted) return;
    this.#failure = error;
    this.#stop.abort(error);
  }

  #check(): void {
    if (this.#stop.signal.aborted) throw this.#failure;
  }

  async #write(): Promise<void> {
    const { zip64From } = this.#work;
    for (const entry of this.#work.entries) {
      if (entry.kind === "source") await this.#stream(entry.path, entry.source);
      else {
        const bytes = asBuffer(entry.bytes);
        this.#digests.push(ofBytes(entry.label, entry.path, bytes));
        await this.#putFile(entry.path, bytes);
      }
    }
    const { files } = await this.#context.finish(this.#digests);
    for (const file of files) await this.#putFile(file.path, asBuffer(file.bytes));
    this.#check();
    if (this.#work.format === "zip")
      await this.#writer.putDirectory(centralDirectory(this.#files, this.#writer.offset, this.#modified, zip64From));
    this.#writer.finish();
  }

  /** Empty where the bytes go as they are. */
  #header(path: string, size: number, crc: number): Buffer {
    const { format, zip64From } = this.#work;
    return format === "plain" ? Buffer.alloc(0) : localHeader(path, size, crc, this.#modified, zip64From);
  }

  async #putFile(path: string, bytes: Buffer): Promise<void> {
    this.#check();
    const crc = crc32(bytes);
    const header = this.#header(path, bytes.length, crc);
    this.#files.push({ path, size: bytes.length, crc, offset: this.#writer.offset });
    await this.#writer.putEntry(path, header, bytes, hash("sha256", bytes, "hex"));
  }

  async #stream(path: string, source: Extract<EntryWork, { kind: "source" }>["source"]): Promise<void> {
    this.#check();
    const offset = this.#writer.offset;
    const algorithms = neededAlgorithms(source.algorithms, source.expected);
    const header = this.#header(path, source.size, 0);
    await this.#writer.begin(path, source.size, header, this.#context.hash(algorithms));
    await readSource({
      label: source.label,
      size: source.size,
      open: (refused) => this.#context.open(source.index, refused),
      sink: (chunk) => {
        this.#context.count(chunk.length);
        return this.#writer.append(chunk);
      },
      prefix: () => this.#writer.prefix(),
      retry: this.#work.retry,
      signal: this.#stop.signal,
    });
    const ended = await this.#writer.end();
    checkDigests(source.label, ended.digests, source.expected);
    this.#files.push({ path, size: source.size, crc: ended.crc, offset });
    this.#digests.push({
      label: source.label,
      path,
      size: source.size,
      digests: selectDigests(ended.digests, algorithms),
    });
  }
}
