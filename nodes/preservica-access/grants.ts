import { LifecycleError } from "../../lib/messages/error.js";
import type { JsonObject, LifecycleStore } from "../../lib/store/types.js";

/** One link that was given, as the store keeps it. */
export interface Grant {
  id: string;
  node: string;
  ref: string;
  /** Bitstream of the access representation. */
  path: string;
  name: string;
  size: number;
  assetKey: string;
  assetVersion: string;
  /** Epoch seconds. */
  expires: number;
  oneTime: boolean;
  download: boolean;
  uses: number;
  revoked: boolean;
}

const PREFIX = "preservica-access";

/** The links of one node, in its store. Changes of a grant are made one after another, so that a one-time link works once. */
export class Grants {
  readonly #store: () => Promise<LifecycleStore>;
  readonly #node: string;
  #last: Promise<unknown> = Promise.resolve();

  constructor(node: string, store: () => Promise<LifecycleStore>) {
    this.#node = node;
    this.#store = store;
  }

  async put(grant: Grant): Promise<void> {
    await (await this.#store()).setCursor(nameOf(grant.id), { ...grant } satisfies JsonObject);
  }

  async get(id: string): Promise<Grant | undefined> {
    const kept = await (await this.#store()).cursor(nameOf(id));
    return isGrant(kept) && kept.node === this.#node ? kept : undefined;
  }

  /** Counts one use. @returns false when the link was good for one time and is spent, or was revoked meanwhile */
  use(id: string): Promise<boolean> {
    return this.#inTurn(async () => {
      const grant = await this.get(id);
      if (grant === undefined || grant.revoked || (grant.oneTime && grant.uses > 0)) return false;
      await this.put({ ...grant, uses: grant.uses + 1 });
      return true;
    });
  }

  /** @throws LifecycleError NOT_FOUND */
  revoke(id: string): Promise<Grant> {
    return this.#inTurn(async () => {
      const grant = await this.get(id);
      if (grant === undefined) throw new LifecycleError("NOT_FOUND", `This node gave no link with the id ${id}.`);
      await this.put({ ...grant, revoked: true });
      return grant;
    });
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#last.then(work, work);
    this.#last = turn.catch(() => undefined);
    return turn;
  }
}

function nameOf(id: string): string {
  return `${PREFIX}:${id}`;
}

function isGrant(kept: unknown): kept is Grant {
  return typeof kept === "object" && kept !== null && "path" in kept && "expires" in kept && "node" in kept;
}
