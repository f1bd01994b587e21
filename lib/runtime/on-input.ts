import type { Node } from "node-red";
import { asLifecycleError, type LifecycleError } from "../messages/error.js";
import type { LifecycleMessage } from "../messages/message.js";

/**
 * What leaves a node as an error. Node-RED clones it into `msg.error`; only code, message and stack travel, so that
 * nothing a library hung on the error can leak.
 */
export function reported(error: LifecycleError): Error & { code: string } {
  const lean = Object.assign(new Error(error.message), { code: error.code });
  lean.name = "LifecycleError";
  if (error.stack !== undefined) lean.stack = error.stack;
  return lean;
}

/**
 * Runs `work` for each message; every failure reaches `done` once, as a coded error, and shows as status. An async
 * listener that rejects would end Node-RED, so no node registers one by itself.
 */
export function onInput(
  node: Node,
  work: (
    msg: LifecycleMessage,
    send: (msg: LifecycleMessage | (LifecycleMessage | null)[]) => void,
    closing: AbortSignal,
  ) => Promise<void>,
): void {
  const closing = new AbortController();
  node.on("input", (msg, send, done) => {
    const forward = (out: LifecycleMessage | (LifecycleMessage | null)[]): void => {
      send(out);
    };
    work(msg as LifecycleMessage, forward, closing.signal).then(
      () => done(),
      (thrown: unknown) => {
        const error = asLifecycleError(thrown);
        const facts = msg as LifecycleMessage;
        if (error.details !== undefined) facts["errorDetails"] = error.details;
        node.status({ fill: "red", shape: "ring", text: error.code });
        done(reported(error));
      },
    );
  });
  node.on("close", (_removed: boolean, done: () => void) => {
    closing.abort();
    done();
  });
}
