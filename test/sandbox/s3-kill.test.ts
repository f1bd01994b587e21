import assert from "node:assert/strict";
import { spawn, type ChildProcess } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import {
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  GetObjectCommand,
  ListPartsCommand,
  PutObjectCommand,
  S3Client,
  UploadPartCommand,
} from "@aws-sdk/client-s3";
import type { ReadyLine } from "../../sandbox/start.js";

describe("sandbox S3: killed", () => {
  let dataDir: string;
  let child: ChildProcess | undefined;
  beforeEach(async () => {
    dataDir = await mkdtemp(join(tmpdir(), "sandbox-kill-"));
  });
  afterEach(async () => {
    child?.kill("SIGKILL");
    await rm(dataDir, { recursive: true, force: true, maxRetries: 5 });
  });

  async function start(): Promise<S3Client> {
    child = spawn(process.execPath, [require.resolve("../../sandbox/main.js"), "--port", "0", "--data", dataDir], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    assert.ok(child.stdout);
    const lines = createInterface({ input: child.stdout });
    const line = await new Promise<string>((resolve) => lines.once("line", resolve));
    const { s3 } = JSON.parse(line) as ReadyLine;
    assert.ok(s3);
    const { endpoint = "", region = "", accessKeyId = "", secretAccessKey = "" } = s3;
    return new S3Client({
      endpoint,
      region,
      credentials: { accessKeyId, secretAccessKey },
      forcePathStyle: true,
      maxAttempts: 1,
    });
  }

  async function kill(): Promise<void> {
    const dying = child;
    assert.ok(dying);
    const ended = new Promise<void>((resolve) => dying.once("exit", () => resolve()));
    dying.kill("SIGKILL");
    await ended;
  }

  it("has every acknowledged object and part after kill -9, and can complete the upload", async function () {
    this.timeout(60_000);
    const Bucket = "af-work";
    let s3 = await start();
    const upload = { Bucket, Key: "killed-upload" };
    const { UploadId } = await s3.send(new CreateMultipartUploadCommand(upload));
    const part = await s3.send(new UploadPartCommand({ ...upload, UploadId, PartNumber: 1, Body: "the only part" }));
    const acknowledged = new Map<string, string>();
    let last = 0;
    for (let round = 1; round <= 3; round++) {
      let killed: Promise<void> | undefined;
      const client = s3;
      const writer = async (worker: number): Promise<void> => {
        for (let at = 0; ; at++) {
          const [Key, Body] = [`round-${round}/${worker}-${at}`, `content ${round} ${worker} ${at}`];
          await client.send(new PutObjectCommand({ Bucket, Key, Body }));
          acknowledged.set(Key, Body);
          if (acknowledged.size >= last + 40 * round) killed ??= kill();
        }
      };
      await Promise.allSettled([1, 2, 3, 4].map(writer));
      await killed;
      last = acknowledged.size;
      client.destroy();
      s3 = await start();
      for (const [Key, Body] of acknowledged) {
        const got = await s3.send(new GetObjectCommand({ Bucket, Key }));
        assert.equal(await got.Body?.transformToString(), Body);
      }
    }
    const parts = await s3.send(new ListPartsCommand({ ...upload, UploadId }));
    assert.equal(parts.Parts?.[0]?.ETag, part.ETag);
    const MultipartUpload = { Parts: [{ PartNumber: 1, ETag: part.ETag }] };
    await s3.send(new CompleteMultipartUploadCommand({ ...upload, UploadId, MultipartUpload }));
    const whole = await s3.send(new GetObjectCommand(upload));
    assert.equal(await whole.Body?.transformToString(), "the only part");
    s3.destroy();
    await kill();
  });
});
