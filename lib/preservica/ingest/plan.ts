import type { LifecycleAsset } from "../../messages/asset.js";
import { asLifecycleError } from "../../messages/error.js";
import type { PlannedWrite } from "../../messages/message.js";
import { cannotAdd, compareAccess } from "./access.js";
import type { IngestDeps, IngestSettings, PlannedFile, ResolvedAsset } from "./job.js";
import { findArchived, proveArchived } from "./lookup.js";
import { mattersOf, sourceHolds } from "./holds.js";
import { assetReference } from "../references.js";
import { folderRecordsOf } from "./folders.js";
import { entityValues } from "./entity-values.js";
import { resolveAsset } from "./resolve.js";
import { wayOf } from "./way.js";

/** What a dry run finds out. */
export interface IngestPlan {
  planned: PlannedWrite[];
  /** Reference that the asset has or would get; placeholder when that cannot be said. */
  ref: string;
  alreadyThere: boolean;
  warnings: string[];
}

/**
 * Dry run of an ingest: reads for real (mapping, tags, folders, what is archived), writes nothing, and says what would
 * be written or refused. Content is read only where an archived asset has to be proven equal.
 *
 * @param node name of the node in the plan
 */
export async function planIngest(
  node: string,
  asset: LifecycleAsset,
  settings: IngestSettings,
  deps: IngestDeps,
  signal: AbortSignal,
): Promise<IngestPlan> {
  const write = (action: string, target: string, more: Partial<PlannedWrite> = {}): PlannedWrite => ({
    node,
    system: "preservica",
    action,
    target,
    ...more,
  });
  let resolved: ResolvedAsset;
  try {
    resolved = await resolveAsset(asset, settings, deps);
    resolved.warnings.push(...(await wayOf(settings, deps).check(asset, resolved)));
  } catch (thrown) {
    return {
      planned: [write("ingest", asset.name, { refused: asLifecycleError(thrown).message })],
      ref: `dry-run:${asset.key}`,
      alreadyThere: false,
      warnings: [],
    };
  }
  const plan = (planned: PlannedWrite[], ref: string, alreadyThere: boolean): IngestPlan => ({
    planned,
    ref,
    alreadyThere,
    warnings: resolved.warnings,
  });
  try {
    const found = await findArchived(resolved, settings, deps);
    if (found !== undefined) {
      await proveArchived(found, asset, resolved, deps, signal);
      const { missing, warnings } = await compareAccess(found, asset, resolved, deps, signal);
      const why = missing.length === 0 ? undefined : await cannotAdd(asset, found, deps);
      resolved.warnings.push(...warnings, ...(why === undefined ? [] : [`no access copy is added: ${why}`]));
      const added = why === undefined ? missing : [];
      const add = ({ representation, title, size }: PlannedFile): PlannedWrite =>
        write("add access representation", `${found}: ${representation} (${title})`, { bytes: size });
      const kept = added.length > 0 || resolved.warnings.length === 0 ? [] : [write("keep", found)];
      return plan(said([...added.map(add), ...kept], resolved.warnings), found, true);
    }
    return plan(await writes(resolved, asset, settings, deps, write), resolved.ref, false);
  } catch (thrown) {
    return plan(
      [write("ingest", resolved.title, { refused: asLifecycleError(thrown).message })],
      `dry-run:${assetReference(resolved.assetId)}`,
      false,
    );
  }
}

async function writes(
  resolved: ResolvedAsset,
  asset: LifecycleAsset,
  settings: IngestSettings,
  deps: IngestDeps,
  write: (action: string, target: string, more?: Partial<PlannedWrite>) => PlannedWrite,
): Promise<PlannedWrite[]> {
  const { ref, missing } = await deps.preservica.findFolderPath(resolved.folder);
  const known = resolved.folder.length - missing.length;
  const folders = missing.map((_title, depth) =>
    write("create folder", resolved.folder.slice(0, known + depth + 1).join("/")),
  );
  const sent = wayOf(settings, deps)
    .planned(asset, resolved, ref ?? resolved.ref)
    .map(({ action, target, bytes }) => write(action, target, { bytes }));
  const target = `${resolved.folder.join("/")}/${resolved.title}`;
  const links = resolved.wanted.map((link) => write("link", `${link.relation} ${link.id ?? link.ref ?? ""}`));
  const retention = resolved.policy === null ? [] : [write("assign retention policy", resolved.policy.name)];
  const holds = mattersOf(await sourceHolds(asset, deps)).map((matter) => write("carry legal hold", matter));
  const ingested = write("ingest", `${target} (${resolved.securityTag})`);
  const described = folderRecordsOf(asset, entityValues(asset)).map(({ level }) =>
    write("describe folder, where it is not", resolved.folder.slice(0, resolved.folder.length + 1 - level).join("/")),
  );
  return [...folders, ...described, ...sent, ...said([ingested], resolved.warnings), ...links, ...retention, ...holds];
}

/** The plan says with its first write what the real run would warn of. */
function said(planned: PlannedWrite[], warnings: readonly string[]): PlannedWrite[] {
  if (warnings.length === 0) return planned;
  return planned.map((one, at) => (at === 0 ? { ...one, warnings: [...warnings] } : one));
}
