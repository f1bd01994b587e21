import type { StoredBytes } from "../../kernel/types.js";

/** Words of the progress API. */
export type ProgressStatus = "ACTIVE" | "PENDING" | "COMPLETED" | "FAILED" | "ABORTED" | "FINISHED_MIXED_OUTCOME";

interface JobBase {
  /** Progress token. */
  token: string;
  user: string;
  created: string;
  /** When the job's next step is to run, on the sandbox clock. */
  due: string;
  status: ProgressStatus;
  errors: string[];
}

export interface IngestJob extends JobBase {
  kind: "ingest";
  /** Name shown by the monitor: the object's key, or the container's directory. */
  name: string;
  source:
    { kind: "package"; bytes: StoredBytes } | { kind: "container"; files: { path: string; bytes: StoredBytes }[] };
  /** Folder given with the upload. */
  folder?: string;
  phase: "waiting" | "running" | "indexing" | "done" | "failed";
  monitor: string;
  /** Event of this ingest; entities that carry it were made by it. */
  event: string;
  workflow: { instance: number; name: string };
}
export interface SecurityJob extends JobBase {
  kind: "security";
  entity: string;
  tag: string;
  descendants: boolean;
}
export interface MoveJob extends JobBase {
  kind: "move";
  entity: string;
  /** Undefined: to the root. */
  to?: string;
}
export interface DeletionJob extends JobBase {
  kind: "deletion";
  entity: string;
  comment: string;
  phase: "submitted" | "waiting" | "approved" | "rejected" | "done";
  approver?: string;
  approvalComment?: string;
}
export interface ExportJob extends JobBase {
  kind: "export";
  entity: string;
  content: boolean;
  metadata: "none" | "metadata" | "events";
  generations: "LatestActive" | "AllActive" | "All";
  hierarchy: boolean;
  result?: StoredBytes;
}
export interface RepresentationJob extends JobBase {
  kind: "representation";
  entity: string;
  type: string;
  name?: string;
  filename: string;
  bytes: StoredBytes;
}
export interface GenerationJob extends JobBase {
  kind: "generation";
  entity: string;
  filename: string;
  bytes: StoredBytes;
  fixity?: { algorithm: string; value: string };
}
export type Job = IngestJob | SecurityJob | MoveJob | DeletionJob | ExportJob | RepresentationJob | GenerationJob;
export type JobKind = Job["kind"];
export type JobOf<K extends JobKind> = Extract<Job, { kind: K }>;
