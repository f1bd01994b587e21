import { LifecycleError } from "../messages/error.js";
import type { ByteRequest } from "../systems/port.js";
import { isErrorBody, judge, s3ErrorCode } from "./answers.js";
import { hostOf, sendBytes, type ShortAnswer } from "./exchange.js";
import { networkError, worthRepeating } from "./network-error.js";
import { proofOf } from "./part-proof.js";
import type { FullPart } from "./part-writer.js";
import { backoffMs, pause, type RetryPolicy } from "./retry.js";
import type { Refusal, SentPart } from "./types.js";

/** The target no longer knows the upload (404 NoSuchUpload): it ended, was aborted, or was cleaned away. */
export class UploadGone extends Error {
  override readonly name = "UploadGone";
}

/** One PUT, made fresh for each try. */
export interface Put {
  /** For errors, e.g. `Sending part 3`. */
  what: string;
  request(refused?: Refusal): Promise<ByteRequest>;
  bytes: Buffer;
  retry: RetryPolicy;
  signal: AbortSignal;
  /**
   * May the same bytes be sent again when nobody knows whether they arrived? True for parts (the later one replaces
   * the earlier); false for a whole package, because its arrival may already have started an ingest.
   */
  repeatable: boolean;
}

/**
 * Sends bytes until the peer confirms them, within bounds: network failures, 5xx and 429/503 after a pause, one fresh
 * token after 401.
 *
 * @throws LifecycleError; `details.outcome` is `unknown` when the bytes may have arrived although no answer came
 */
export async function putBytes(put: Put): Promise<ShortAnswer> {
  const { retry, signal } = put;
  let refused: Refusal | undefined;
  let renewed = false;
  for (let failures = 1; ; failures += 1) {
    signal.throwIfAborted();
    const request = await put.request(refused);
    refused = undefined;
    const what = `${put.what} to ${hostOf(request)}`;
    const outcome = await tryOnce(what, request, put);
    if (outcome.answer !== undefined) return outcome.answer;
    const { error } = outcome;
    if (outcome.renew && !renewed) {
      renewed = true;
      refused = { status: error.status ?? 401 };
      continue;
    }
    // Silence costs its whole idle time, so it is given one more chance only.
    const attempts = error.code === "TIMEOUT" ? Math.min(2, retry.attempts) : retry.attempts;
    if (!outcome.repeat || failures >= attempts || (error.retryAfter ?? 0) > retry.maxWaitMs) throw error;
    await pause(error.retryAfter ?? backoffMs(retry, failures), signal);
  }
}

type Outcome = { answer: ShortAnswer } | { answer?: undefined; error: LifecycleError; renew: boolean; repeat: boolean };

async function tryOnce(what: string, request: ByteRequest, put: Put): Promise<Outcome> {
  try {
    const answer = await sendBytes(request, put.bytes, put.signal);
    const good = answer.status >= 200 && answer.status < 300 && !isErrorBody(answer.text);
    if (good) return { answer };
    if (answer.status === 404 && s3ErrorCode(answer.text) === "NoSuchUpload") throw new UploadGone(what);
    const verdict = judge(what, answer.status, answer.headers, answer.text);
    // A gateway's 5xx may stand before a server that took the bytes; a 503 is a refusal to begin.
    const known = put.repeatable || answer.status < 500 || answer.status === 503;
    const error = known ? verdict.error : unknownOutcome(verdict.error);
    return { error, renew: verdict.next === "renew", repeat: verdict.next === "retry" && known };
  } catch (thrown) {
    if (thrown instanceof UploadGone) throw thrown;
    const error = networkError(what, thrown, put.signal);
    const known = put.repeatable || neverConnected(thrown);
    return { error: known ? error : unknownOutcome(error), renew: false, repeat: known && worthRepeating(error) };
  }
}

/** Nothing can have arrived where no connection came about. */
function neverConnected(thrown: unknown): boolean {
  const code = thrown instanceof Error && "code" in thrown ? thrown.code : undefined;
  return code === "ECONNREFUSED" || code === "ENOTFOUND" || code === "EAI_AGAIN" || code === "EHOSTUNREACH";
}

function unknownOutcome(error: LifecycleError): LifecycleError {
  return new LifecycleError(
    error.code,
    `${error.message} It may have arrived all the same: look before sending again.`,
    {
      retryable: true,
      ...(error.status === undefined ? {} : { status: error.status }),
      ...(error.cause === undefined ? {} : { cause: error.cause }),
      details: { ...error.details, outcome: "unknown" },
    },
  );
}

/** What a part uploader needs from its job. */
export interface PartUploadOptions {
  request: (number: number, size: number, refused?: Refusal) => Promise<ByteRequest>;
  /** Parts of an earlier attempt, by number. */
  known: ReadonlyMap<number, SentPart>;
  inFlight: number;
  retry: RetryPolicy;
  signal: AbortSignal;
  /** A part is at the target. */
  onPart(part: SentPart): void;
  /** The first failure; what is still running should be stopped. */
  onFailure(error: unknown): void;
}

/** Sends the parts of one upload, some at a time, in the order in which they become complete. */
export class PartUpload {
  readonly #options: PartUploadOptions;
  readonly #queue: FullPart[] = [];
  readonly #tasks = new Set<Promise<void>>();
  #running = 0;
  #failed = false;
  sent = 0;
  skipped = 0;

  constructor(options: PartUploadOptions) {
    this.#options = options;
  }

  /** Takes a part over; its memory is given back when it is sent. */
  add(part: FullPart): void {
    this.#queue.push(part);
    this.#pump();
  }

  /** Resolves when every part taken over is at the target or given up, its memory given back. */
  async settled(): Promise<void> {
    while (this.#tasks.size > 0) await Promise.all(this.#tasks);
  }

  #pump(): void {
    while (this.#running < this.#options.inFlight) {
      const part = this.#queue.shift();
      if (part === undefined) return;
      this.#running += 1;
      const task = this.#handle(part).finally(() => {
        this.#running -= 1;
        this.#tasks.delete(task);
        this.#pump();
      });
      this.#tasks.add(task);
    }
  }

  async #handle(part: FullPart): Promise<void> {
    const proof = proofOf(part.state, part.crcs);
    try {
      if (this.#failed) return;
      const size = part.bytes.length;
      const known = this.#options.known.get(part.number);
      if (known !== undefined && known.size === size && known.digest === (await proof)) {
        this.skipped += 1;
        this.#options.onPart(known);
        return;
      }
      const etag = await this.#send(part);
      this.sent += 1;
      this.#options.onPart({ number: part.number, etag, digest: await proof, size });
    } catch (error) {
      if (this.#failed) return;
      this.#failed = true;
      this.#options.onFailure(error);
    } finally {
      // The proof waits for the digests over this part's memory; only then may the memory be filled again.
      await proof.catch(() => undefined);
      part.release();
    }
  }

  async #send(part: FullPart): Promise<string> {
    const { request, retry, signal } = this.#options;
    const what = `Sending part ${part.number}`;
    const answer = await putBytes({
      what,
      request: (refused) => request(part.number, part.bytes.length, refused),
      bytes: part.bytes,
      retry,
      signal,
      repeatable: true,
    });
    // Ceph answers an empty ETag; none at all means that this is not an S3 answer.
    const { etag } = answer.headers;
    if (etag === undefined)
      throw new LifecycleError("UPSTREAM", `${what}: the answer names no ETag.`, { status: answer.status });
    return etag;
  }
}
