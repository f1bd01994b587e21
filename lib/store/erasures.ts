import { readPlaces } from "./places.js";
import { payloadOf, proveDigest } from "./prove.js";
import { ERASURE_EVENT, type ChainFrame } from "./types.js";

/** Holds erased events against the later events that record their erasure. */
export class ErasureLedger {
  readonly #open = new Set<number>();
  count = 0;

  take(frame: ChainFrame): void {
    if (frame.payload === null && frame.salt === null) {
      this.#open.add(frame.seq);
      this.count += 1;
      return;
    }
    if (this.#open.size === 0 || frame.payload?.includes(ERASURE_EVENT) !== true) return;
    const payload = payloadOf(frame);
    // A record that does not match its own digest proves nothing.
    if (payload?.["type"] !== ERASURE_EVENT || proveDigest(frame) !== undefined) return;
    const { detail } = payload;
    const places = detail !== null && typeof detail === "object" && !Array.isArray(detail) ? detail?.["erased"] : "";
    const ranges = typeof places === "string" ? readPlaces(places) : [];
    for (const seq of this.#open) {
      if (ranges.some(({ from, to }) => seq >= from && seq <= to)) this.#open.delete(seq);
    }
  }

  /** Erased events that nothing records. */
  unrecorded(): number[] {
    return [...this.#open];
  }
}
