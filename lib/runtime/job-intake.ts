import { LifecycleError } from "../messages/error.js";
import type { LifecycleMessage } from "../messages/message.js";
import type { JsonObject, LifecycleStore } from "../store/types.js";
import type { Coordinator } from "./coordinator.js";
import { assetOf } from "./stored-message.js";
import { isStopping, takeHanded, type Taker } from "./take-handed.js";
import { takeIn } from "./take-in.js";
import type { JobNodeOptions } from "./types.js";

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
    await takeHanded(this.#taker(), msg, () => this.#takeIn(msg));
  }

  async #takeIn(msg: LifecycleMessage): Promise<void> {
    const { queue } = this.#owner;
    const stopping = (): boolean => isStopping(this.#taker());
    const { failed, leftOut } = await takeIn(this.#options, queue, await this.#owner.store(), msg, stopping);
    this.#coordinator.acknowledged(msg.lifecycle?.handover, queue);
    if (failed !== undefined) {
      // The job has the message; who sends it once more from Catch means the job, not the hand-over.
      if (msg.lifecycle !== undefined) msg.lifecycle = { run: msg.lifecycle.run };
      throw failed;
    }
    if (leftOut !== undefined) {
      const { assetName, id, state } = leftOut;
      this.#options.node.warn(`"${assetName}" came again in its run and is left out: job ${id} has it (${state}).`);
    }
    this.#owner.taken();
  }

  #taker(): Taker {
    return { node: this.#options.node, coordinator: this.#coordinator, closing: this.#owner.closing };
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
