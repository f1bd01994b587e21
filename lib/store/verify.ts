import { CHAIN_START, chainHash } from "./chain.js";
import { ErasureLedger } from "./erasures.js";
import { Findings, type Finding } from "./findings.js";
import { proveDigest } from "./prove.js";
import { judgeSuspects, type Suspect } from "./suspects.js";
import type { Anchor, ChainFrame } from "./types.js";

export type { Finding, FindingKind } from "./findings.js";

/** What a verification found out. */
export interface ChainReport {
  intact: boolean;
  events: number;
  erased: number;
  /** First and last event; absent when there is none. */
  first?: { seq: number; learnt: string };
  head?: Anchor;
  /** Anchors that agree with the chain. */
  anchorsAgreed: number;
  anchorsGiven: number;
  findings: Finding[];
  /** Findings beyond those listed. */
  unlisted: number;
}

/** Renumbering after a removal is recognised up to so many removed or added events at one place. */
const WIDEST_SHIFT = 8;
/** A longer stretch in disorder is reported in parts, so that memory stays bounded. */
const MOST_SUSPECTS = 1000;

/**
 * Verifies a hash chain, frame by frame in the order of `seq`, in bounded memory. It finds events that were changed,
 * that are missing (also when the later ones were renumbered), put in, reordered, erased without a record, and, by
 * anchors, a tail that was cut off or rewritten.
 *
 * The chain needs no key: who can write the file can also rewrite all of it. Only an anchor kept elsewhere tells.
 */
export class ChainVerifier {
  readonly #findings = new Findings();
  readonly #erasures = new ErasureLedger();
  readonly #anchors = new Map<number, Anchor[]>();
  readonly #anchorsGiven: number;
  #anchorsAgreed = 0;
  #lastAgreed = 0;
  #events = 0;
  #first: ChainReport["first"];
  #last: ChainFrame | undefined;
  /** Hash that the next event must follow; undefined behind a gap. */
  #previous: string | undefined = CHAIN_START;
  /** What later events were renumbered by. */
  #offset = 0;
  #suspects: Suspect[] = [];
  #beforeSuspects: string | undefined = CHAIN_START;

  constructor(anchors: readonly Anchor[] = []) {
    this.#anchorsGiven = anchors.length;
    for (const anchor of anchors) this.#anchors.set(anchor.seq, [...(this.#anchors.get(anchor.seq) ?? []), anchor]);
  }

  take(frame: ChainFrame): void {
    this.#events += 1;
    this.#first ??= { seq: frame.seq, learnt: frame.learnt };
    this.#gap(frame);
    this.#erasures.take(frame);
    const fault = proveDigest(frame);
    if (fault !== undefined)
      this.#findings.add({ kind: "changed", seq: frame.seq, assetKey: frame.assetKey, message: fault });
    this.#link(frame);
    this.#compare(frame);
    this.#previous = frame.hash;
    this.#last = frame;
  }

  end(): ChainReport {
    this.#judge();
    this.#cutOff();
    for (const seq of this.#erasures.unrecorded()) {
      this.#findings.add({ kind: "erased", seq, message: `Event ${seq} was erased, and no later event records it.` });
    }
    const { list, unlisted } = this.#findings.sorted();
    const last = this.#last;
    return {
      intact: list.length === 0,
      events: this.#events,
      erased: this.#erasures.count,
      ...(this.#first === undefined ? {} : { first: this.#first }),
      ...(last === undefined ? {} : { head: { seq: last.seq, hash: last.hash, at: last.learnt } }),
      anchorsAgreed: this.#anchorsAgreed,
      anchorsGiven: this.#anchorsGiven,
      findings: list,
      unlisted,
    };
  }

  #gap(frame: ChainFrame): void {
    const expected = (this.#last?.seq ?? 0) + 1;
    if (frame.seq <= expected) return;
    this.#judge();
    this.#findings.missing(expected, frame.seq - 1);
    this.#previous = undefined;
  }

  #link(frame: ChainFrame): void {
    const previous = this.#previous;
    if (previous === undefined) return;
    if (chainHash(previous, frame.seq + this.#offset, frame.learnt, frame.payloadDigest) === frame.hash) {
      this.#judge();
      return;
    }
    const shift = this.#suspects.length === 0 ? 0 : this.#shift(frame, previous);
    if (shift !== 0) {
      this.#renumbered(shift);
      return;
    }
    if (this.#suspects.length === 0) this.#beforeSuspects = previous;
    const { seq, assetKey, learnt, payloadDigest, hash } = frame;
    this.#suspects.push({ seq, place: seq + this.#offset, assetKey, learnt, payloadDigest, hash });
    if (this.#suspects.length >= MOST_SUSPECTS) this.#judge();
  }

  /** By how much this event and those after it stand away from where they were written; 0 = not at all. */
  #shift(frame: ChainFrame, previous: string): number {
    for (let by = 1; by <= WIDEST_SHIFT; by += 1) {
      for (const shift of [by, -by]) {
        const place = frame.seq + this.#offset + shift;
        if (chainHash(previous, place, frame.learnt, frame.payloadDigest) === frame.hash) return shift;
      }
    }
    return 0;
  }

  #renumbered(shift: number): void {
    const [first] = this.#suspects;
    this.#suspects = [];
    this.#offset += shift;
    if (first === undefined) return;
    const count = Math.abs(shift);
    const many = count === 1 ? "one event" : `${count} events`;
    if (shift > 0) this.#findings.missing(first.place, first.place + count - 1, "; those after it were renumbered");
    else {
      this.#findings.add({
        kind: "added",
        seq: first.seq,
        message: `${many} put in at or just before event ${first.seq}; those after it were renumbered.`,
      });
    }
  }

  #judge(): void {
    if (this.#suspects.length === 0) return;
    for (const finding of judgeSuspects(this.#suspects, this.#beforeSuspects)) this.#findings.add(finding);
    this.#suspects = [];
  }

  #compare(frame: ChainFrame): void {
    const place = frame.seq + this.#offset;
    for (const anchor of this.#anchors.get(place) ?? []) {
      if (anchor.hash === frame.hash) {
        this.#anchorsAgreed += 1;
        this.#lastAgreed = place;
      } else {
        this.#findings.add({
          kind: "changed",
          seq: this.#lastAgreed + 1,
          to: place,
          message: `Event ${place} is not the one that the anchor of ${anchor.at} was taken at: events ${this.#lastAgreed + 1} to ${place} were rewritten, or the anchor is of another store.`,
        });
      }
    }
  }

  #cutOff(): void {
    const last = this.#last === undefined ? 0 : this.#last.seq + this.#offset;
    const beyond = [...this.#anchors.keys()].filter((seq) => seq > last);
    if (beyond.length > 0) this.#findings.cutOff(last + 1, Math.max(...beyond));
  }
}

/** Verifies frames in the order of `seq`. @see ChainVerifier */
export function verifyChain(frames: Iterable<ChainFrame>, anchors: readonly Anchor[] = []): ChainReport {
  const verifier = new ChainVerifier(anchors);
  for (const frame of frames) verifier.take(frame);
  return verifier.end();
}
