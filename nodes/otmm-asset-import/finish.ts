import type { LifecycleAsset } from "../../lib/messages/asset.js";
import type { OtmmAsset, OtmmClient } from "../../lib/otmm/index.js";
import type { JobContext, Outcome } from "../../lib/runtime/index.js";
import type { ImportSettings } from "./settings.js";

/** What is left when the asset is there: fields of a new version (a check-in takes none), the link to the origin. */
export async function finish(
  job: JobContext<ImportSettings>,
  otmm: OtmmClient,
  { assetId, created }: { assetId: string; created: boolean },
): Promise<Outcome> {
  const { becomes, changes, link, marker, sourceField } = job.settings;
  const { signal } = job;
  job.stage("finishing");
  if (becomes.kind === "version") {
    await otmm.updateFields(assetId, { ...changes, [sourceField]: marker }, { signal });
  }
  if (link !== null && link.origin !== assetId) {
    await otmm.importing.link(assetId, link.origin, link.type, { signal });
  }
  const asset = await otmm.asset(assetId, { signal });
  const sent = job.checkpoint<{ sha256?: string }>("commit");
  if (created) {
    job.event({
      type: isOwn(job.msg.asset, asset) ? "upload" : "derivative given",
      basis: "witnessed",
      system: `otmm:${otmm.connection}`,
      object: assetId,
      outcome: "success",
      ...(sent?.sha256 === undefined ? {} : { digest: `SHA-256:${sent.sha256}` }),
      detail: { source: marker, version: asset.version, job: asset.importJobId ?? null },
    });
  }
  const payload = {
    assetId,
    originalAssetId: asset.originalAssetId,
    version: asset.version,
    name: asset.name,
    created,
    ...(sent?.sha256 === undefined ? {} : { sha256: sent.sha256 }),
  };
  return {
    kind: "done",
    outputs: [{ port: 0, msg: { ...job.msg, asset: withId(job.msg.asset, otmm.connection, asset), payload } }],
  };
}

/** An asset of another system gets its OTMM id; one of OTMM stays what it is, unless this is its next version. */
function withId(source: LifecycleAsset, connection: string, made: OtmmAsset): LifecycleAsset {
  if (!isOwn(source, made)) return source;
  const { assetId, originalAssetId, version } = made;
  return { ...source, ids: { ...source.ids, otmm: { connection, assetId, originalAssetId, version } } };
}

/** Is what was made this asset in OTMM? Else it is another one, made of its content. */
function isOwn({ ids: { otmm } }: LifecycleAsset, made: OtmmAsset): boolean {
  return otmm === undefined || otmm.originalAssetId === made.originalAssetId;
}
