import type { JobContext, Outcome } from "../runtime/types.js";
import type { CustodyState, SourceState } from "../systems/disposal.js";
import { type Decision, wordsOf } from "./decision.js";
import type { SourceFile } from "./may-release.js";
import { formsOf, holdSection, paperOf, section } from "./papers.js";
import type { ReleaseDeps, ReleaseSettings } from "./release-job.js";
import type { Looked } from "./release-look.js";

const RELEASED = 0;
const REFUSED = 1;

export type ReleaseJob = Pick<
  JobContext<ReleaseSettings>,
  "id" | "run" | "msg" | "settings" | "signal" | "checkpoint" | "save" | "event" | "stage"
>;

/**
 * Ends a release that may not be, with a paper that says why.
 *
 * @param undone something had been done, and was taken back
 */
export async function refused(
  job: ReleaseJob,
  deps: ReleaseDeps,
  { asset, facts }: Looked,
  decision: Decision,
  undone: boolean,
): Promise<Outcome> {
  const at = new Date().toISOString();
  const paper = paperOf({
    kind: "refusal",
    asset,
    distinct: `${job.id}\n${wordsOf(decision)}`,
    at,
    zone: job.settings.zone,
    chainHead: (await deps.store.head())?.hash ?? "",
    sections: [
      section("Asked for", { Act: "release of the source's copy", How: job.settings.how }),
      {
        title: "Refused because",
        rows: decision.reasons.map(({ code, text, decides }) => ({
          name: code,
          value: `${text} Decides: ${decides}.`,
        })),
      },
      section("Taken back", undone ? { Source: "what had been done was taken back" } : {}),
      holdSection(facts.holds),
    ],
  });
  const forms = formsOf(paper);
  job.event({
    type: "release refused",
    at,
    basis: "witnessed",
    system: `otmm:${job.settings.source}`,
    object: asset.ids.otmm?.assetId ?? asset.key,
    outcome: "refused",
    digest: forms.digest,
    detail: { paper: paper.number, reasons: decision.reasons.map(({ code }) => code), undone },
  });
  const payload = { outcome: "refused", reasons: decision.reasons, ...forms };
  return {
    kind: "refused",
    reason: wordsOf(decision),
    outputs: [{ port: REFUSED, msg: { ...job.msg, asset, payload } }],
  };
}

/**
 * Ends a release that is done, with the transfer receipt.
 *
 * @param already it was done by an earlier job, whose receipt is on the timeline
 */
export async function receipt(
  job: ReleaseJob,
  deps: ReleaseDeps,
  { asset, facts, left }: Looked,
  already: boolean,
): Promise<Outcome> {
  const at = new Date().toISOString();
  const { copy, source, order } = facts;
  const paper = paperOf({
    kind: "transfer-receipt",
    asset,
    distinct: copy?.id ?? "",
    at,
    zone: job.settings.zone,
    chainHead: (await deps.store.head())?.hash ?? "",
    sections: [
      section("Transferred", {
        From: `OTMM "${job.settings.source}", asset ${asset.ids.otmm?.assetId ?? ""}`,
        "Original id": asset.ids.otmm?.originalAssetId,
        To: `Preservica "${job.settings.archive}", asset ${copy?.id ?? ""}`,
        "Title in the archive": copy?.title,
        "Security tag": copy?.securityTag,
        "Taken in": copy?.since,
        Verified: copy?.at,
      }),
      {
        title: "Files",
        rows: [...facts.files, ...facts.parts.flatMap(({ files }) => files)].map((file) => ({
          name: file.name,
          value: digests(file, copy),
        })),
      },
      {
        title: "Retention, as the archive states it",
        rows: (copy?.retention ?? []).map(({ policy, start, permanent }) => ({
          name: policy,
          value: permanent ? "permanent" : `counts from ${start ?? ""}`,
        })),
      },
      section("Released", {
        How:
          order.how === "delete"
            ? "marked for deletion"
            : `moved to folder ${order.folder}, expired on ${order.expiry}; entry, metadata and preview stay`,
        Versions: versionsOf(source),
        "Parts, released along": facts.parts
          .map((part) => `"${part.asset.name}", versions ${versionsOf(part.source)}`)
          .join("; "),
        "Known besides, not released": left.map(({ connection, id }) => `OTMM "${connection}" ${id}`).join(", "),
        Rule: asset.retention?.rule,
        Approver: "none needed: the record lives on in the archive",
      }),
      holdSection(facts.holds),
    ],
  });
  const forms = formsOf(paper);
  if (!already) {
    job.event({
      type: "source released",
      at,
      basis: "witnessed",
      system: `otmm:${job.settings.source}`,
      object: asset.ids.otmm?.assetId ?? asset.key,
      outcome: "success",
      digest: forms.digest,
      detail: { paper: paper.number, how: order.how },
    });
  }
  const payload = { outcome: "released", already, ...forms };
  return { kind: "done", outputs: [{ port: RELEASED, msg: { ...job.msg, asset, payload } }], summary: "released" };
}

function versionsOf({ versions }: SourceState): string {
  return versions.map(({ version, id }) => `${version} (${id})`).join(", ");
}

function digests({ size, known }: SourceFile, copy: CustodyState | undefined): string {
  const said = known.map(({ algorithm, value, by }) => `${algorithm} ${value} (${by})`);
  const kept = [...(copy?.files ?? []), ...(copy?.others ?? [])]
    .filter(({ fixity }) => fixity.some((one) => known.some(({ value }) => value === one.value)))
    .flatMap(({ fixity }) => fixity.map(({ algorithm, value }) => `${algorithm} ${value} (archive)`));
  return [size === undefined ? "" : `${size} bytes`, ...new Set([...said, ...kept])]
    .filter((one) => one !== "")
    .join("; ");
}
