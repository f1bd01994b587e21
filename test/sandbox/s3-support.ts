import { randomBytes } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import assert from "node:assert/strict";
import { S3Client, S3ServiceException, type S3ClientConfig } from "@aws-sdk/client-s3";
import { startSandbox, type Sandbox } from "../../sandbox/start.js";

/** A sandbox with S3 alone, in a data folder of its own. */
export interface S3Stage {
  sandbox: Sandbox;
  s3: S3Client;
  /** Another client on the same sandbox. */
  client(changes?: Partial<S3ClientConfig>): S3Client;
  close(): Promise<void>;
}

export async function s3Stage(seed: "full" | "empty" = "empty"): Promise<S3Stage> {
  const dataDir = await mkdtemp(join(tmpdir(), "sandbox-s3-"));
  const sandbox = await startSandbox({ dataDir, systems: ["s3"], seed });
  const facts = sandbox.ready.s3 ?? {};
  const clients: S3Client[] = [];
  const client = (changes: Partial<S3ClientConfig> = {}): S3Client => {
    const made = new S3Client({
      endpoint: facts["endpoint"] ?? "",
      region: facts["region"] ?? "",
      credentials: { accessKeyId: facts["accessKeyId"] ?? "", secretAccessKey: facts["secretAccessKey"] ?? "" },
      forcePathStyle: true,
      maxAttempts: 1,
      ...changes,
    });
    clients.push(made);
    return made;
  };
  return {
    sandbox,
    s3: client(),
    client,
    close: async () => {
      for (const made of clients) made.destroy();
      await sandbox.close();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

/** Runs a call that S3 must refuse with this code (or, for bodiless answers, this status). */
export async function refused(call: Promise<unknown>, codeOrStatus: string | number): Promise<S3ServiceException> {
  const error: unknown = await call.then(
    () => assert.fail(`should have been refused with ${codeOrStatus}`),
    (thrown: unknown) => thrown,
  );
  assert.ok(error instanceof S3ServiceException, String(error));
  const found = typeof codeOrStatus === "number" ? error.$metadata.httpStatusCode : error.name;
  assert.equal(found, codeOrStatus, `${error.name}: ${error.message}`);
  return error;
}

export const MIB = 1 << 20;
export const bytesOf = (size: number): Buffer => randomBytes(size);
