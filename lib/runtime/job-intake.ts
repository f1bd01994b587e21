import { setTimeout as pause } from "node:timers/promises";
import { asLifecycleError, LifecycleError } from "../messages/error.js";
import type { LifecycleMessage } from "../messages/message.js";
import type { JsonObject, LifecycleStore } from "../store/types.js";
import type { Coordinator } from "./coordinator.js";
import { reported } from "./on-input.js";
import { assetOf } from "./stored-message.js";
import { takeIn } from "./take-in.js";
import type { JobNodeOptions } from "./types.js";
import { isFull, STRANDED_MS } from "./until-stored.js";

type Send = (msg: (LifecycleMessage | null)[]) => void;

/** What the intake needs of its node's worker. */
export interface IntakeOwner {
  readonly queue: string;
  readonly closing: AbortSignal;
  store(): Promise<LifecycleStore>;
  /** There is a new job. */
  taken(): void;
}

/** Takes messages into a durable node's queue; a dry run is planned instead. */
export class JobIntake<Settings extends JsonObject> {
  readonly #options: JobNodeOptions<Settings>;
  readonly #coordinator: Coordinator;
  readonly #owner: IntakeOwner;

  constructor(options: JobNodeOptions<Settings>, coordinator: Coordinator, owner: IntakeOwner) {
    this.#options = options;
    this.#coordinator = coordinator;
    this.#owner = owner;
  }

  /** Resolves once the message is safe as a job (or was known already). */
  async take(msg: LifecycleMessage, send: Send): Promise<void> {
    if (msg.dryRun === true) {
      await this.#plan(msg, send);
      return;
    }
    try {
      await this.#takeIn(msg);
    } catch (thrown) {
      const handover = msg.lifecycle?.handover;
      if (handover !== undefined) {
        // Connections and store close with the flows; what was handed over is sent again after the start.
        if (this.#stopping()) return;
        this.#coordinator.stillWanted(handover);
        // Told once; taken in all the same, as soon as there is space again.
        if (isFull(thrown)) void this.#takeLater(msg);
      }
      throw thrown;
    }
  }

  async #takeIn(msg: LifecycleMessage): Promise<void> {
    const { queue } = this.#owner;
    const failed = await takeIn(this.#options, queue, await this.#owner.store(), msg, () => this.#stopping());
    this.#coordinator.acknowledged(msg.lifecycle?.handover, queue);
    if (failed !== undefined) throw failed;
    this.#owner.taken();
  }

  async #takeLater(msg: LifecycleMessage): Promise<void> {
    const { closing: signal } = this.#owner;
    while (!signal.aborted) {
      // What is not taken in when the node closes is sent again after the next start.
      await pause(STRANDED_MS, undefined, { signal, ref: false }).catch(() => undefined);
      if (signal.aborted) return;
      try {
        await this.#takeIn(msg);
        return;
      } catch (thrown) {
        if (isFull(thrown)) continue;
        this.#options.node.error(reported(asLifecycleError(thrown)), msg);
        return;
      }
    }
  }

  #stopping(): boolean {
    return this.#owner.closing.aborted || !this.#coordinator.running;
  }

  /** A dry run keeps nothing: it reads, plans and passes on. */
  async #plan(msg: LifecycleMessage, send: Send): Promise<void> {
    if (this.#options.plan === undefined) {
      throw new LifecycleError("INVALID_INPUT", `${this.#options.node.type} has no dry run.`);
    }
    const asset = (this.#options.subject ?? assetOf)(msg);
    const settings = await this.#options.settings(msg);
    const planned = await this.#options.plan({ ...msg, asset }, settings);
    const port = planned.port ?? 0;
    const outputs: (LifecycleMessage | null)[] = Array.from({ length: port + 1 }, () => null);
    outputs[port] = { ...planned.msg, plan: [...(msg.plan ?? []), ...planned.planned] };
    send(outputs);
  }
}
