import type { SandboxAnswer, SandboxRequest, StoredBytes } from "../../kernel/types.js";
import {
  createS3Engine,
  S3Error,
  verifySigV4,
  type CreatedObject,
  type S3Engine,
  type S3Principal,
} from "../../s3/index.js";
import { tokenOf } from "../access/login.js";
import { TENANT, type PreservicaUser } from "../access/users.js";
import type { Archive } from "../archive.js";
import { ASSUMPTIONS } from "../assumptions.js";
import { newRef } from "../ids.js";
import type { IngestJob } from "../jobs/model.js";
import { CONTEXTS, OPEX_CONTEXT_ID, PACKAGE_CONTEXT_ID } from "../workflow/workflows.js";
import { queueMs } from "./step.js";

const BASE = "/api/s3/buckets";
/** Any region of the client is taken; this is what the buckets have inside. */
const REGION = "us-east-1";
export const PACKAGE_BUCKET = `${TENANT.toLowerCase()}.package.upload`;
export const SOURCE_BUCKET = `${TENANT.toLowerCase()}${ASSUMPTIONS.sourceBucketSuffix}`;

/** The S3-compatible upload endpoint: a finished object in the package bucket starts an ingest. */
export class Uploads {
  private constructor(
    private readonly archive: Archive,
    private readonly engine: S3Engine,
  ) {}

  static async open(archive: Archive): Promise<Uploads> {
    const engine = await createS3Engine({
      context: archive.context,
      region: REGION,
      buckets: [{ name: PACKAGE_BUCKET }, { name: SOURCE_BUCKET }],
      operations: "upload",
      keepContent: true,
      authenticate: (request) => authenticate(archive, request),
      onObject: (object) => onObject(archive, object),
    });
    return new Uploads(archive, engine);
  }

  handle(request: SandboxRequest): Promise<SandboxAnswer> {
    return this.engine.handle(request, BASE);
  }

  /** Starts the OPEX workflow on what lies under a prefix of the source bucket. @returns the workflow instance's id */
  async startContainer(user: PreservicaUser, directory: string, correlationId: string | undefined): Promise<number> {
    const prefix = `${directory.replace(/^\/+|\/+$/gu, "")}/`;
    const files = this.engine.store
      .sortedKeys(SOURCE_BUCKET)
      .filter((key) => key.startsWith(prefix))
      .flatMap((key) => {
        const object = this.engine.store.current(SOURCE_BUCKET, key);
        return object ? [{ path: key.slice(prefix.length), bytes: object.bytes }] : [];
      });
    const size = files.reduce((sum, file) => sum + file.bytes.size, 0);
    const job = await startIngest(this.archive, user.login, {
      name: prefix.slice(0, -1),
      source: { kind: "container", files },
      folder: undefined,
      size,
      context: OPEX_CONTEXT_ID,
      correlationId,
    });
    return job.workflow.instance;
  }

  /** Takes a package out of its bucket once it was processed; the bytes of a refused one are dropped. */
  async done(job: IngestJob, succeeded: boolean): Promise<void> {
    if (job.source.kind === "container") return;
    const { bytes } = job.source;
    const object = this.engine.store.current(PACKAGE_BUCKET, job.name);
    // A client may have put another package under the same key meanwhile.
    if (object && JSON.stringify(object.bytes) === JSON.stringify(bytes))
      await this.engine.store.removeVersion(PACKAGE_BUCKET, job.name, object.id);
    if (!succeeded) await this.archive.context.files.remove(bytes);
  }
}

/** The token comes in the vendor's header, or as access key of a V4 signature made with the secret NOT_USED. */
function authenticate(archive: Archive, request: SandboxRequest): S3Principal {
  const { deadToken, unknownToken, noWorkflow } = ASSUMPTIONS.upload;
  const signed = request.headers.authorization?.startsWith("AWS4-HMAC-SHA256") ?? false;
  const signer = signed ? verifySigV4(request, () => "NOT_USED") : undefined;
  const token = signer?.accessKeyId ?? tokenOf(request);
  if (token === undefined) throw new S3Error("AccessDenied");
  const state = archive.sessions.check(token);
  if (state.kind === "expired")
    throw new S3Error(deadToken.code, { status: deadToken.status, message: deadToken.message });
  if (state.kind === "unknown")
    throw new S3Error(unknownToken.code, { status: unknownToken.status, message: unknownToken.message });
  if (!state.user.rights.includes("ingest")) throw new S3Error("AccessDenied");
  const isPackage = request.path.startsWith(`${BASE}/${PACKAGE_BUCKET}/`);
  const writes = request.method === "PUT" || request.method === "POST";
  if (isPackage && writes && !archive.settings.ingestContextActive)
    throw new S3Error(noWorkflow.code, { status: noWorkflow.status, message: noWorkflow.message });
  return { login: state.user.login, ...(signer ? { signer: { ...signer, region: REGION } } : {}) };
}

async function onObject(archive: Archive, object: CreatedObject): Promise<Record<string, string> | undefined> {
  if (object.bucket !== PACKAGE_BUCKET) return undefined;
  const folder = object.metadata.structuralobjectreference;
  const job = await startIngest(archive, object.principal.login, {
    name: object.key,
    source: { kind: "package", bytes: object.bytes },
    folder: folder === undefined || folder === "" ? undefined : folder,
    size: object.size,
    context: PACKAGE_CONTEXT_ID,
    correlationId: undefined,
  });
  return { "preservica-progress-token": job.token };
}

interface IngestRequest {
  name: string;
  source:
    { kind: "package"; bytes: StoredBytes } | { kind: "container"; files: { path: string; bytes: StoredBytes }[] };
  folder: string | undefined;
  size: number;
  context: number;
  correlationId: string | undefined;
}

async function startIngest(archive: Archive, login: string, wanted: IngestRequest): Promise<IngestJob> {
  const { package: packaged, opex } = ASSUMPTIONS.subcategory;
  const monitor = await archive.monitors.add({
    name: wanted.name,
    category: "Ingest",
    subcategory: wanted.source.kind === "package" ? packaged : opex,
    size: wanted.size,
  });
  const instance = await archive.workflows.start(wanted.context, login, wanted.correlationId);
  const job: IngestJob = {
    kind: "ingest",
    token: newRef(),
    user: login,
    created: archive.now(),
    due: archive.jobs.after(queueMs(archive.settings.ingestMs)),
    status: "ACTIVE",
    errors: [],
    name: wanted.name,
    source: wanted.source,
    phase: "waiting",
    monitor,
    event: newRef(),
    workflow: { instance: instance.id, name: CONTEXTS.find((context) => context.id === wanted.context)?.name ?? "" },
    ...(wanted.folder === undefined ? {} : { folder: wanted.folder }),
  };
  await archive.jobs.add(job);
  archive.context.changed();
  return job;
}
