import { parentPort } from "node:worker_threads";
import type { HashOrder, HashReport } from "./hash-companion.js";
import { RunningDigests } from "./hash-stream.js";

/** Companion thread of a worker: keeps the digests of its streams, over memory that both share. */
const streams = new Map<number, RunningDigests>();

function streamOf(id: number): RunningDigests {
  const stream = streams.get(id);
  if (stream === undefined) throw new Error(`hash stream ${id} is not open`);
  return stream;
}

const port = parentPort;
if (port !== null) {
  const report = (message: HashReport): void => port.postMessage(message);
  port.on("message", (order: HashOrder) => {
    switch (order.type) {
      case "open":
        streams.set(order.stream, new RunningDigests(order.algorithms));
        return;
      case "update":
        streamOf(order.stream).update(Buffer.from(order.memory, order.offset, order.length));
        return;
      case "mark":
        report({ ask: order.ask, kind: "prefix", prefix: streamOf(order.stream).mark() });
        return;
      case "finish": {
        const digests = streamOf(order.stream).finish();
        streams.delete(order.stream);
        report({ ask: order.ask, kind: "digests", digests });
        return;
      }
      case "drop":
        streams.delete(order.stream);
        report({ ask: order.ask, kind: "dropped" });
        return;
    }
  });
}
