import type { FixityAlgorithm, LifecycleAsset } from "../../messages/asset.js";
import { FIXITY_ALGORITHMS } from "../../messages/asset.js";
import { asLifecycleError } from "../../messages/error.js";
import { partReference } from "../references.js";
import type { WorkflowContext } from "../workflows.js";
import { nowOf } from "./events.js";
import type {
  ContainerFacts,
  IngestDeps,
  IngestingFacts,
  IngestJob,
  PackedFacts,
  ResolvedAsset,
  SentFile,
  UploadFacts,
} from "./job.js";
import { containerDocuments, containerFiles, type ContainerFile, type ContainerFolder } from "./opex-container.js";
import { algorithmsOf, openerOf, type FileDigests } from "./package.js";
import { DEFINITE } from "./send.js";
import { recordSent } from "./sent-events.js";

/** Key of the workflow's parameter that names the container (fact sheet 2.5). */
const DIRECTORY = "OpexContainerDirectory";

/** Where a container goes and what takes it in. */
export interface ContainerTarget {
  folder: ContainerFolder;
  workflow: WorkflowContext;
}

/** What of the try's container is in the ingest source already. */
export function containerOf(job: IngestJob, upload: UploadFacts): ContainerFacts {
  const kept = job.checkpoint<ContainerFacts>("container");
  return kept?.nth === upload.nth ? kept : { nth: upload.nth, keys: [], sent: [], pending: null, resume: null };
}

/**
 * Lays an asset as a container into the ingest source, file by file, then its sidecars, then starts the workflow. All
 * but the start may be repeated without harm, because nothing there begins by itself.
 */
export class ContainerSender {
  readonly #job: IngestJob;
  readonly #resolved: ResolvedAsset;
  readonly #target: ContainerTarget;
  readonly #deps: IngestDeps;
  #upload: UploadFacts;
  #facts: ContainerFacts;

  constructor(job: IngestJob, resolved: ResolvedAsset, target: ContainerTarget, upload: UploadFacts, deps: IngestDeps) {
    this.#job = job;
    this.#resolved = resolved;
    this.#target = target;
    this.#deps = deps;
    this.#upload = upload;
    this.#facts = containerOf(job, upload);
  }

  async send(): Promise<IngestingFacts> {
    const { asset } = this.#job.msg;
    this.#job.stage("uploading");
    this.#job.note("upload", this.#upload);
    for (const file of containerFiles(this.#resolved, this.#target.folder.ref)) {
      if (!this.#facts.sent.some(({ label }) => label === file.file.label)) await this.#sendFile(asset, file);
    }
    this.#packed();
    const digests = digestsOf(this.#facts.sent);
    const container = this.#upload.key.split("/").at(-1) ?? "";
    const documents = containerDocuments(asset, this.#resolved, this.#target.folder, digests, container);
    this.#mark(documents.map(({ path }) => `${this.#upload.key}/${path}`));
    for (const { path, text } of documents) {
      this.#job.signal.throwIfAborted();
      await this.#deps.preservica.ingestSource.put(`${this.#upload.key}/${path}`, text);
    }
    return await this.#start(digests);
  }

  async #sendFile(asset: LifecycleAsset, { file, path, inside }: ContainerFile): Promise<void> {
    const key = `${this.#upload.key}/${path}`;
    const { ingestSource } = this.#deps.preservica;
    const { pending, resume } = this.#facts;
    // An object is seen when it is whole, so only the answer to its last request can have been lost.
    if (pending?.label === file.label && (await ingestSource.size(key)) === pending.size) return this.#arrived(pending);
    this.#mark([key]);
    const before = this.#facts.sent.reduce((sum, one) => sum + one.size, 0);
    const total = this.#resolved.files.reduce((sum, one) => sum + one.size, 0);
    let known: SentFile | undefined;
    await this.#deps.contentPool.sendPackage({
      format: "plain",
      entries: [
        {
          path: inside ?? file.filename,
          label: file.label,
          open: openerOf(asset, file, this.#deps),
          size: file.size,
          algorithms: algorithmsOf(file),
          expected: file.expected,
        },
      ],
      finishSize: 0,
      finish: async ([found]) => {
        const digests: Record<string, string> = { ...found?.digests };
        const sha256 = digests["SHA-256"] ?? null;
        known = { label: file.label, key, size: found?.size ?? file.size, sha256, digests };
        // Parts are worth keeping; a small file is sent again at less than the price of a write.
        if (this.#facts.resume === null) this.#note({ pending: known });
        else await this.#saveFacts({ pending: known });
        return [];
      },
      modified: this.#job.created,
      target: ingestSource.target(key),
      ...(resume?.key === key ? { resume: resume.state } : {}),
      onState: (state) =>
        this.#saveFacts({ resume: { key, state: { ...state, parts: state.parts.map((part) => ({ ...part })) } } }),
      signal: this.#job.signal,
      onBytes: (done) => this.#job.progress(before + done, total),
    });
    if (known !== undefined) await this.#arrived(known);
  }

  async #arrived(file: SentFile): Promise<void> {
    const facts = { sent: [...this.#facts.sent, file], pending: null, resume: null };
    if (this.#facts.resume === null) this.#note(facts);
    else await this.#saveFacts(facts);
  }

  #packed(): void {
    const at = nowOf(this.#deps).toISOString();
    const files = this.#facts.sent.map(({ label, size, sha256 }) => ({ label, size, sha256, at }));
    const md5 = this.#facts.sent.flatMap(({ label, digests: { MD5: value } }) =>
      value === undefined ? [] : [{ label, value }],
    );
    const facts: PackedFacts = { nth: this.#upload.nth, files, md5, at };
    this.#job.note("packed", facts);
  }

  async #start(digests: FileDigests): Promise<IngestingFacts> {
    const { key, nth } = this.#upload;
    this.#job.signal.throwIfAborted();
    await this.#saveUpload({ finishing: "start" });
    let token: string;
    try {
      const correlation = partReference(this.#resolved.ref, key);
      token = await this.#deps.preservica.workflows.start(this.#target.workflow, { [DIRECTORY]: key }, correlation);
    } catch (thrown) {
      const { status } = asLifecycleError(thrown);
      if (status !== undefined && DEFINITE.has(status)) await this.#saveUpload({ finishing: "no" });
      throw thrown;
    }
    const size = this.#facts.sent.reduce((sum, file) => sum + file.size, 0);
    const sent = { key, digests, size, transfer: { files: this.#facts.sent.length } };
    recordSent(this.#job, this.#resolved, sent, this.#deps);
    return { nth, token, since: nowOf(this.#deps).toISOString(), completeSince: null };
  }

  /** A try that is repeated puts everything under the same keys, so that nothing of ours is left behind unknown. */
  #mark(keys: readonly string[]): void {
    this.#note({ keys: [...new Set([...this.#facts.keys, ...keys])] });
  }

  async #saveUpload(change: Partial<UploadFacts>): Promise<void> {
    this.#upload = { ...this.#upload, ...change };
    await this.#job.save("upload", this.#upload);
  }

  #note(change: Partial<ContainerFacts>): void {
    this.#facts = { ...this.#facts, ...change };
    this.#job.note("container", this.#facts);
  }

  async #saveFacts(change: Partial<ContainerFacts>): Promise<void> {
    this.#facts = { ...this.#facts, ...change };
    await this.#job.save("container", this.#facts);
  }
}

/** Takes away what was sent of a try that has not been started; a replay sends it anew. */
export async function takeContainerBack(job: IngestJob, upload: UploadFacts, deps: IngestDeps): Promise<void> {
  const facts = containerOf(job, upload);
  if (facts.keys.length === 0) return;
  // On disk first: after a crash in between, nothing that is gone may count as sent.
  const unsent: ContainerFacts = { ...facts, sent: [], pending: null };
  await job.save("container", unsent);
  await removeContainer(facts, deps);
  const gone: ContainerFacts = { ...unsent, keys: [], resume: null };
  job.note("container", gone);
}

/** Takes a container out of the ingest source. What cannot be taken away now is no failure: nothing reads it any more. */
export async function removeContainer({ keys, resume }: ContainerFacts, deps: IngestDeps): Promise<void> {
  const { ingestSource } = deps.preservica;
  if (resume !== null)
    await ingestSource
      .target(resume.key)
      .abort(resume.state.uploadId)
      .catch(() => undefined);
  for (const key of keys) await ingestSource.remove(key).catch(() => undefined);
}

function digestsOf(sent: readonly SentFile[]): FileDigests {
  return new Map(
    sent.map(({ label, size, digests }) => {
      const known: Partial<Record<FixityAlgorithm, string>> = {};
      for (const algorithm of FIXITY_ALGORITHMS) {
        const value = digests[algorithm];
        if (value !== undefined) known[algorithm] = value;
      }
      return [label, { size, digests: known }];
    }),
  );
}
