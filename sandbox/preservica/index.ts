import type { SandboxContext, Simulator, SimulatorFactory } from "../kernel/types.js";
import { TENANT, userByLogin } from "./access/users.js";
import { Archive } from "./archive.js";
import { exportStep } from "./entity/export.js";
import { deletionStep, generationStep, moveStep, representationStep, securityStep } from "./entity/steps.js";
import { ingestStep } from "./ingest/step.js";
import { Uploads } from "./ingest/upload.js";
import { laySeed } from "./seed/seed.js";
import { Dispatcher } from "./simulator.js";
import { archiveState, archiveSummary } from "./view.js";

/** Account that flows use; the others are in access/users.ts. */
const SERVICE_LOGIN = "svc.lifecycle";

/**
 * Stands in for a Preservica server: access tokens, Entity, Content, Process monitor, Workflow and Webhook APIs,
 * and the S3-compatible upload with its ingest. Written from the fact sheet; assumptions are in assumptions.ts.
 */
export const preservicaSimulator: SimulatorFactory = async (context: SandboxContext): Promise<Simulator> => {
  const archive = await Archive.open(context);
  const uploads = await Uploads.open(archive);
  await laySeed(archive);
  archive.jobs.resume({
    ingest: (job) => ingestStep(archive, job, (own, succeeded) => uploads.done(own, succeeded)),
    security: (job) => securityStep(archive, job),
    move: (job) => moveStep(archive, job),
    deletion: (job) => deletionStep(archive, job),
    export: (job) => exportStep(archive, job),
    representation: (job) => representationStep(archive, job),
    generation: (job) => generationStep(archive, job),
  });
  const dispatcher = new Dispatcher(archive, uploads);
  return {
    handle: (request) => dispatcher.handle(request),
    state: () => archiveState(archive),
    summary: () => archiveSummary(archive),
    ready: () => ({ tenant: TENANT, username: SERVICE_LOGIN, password: userByLogin(SERVICE_LOGIN)?.password ?? "" }),
    close: () => {
      archive.close();
      return Promise.resolve();
    },
  };
};
