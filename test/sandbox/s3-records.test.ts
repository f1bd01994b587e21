import assert from "node:assert/strict";
import {
  CopyObjectCommand,
  CreateBucketCommand,
  DeleteBucketCommand,
  DeleteObjectCommand,
  GetBucketLifecycleConfigurationCommand,
  GetBucketPolicyCommand,
  GetBucketVersioningCommand,
  GetObjectCommand,
  GetObjectLegalHoldCommand,
  GetObjectLockConfigurationCommand,
  GetObjectRetentionCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  ListObjectVersionsCommand,
  PutBucketLifecycleConfigurationCommand,
  PutBucketVersioningCommand,
  PutObjectCommand,
  PutObjectLegalHoldCommand,
  PutObjectLockConfigurationCommand,
  PutObjectRetentionCommand,
  RestoreObjectCommand,
} from "@aws-sdk/client-s3";
import { refused, s3Stage, type S3Stage } from "./s3-support.js";

describe("sandbox S3: records", () => {
  let stage: S3Stage;
  beforeEach(async () => {
    stage = await s3Stage("full");
  });
  afterEach(() => stage.close());

  const days = (count: number): Date => new Date(stage.sandbox.kernel.clock.now().getTime() + count * 86_400_000);
  const put = async (Bucket: string, Key: string, more: object = {}): Promise<string> =>
    (await stage.s3.send(new PutObjectCommand({ Bucket, Key, Body: "record", ...more }))).VersionId ?? "";

  it("protects a COMPLIANCE version from everybody until its date, not from longer retention", async () => {
    const Key = "locked/compliance";
    const VersionId = await put("af-records", Key, {
      ObjectLockMode: "COMPLIANCE",
      ObjectLockRetainUntilDate: days(10),
    });
    const version = { Bucket: "af-records", Key, VersionId };
    await refused(
      stage.s3.send(new DeleteObjectCommand({ ...version, BypassGovernanceRetention: true })),
      "AccessDenied",
    );
    await refused(
      stage.s3.send(
        new PutObjectRetentionCommand({
          ...version,
          Retention: { Mode: "COMPLIANCE", RetainUntilDate: days(5) },
          BypassGovernanceRetention: true,
        }),
      ),
      "AccessDenied",
    );
    await refused(
      stage.s3.send(
        new PutObjectRetentionCommand({
          ...version,
          Retention: { Mode: "GOVERNANCE", RetainUntilDate: days(20) },
          BypassGovernanceRetention: true,
        }),
      ),
      "AccessDenied",
    );
    await stage.s3.send(
      new PutObjectRetentionCommand({ ...version, Retention: { Mode: "COMPLIANCE", RetainUntilDate: days(20) } }),
    );
    await stage.sandbox.kernel.setClock(days(15));
    await refused(stage.s3.send(new DeleteObjectCommand(version)), "AccessDenied");
    await stage.sandbox.kernel.setClock(days(6));
    await stage.s3.send(new DeleteObjectCommand(version));
  });

  it("lets GOVERNANCE be bypassed on request only, and a delete marker always be set", async () => {
    const Key = "locked/governance";
    const VersionId = await put("af-records", Key, {
      ObjectLockMode: "GOVERNANCE",
      ObjectLockRetainUntilDate: days(10),
    });
    const marker = await stage.s3.send(new DeleteObjectCommand({ Bucket: "af-records", Key }));
    assert.equal(marker.DeleteMarker, true);
    await refused(stage.s3.send(new DeleteObjectCommand({ Bucket: "af-records", Key, VersionId })), "AccessDenied");
    await stage.s3.send(
      new DeleteObjectCommand({ Bucket: "af-records", Key, VersionId, BypassGovernanceRetention: true }),
    );
  });

  it("holds a version until its legal hold is released", async () => {
    const Key = "locked/hold";
    const VersionId = await put("af-records", Key);
    const version = { Bucket: "af-records", Key, VersionId };
    await refused(stage.s3.send(new GetObjectLegalHoldCommand(version)), "NoSuchObjectLockConfiguration");
    await stage.s3.send(new PutObjectLegalHoldCommand({ ...version, LegalHold: { Status: "ON" } }));
    assert.equal((await stage.s3.send(new HeadObjectCommand(version))).ObjectLockLegalHoldStatus, "ON");
    await refused(
      stage.s3.send(new DeleteObjectCommand({ ...version, BypassGovernanceRetention: true })),
      "AccessDenied",
    );
    await stage.s3.send(new PutObjectLegalHoldCommand({ ...version, LegalHold: { Status: "OFF" } }));
    await stage.s3.send(new DeleteObjectCommand(version));
    await refused(
      stage.s3.send(new PutObjectLegalHoldCommand({ Bucket: "af-publish", Key, LegalHold: { Status: "ON" } })),
      "NoSuchKey",
    );
  });

  it("gives new objects the bucket's default retention and tells lock times to the second", async () => {
    const VersionId = await put("af-evidence", "package.zip");
    const told = await stage.s3.send(
      new GetObjectRetentionCommand({ Bucket: "af-evidence", Key: "package.zip", VersionId }),
    );
    assert.equal(told.Retention?.Mode, "GOVERNANCE");
    const left = (told.Retention?.RetainUntilDate?.getTime() ?? 0) - stage.sandbox.kernel.clock.now().getTime();
    assert.ok(left > 86_000_000 && left <= 86_400_000, String(left));
    await refused(
      stage.s3.send(new PutObjectCommand({ Bucket: "af-work", Key: "x", Body: "x", ObjectLockLegalHoldStatus: "ON" })),
      "InvalidRequest",
    );
  });

  it("switches Object Lock on for a bucket with versions only, and never suspends them then", async () => {
    const Bucket = "af-new-locked";
    await stage.s3.send(new CreateBucketCommand({ Bucket }));
    const lock = new PutObjectLockConfigurationCommand({
      Bucket,
      ObjectLockConfiguration: {
        ObjectLockEnabled: "Enabled",
        Rule: { DefaultRetention: { Mode: "GOVERNANCE", Years: 1 } },
      },
    });
    await refused(
      stage.s3.send(new GetObjectLockConfigurationCommand({ Bucket })),
      "ObjectLockConfigurationNotFoundError",
    );
    await refused(stage.s3.send(lock), "InvalidBucketState");
    await stage.s3.send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration: { Status: "Enabled" } }));
    await stage.s3.send(lock);
    const told = await stage.s3.send(new GetObjectLockConfigurationCommand({ Bucket }));
    assert.equal(told.ObjectLockConfiguration?.Rule?.DefaultRetention?.Years, 1);
    await refused(
      stage.s3.send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration: { Status: "Suspended" } })),
      "InvalidBucketState",
    );
    assert.equal((await stage.s3.send(new GetBucketVersioningCommand({ Bucket }))).Status, "Enabled");
    await stage.s3.send(new DeleteBucketCommand({ Bucket }));
  });

  it("hides lock fields where the policy denies reading them", async () => {
    const object = { Bucket: "af-records", Key: "sealed/deed-1907.pdf" };
    const head = await stage.s3.send(new HeadObjectCommand(object));
    assert.equal(head.ObjectLockLegalHoldStatus, undefined);
    await refused(stage.s3.send(new GetObjectLegalHoldCommand(object)), "AccessDenied");
    const [version] =
      (await stage.s3.send(new ListObjectVersionsCommand({ Bucket: "af-records", Prefix: object.Key }))).Versions ?? [];
    await refused(stage.s3.send(new DeleteObjectCommand({ ...object, VersionId: version?.VersionId })), "AccessDenied");
    assert.match((await stage.s3.send(new GetBucketPolicyCommand({ Bucket: "af-records" }))).Policy ?? "", /HideLocks/);
  });

  it("refuses archived content until it is restored, and again when the copy has lapsed", async () => {
    const object = { Bucket: "af-archive", Key: "cold/old.bin" };
    const state = await refused(stage.s3.send(new GetObjectCommand(object)), "InvalidObjectState");
    assert.equal(Reflect.get(state, "StorageClass"), "DEEP_ARCHIVE");
    await refused(
      stage.s3.send(new CopyObjectCommand({ Bucket: "af-work", Key: "x", CopySource: "af-archive/cold/old.bin" })),
      "ObjectNotInActiveTierError",
    );
    await refused(
      stage.s3.send(
        new RestoreObjectCommand({
          ...object,
          RestoreRequest: { Days: 2, GlacierJobParameters: { Tier: "Expedited" } },
        }),
      ),
      "InvalidArgument",
    );
    const restore = new RestoreObjectCommand({
      ...object,
      RestoreRequest: { Days: 2, GlacierJobParameters: { Tier: "Standard" } },
    });
    assert.equal((await stage.s3.send(restore)).$metadata.httpStatusCode, 202);
    await refused(stage.s3.send(restore), "RestoreAlreadyInProgress");
    assert.equal((await stage.s3.send(new HeadObjectCommand(object))).Restore, 'ongoing-request="true"');
    await refused(stage.s3.send(new GetObjectCommand(object)), "InvalidObjectState");
    await stage.sandbox.kernel.setClock(days(0.5 + 1 / 24));
    const head = await stage.s3.send(new HeadObjectCommand(object));
    assert.match(head.Restore ?? "", /^ongoing-request="false", expiry-date="\w{3}, \d\d Nov 2026 00:00:00 GMT"$/);
    assert.equal(head.StorageClass, "DEEP_ARCHIVE");
    const got = await stage.s3.send(new GetObjectCommand(object));
    assert.equal((await got.Body?.transformToByteArray())?.length, head.ContentLength);
    assert.equal((await stage.s3.send(restore)).$metadata.httpStatusCode, 200);
    await stage.sandbox.kernel.setClock(days(4));
    await refused(stage.s3.send(new GetObjectCommand(object)), "InvalidObjectState");
  });

  it("tells the state of restores in a listing when asked", async () => {
    const listed = await stage.s3.send(
      new ListObjectsV2Command({ Bucket: "af-archive", Prefix: "cold/", OptionalObjectAttributes: ["RestoreStatus"] }),
    );
    const states = Object.fromEntries(
      (listed.Contents ?? []).map(({ Key, RestoreStatus }) => [Key, RestoreStatus?.IsRestoreInProgress]),
    );
    assert.deepEqual(states, {
      "cold/old.bin": undefined,
      "cold/old-restored.bin": false,
      "cold/old-restoring.bin": true,
    });
  });

  it("keeps lifecycle rules as a whole", async () => {
    const Bucket = "af-archive";
    const { Rules } = await stage.s3.send(new GetBucketLifecycleConfigurationCommand({ Bucket }));
    assert.equal(Rules?.[0]?.Transitions?.[0]?.StorageClass, "DEEP_ARCHIVE");
    const added = [
      ...(Rules ?? []),
      {
        ID: "abort",
        Status: "Enabled" as const,
        Filter: { Prefix: "" },
        AbortIncompleteMultipartUpload: { DaysAfterInitiation: 7 },
      },
    ];
    await stage.s3.send(
      new PutBucketLifecycleConfigurationCommand({ Bucket, LifecycleConfiguration: { Rules: added } }),
    );
    assert.equal((await stage.s3.send(new GetBucketLifecycleConfigurationCommand({ Bucket }))).Rules?.length, 2);
    await refused(
      stage.s3.send(new GetBucketLifecycleConfigurationCommand({ Bucket: "af-work" })),
      "NoSuchLifecycleConfiguration",
    );
  });

  it("moves and expires objects by lifecycle when the days have passed, and leaves locked versions", async () => {
    const big = Buffer.alloc(200_000);
    const Bucket = "af-archive";
    await stage.s3.send(new PutObjectCommand({ Bucket, Key: "moves", Body: big, Tagging: "tier=cold" }));
    await stage.s3.send(new PutObjectCommand({ Bucket, Key: "untagged", Body: big }));
    await stage.s3.send(new PutObjectCommand({ Bucket, Key: "small", Body: "x", Tagging: "tier=cold" }));
    const classes = async (): Promise<unknown> =>
      (await stage.s3.send(new ListObjectsV2Command({ Bucket }))).Contents?.filter(
        ({ Key }) => !Key?.startsWith("cold/"),
      ).map(({ Key, StorageClass }) => [Key, StorageClass]);
    await stage.sandbox.kernel.setClock(days(30));
    assert.deepEqual(await classes(), [
      ["moves", "STANDARD"],
      ["small", "STANDARD"],
      ["untagged", "STANDARD"],
    ]);
    await stage.sandbox.kernel.setClock(days(1));
    assert.deepEqual(await classes(), [
      ["moves", "DEEP_ARCHIVE"],
      ["small", "STANDARD"],
      ["untagged", "STANDARD"],
    ]);
    const Rules = [
      { ID: "end", Status: "Enabled" as const, Filter: { Prefix: "small" }, Expiration: { Days: 40 } },
      {
        ID: "old",
        Status: "Enabled" as const,
        Filter: { Prefix: "" },
        NoncurrentVersionExpiration: { NoncurrentDays: 5 },
      },
    ];
    await stage.s3.send(new PutBucketLifecycleConfigurationCommand({ Bucket, LifecycleConfiguration: { Rules } }));
    const locked = await stage.s3.send(
      new PutObjectCommand({ Bucket, Key: "locked", Body: "1", ObjectLockLegalHoldStatus: "ON" }),
    );
    await stage.s3.send(new PutObjectCommand({ Bucket, Key: "locked", Body: "2" }));
    await stage.sandbox.kernel.setClock(days(20));
    const left = await stage.s3.send(new ListObjectVersionsCommand({ Bucket }));
    assert.deepEqual(
      left.DeleteMarkers?.map(({ Key }) => Key),
      ["small"],
    );
    assert.ok(left.Versions?.some(({ VersionId }) => VersionId === locked.VersionId));
    await stage.sandbox.kernel.setClock(days(7));
    const later = await stage.s3.send(new ListObjectVersionsCommand({ Bucket, Prefix: "small" }));
    assert.equal(later.Versions, undefined);
  });

  it("gives ETags that are no MD5 when asked to, as with SSE-KMS", async () => {
    await stage.sandbox.kernel.settings.change("s3", { opaqueEtags: true });
    const put1 = await stage.s3.send(new PutObjectCommand({ Bucket: "af-work", Key: "kms", Body: "x" }));
    const put2 = await stage.s3.send(new PutObjectCommand({ Bucket: "af-work", Key: "kms", Body: "x" }));
    assert.notEqual(put1.ETag, put2.ETag);
    assert.match(put1.ETag ?? "", /^"[0-9a-f]{32}"$/);
  });

  it("is seeded as the seed data says", async () => {
    const versions = await stage.s3.send(
      new ListObjectVersionsCommand({ Bucket: "af-work", Prefix: "finals/contract-4711.pdf" }),
    );
    assert.equal(versions.Versions?.length, 3);
    const claims = await stage.s3.send(
      new ListObjectVersionsCommand({ Bucket: "af-records", Prefix: "claims/K-20-0815/" }),
    );
    assert.deepEqual([claims.Versions?.length, claims.DeleteMarkers?.length], [8, 1]);
    const drafts = await stage.s3.send(new ListObjectsV2Command({ Bucket: "af-work", Prefix: "drafts/" }));
    assert.equal(drafts.KeyCount, 40);
    const body = await (
      await stage.s3.send(new GetObjectCommand({ Bucket: "af-work", Key: "finals/report.pdf" }))
    ).Body?.transformToByteArray();
    assert.equal(Buffer.from(body ?? []).toString("latin1", 0, 5), "%PDF-");
  });

  it("refuses what this S3 does not do, and says so in the log", async () => {
    await refused(
      stage.s3.send(
        new HeadObjectCommand({
          Bucket: "af-work",
          Key: "finals/report.pdf",
          SSECustomerAlgorithm: "AES256",
          SSECustomerKey: Buffer.alloc(32).toString("base64"),
          SSECustomerKeyMD5: "x",
        }),
      ),
      501,
    );
    const refusals = stage.sandbox.kernel.log.entries({ refused: true });
    assert.equal(refusals.length, 1);
    assert.match(refusals[0]?.refused ?? "", /x-amz-server-side-encryption-customer/);
  });
});
