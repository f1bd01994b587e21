import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { request } from "node:http";
import { Readable } from "node:stream";
import {
  CopyObjectCommand,
  DeleteObjectCommand,
  DeleteObjectsCommand,
  GetObjectAttributesCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListBucketsCommand,
  ListObjectsV2Command,
  ListObjectVersionsCommand,
  paginateListObjectsV2,
  PutObjectCommand,
  PutObjectTaggingCommand,
  GetObjectTaggingCommand,
} from "@aws-sdk/client-s3";
import { getSignedUrl } from "@aws-sdk/s3-request-presigner";
import { bytesOf, MIB, refused, s3Stage, type S3Stage } from "./s3-support.js";

describe("sandbox S3: objects", () => {
  let stage: S3Stage;
  before(async () => {
    stage = await s3Stage();
  });
  after(() => stage.close());

  const Bucket = "af-work";

  it("gives back bytes, headers and metadata under any key", async () => {
    const body = bytesOf(100_000);
    for (const Key of [
      "plain.txt",
      "a b/ü+é&(1)'!*~.txt",
      "dots/../up",
      "100%/x?y#z",
      "日本/\u{1f3af}.png",
      "//double//",
    ]) {
      const Metadata = { "source-id": "AB 12" };
      const put = await stage.s3.send(
        new PutObjectCommand({ Bucket, Key, Body: body, ContentType: "image/x-test", Metadata }),
      );
      assert.equal(put.ETag, `"${createHash("md5").update(body).digest("hex")}"`);
      const got = await stage.s3.send(new GetObjectCommand({ Bucket, Key }));
      assert.deepEqual(Buffer.from((await got.Body?.transformToByteArray()) ?? []), body);
      assert.equal(got.ContentType, "image/x-test");
      assert.deepEqual(got.Metadata, Metadata);
      assert.equal(got.VersionId, put.VersionId);
    }
  });

  it("takes a streamed body with a trailing checksum, and answers ranges of it", async () => {
    const body = bytesOf(3 * MIB + 17);
    const pieces = Array.from({ length: Math.ceil(body.length / 70_000) }, (_, at) =>
      body.subarray(at * 70_000, (at + 1) * 70_000),
    );
    await stage.s3.send(
      new PutObjectCommand({ Bucket, Key: "streamed", Body: Readable.from(pieces), ContentLength: body.length }),
    );
    const got = await stage.s3.send(new GetObjectCommand({ Bucket, Key: "streamed", Range: "bytes=1000-2099999" }));
    assert.deepEqual(Buffer.from((await got.Body?.transformToByteArray()) ?? []), body.subarray(1000, 2_100_000));
    assert.equal(got.ContentRange, `bytes 1000-2099999/${body.length}`);
    const tail = await stage.s3.send(new GetObjectCommand({ Bucket, Key: "streamed", Range: "bytes=-5" }));
    assert.deepEqual(Buffer.from((await tail.Body?.transformToByteArray()) ?? []), body.subarray(-5));
    await refused(
      stage.s3.send(new GetObjectCommand({ Bucket, Key: "streamed", Range: "bytes=99999999-" })),
      "InvalidRange",
    );
    const head = await stage.s3.send(new HeadObjectCommand({ Bucket, Key: "streamed" }));
    assert.equal(head.ContentLength, body.length);
    assert.equal(head.ContentEncoding, undefined);
  });

  it("computes and checks every checksum the SDK can send", async () => {
    const expected = {
      CRC32: "y/Q5Jg==",
      CRC32C: "4waSgw==",
      CRC64NVME: "rosUhgp5mIg=",
      SHA1: "98O8HYCOBHMq32eZZczDTKeuNEE=",
      SHA256: "FeKw08M4keuw8e9gnsQZQgwg4yDOlMZfvIwzEkSOsiU=",
    } as const;
    for (const algorithm of ["CRC32", "CRC32C", "SHA1", "SHA256"] as const) {
      await stage.s3.send(
        new PutObjectCommand({ Bucket, Key: "sum", Body: "123456789", ChecksumAlgorithm: algorithm }),
      );
      const head = await stage.s3.send(new HeadObjectCommand({ Bucket, Key: "sum", ChecksumMode: "ENABLED" }));
      assert.equal(head[`Checksum${algorithm}`], expected[algorithm]);
      assert.equal(head.ChecksumType, "FULL_OBJECT");
    }
    await stage.s3.send(
      new PutObjectCommand({ Bucket, Key: "sum", Body: "123456789", ChecksumCRC64NVME: expected.CRC64NVME }),
    );
    await refused(
      stage.s3.send(
        new PutObjectCommand({ Bucket, Key: "sum", Body: "12345678X", ChecksumCRC64NVME: expected.CRC64NVME }),
      ),
      "BadDigest",
    );
    await refused(
      stage.s3.send(new PutObjectCommand({ Bucket, Key: "sum", Body: "123456789", ChecksumSHA256: "AAAA" })),
      "InvalidRequest",
    );
    const wrongMd5 = createHash("md5").update("other").digest("base64");
    await refused(
      stage.s3.send(new PutObjectCommand({ Bucket, Key: "md5", Body: "text", ContentMD5: wrongMd5 })),
      "BadDigest",
    );
    await refused(stage.s3.send(new HeadObjectCommand({ Bucket, Key: "md5" })), 404);
  });

  it("lists in UTF-8 order, by page, by prefix and by folder", async () => {
    const names = ["l/a", "l/b/1", "l/b/2", "l/c", "l/é", "l/\uffee", "l/\u{1f3af}", "l/z z"];
    for (const Key of names) await stage.s3.send(new PutObjectCommand({ Bucket, Key, Body: Key }));
    const sorted = [...names].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
    const found: string[] = [];
    for await (const page of paginateListObjectsV2({ client: stage.s3, pageSize: 3 }, { Bucket, Prefix: "l/" })) {
      for (const { Key } of page.Contents ?? []) found.push(Key ?? "");
    }
    assert.deepEqual(found, sorted);
    const seen: string[] = [];
    for await (const page of paginateListObjectsV2(
      { client: stage.s3, pageSize: 1 },
      { Bucket, Prefix: "l/", Delimiter: "/" },
    )) {
      for (const { Key } of page.Contents ?? []) seen.push(Key ?? "");
      for (const { Prefix } of page.CommonPrefixes ?? []) seen.push(Prefix ?? "");
    }
    assert.deepEqual(
      seen,
      sorted.filter((key) => key !== "l/b/2").map((key) => (key === "l/b/1" ? "l/b/" : key)),
    );
    const after = await stage.s3.send(
      new ListObjectsV2Command({ Bucket, Prefix: "l/", StartAfter: "l/b/1", MaxKeys: 1 }),
    );
    assert.deepEqual([after.Contents?.[0]?.Key, after.KeyCount, after.IsTruncated], ["l/b/2", 1, true]);
  });

  it("keeps versions and delete markers, and pages through them", async () => {
    const Key = "versions/doc";
    const ids: (string | undefined)[] = [];
    for (const Body of ["1", "2", "3"])
      ids.push((await stage.s3.send(new PutObjectCommand({ Bucket, Key, Body }))).VersionId);
    const marker = await stage.s3.send(new DeleteObjectCommand({ Bucket, Key }));
    assert.equal(marker.DeleteMarker, true);
    await refused(stage.s3.send(new GetObjectCommand({ Bucket, Key })), "NoSuchKey");
    const second = await stage.s3.send(new GetObjectCommand({ Bucket, Key, VersionId: ids[1] }));
    assert.equal(await second.Body?.transformToString(), "2");
    const found: string[] = [];
    let keyMarker: string | undefined;
    let idMarker: string | undefined;
    do {
      const markers = keyMarker === undefined ? {} : { KeyMarker: keyMarker, VersionIdMarker: idMarker };
      const page = await stage.s3.send(new ListObjectVersionsCommand({ Bucket, Prefix: Key, MaxKeys: 2, ...markers }));
      for (const { VersionId } of [...(page.DeleteMarkers ?? []), ...(page.Versions ?? [])])
        found.push(VersionId ?? "");
      [keyMarker, idMarker] = [page.NextKeyMarker, page.NextVersionIdMarker];
    } while (keyMarker !== undefined);
    assert.deepEqual(found, [marker.VersionId, ids[2], ids[1], ids[0]]);
    await refused(
      stage.s3.send(new GetObjectCommand({ Bucket, Key, VersionId: marker.VersionId })),
      "MethodNotAllowed",
    );
    await stage.s3.send(new DeleteObjectCommand({ Bucket, Key, VersionId: marker.VersionId }));
    const newest = await stage.s3.send(new GetObjectCommand({ Bucket, Key }));
    assert.equal(await newest.Body?.transformToString(), "3");
  });

  it("deletes many at once, each with its own outcome", async () => {
    for (const Key of ["many/1", "many/2"]) await stage.s3.send(new PutObjectCommand({ Bucket, Key, Body: "x" }));
    const Objects = [{ Key: "many/1" }, { Key: "many/2" }, { Key: "many/never" }];
    const answer = await stage.s3.send(new DeleteObjectsCommand({ Bucket, Delete: { Objects } }));
    assert.equal(answer.Deleted?.length, 3);
    assert.equal(answer.Errors, undefined);
    const left = await stage.s3.send(new ListObjectsV2Command({ Bucket, Prefix: "many/" }));
    assert.equal(left.KeyCount, 0);
  });

  it("writes only under the condition given", async () => {
    const Key = "conditional";
    const first = await stage.s3.send(new PutObjectCommand({ Bucket, Key, Body: "1", IfNoneMatch: "*" }));
    await refused(
      stage.s3.send(new PutObjectCommand({ Bucket, Key, Body: "2", IfNoneMatch: "*" })),
      "PreconditionFailed",
    );
    await refused(
      stage.s3.send(new PutObjectCommand({ Bucket, Key, Body: "2", IfMatch: '"00000000000000000000000000000000"' })),
      "PreconditionFailed",
    );
    await stage.s3.send(new PutObjectCommand({ Bucket, Key, Body: "2", IfMatch: first.ETag }));
    await refused(
      stage.s3.send(
        new GetObjectCommand({ Bucket, Key, IfNoneMatch: `"${createHash("md5").update("2").digest("hex")}"` }),
      ),
      304,
    );
    await stage.s3.send(new DeleteObjectCommand({ Bucket, Key }));
    await stage.s3.send(new PutObjectCommand({ Bucket, Key, Body: "3", IfNoneMatch: "*" }));
  });

  it("lets one of many conditional writers win", async () => {
    const writers = Array.from({ length: 8 }, (_, at) =>
      stage.s3.send(new PutObjectCommand({ Bucket, Key: "race", Body: `writer ${at}`, IfNoneMatch: "*" })).then(
        () => "won",
        () => "lost",
      ),
    );
    assert.equal((await Promise.all(writers)).filter((outcome) => outcome === "won").length, 1);
  });

  it("copies metadata and tags but not the storage class, and refuses a self-copy that changes nothing", async () => {
    const source = { Bucket, Key: "copy/source ü.bin" };
    const body = bytesOf(1000);
    await stage.s3.send(
      new PutObjectCommand({
        ...source,
        Body: body,
        Metadata: { a: "1" },
        Tagging: "tier=cold&x=y%20z",
        StorageClass: "STANDARD_IA",
      }),
    );
    const CopySource = `${Bucket}/${encodeURIComponent(source.Key)}`;
    const copied = await stage.s3.send(new CopyObjectCommand({ Bucket: "af-publish", Key: "copied", CopySource }));
    assert.equal(copied.CopyObjectResult?.ETag, `"${createHash("md5").update(body).digest("hex")}"`);
    const got = await stage.s3.send(new GetObjectCommand({ Bucket: "af-publish", Key: "copied" }));
    assert.deepEqual(Buffer.from((await got.Body?.transformToByteArray()) ?? []), body);
    assert.deepEqual([got.Metadata, got.StorageClass, got.TagCount], [{ a: "1" }, undefined, 2]);
    await refused(
      stage.s3.send(new CopyObjectCommand({ ...source, CopySource, StorageClass: "STANDARD_IA" })),
      "InvalidRequest",
    );
    await stage.s3.send(new CopyObjectCommand({ ...source, CopySource, StorageClass: "GLACIER_IR" }));
    const head = await stage.s3.send(new HeadObjectCommand(source));
    assert.equal(head.StorageClass, "GLACIER_IR");
    // The copy stands on its own when the source is gone for good.
    const versions = await stage.s3.send(new ListObjectVersionsCommand({ Bucket, Prefix: source.Key }));
    for (const { VersionId } of versions.Versions ?? [])
      await stage.s3.send(new DeleteObjectCommand({ ...source, VersionId }));
    const still = await stage.s3.send(new GetObjectCommand({ Bucket: "af-publish", Key: "copied" }));
    assert.equal((await still.Body?.transformToByteArray())?.length, 1000);
  });

  it("takes at most ten tags", async () => {
    const Key = "tagged";
    await stage.s3.send(new PutObjectCommand({ Bucket, Key, Body: "x", Tagging: "doc-state=draft" }));
    const TagSet = Array.from({ length: 11 }, (_, at) => ({ Key: `k${at}`, Value: "v" }));
    await refused(stage.s3.send(new PutObjectTaggingCommand({ Bucket, Key, Tagging: { TagSet } })), "InvalidTag");
    const kept = await stage.s3.send(new GetObjectTaggingCommand({ Bucket, Key }));
    assert.deepEqual(kept.TagSet, [{ Key: "doc-state", Value: "draft" }]);
    await stage.s3.send(new PutObjectTaggingCommand({ Bucket, Key, Tagging: { TagSet: TagSet.slice(0, 10) } }));
    assert.equal((await stage.s3.send(new GetObjectTaggingCommand({ Bucket, Key }))).TagSet?.length, 10);
  });

  it("tells the attributes asked for", async () => {
    const Key = "attributes";
    await stage.s3.send(new PutObjectCommand({ Bucket, Key, Body: "hello", ChecksumAlgorithm: "SHA256" }));
    const told = await stage.s3.send(
      new GetObjectAttributesCommand({
        Bucket,
        Key,
        ObjectAttributes: ["Checksum", "ObjectSize", "StorageClass", "ETag"],
      }),
    );
    assert.equal(told.Checksum?.ChecksumSHA256, createHash("sha256").update("hello").digest("base64"));
    assert.deepEqual(
      [told.ObjectSize, told.StorageClass, told.ETag],
      [5, "STANDARD", createHash("md5").update("hello").digest("hex")],
    );
  });

  it("refuses wrong keys, wrong secrets, unsigned and stale requests", async () => {
    const { accessKeyId = "", secretAccessKey = "" } = stage.sandbox.ready.s3 ?? {};
    await refused(
      stage.client({ credentials: { accessKeyId, secretAccessKey: "wrong" } }).send(new ListBucketsCommand({})),
      "SignatureDoesNotMatch",
    );
    await refused(
      stage.client({ credentials: { accessKeyId: "AKIANOBODY", secretAccessKey } }).send(new ListBucketsCommand({})),
      "InvalidAccessKeyId",
    );
    await refused(
      stage.client({ systemClockOffset: 3_600_000 }).send(new ListBucketsCommand({})),
      "RequestTimeTooSkewed",
    );
    const unsigned = await fetch(`${stage.sandbox.url("s3")}/${Bucket}`);
    assert.equal(unsigned.status, 403);
    assert.match(await unsigned.text(), /<Code>AccessDenied<\/Code>/);
  });

  it("honours presigned links until they are altered or expired", async () => {
    const Key = "linked file.txt";
    await stage.s3.send(new PutObjectCommand({ Bucket, Key, Body: "linked" }));
    const command = new GetObjectCommand({ Bucket, Key, ResponseContentDisposition: 'attachment; filename="a.txt"' });
    const url = await getSignedUrl(stage.s3, command, { expiresIn: 60 });
    const answer = await fetch(url);
    assert.equal(await answer.text(), "linked");
    assert.equal(answer.headers.get("content-disposition"), 'attachment; filename="a.txt"');
    assert.equal((await fetch(url.replace("linked", "linkee"))).status, 403);
    assert.equal((await fetch(`${url}&versionId=null`)).status, 403);
    const old = await getSignedUrl(stage.s3, command, { expiresIn: 60, signingDate: new Date(Date.now() - 120_000) });
    const expired = await fetch(old);
    assert.equal(expired.status, 403);
    assert.match(await expired.text(), /Request has expired/);
    const upload = await getSignedUrl(
      stage.client({ requestChecksumCalculation: "WHEN_REQUIRED" }),
      new PutObjectCommand({ Bucket, Key: "by-link" }),
    );
    assert.equal((await fetch(upload, { method: "PUT", body: "put by link" })).status, 200);
    const withEmptyChecksum = await getSignedUrl(stage.s3, new PutObjectCommand({ Bucket, Key: "by-link-2" }));
    assert.equal((await fetch(withEmptyChecksum, { method: "PUT", body: "not empty" })).status, 400);
  });

  it("does not keep an upload that ends early", async () => {
    const url = await getSignedUrl(
      stage.client({ requestChecksumCalculation: "WHEN_REQUIRED" }),
      new PutObjectCommand({ Bucket, Key: "cut" }),
    );
    await new Promise<void>((resolve) => {
      const upload = request(url, { method: "PUT", headers: { "content-length": 1000 } });
      upload.on("error", () => resolve());
      upload.write(Buffer.alloc(500), () => upload.destroy(new Error("cut")));
    });
    await refused(stage.s3.send(new HeadObjectCommand({ Bucket, Key: "cut" })), 404);
  });

  it("sends callers to a bucket's own region", async () => {
    const error = await refused(
      stage.s3.send(new PutObjectCommand({ Bucket: "af-us", Key: "x", Body: "x" })),
      "PermanentRedirect",
    );
    assert.equal(error.$response?.headers["x-amz-bucket-region"], "us-west-2");
    await stage.client({ region: "us-west-2" }).send(new PutObjectCommand({ Bucket: "af-us", Key: "x", Body: "x" }));
    const bare = stage.client({ region: "us-west-2", requestChecksumCalculation: "WHEN_REQUIRED" });
    await refused(bare.send(new PutObjectCommand({ Bucket: "af-us", Key: "y", Body: "x" })), "AccessDenied");
  });
});
