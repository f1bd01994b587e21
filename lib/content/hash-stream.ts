import { createHash, type Hash } from "node:crypto";
import { crc32 } from "node:zlib";
import type { FixityAlgorithm } from "../messages/asset.js";
import type { Digests } from "./protocol.js";

/** Node's names of our algorithms. */
export const NODE_ALGORITHM: Record<FixityAlgorithm, string> = {
  MD5: "md5",
  "SHA-1": "sha1",
  "SHA-256": "sha256",
  "SHA-512": "sha512",
};

/** Everything that is known of a stream when it has ended. */
export interface StreamDigests {
  size: number;
  crc: number;
  digests: Digests;
}

/** Running digests of one stream of bytes. */
export interface HashStream {
  /** The bytes must not change until a later `mark` or `finish` resolved. */
  update(bytes: Buffer): void;
  /** SHA-256 of everything so far; the stream goes on. Resolves when all earlier updates have been taken. */
  mark(): Promise<string>;
  /** Ends the stream. */
  finish(): Promise<StreamDigests>;
  /** Ends the stream without a result; resolves when no earlier update is being read any more. */
  drop(): Promise<void>;
}

/**
 * The digests themselves. SHA-256 is always among them: it proves parts and prefixes equal (`mark`), and copying its
 * state costs next to nothing compared with hashing the bytes a second time.
 */
export class RunningDigests {
  readonly #hashes = new Map<FixityAlgorithm, Hash>();
  readonly #prefix: Hash;
  #crc = 0;
  #size = 0;

  constructor(algorithms: readonly FixityAlgorithm[]) {
    this.#prefix = createHash("sha256");
    this.#hashes.set("SHA-256", this.#prefix);
    for (const algorithm of algorithms) {
      if (!this.#hashes.has(algorithm)) this.#hashes.set(algorithm, createHash(NODE_ALGORITHM[algorithm]));
    }
  }

  update(bytes: Buffer): void {
    this.#size += bytes.length;
    this.#crc = crc32(bytes, this.#crc);
    for (const hash of this.#hashes.values()) hash.update(bytes);
  }

  mark(): string {
    return this.#prefix.copy().digest("hex");
  }

  finish(): StreamDigests {
    const digests: Digests = {};
    for (const [algorithm, hash] of this.#hashes) digests[algorithm] = hash.digest("hex");
    return { size: this.#size, crc: this.#crc, digests };
  }
}

/** Digests computed in the calling thread. */
export class InlineHashStream implements HashStream {
  readonly #running: RunningDigests;

  constructor(algorithms: readonly FixityAlgorithm[]) {
    this.#running = new RunningDigests(algorithms);
  }

  update(bytes: Buffer): void {
    this.#running.update(bytes);
  }

  async mark(): Promise<string> {
    return this.#running.mark();
  }

  async finish(): Promise<StreamDigests> {
    return this.#running.finish();
  }

  async drop(): Promise<void> {
    // Nothing reads in the background.
  }
}
