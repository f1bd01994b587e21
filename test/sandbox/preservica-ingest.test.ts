import assert from "node:assert/strict";
import { createHash, randomBytes, randomUUID } from "node:crypto";
import {
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  PutObjectCommand,
  S3Client,
  S3ServiceException,
  UploadPartCommand,
} from "@aws-sdk/client-s3";
import { packageOf, zipOfPackage } from "./preservica-package.js";
import { all, one, PreservicaBench } from "./preservica-support.js";

const BUCKET = "alder.package.upload";

describe("sandbox Preservica: upload and ingest", () => {
  let bench: PreservicaBench;
  let folder: string;
  before(async () => {
    bench = await PreservicaBench.start();
    folder = await bench.folder("In");
  });
  after(() => bench.stop());
  beforeEach(() =>
    bench.set({ ingestMs: 0, indexDelayMs: 0, ingestContextActive: true, failIngest: { times: 0, message: "" } }),
  );

  async function client(accessKeyId?: string, secretAccessKey = "NOT_USED"): Promise<S3Client> {
    const credentials = { accessKeyId: accessKeyId ?? (await bench.token()), secretAccessKey };
    return new S3Client({
      endpoint: `${bench.url}/api/s3/buckets`,
      region: "eu-west-9",
      forcePathStyle: true,
      maxAttempts: 1,
      credentials,
      requestChecksumCalculation: "WHEN_REQUIRED",
    });
  }

  async function refusal(sent: Promise<unknown>): Promise<S3ServiceException> {
    const error: unknown = await sent.then(
      () => assert.fail("should have been refused"),
      (thrown: unknown) => thrown,
    );
    assert.ok(error instanceof S3ServiceException, String(error));
    return error;
  }

  it("makes the asset with everything that the package says, under the package's own reference", async () => {
    const content = randomBytes(5_000);
    const ref = await bench.ingest({
      parent: folder,
      title: "Frühling &amp; &lt;Sommer&gt;",
      tag: "embargo",
      files: [
        { role: "Preservation", name: "Frühling.tif", content },
        { role: "Access", name: "web.jpg", content: "small" },
      ],
      identifiers: { "OTMM-Asset": "abc#v1" },
      metadata: [
        {
          schema: "urn:clc:schema:campaign:1",
          xml: `<c:campaign xmlns:c="urn:clc:schema:campaign:1"><c:code>SP&amp;21</c:code></c:campaign>`,
        },
      ],
    });
    const { text } = await bench.get(`/api/entity/information-objects/${ref}`);
    assert.equal(one(text, "Parent"), folder);
    assert.equal(one(text, "SecurityTag"), "embargo");
    const fragment = await bench.get(one(text, "Fragment"));
    assert.match(
      fragment.text,
      /<c:campaign xmlns:c="urn:clc:schema:campaign:1"><c:code>SP&amp;21<\/c:code><\/c:campaign>/u,
    );
    const found = await bench.get("/api/entity/entities/by-identifier?type=OTMM-Asset&value=abc%23v1");
    assert.match(found.text, new RegExp(`ref="${ref}" type="IO"`, "u"));
    const representation = await bench.get(`/api/entity/information-objects/${ref}/representations/Preservation/1`);
    const generation = await bench.get(
      `/api/entity/content-objects/${one(representation.text, "ContentObject")}/generations/1`,
    );
    const bitstream = await bench.get(one(generation.text, "Bitstream"));
    assert.equal(one(bitstream.text, "FixityValue"), createHash("sha256").update(content).digest("hex"));
    assert.deepEqual((await bench.get(one(bitstream.text, "Content"))).bytes, content);
  });

  it("creates the asset late: pending, running, succeeded, and searchable only after that", async () => {
    await bench.set({ ingestMs: 60_000, indexDelayMs: 60_000 });
    const made = packageOf({ parent: folder, title: "Late one" });
    const token = await bench.upload(zipOfPackage(made));
    const monitor = async (): Promise<string> => {
      const { value } = JSON.parse((await bench.get("/api/processmonitor/monitors?category=Ingest&max=1")).text) as {
        value: { monitors: { status: string }[] };
      };
      return value.monitors[0]?.status ?? "";
    };
    const asset = async (): Promise<number> => (await bench.get(`/api/entity/information-objects/${made.ref}`)).status;
    assert.deepEqual(
      [await monitor(), (await bench.progress(token)).status, await asset()],
      ["Pending", "ACTIVE", 404],
    );
    await bench.advance(16_000);
    await bench.until(async () => (await monitor()) === "Running");
    assert.deepEqual([(await bench.progress(token)).status, await asset()], ["ACTIVE", 404]);
    await bench.advance(46_000);
    assert.equal((await bench.ended(token)).status, "COMPLETED");
    assert.deepEqual([await monitor(), await asset()], ["Succeeded", 200]);
    assert.deepEqual(await bench.search(`id:${made.ref}`), []);
    assert.equal((await bench.get(`/api/content/thumbnail?id=sdb:IO|${made.ref}&size=small`)).status, 404);
    await bench.advance(61_000);
    await bench.indexed(made.ref);
    const picture = await bench.get(`/api/content/thumbnail?id=sdb:IO|${made.ref}&size=small`);
    assert.equal(picture.bytes.readUInt32BE(16), 64);
  });

  it("writes an ingest event on the asset and on its content objects, and lists it for the tenant", async () => {
    const ref = await bench.ingest({ parent: folder, title: "With event" });
    const actions = await bench.get(`/api/entity/information-objects/${ref}/event-actions?start=0&max=25`);
    assert.match(actions.text, /<xip:EventAction commandType="command_create"><xip:Event type="Ingest">/u);
    const event = one(actions.text, "Ref");
    const touched = await bench.get(`/api/entity/events/${event}/event-actions`);
    assert.equal(all(touched.text, "Entity").length, 2);
    assert.ok(all((await bench.get("/api/entity/events?types=Ingest&max=100")).text, "Ref").includes(event));
  });

  it("takes a signature made with the token and the secret NOT_USED, in any region", async () => {
    const made = packageOf({ parent: folder });
    const s3 = await client();
    let token: string | undefined;
    s3.middlewareStack.add(
      (next) => async (args) => {
        const result = await next(args);
        const response = result.response as { headers?: Record<string, string> };
        token = response.headers?.["preservica-progress-token"] ?? token;
        return result;
      },
      { step: "deserialize" },
    );
    const Key = `${randomUUID()}.zip`;
    const zip = zipOfPackage(made);
    const { UploadId } = await s3.send(
      new CreateMultipartUploadCommand({ Bucket: BUCKET, Key, Metadata: { structuralobjectreference: folder } }),
    );
    const { ETag } = await s3.send(new UploadPartCommand({ Bucket: BUCKET, Key, UploadId, PartNumber: 1, Body: zip }));
    assert.equal(token, undefined, "only the complete call starts the ingest");
    await s3.send(
      new CompleteMultipartUploadCommand({
        Bucket: BUCKET,
        Key,
        UploadId,
        MultipartUpload: { Parts: [{ ETag, PartNumber: 1 }] },
      }),
    );
    assert.equal((await bench.ended(token ?? "")).status, "COMPLETED");
    s3.destroy();
  });

  it("refuses a wrong secret, an unknown token, an aged token and an account without the right", async () => {
    const put = new PutObjectCommand({ Bucket: BUCKET, Key: "x.zip", Body: "x" });
    assert.equal((await refusal((await client(undefined, "other")).send(put))).name, "SignatureDoesNotMatch");
    assert.equal((await refusal((await client(randomUUID())).send(put))).name, "InvalidAccessKeyId");
    assert.equal((await refusal((await client(await bench.token("reader.cleared"))).send(put))).name, "AccessDenied");
    const aged = await client();
    await bench.advance(16 * 60_000);
    assert.equal((await refusal(aged.send(put))).name, "ExpiredToken");
    bench.forget();
  });

  it("refuses uploads while no ingest workflow is active", async () => {
    await bench.set({ ingestContextActive: false });
    const error = await refusal(
      (await client()).send(new PutObjectCommand({ Bucket: BUCKET, Key: "x.zip", Body: "x" })),
    );
    assert.deepEqual([error.name, error.$metadata.httpStatusCode], ["AccessDenied", 403]);
  });

  it("puts an asset that names no parent into the folder of the upload", async () => {
    const made = packageOf({ parent: "" });
    const { status } = await bench.ended(
      await bench.upload(zipOfPackage({ ...made, xip: made.xip.replace("<xip:Parent></xip:Parent>", "") }), folder),
    );
    assert.equal(status, "COMPLETED");
    assert.equal(one((await bench.get(`/api/entity/information-objects/${made.ref}`)).text, "Parent"), folder);
  });

  it("lets one of two packages with the same reference win", async () => {
    await bench.set({ ingestMs: 60_000 });
    const made = packageOf({ parent: folder });
    const tokens = [await bench.upload(zipOfPackage(made)), await bench.upload(zipOfPackage(made))];
    await bench.advance(86_400_000);
    bench.forget();
    const ends = await Promise.all(tokens.map((token) => bench.ended(token)));
    assert.deepEqual(ends.map((end) => end.status).sort(), ["COMPLETED", "FAILED"]);
  });

  it("fails on purpose as often as it is told, and makes nothing", async () => {
    await bench.set({ failIngest: { times: 1, message: "storage adapter is away" } });
    const made = packageOf({ parent: folder });
    const failed = await bench.ended(await bench.upload(zipOfPackage(made)));
    assert.equal(failed.status, "FAILED");
    assert.match(failed.text, /storage adapter is away/u);
    assert.equal((await bench.get(`/api/entity/information-objects/${made.ref}`)).status, 404);
    assert.equal(
      (await bench.ended(await bench.upload(zipOfPackage(made)))).status,
      "COMPLETED",
      "the reference is still free",
    );
  });

  it("goes on with a pending ingest after a restart", async () => {
    await bench.set({ ingestMs: 60_000 });
    const made = packageOf({ parent: folder });
    const token = await bench.upload(zipOfPackage(made));
    await bench.restart();
    assert.equal((await bench.progress(token)).status, "ACTIVE");
    await bench.advance(20_000);
    await bench.until(async () =>
      (await bench.get("/api/processmonitor/monitors?status=Running")).text.includes('"totalResults":1'),
    );
    await bench.restart();
    await bench.advance(61_000);
    assert.equal((await bench.ended(token)).status, "COMPLETED");
    const actions = await bench.get(`/api/entity/information-objects/${made.ref}/event-actions`);
    assert.equal(
      all(actions.text, "EventAction").length + (actions.text.match(/<xip:EventAction /gu) ?? []).length,
      1,
      "ingested once",
    );
  });

  it("keeps assets, identifiers and search over a restart", async () => {
    const ref = await bench.ingest({ parent: folder, title: "Kept", identifiers: { SourceID: "kept#v1" } });
    await bench.indexed(ref);
    await bench.restart();
    assert.match(
      (await bench.get("/api/entity/entities/by-identifier?type=SourceID&value=kept%23v1")).text,
      new RegExp(ref, "u"),
    );
    assert.deepEqual(await bench.search(`id:${ref}`), [ref]);
    assert.equal((await bench.get(`/api/content/download?id=sdb:IO|${ref}`)).text, `bytes of ${ref}`);
  });
});
