import type { ErrorCode, LifecycleError } from "../messages/error.js";

/** That many failures of the system in a row, with nothing passing in between, and the queue pauses. */
const OPENS_AT = 3;
/** Pauses between two tries while the queue is paused; the last one for as long as it takes. */
const PAUSES_MS = [1_000, 5_000, 15_000, 60_000, 300_000] as const;
/** After this long on its way a job that is tried lets another one be tried beside it: it may send a large file. */
const TRIED_MS = 60_000;
/** A job that failed comes this long after the next try, so that another one is tried, if there is one. */
const BEHIND_MS = 500;

const OUTAGE: ReadonlySet<ErrorCode> = new Set(["UNREACHABLE", "TIMEOUT", "THROTTLED"]);
/** By these a gateway says that the system behind it does not answer. */
const GATEWAY: ReadonlySet<number> = new Set([502, 504]);

/** Does a failure speak of the system as a whole (away, silent, overrun) rather than of one asset? */
function isOutage({ code, status, retryable }: LifecycleError): boolean {
  return retryable && (OUTAGE.has(code) || (status !== undefined && GATEWAY.has(status)));
}

/** How one failure is to be taken. */
export interface Taken {
  /** It is an attempt of the job; else the system was away, and the job is not to blame. */
  counts: boolean;
  /** Failures of the system in a row, this one included; 0 = a failure of another kind. */
  inRow: number;
  /** The queue is paused: the job is not due before then, by the steady clock. */
  notBefore?: number;
  /** The queue pauses from now on. */
  opened: boolean;
}

/**
 * Keeps a queue from running all its jobs against a system that is away. After some failures in a row the queue pauses
 * and lets one job through at a time, with growing pauses, until something passes. Kept in memory only: a start begins
 * anew.
 *
 * A failure of the system is an attempt of the job only when another job has come to its end since the last such failure:
 * then the system is there and it is the job that does not get through. So an outage, however long, uses up no attempts.
 */
export class Circuit {
  #inRow = 0;
  /** Pauses made in this outage; 0 = the queue is not paused. */
  #pauses = 0;
  #until = 0;
  #code: ErrorCode = "UNREACHABLE";
  /** Jobs that are let through while the queue is paused, and the time until which each keeps others back. */
  readonly #probes = new Map<string, number>();
  /** The last job that came to its end since the last failure of the system. */
  #ended: string | undefined;

  /** Why the queue is paused and when it tries again, by the steady clock; undefined while it is not. */
  get paused(): { code: ErrorCode; until: number } | undefined {
    return this.#pauses === 0 ? undefined : { code: this.#code, until: this.#until };
  }

  /** How many jobs may be claimed now. */
  room(now: number): number {
    if (this.#pauses === 0) return Number.POSITIVE_INFINITY;
    return now >= this.#until ? 1 : 0;
  }

  /** A job was claimed. */
  begun(job: string, now: number): void {
    if (this.#pauses === 0) return;
    this.#until = Math.max(this.#until, now + TRIED_MS);
    this.#probes.set(job, this.#until);
  }

  /** An attempt is over, however it ended. One that told nothing (cancelled, for instance) makes room for the next at once. */
  left(job: string): void {
    const until = this.#probes.get(job);
    this.#probes.delete(job);
    if (until === this.#until) this.#until = 0;
  }

  /** The system answered: a job is parked, done or refused. @returns whether this ended a pause */
  passed(job: string, how: "parked" | "ended"): boolean {
    if (how === "ended") this.#ended = job;
    return this.#answered();
  }

  /** An attempt failed. */
  failed(job: string, error: LifecycleError, now: number): Taken {
    if (!isOutage(error)) {
      // An answer that refuses is an answer: the system is there. Without one nothing is known of it.
      if (error.status !== undefined && error.status < 500) this.#answered();
      return { counts: true, inRow: 0, opened: false };
    }
    const counts = this.#ended !== undefined && this.#ended !== job;
    this.#ended = undefined;
    this.#inRow += 1;
    this.#code = error.code;
    const opened = this.#pauses === 0 && this.#inRow >= OPENS_AT;
    const asked = now + (error.retryAfter ?? 0);
    if (opened || this.#probes.delete(job)) {
      const pause = PAUSES_MS[Math.min(this.#pauses, PAUSES_MS.length - 1)] ?? PAUSES_MS[0];
      this.#pauses += 1;
      this.#until = Math.max(now + pause, asked);
    } else if (this.#pauses > 0) {
      // Begun before the pause: it tells nothing new, but what it was asked to wait holds.
      this.#until = Math.max(this.#until, asked);
    }
    return {
      counts,
      inRow: this.#inRow,
      opened,
      ...(this.#pauses > 0 ? { notBefore: Math.max(this.#until, asked) + BEHIND_MS } : {}),
    };
  }

  #answered(): boolean {
    const ended = this.#pauses > 0;
    this.#inRow = 0;
    this.#pauses = 0;
    this.#probes.clear();
    return ended;
  }
}
