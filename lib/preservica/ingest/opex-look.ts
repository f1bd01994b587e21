import { LifecycleError } from "../../messages/error.js";
import type { Entity } from "../types.js";
import { complaints, lookByMonitor, type Look } from "./await.js";
import type { IngestDeps, IngestSettings, ResolvedAsset } from "./job.js";

/**
 * Looks once at the ingest of a container: at its workflow, for the asset by its identifier (the server chose the
 * reference), at the process monitor. The asset itself counts more than what processes say, once none is at work.
 */
export async function lookAtContainer(
  resolved: ResolvedAsset,
  identifiers: IngestSettings["identifiers"],
  key: string,
  token: string | null,
  deps: IngestDeps,
): Promise<Look> {
  const { workflows, assumptions } = deps.preservica;
  const instance = token === null ? undefined : await workflows.instance(token);
  const bad = instance !== undefined && assumptions.workflowBad.includes(instance.state);
  const good = instance !== undefined && assumptions.workflowGood.includes(instance.state);
  if (instance !== undefined && !bad && !good) {
    const person = instance.state === "Pending" || instance.state === "Suspended";
    const why = `Preservica's workflow is ${instance.state}${person ? ": perhaps a person has to act there" : ""}`;
    return { state: "waiting", why, complete: false };
  }
  const asset = await findByAssetId(resolved, identifiers, deps);
  if (asset !== undefined) return { state: "there", asset };
  if (bad) {
    const said = [instance.errors ?? "", ...(await complaints(key, deps))].filter(Boolean);
    return { state: "failed", why: [...new Set(said)].join("; ") || `state ${instance.state}` };
  }
  if (good) return { state: "waiting", why: "the workflow is complete, the asset cannot be seen yet", complete: true };
  return await lookByMonitor(key, deps);
}

/** @throws LifecycleError CONFLICT when several assets carry the identifier */
async function findByAssetId(
  { assetId }: ResolvedAsset,
  { asset: type }: IngestSettings["identifiers"],
  { preservica }: IngestDeps,
): Promise<Entity | undefined> {
  const found = await preservica.findByIdentifier(type, assetId);
  const refs = [...new Set(found.filter((one) => one.type === "IO" && !one.deleted).map(({ ref }) => ref))];
  if (refs.length > 1) {
    throw new LifecycleError(
      "CONFLICT",
      `${refs.length} assets in Preservica carry ${type} = ${assetId}; a person has to say which one is right.`,
      { system: "preservica", details: { refs } },
    );
  }
  const [ref] = refs;
  return ref === undefined ? undefined : await preservica.findAsset(ref);
}
