import type { SandboxAnswer, SandboxContext, SandboxRequest } from "../kernel/types.js";
import { BadPath } from "../kernel/request.js";
import { DEFAULT_SETTINGS } from "./assumptions.js";
import type { Call, CreatedObject, S3Principal } from "./call.js";
import { requestIds, S3Error } from "./errors.js";
import { assertKnownHeaders } from "./headers.js";
import { Lifecycle } from "./lifecycle.js";
import type { BucketRecord, S3State } from "./model.js";
import { operationOf } from "./operations/table.js";
import { S3Store } from "./store.js";

/** A bucket to be there from the start; what is left out: the engine's region, no versions, no lock. */
export type BucketSeed = Pick<BucketRecord, "name"> & Partial<Omit<BucketRecord, "created">>;

export interface S3EngineOptions {
  context: SandboxContext;
  /** Region of buckets that name none. */
  region: string;
  /** Laid down when the engine has no state yet. */
  buckets: BucketSeed[];
  /** Tells who calls; throws S3Error to refuse. `verifySigV4(request, secretOf)` does the signature part. */
  authenticate(request: SandboxRequest): S3Principal | Promise<S3Principal>;
  /** May add headers to the answer of PutObject or CompleteMultipartUpload, and may refuse by throwing S3Error: then the object is not kept. */
  onObject?(object: CreatedObject): Promise<Record<string, string> | undefined>;
  /** "upload": only what Preservica's endpoint knows (list buckets; HEAD, PUT, DELETE object; multipart); default "all". */
  operations?: "all" | "upload";
  /** Objects' content stays when they are deleted or overwritten: somebody else uses it. */
  keepContent?: boolean;
  /** ETags are no MD5 (as with SSE-KMS); for "all" operations this is a setting of the control API instead. */
  opaqueEtags?: boolean;
}

/** A small S3: path style, one state named "s3" in the context's system. */
export interface S3Engine {
  /**
   * Answers a request, also errors (XML documents).
   * @param basePath decoded path before the bucket, e.g. "/api/s3/buckets"; default ""
   */
  handle(request: SandboxRequest, basePath?: string): Promise<SandboxAnswer>;
  readonly store: S3Store;
}

/** Builds an engine on a context of the kernel; state and content lie in the context's system. */
export async function createS3Engine(options: S3EngineOptions): Promise<S3Engine> {
  const { context } = options;
  const state = await context.state<S3State>("s3", () => ({
    buckets: seedBuckets(options),
    objects: {},
    uploads: {},
    parts: {},
  }));
  const store = new S3Store(context, state, options.keepContent ?? false);
  const lifecycle = options.operations === "upload" ? undefined : new Lifecycle(context, store);
  const settings =
    (options.operations ?? "all") === "all"
      ? context.settings(DEFAULT_SETTINGS)
      : { ...DEFAULT_SETTINGS, opaqueEtags: options.opaqueEtags ?? false };
  return {
    store,
    handle: async (request, basePath = "") => {
      const ids = requestIds();
      const answer = await answerTo(request, basePath).catch((error: unknown) => {
        if (!(error instanceof S3Error)) throw error;
        const failed = error.answer(request.path, ids);
        return request.method === "HEAD" || failed.status === 304
          ? { status: failed.status, headers: failed.headers ?? {} }
          : failed;
      });
      return { ...answer, headers: { server: "AmazonS3", ...ids, ...answer.headers } };
    },
  };

  async function answerTo(request: SandboxRequest, basePath: string): Promise<SandboxAnswer> {
    const principal = await options.authenticate(request);
    await lifecycle?.upToDate();
    request.setUser(principal.login);
    if (principal.signer?.presigned) liftQueryHeaders(request);
    assertKnownHeaders(request);
    const { bucketName, key } = takeApart(request.path, basePath);
    const call: Call = {
      request,
      store,
      files: context.files,
      settings,
      principal,
      region: options.region,
      bucketName,
      key,
      basePath,
      created: async (object) => (await options.onObject?.(object)) ?? {},
    };
    if (options.operations !== "upload") redirectToRegion(store.findBucket(bucketName), principal);
    return operationOf(call, options.operations ?? "all")(call);
  }
}

function takeApart(path: string, basePath: string): { bucketName: string; key: string } {
  try {
    const decoded = decodeURIComponent(path.slice(basePath.length)).replace(/^\//, "");
    const slash = decoded.indexOf("/");
    return slash < 0
      ? { bucketName: decoded, key: "" }
      : { bucketName: decoded.slice(0, slash), key: decoded.slice(slash + 1) };
  } catch {
    throw new BadPath(`the path is not valid percent-encoding: ${path}`);
  }
}

/** Presigned links carry in the query what other requests carry as `x-amz-` headers; the query is signed, so it counts. */
function liftQueryHeaders(request: SandboxRequest): void {
  for (const [name, value] of request.query) {
    const header = name.toLowerCase();
    if (/^x-amz-(?!algorithm|credential|date|expires|signedheaders|signature)/.test(header))
      request.headers[header] ??= value;
  }
}

/** A bucket of another region answers with the way there (apis/s3.md: clients follow `x-amz-bucket-region`). */
function redirectToRegion(bucket: BucketRecord | undefined, principal: S3Principal): void {
  if (!bucket || !principal.signer || principal.signer.region === bucket.region) return;
  throw new S3Error("PermanentRedirect", {
    headers: { "x-amz-bucket-region": bucket.region },
    fields: { Bucket: bucket.name, Region: bucket.region },
  });
}

function seedBuckets({ context, buckets, region }: S3EngineOptions): Record<string, BucketRecord> {
  const created = context.clock.now().toISOString();
  return Object.fromEntries(
    buckets.map((seed) => [seed.name, { region, versioning: "off", objectLock: false, ...seed, created }]),
  );
}
