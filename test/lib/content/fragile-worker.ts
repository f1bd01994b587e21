import { parentPort } from "node:worker_threads";
import type { ToWorker } from "../../../lib/content/protocol.js";
import "../../../lib/content/worker.js";

/** The worker, but it breaks down at a source of ten bytes. */
parentPort?.on("message", (message: ToWorker) => {
  if (message.type !== "start" || message.work.kind !== "package") return;
  const [entry] = message.work.entries;
  if (entry?.kind === "source" && entry.source.size === 10) {
    setImmediate(() => {
      throw new Error("the thread breaks down");
    });
  }
});
