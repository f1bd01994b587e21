import { digestText, record } from "./events.js";
import type { IngestDeps, IngestJob, ResolvedAsset } from "./job.js";
import type { FileDigests } from "./package.js";

/** Entries of the timeline for what was sent: digests, comparison with the source, names, package, transfer, start. */
export function recordSent(
  job: IngestJob,
  resolved: ResolvedAsset,
  sent: { key: string; digests: FileDigests; size: number; transfer: Record<string, number> },
  deps: IngestDeps,
): void {
  for (const file of resolved.files) {
    const found = sent.digests.get(file.label)?.digests ?? {};
    const object = file.title;
    const sha256 = found["SHA-256"];
    if (sha256 !== undefined)
      record(job, deps, "message digest calculation", { object, digest: digestText("SHA-256", sha256) });
    for (const [algorithm, value] of Object.entries(file.expected)) {
      const detail = { against: "source" };
      record(job, deps, "fixity check", { object, digest: `${algorithm}:${value}`, detail });
    }
    if (file.renamed) record(job, deps, "filename change", { object, detail: { to: file.filename } });
  }
  const { key, size, transfer } = sent;
  record(job, deps, "packing", { object: key, detail: { size } });
  record(job, deps, "transfer", { system: "preservica", object: key, detail: { size, ...transfer } });
  record(job, deps, "ingestion start", { system: "preservica", object: resolved.ref });
}
