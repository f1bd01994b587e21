import type { HashStream, StreamDigests } from "./hash-stream.js";
import type { BufferShare } from "./part-buffers.js";
import { PartProof, type OpenEntry, type PartState } from "./part-proof.js";
import { CRC_OFFSET } from "./zip.js";

/** Bytes that are collected before the companion is told of them: few messages, and still work for it at all times. */
const HASH_STEP = 512 * 1024;

/** A part with all its bytes, CRC values included, ready to be sent. */
export interface FullPart {
  number: number;
  bytes: Buffer;
  state: PartState;
  crcs: readonly number[];
  /** Gives the memory back. */
  release(): void;
}

class Part {
  filled = 0;
  hashedTo = 0;
  /** Bytes of CRC fields that are not known yet. */
  missing = 0;
  state: PartState | undefined;
  readonly crcs: number[] = [];

  constructor(
    readonly number: number,
    readonly memory: Buffer,
  ) {}
}

/**
 * Cuts a package into parts while it is being written. A part that holds the CRC field of an entry whose end is not
 * read yet is held back until the CRC is known; all others go at once.
 */
export class PartWriter {
  readonly #partSize: number;
  readonly #share: BufferShare;
  readonly #deliver: (part: FullPart) => void;
  readonly #proof: PartProof;
  readonly #held = new Map<number, Part>();
  #current: Part | undefined;
  #parts = 0;
  #offset = 0;
  /** The entry being written: where its content starts and where its CRC belongs; nowhere when it has no header. */
  #open: { path: string; size: number; start: number; crcAt: number | undefined; hash: HashStream } | undefined;
  #inDirectory = false;

  constructor(partSize: number, modified: number, share: BufferShare, deliver: (part: FullPart) => void) {
    this.#partSize = partSize;
    this.#share = share;
    this.#deliver = deliver;
    this.#proof = new PartProof(partSize, modified);
  }

  /** Bytes of the package so far. */
  get offset(): number {
    return this.#offset;
  }

  /** A small file that is in memory. */
  async putEntry(path: string, header: Buffer, bytes: Buffer, sha256: string): Promise<void> {
    // Proved before its bytes are cut, so that every border inside or behind it is covered.
    this.#proof.add(path, bytes.length, Promise.resolve(sha256));
    await this.append(header);
    await this.append(bytes);
  }

  async putDirectory(bytes: Buffer): Promise<void> {
    this.#inDirectory = true;
    await this.append(bytes);
  }

  /** Starts an entry whose CRC is not known yet. @param header empty for a plain file, which carries no CRC */
  async begin(path: string, size: number, header: Buffer, hash: HashStream): Promise<void> {
    const crcAt = header.length === 0 ? undefined : this.#offset + CRC_OFFSET;
    this.#open = { path, size, start: this.#offset + header.length, crcAt, hash };
    await this.append(header, crcAt === undefined ? undefined : { from: crcAt, to: crcAt + 4 });
  }

  /** Ends the entry begun: writes its CRC where the header lies, which may let held parts go. */
  async end(): Promise<StreamDigests> {
    const open = this.#open;
    if (open === undefined) throw new Error("no entry is open");
    if (this.#current !== undefined) this.#flush(this.#current);
    this.#open = undefined;
    const digests = open.hash.finish();
    this.#proof.add(
      open.path,
      open.size,
      digests.then((known) => known.digests["SHA-256"] ?? ""),
    );
    const known = await digests;
    if (open.crcAt !== undefined) this.#setCrc(open.crcAt, known.crc);
    return known;
  }

  /** SHA-256 of the open entry's bytes so far. */
  prefix(): Promise<string> {
    if (this.#open === undefined) throw new Error("no entry is open");
    if (this.#current !== undefined) this.#flush(this.#current);
    return this.#open.hash.mark();
  }

  /** Ends the package: delivers the last part. */
  finish(): void {
    if (this.#current !== undefined) this.#seal(this.#current);
  }

  /** Lets go of an unfinished package; resolves when nothing reads its memory any more. */
  async drop(): Promise<void> {
    await this.#open?.hash.drop();
    for (const part of [...this.#held.values(), ...(this.#current === undefined ? [] : [this.#current])]) {
      this.#share.give(part.memory);
    }
    this.#held.clear();
    this.#current = undefined;
  }

  /**
   * Appends bytes; a promise means that all memory is in use and the caller must wait.
   *
   * @param unknown where in the package a CRC will be written later
   */
  append(bytes: Buffer, unknown?: { from: number; to: number }): Promise<void> | undefined {
    let at = 0;
    while (at < bytes.length) {
      const part = this.#current ?? this.#next();
      if (part === undefined) {
        const rest = bytes.subarray(at);
        return this.#share.freed().then(() => this.append(rest, unknown));
      }
      const length = Math.min(bytes.length - at, this.#partSize - part.filled);
      // `fill` with bytes is a plain memcpy; `copy` and `set` go word by word into shared memory (five times slower).
      part.memory.fill(bytes.subarray(at, at + length), part.filled, part.filled + length);
      if (unknown !== undefined) {
        part.missing += Math.max(0, Math.min(this.#offset + length, unknown.to) - Math.max(this.#offset, unknown.from));
      }
      part.filled += length;
      this.#offset += length;
      at += length;
      if (part.filled - part.hashedTo >= HASH_STEP) this.#flush(part);
      if (part.filled === this.#partSize) this.#seal(part);
    }
    return undefined;
  }

  #next(): Part | undefined {
    const memory = this.#share.take();
    if (memory === undefined) return undefined;
    this.#parts += 1;
    this.#current = new Part(this.#parts, memory);
    return this.#current;
  }

  /** Hands the content bytes of a part that are new to the running digests. */
  #flush(part: Part): void {
    const open = this.#open;
    if (open !== undefined) {
      const base = (part.number - 1) * this.#partSize;
      const from = Math.max(part.hashedTo, open.start - base);
      if (from < part.filled) open.hash.update(part.memory.subarray(from, part.filled));
    }
    part.hashedTo = part.filled;
  }

  #seal(part: Part): void {
    this.#flush(part);
    this.#current = undefined;
    part.state = this.#proof.at(part.number, part.filled, this.#cut());
    if (part.missing > 0) this.#held.set(part.number, part);
    else this.#release(part, part.state);
  }

  #cut(): OpenEntry | "directory" | "between" {
    const open = this.#open;
    if (open === undefined) return this.#inDirectory ? "directory" : "between";
    const position = Math.max(0, this.#offset - open.start);
    const prefix = open.hash.mark();
    prefix.catch(() => undefined);
    return { path: open.path, size: open.size, position, prefix };
  }

  #release(part: Part, state: PartState): void {
    this.#deliver({
      number: part.number,
      bytes: part.memory.subarray(0, part.filled),
      state,
      crcs: part.crcs,
      release: () => this.#share.give(part.memory),
    });
  }

  /** Writes a CRC where its header lies (it may lie across a border) and lets go of the parts that waited for it. */
  #setCrc(at: number, crc: number): void {
    const field = Buffer.alloc(4);
    field.writeUInt32LE(crc, 0);
    const touched = new Set<Part>();
    for (const [index, byte] of field.entries()) {
      const offset = at + index;
      const number = Math.floor(offset / this.#partSize) + 1;
      const part = this.#held.get(number) ?? this.#current;
      if (part === undefined || part.number !== number) throw new Error("a part was sent before its CRC was known");
      part.memory[offset - (number - 1) * this.#partSize] = byte;
      part.missing -= 1;
      touched.add(part);
    }
    for (const part of touched) {
      part.crcs.push(crc);
      if (part.missing > 0 || part.state === undefined) continue;
      this.#held.delete(part.number);
      this.#release(part, part.state);
    }
  }
}
