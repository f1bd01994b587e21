import type { Fixity } from "../../messages/asset.js";
import type { LifecycleMessage } from "../../messages/message.js";
import { record, digestText } from "./events.js";
import type {
  FolderFacts,
  HoldFacts,
  IngestDeps,
  IngestJob,
  IngestOutcome,
  ProvenFile,
  ResolvedAsset,
  RetentionFacts,
  VerifyFacts,
} from "./job.js";
import type { Expected } from "./verify.js";

/** Small result of the step, for people and core nodes. */
export type IngestResult = {
  ref: string;
  folder: string;
  folderPath: string;
  title: string;
  size: number;
  sha256: string | null;
  securityTag: string;
  /** It was archived before; nothing was sent. */
  alreadyThere: boolean;
  verifiedAt: string;
  /** null: no policy was asked for. */
  retention: { policy: string; state: RetentionFacts["state"]; start: string | null; expired: boolean } | null;
  /** Legal holds of the source; anything but `clear` and `carried` forbids a release. */
  holds: { state: HoldFacts["state"]; matters: string[] };
  warnings: string[];
};

export interface Finished {
  ref: string;
  folder: FolderFacts;
  proven: readonly ProvenFile[];
  md5: readonly { label: string; value: string }[];
  verified: VerifyFacts;
  alreadyThere: boolean;
  linkWarnings: readonly string[];
  retention: RetentionFacts | null;
  holds: HoldFacts;
}

/** Events that say that the archive has confirmed the asset. */
export function recordAccession(
  job: IngestJob,
  resolved: ResolvedAsset,
  { ref, alreadyThere }: Pick<Expected, "ref" | "alreadyThere">,
  verified: VerifyFacts,
  deps: IngestDeps,
): void {
  if (!alreadyThere) record(job, deps, "ingestion end", { system: "preservica", basis: "reported", object: ref });
  for (const file of verified.files) {
    record(job, deps, "fixity check", {
      system: "preservica",
      object: file.bitstream,
      basis: file.by === "read" ? "witnessed" : "reported",
      ...(file.sha256 === null ? {} : { digest: digestText("SHA-256", file.sha256) }),
      detail: { against: "archived copy", how: file.by },
    });
  }
  if (alreadyThere) return;
  record(job, deps, "accession", {
    system: "preservica",
    basis: "reported",
    object: ref,
    detail: {
      securityTag: resolved.securityTag,
      ...(resolved.warnings.length === 0 ? {} : { warnings: resolved.warnings }),
    },
  });
}

/** Writes ids and the fixity chain on the asset and gives the message on. */
export function finish(job: IngestJob, resolved: ResolvedAsset, done: Finished, deps: IngestDeps): IngestOutcome {
  const { asset } = job.msg;
  for (const file of resolved.files) {
    const ref = asset.content[file.content];
    if (ref !== undefined) ref.fixity = [...ref.fixity, ...chain(file.label, done)];
  }
  asset.ids.preservica = {
    connection: deps.preservica.connection,
    ref: done.ref,
    parent: done.folder.ref,
    ...(done.verified.since === null ? {} : { since: done.verified.since }),
  };
  const master = resolved.files.find((file) => file.role === "preservation");
  const sha256 = done.proven.find((file) => file.label === master?.label)?.sha256 ?? null;
  const payload: IngestResult = {
    ref: done.ref,
    folder: done.folder.ref,
    folderPath: resolved.folder.join("/"),
    title: resolved.title,
    size: resolved.files.filter((file) => file.role === "preservation").reduce((sum, file) => sum + file.size, 0),
    sha256: sha256 ?? done.verified.files.find((file) => file.label === master?.label)?.sha256 ?? null,
    securityTag: resolved.securityTag,
    alreadyThere: done.alreadyThere,
    verifiedAt: done.verified.at,
    retention: retentionOf(done.retention),
    holds: { state: done.holds.state, matters: done.holds.matters },
    warnings: [
      ...resolved.warnings,
      ...(done.folder.warnings ?? []),
      ...done.verified.warnings,
      ...done.linkWarnings,
      ...(done.retention?.warning ? [done.retention.warning] : []),
      ...(done.holds.warning ? [done.holds.warning] : []),
    ],
  };
  const msg: LifecycleMessage = { ...job.msg, payload };
  return {
    kind: "done",
    outputs: [{ port: 0, msg }],
    summary: `${done.alreadyThere ? "already preserved" : "preserved"} as ${done.ref}`,
  };
}

function retentionOf(facts: RetentionFacts | null): IngestResult["retention"] {
  return facts === null
    ? null
    : { policy: facts.policy, state: facts.state, start: facts.start, expired: facts.expired };
}

function chain(label: string, done: Finished): Fixity[] {
  const entries: Fixity[] = [];
  const proven = done.proven.find((file) => file.label === label);
  if (proven?.sha256) entries.push({ algorithm: "SHA-256", value: proven.sha256, by: "flow", at: proven.at });
  const md5 = done.md5.find((one) => one.label === label);
  if (md5 !== undefined && proven !== undefined)
    entries.push({ algorithm: "MD5", value: md5.value, by: "flow", at: proven.at });
  const verified = done.verified.files.find((file) => file.label === label);
  if (verified?.sha256)
    entries.push({ algorithm: "SHA-256", value: verified.sha256, by: "target", at: done.verified.at });
  return entries;
}
