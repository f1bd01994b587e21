import { hash } from "node:crypto";

/**
 * Proves a part equal to one that was sent before a restart, without hashing its bytes a second time.
 *
 * The bytes of part n are a function of: the cut (part size, n), the time stamp, path and size of every entry that
 * begins before the part's end, the content bytes up to the part's end, and the CRC values in the local headers that
 * lie inside the part (those belong to content that may continue behind it). The proof is a SHA-256 over exactly
 * these: finished entries by their SHA-256, the open one by the SHA-256 of its bytes so far, which a copy of the
 * running hash gives for nothing. Equal proofs mean equal parts unless SHA-256 collides. The other way round it is
 * stricter than needed: a changed byte also voids the parts behind it, which are then sent again.
 */
export class PartProof {
  #chain: Promise<string>;

  constructor(partSize: number, modified: number) {
    // The version changes when the same input no longer gives the same bytes.
    this.#chain = Promise.resolve(digest(["stored-zip/1", partSize, modified]));
  }

  /** An entry is complete. */
  add(path: string, size: number, sha256: Promise<string>): void {
    const before = this.#chain;
    this.#chain = (async () => digest([await before, path, size, await sha256]))();
    // Whoever asks for the proof meets the failure; nobody may ask.
    this.#chain.catch(() => undefined);
  }

  /**
   * Takes the state at a part's end.
   *
   * @param open the entry that the border cuts, or `directory` inside the central directory, or neither between entries
   */
  at(number: number, length: number, open: OpenEntry | "directory" | "between"): PartState {
    return { number, length, open, chain: this.#chain };
  }
}

export interface OpenEntry {
  path: string;
  size: number;
  /** Content bytes before the border. */
  position: number;
  prefix: Promise<string>;
}

export interface PartState {
  number: number;
  length: number;
  open: OpenEntry | "directory" | "between";
  chain: Promise<string>;
}

/** @param crcs CRC values written into this part's local headers, in order */
export async function proofOf(state: PartState, crcs: readonly number[]): Promise<string> {
  const { open } = state;
  const cut = typeof open === "string" ? open : [open.path, open.size, open.position, await open.prefix];
  return digest([await state.chain, state.number, state.length, cut, crcs]);
}

function digest(facts: unknown): string {
  return hash("sha256", JSON.stringify(facts), "hex");
}
