import { createHash } from "node:crypto";
import { parentPort } from "node:worker_threads";
import { readChunks } from "./bytes.js";
import type { StoredBytes } from "./types.js";

/** What the main thread asks for, and what it gets back under the same id. */
export interface DigestOrder {
  id: number;
  bytes: StoredBytes;
  root: string;
  algorithm: string;
}
export type DigestResult = { id: number; digest: string } | { id: number; error: string };

parentPort?.on("message", (order: DigestOrder) => {
  digest(order).then(
    (digest) => answer({ id: order.id, digest }),
    (error: unknown) => answer({ id: order.id, error: String(error) }),
  );
});

function answer(result: DigestResult): void {
  parentPort?.postMessage(result);
}

async function digest({ bytes, root, algorithm }: DigestOrder): Promise<string> {
  const hash = createHash(algorithm);
  for await (const chunk of readChunks(bytes, root)) hash.update(chunk);
  return hash.digest("hex");
}
