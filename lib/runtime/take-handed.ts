import { setTimeout as pause } from "node:timers/promises";
import type { Node } from "node-red";
import { asLifecycleError } from "../messages/error.js";
import type { LifecycleMessage } from "../messages/message.js";
import type { Coordinator } from "./coordinator.js";
import { reported } from "./on-input.js";
import { isFull, STRANDED_MS } from "./until-stored.js";

/** Who takes messages in. */
export interface Taker {
  readonly node: Node;
  readonly coordinator: Coordinator;
  /** Aborted when the node closes. */
  readonly closing: AbortSignal;
}

/** Whether the node or the flows are being stopped: what is missing then says nothing. */
export function isStopping({ coordinator, closing }: Taker): boolean {
  return closing.aborted || !coordinator.running;
}

/**
 * Takes a message in, and lets none that was handed over be lost when that fails: it stays wanted however long it takes
 * until it can be taken in, and comes again after the next deploy or start.
 *
 * @param take resolves when the message is safe in the store; may be repeated
 * @throws what `take` throws, once; nothing while the flows are being stopped
 */
export async function takeHanded(taker: Taker, msg: LifecycleMessage, take: () => Promise<void>): Promise<void> {
  try {
    await take();
  } catch (thrown) {
    const handover = msg.lifecycle?.handover;
    if (handover !== undefined) {
      // Connections and store close with the flows; what was handed over is sent again after the start.
      if (isStopping(taker)) return;
      taker.coordinator.stillWanted(handover);
      // Told once; taken in all the same, as soon as there is space again.
      if (isFull(thrown)) void takeLater(taker, msg, take);
    }
    throw thrown;
  }
}

async function takeLater({ node, closing }: Taker, msg: LifecycleMessage, take: () => Promise<void>): Promise<void> {
  while (!closing.aborted) {
    // What is not taken in when the node closes is sent again after the next start.
    await pause(STRANDED_MS, undefined, { signal: closing, ref: false }).catch(() => undefined);
    if (closing.aborted) return;
    try {
      await take();
      return;
    } catch (thrown) {
      if (isFull(thrown)) continue;
      node.error(reported(asLifecycleError(thrown)), msg);
      return;
    }
  }
}
