import { asLifecycleError, LifecycleError } from "../../messages/error.js";
import { checkFragment } from "../fragment.js";
import { SOURCE_ID } from "../folder-records.js";
import { atLeast } from "../gateway.js";
import type { WorkflowContext } from "../workflows.js";
import { invalid } from "./invalid.js";
import type { IngestDeps, IngestSettings, ResolvedAsset, UploadFacts } from "./job.js";
import { containerFiles, needsPax, representationsOf } from "./opex-container.js";
import { lookAtContainer } from "./opex-look.js";
import { containerOf, ContainerSender, removeContainer, takeContainerBack, type ContainerTarget } from "./opex-send.js";
import { fragmentsOf } from "./resolve.js";
import { nextUpload } from "./send.js";
import type { IngestWay } from "./way-port.js";

/** An OPEX container, with a PAX where needed, in an ingest source; a workflow takes it in (fact sheet 2.4, 2.5). */
export function opexWay(deps: IngestDeps, { identifiers }: Pick<IngestSettings, "identifiers">): IngestWay {
  const { preservica } = deps;
  const { containerPrefix } = preservica.assumptions;
  const next: IngestWay["next"] = (job, ref, last) => {
    const upload = nextUpload(job, ref, last);
    return { ...upload, key: `${containerPrefix}/${upload.key.replace(/\.zip$/, "")}` };
  };
  return {
    async check(asset, resolved) {
      refuseWhatOpexLoses(resolved, identifiers.asset);
      for (const { schema, xml } of fragmentsOf(asset, resolved)) {
        if (checkFragment(xml, schema).namespace !== schema) throw foreignSchema(schema);
      }
      await needVersion(resolved, deps);
      await workflowContext(deps);
      await needSource(deps);
      return lostNames(resolved);
    },
    planned(_asset, resolved, folder) {
      const bytes = containerFiles(resolved, folder).reduce((sum, { file }) => sum + file.size, 0);
      const container = `${containerPrefix}/${resolved.ref}`;
      return [{ action: needsPax(resolved) ? "lay container with PAX" : "lay container", target: container, bytes }];
    },
    next,
    // The container is whole; only the request that starts the workflow was lost.
    silent: (_job, _ref, last): UploadFacts => ({ ...last, finishing: "no", lostSince: null }),
    async send(job, resolved, folder, upload) {
      const earlier = job.checkpoint<{ nth: number }>("container");
      if (earlier !== undefined && earlier.nth !== upload.nth)
        await removeContainer(containerOf(job, { ...upload, nth: earlier.nth }), deps);
      return await new ContainerSender(job, resolved, await targetOf(folder, deps), upload, deps).send();
    },
    // What a lost start may still read stays; a failed try's container goes when the next one is sent.
    abandon: () => Promise.resolve(),
    takeBack: (job, upload) => takeContainerBack(job, upload, deps),
    look: (resolved, key, token) => lookAtContainer(resolved, identifiers, key, token, deps),
    fileAmong: (candidates, file, resolved) => {
      // The only file of an asset is known whatever it is called.
      const [only] = needsPax(resolved) || candidates.length > 1 ? [] : candidates;
      return candidates.find(({ filename }) => filename === file.filename) ?? only;
    },
    tidy: (job, upload) => removeContainer(containerOf(job, upload), deps),
  };
}

/** @throws LifecycleError REFUSED, INVALID_INPUT for what an OPEX has no place for */
function refuseWhatOpexLoses(resolved: ResolvedAsset, assetType: string): void {
  if (resolved.customType !== null) {
    throw new LifecycleError(
      "REFUSED",
      `OPEX has no place for the custom type "${resolved.customType}"; use the way XIP package, or take it out of the mapping profile.`,
      { system: "preservica" },
    );
  }
  const other = resolved.identifiers.find(({ type, value }) => type === SOURCE_ID && value !== resolved.assetId);
  if (other !== undefined) {
    throw invalid(
      `Preservica skips an OPEX whose ${SOURCE_ID} it knows, so that must name the version: it is "${other.value}", ${assetType} is "${resolved.assetId}"; map both from the same row.`,
    );
  }
}

function foreignSchema(schema: string): LifecycleError {
  return invalid(
    `OPEX knows a document's schema by the namespace of its root element only, and that is not ${schema}; use the way XIP package.`,
  );
}

/** Names that the archive will not keep. */
function lostNames(resolved: ResolvedAsset): string[] {
  const defaults = { preservation: "Preservation", access: "Access" } as const;
  const lost = (["preservation", "access"] as const).flatMap((role) =>
    representationsOf(resolved, role).filter((name) => name !== defaults[role]),
  );
  return lost.length === 0 ? [] : [`OPEX does not carry names of representations: ${lost.join(", ")}`];
}

async function needVersion(resolved: ResolvedAsset, { preservica }: IngestDeps): Promise<void> {
  const { opexSince, paxFolderSince } = preservica.assumptions;
  const needed = needsPax(resolved) ? paxFolderSince : opexSince;
  const version = await preservica.serverVersion();
  if (atLeast(version, needed)) return;
  const why = needsPax(resolved) ? "several files or representations as one asset (PAX)" : "OPEX";
  throw new LifecycleError("REFUSED", `Preservica ${version} does not take ${why}; that came with ${needed}.`, {
    system: "preservica",
  });
}

/** @throws LifecycleError NOT_CONFIGURED naming what an administrator has to set up */
async function workflowContext({ preservica }: IngestDeps): Promise<WorkflowContext> {
  const { opexWorkflow } = preservica.assumptions;
  const contexts = await preservica.workflows.contexts("Ingest").catch((thrown: unknown) => {
    const error = asLifecycleError(thrown);
    if (error.code !== "NOT_FOUND" && error.code !== "DENIED") throw error;
    throw new LifecycleError(
      "NOT_CONFIGURED",
      `The OPEX way needs Preservica's Workflow API (Enterprise edition) and the right to start workflows: ${error.message}`,
      { system: "preservica", cause: error },
    );
  });
  const found = contexts.find(({ name }) => name === opexWorkflow);
  if (found !== undefined) return found;
  const names = contexts.map(({ name }) => `"${name}"`).join(", ");
  throw new LifecycleError(
    "NOT_CONFIGURED",
    `Preservica has no ingest workflow "${opexWorkflow}" (there are: ${names}); have it set up, or name another in the connection's assumptions (opexWorkflow).`,
    { system: "preservica" },
  );
}

async function needSource({ preservica: { ingestSource } }: IngestDeps): Promise<void> {
  if ((await ingestSource.buckets()).includes(ingestSource.bucket)) return;
  throw new LifecycleError(
    "NOT_CONFIGURED",
    `The ingest source ${ingestSource.bucket} is not visible: check the tenant's name, that the user may ingest, and the connection's assumptions (sourceBucketSuffix).`,
    { system: "preservica" },
  );
}

async function targetOf(folder: string, deps: IngestDeps): Promise<ContainerTarget> {
  const { preservica } = deps;
  const { title, securityTag } = await preservica.folder(folder);
  const sourceId = await preservica.folderRecords.sourceId(folder);
  return { folder: { ref: folder, sourceId, title, securityTag }, workflow: await workflowContext(deps) };
}
