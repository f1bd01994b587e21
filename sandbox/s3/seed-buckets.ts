import type { BucketSeed } from "./engine.js";

export const S3_REGION = "eu-central-1";

/** Login of the one IAM user; invented, and of no use anywhere else. */
export const S3_USER = {
  accessKeyId: "AKIASANDBOX0FINCH001",
  secretAccessKey: "sandbox/Finch+Alder/secret/0000000000001",
};

/** `tier=cold` goes to the deep archive after 30 days. */
const COLD_RULE = `<LifecycleConfiguration xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Rule><ID>cold</ID><Filter><Tag><Key>tier</Key><Value>cold</Value></Tag></Filter><Status>Enabled</Status><Transition><Days>30</Days><StorageClass>DEEP_ARCHIVE</StorageClass></Transition></Rule></LifecycleConfiguration>`;

/** Under `sealed/` nobody may see locks: HEAD leaves the fields out, and "unknown" has to count as held. */
const SEALED_POLICY = JSON.stringify({
  Version: "2012-10-17",
  Statement: [
    {
      Sid: "HideLocks",
      Effect: "Deny",
      Principal: "*",
      Action: ["s3:GetObjectRetention", "s3:GetObjectLegalHold"],
      Resource: "arn:aws:s3:::af-records/sealed/*",
    },
  ],
});

/** SEED-DATA.md section 4, first table. */
export const SEED_BUCKETS: BucketSeed[] = [
  { name: "af-work", versioning: "enabled" },
  { name: "af-records", versioning: "enabled", objectLock: true, policy: SEALED_POLICY },
  { name: "af-archive", versioning: "enabled", objectLock: true, lifecycle: COLD_RULE },
  { name: "af-evidence", versioning: "enabled", objectLock: true, defaultRetention: { mode: "GOVERNANCE", days: 1 } },
  { name: "af-publish", versioning: "enabled" },
  { name: "af-us", region: "us-west-2", versioning: "enabled", demandChecksum: true },
];
