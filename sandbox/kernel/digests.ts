import { createHash } from "node:crypto";
import { join } from "node:path";
import { Worker } from "node:worker_threads";
import { readChunks } from "./bytes.js";
import type { DigestOrder, DigestResult } from "./digest-worker.js";
import type { StoredBytes } from "./types.js";

/** Below this size a digest is quicker than the way to the worker. */
const IN_PLACE = 1 << 20;

interface Waiting {
  resolve: (digest: string) => void;
  reject: (error: Error) => void;
}

/** Digests of stored bytes; large ones in one worker thread, so that requests are answered meanwhile. */
export class Digests {
  private worker: Worker | undefined;
  private readonly waiting = new Map<number, Waiting>();
  private next = 1;

  /** @param root folder that relative file paths start from */
  constructor(private readonly root: string) {}

  async digest(bytes: StoredBytes, algorithm: string): Promise<string> {
    if (bytes.size > IN_PLACE) return this.inWorker(bytes, algorithm);
    const hash = createHash(algorithm);
    for await (const chunk of readChunks(bytes, this.root)) hash.update(chunk);
    return hash.digest("hex");
  }

  async close(): Promise<void> {
    await this.worker?.terminate();
    this.fail(new Error("the sandbox is closing"));
  }

  private inWorker(bytes: StoredBytes, algorithm: string): Promise<string> {
    const worker = (this.worker ??= this.startWorker());
    const order: DigestOrder = { id: this.next++, bytes, root: this.root, algorithm };
    return new Promise((resolve, reject) => {
      this.waiting.set(order.id, { resolve, reject });
      worker.postMessage(order);
    });
  }

  private startWorker(): Worker {
    const worker = new Worker(join(__dirname, "digest-worker.js"));
    worker.unref();
    worker.on("message", (result: DigestResult) => {
      const waiting = this.waiting.get(result.id);
      this.waiting.delete(result.id);
      if ("digest" in result) waiting?.resolve(result.digest);
      else waiting?.reject(new Error(result.error));
    });
    worker.on("error", (error) => {
      this.worker = undefined;
      this.fail(error instanceof Error ? error : new Error(String(error)));
    });
    return worker;
  }

  private fail(error: Error): void {
    for (const { reject } of this.waiting.values()) reject(error);
    this.waiting.clear();
  }
}
