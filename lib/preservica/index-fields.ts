import { list, record, text, within } from "../http/shape.js";
import { asLifecycleError } from "../messages/error.js";
import type { Gateway } from "./gateway.js";

/** A field of the tenant's search index, and the schema that it is filled from. */
export interface IndexField {
  /** As policies and searches name it, e.g. `lcy.retention_start`. */
  key: string;
  /** Namespace of the documents that it looks into. */
  schema: string;
}

/** Index documents change once a year; every asset asks. */
const FRESH_MS = 300_000;

/** What the tenant indexes (fact sheet 4, `GET /api/content/indexed-fields`). */
export class IndexFields {
  readonly #gateway: Gateway;
  #known: { at: number; fields: IndexField[] | undefined } | undefined;

  constructor(gateway: Gateway) {
    this.#gateway = gateway;
  }

  /** @returns undefined when the account may not ask, or the server does not know the call: then nothing is known */
  async list(): Promise<IndexField[] | undefined> {
    if (this.#known === undefined || Date.now() - this.#known.at > FRESH_MS)
      this.#known = { at: Date.now(), fields: await this.#ask() };
    return this.#known.fields;
  }

  async #ask(): Promise<IndexField[] | undefined> {
    try {
      const answer = await this.#gateway.send({ method: "GET", path: "/api/content/indexed-fields", expect: "json" });
      return list(within(answer.json())["value"]).map((entry) => {
        const field = record(entry);
        return { key: text(field["shortKey"]) ?? "", schema: text(field["uri"]) ?? "" };
      });
    } catch (thrown) {
      const { code } = asLifecycleError(thrown);
      if (code === "DENIED" || code === "NOT_FOUND") return undefined;
      throw thrown;
    }
  }
}
