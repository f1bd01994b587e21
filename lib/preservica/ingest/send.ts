import type { PackageReceipt, UploadTarget } from "../../content/types.js";
import { asLifecycleError, LifecycleError } from "../../messages/error.js";
import { PROGRESS_HEADER } from "../upload.js";
import { nowOf } from "./events.js";
import type { IngestDeps, IngestingFacts, IngestJob, PackedFacts, ResolvedAsset, UploadFacts } from "./job.js";
import { digestsByLabel, metadataBound, metadataDocument, packageEntries, type FileDigests } from "./package.js";
import { recordSent } from "./sent-events.js";

/** Refusals of the completing request that prove that nothing was started. */
export const DEFINITE: ReadonlySet<number> = new Set([400, 401, 403, 409, 413, 422, 429]);

/**
 * Ends an upload in parts to which nothing more will be sent.
 *
 * @returns whether it is over; that it cannot be ended now is no failure
 */
export async function abandonUpload(upload: UploadFacts, folder: string, deps: IngestDeps): Promise<boolean> {
  if (upload.resume === null) return true;
  const target = deps.preservica.uploadTarget(upload.key, folder);
  return await target.abort(upload.resume.uploadId).then(
    () => true,
    () => false,
  );
}

/** Upload facts of the next try: a fresh key, because the old one may still be seen by a failed ingest's monitor. */
export function nextUpload(job: IngestJob, ref: string, last: UploadFacts | undefined): UploadFacts {
  const nth = (last?.nth ?? 0) + 1;
  return {
    nth,
    key: `${ref}.${job.id.replace(/[^0-9A-Za-z-]/g, "-")}.${nth}.zip`,
    finishing: "no",
    lostSince: null,
    failed: null,
    resume: null,
  };
}

/**
 * Packs and sends, in one pass. Before the request that may start an ingest leaves, that is on disk; so after a crash
 * it is known whether the archive has to be looked at before anything is sent again.
 */
export async function sendPackage(
  job: IngestJob,
  resolved: ResolvedAsset,
  folder: string,
  upload: UploadFacts,
  deps: IngestDeps,
): Promise<IngestingFacts> {
  const sender = new Sender(job, resolved, folder, upload, deps);
  return await sender.send();
}

class Sender {
  readonly #job: IngestJob;
  readonly #resolved: ResolvedAsset;
  readonly #folder: string;
  readonly #deps: IngestDeps;
  #facts: UploadFacts;

  constructor(job: IngestJob, resolved: ResolvedAsset, folder: string, upload: UploadFacts, deps: IngestDeps) {
    this.#job = job;
    this.#resolved = resolved;
    this.#folder = folder;
    this.#deps = deps;
    this.#facts = upload;
  }

  async send(): Promise<IngestingFacts> {
    const { asset } = this.#job.msg;
    const { created } = this.#job;
    this.#job.stage("uploading");
    this.#job.note("upload", this.#facts);
    let receipt: PackageReceipt;
    try {
      receipt = await this.#deps.contentPool.sendPackage({
        entries: packageEntries(asset, this.#resolved, this.#deps),
        finishSize: metadataBound(asset, this.#resolved),
        finish: async (digests) => {
          const found = digestsByLabel(digests);
          const document = metadataDocument(asset, this.#resolved, this.#folder, found, created);
          this.#packed(found);
          return [{ path: `${this.#resolved.ref}/metadata.xml`, bytes: Buffer.from(document, "utf8") }];
        },
        modified: created,
        target: this.#guarded(this.#deps.preservica.uploadTarget(this.#facts.key, this.#folder)),
        ...(this.#facts.resume === null ? {} : { resume: this.#facts.resume }),
        onState: (state) => this.#save({ resume: { ...state, parts: state.parts.map((part) => ({ ...part })) } }),
        signal: this.#job.signal,
        onBytes: (done, total) => this.#job.progress(done, total),
      });
    } catch (thrown) {
      throw await this.#failed(thrown);
    }
    return this.#sent(receipt);
  }

  /** Marks on disk that the next request may start the ingest. */
  #guarded(target: UploadTarget): UploadTarget {
    return {
      put: async (size, refused) => {
        await this.#finishing("put");
        return await target.put(size, refused);
      },
      begin: () => target.begin(),
      part: (uploadId, number, size, refused) => target.part(uploadId, number, size, refused),
      complete: async (uploadId, parts) => {
        await this.#finishing("complete");
        return await target.complete(uploadId, parts);
      },
      abort: (uploadId) => target.abort(uploadId),
    };
  }

  async #finishing(how: "put" | "complete"): Promise<void> {
    if (this.#facts.finishing !== how) await this.#save({ finishing: how });
  }

  #packed(digests: FileDigests): void {
    const at = nowOf(this.#deps).toISOString();
    const files = this.#resolved.files.flatMap((file) => {
      const found = digests.get(file.label);
      return found === undefined
        ? []
        : [{ label: file.label, size: found.size, sha256: found.digests["SHA-256"] ?? null, at }];
    });
    const md5 = [...digests].flatMap(([label, found]) =>
      found.digests.MD5 === undefined ? [] : [{ label, value: found.digests.MD5 }],
    );
    const facts: PackedFacts = { nth: this.#facts.nth, files, md5, at };
    this.#job.note("packed", facts);
  }

  /** A failure that proves that nothing arrived takes the mark away again, so that the next attempt sends at once. */
  async #failed(thrown: unknown): Promise<unknown> {
    if (this.#job.signal.aborted) return thrown;
    const error = asLifecycleError(thrown);
    const unknown = error.details?.["outcome"] === "unknown";
    const definite =
      this.#facts.finishing === "put" ? !unknown : error.status !== undefined && DEFINITE.has(error.status);
    if (this.#facts.finishing !== "no" && definite) await this.#save({ finishing: "no" });
    return thrown;
  }

  #sent(receipt: PackageReceipt): IngestingFacts {
    const at = nowOf(this.#deps).toISOString();
    const digests = digestsByLabel(receipt.digests);
    const { size, partsSent, partsSkipped } = receipt;
    const sent = { key: this.#facts.key, digests, size, transfer: { partsSent, partsSkipped } };
    recordSent(this.#job, this.#resolved, sent, this.#deps);
    const token = receipt.headers[PROGRESS_HEADER] ?? null;
    return { nth: this.#facts.nth, token, since: at, completeSince: null };
  }

  async #save(change: Partial<UploadFacts>): Promise<void> {
    this.#facts = { ...this.#facts, ...change };
    await this.#job.save("upload", this.#facts);
  }
}

/** What was packed in the try that counts. @throws LifecycleError UPSTREAM when the checkpoint lacks it */
export function packedBy(job: IngestJob, nth: number): PackedFacts {
  const packed = job.checkpoint<PackedFacts>("packed");
  if (packed === undefined || packed.nth !== nth) {
    throw new LifecycleError(
      "UPSTREAM",
      "The digests of the package that was sent are not on record; replay the job.",
      { system: "preservica" },
    );
  }
  return packed;
}
