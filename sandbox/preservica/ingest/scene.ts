import type { SandboxFiles, StoredBytes } from "../../kernel/types.js";
import type { Archive } from "../archive.js";
import type { IngestJob } from "../jobs/model.js";
import type { MessageText } from "../jobs/monitors.js";
import type { EntityBase, EntityRecord, EventAction } from "../model.js";
import { extract } from "../zip/extract.js";
import type { ZipEntry } from "../zip/read.js";

/** A file of a package, wherever it lies. */
export interface PackageFile {
  size: number;
  /** The bytes, proven whole. @throws ZipError */
  open(): Promise<StoredBytes>;
}

/** A reason why a package is not taken; `path` is where in the package. */
export interface Problem {
  path: string;
  text: string;
}

/** The package is refused as a whole; nothing of it becomes an entity. */
export class IngestFault extends Error {
  override name = "IngestFault";
  constructor(readonly problems: readonly Problem[]) {
    super(
      problems.map((problem) => (problem.path === "" ? problem.text : `${problem.path}: ${problem.text}`)).join("; "),
    );
  }
}

/** What an ingest would make: written all at once, or not at all. */
export interface IngestPlan {
  subcategory: string;
  /** New records, and existing ones that get additions. */
  records: EntityRecord[];
  messages: MessageText[];
  files: number;
}

/** One ingest under way, with what its readers need. */
export class Scene {
  readonly problems: Problem[] = [];
  /** Files made while inflating; removed when the ingest fails. */
  readonly temporary: StoredBytes[] = [];

  constructor(
    readonly archive: Archive,
    readonly job: IngestJob,
  ) {}

  get files(): SandboxFiles {
    return this.archive.context.files;
  }

  problem(path: string, text: string): void {
    this.problems.push({ path, text });
  }

  /** @throws IngestFault when there is any problem */
  stopOnProblems(): void {
    if (this.problems.length > 0) throw new IngestFault(this.problems);
  }

  /** The files of a zip by path, without its folders. */
  filesOf(entries: readonly ZipEntry[]): Map<string, PackageFile> {
    return new Map(
      entries
        .filter((entry) => !entry.folder)
        .map((entry) => [entry.name, { size: entry.size, open: () => this.open(entry) }]),
    );
  }

  private async open(entry: ZipEntry): Promise<StoredBytes> {
    const { bytes, temporary } = await extract(this.files, entry);
    if (temporary) this.temporary.push(bytes);
    return bytes;
  }

  /** The event action that every entity of this ingest carries. */
  ingestAction(): EventAction {
    const now = this.archive.now();
    const { workflow } = this.job;
    return {
      event: {
        ref: this.job.event,
        type: "Ingest",
        date: now,
        user: this.job.user,
        workflowName: workflow.name,
        workflowInstanceId: workflow.instance,
      },
      command: "command_create",
      date: now,
      serialised: this.job.name,
    };
  }

  newBase(facts: {
    ref: string;
    title: string;
    securityTag: string;
    description?: string;
    customType?: string;
    parent?: string;
  }): EntityBase {
    const now = this.archive.now();
    return {
      ...facts,
      created: now,
      modified: now,
      createdBy: this.job.user,
      identifiers: [],
      metadata: [],
      links: [],
      actions: [this.ingestAction()],
    };
  }

  /** The folder that the upload named, living; undefined when it named none or one that is not there. */
  givenFolder(): string | undefined {
    const { folder } = this.job;
    const known = folder === undefined ? undefined : this.archive.repository.folder(folder);
    return known && known.deleted === undefined ? known.ref : undefined;
  }
}

/** A message about the package as a whole, or about a file of it. */
export function message(
  status: MessageText["status"],
  path: string,
  key: string,
  displayMessage: string,
  more: Partial<MessageText> = {},
): MessageText {
  return { path, status, message: key, displayMessage, ...more };
}
