import type { Simulator, SimulatorFactory } from "../kernel/types.js";
import { createS3Engine } from "./engine.js";
import { seedObjects } from "./seed.js";
import { S3_REGION, S3_USER, SEED_BUCKETS } from "./seed-buckets.js";
import { verifySigV4 } from "./sigv4.js";

export { createS3Engine, type BucketSeed, type S3Engine, type S3EngineOptions } from "./engine.js";
export type { CreatedObject, S3Principal } from "./call.js";
export { S3Error, type S3ErrorCode } from "./errors.js";
export { verifySigV4, type SigV4Signer } from "./sigv4.js";

/** Stands in for Amazon S3, path style, with one IAM user who may do everything that no bucket policy denies. */
export const s3Simulator: SimulatorFactory = async (context): Promise<Simulator> => {
  const engine = await createS3Engine({
    context,
    region: S3_REGION,
    buckets: SEED_BUCKETS,
    authenticate: (request) => {
      const signer = verifySigV4(request, (accessKeyId) =>
        accessKeyId === S3_USER.accessKeyId ? S3_USER.secretAccessKey : undefined,
      );
      return { login: signer.accessKeyId, signer };
    },
  });
  if (context.seed === "full") await seedObjects(engine, context);
  const { store } = engine;
  return {
    handle: (request) => engine.handle(request),
    state: () => ({ buckets: store.value.buckets, objects: store.value.objects, uploads: store.value.uploads }),
    summary: () => {
      const objects = Object.values(store.value.objects);
      const versions = objects.flatMap((object) => object.versions);
      return {
        buckets: Object.keys(store.value.buckets).length,
        objects: objects.filter(({ versions: [newest] }) => newest && !newest.deleteMarker).length,
        versions: versions.length,
        bytes: versions.reduce((sum, { size }) => sum + size, 0),
        locked: versions.filter(
          ({ lock }) => lock.mode !== undefined || lock.legalHold === "ON" || lock.eventHold === "ON",
        ).length,
        archived: versions.filter(({ storageClass }) => storageClass === "GLACIER" || storageClass === "DEEP_ARCHIVE")
          .length,
        "open uploads": Object.keys(store.value.uploads).length,
      };
    },
    ready: () => ({ endpoint: context.url("s3"), region: S3_REGION, ...S3_USER }),
    close: async () => undefined,
  };
};
