import type { SandboxContext } from "../kernel/types.js";
import type { BucketSeed, S3Engine } from "./engine.js";

export const S3_REGION = "eu-central-1";

/** Login of the one IAM user; invented, and of no use anywhere else. */
export const S3_USER = {
  accessKeyId: "AKIASANDBOX0FINCH001",
  secretAccessKey: "sandbox/Finch+Alder/secret/0000000000001",
};

/** SEED-DATA.md section 4. */
export const SEED_BUCKETS: BucketSeed[] = [
  { name: "af-work", versioning: "enabled" },
  { name: "af-records", objectLock: true },
  { name: "af-archive", objectLock: true },
  { name: "af-evidence", objectLock: true },
  { name: "af-publish", versioning: "enabled" },
  { name: "af-us", region: "us-west-2", versioning: "enabled" },
];

/** Lays the objects of SEED-DATA.md section 4, once. */
export async function seedObjects(_engine: S3Engine, _context: SandboxContext): Promise<void> {}
