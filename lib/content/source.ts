import { createHash } from "node:crypto";
import type { IncomingMessage } from "node:http";
import { LifecycleError } from "../messages/error.js";
import type { ByteRequest } from "../systems/port.js";
import { judge } from "./answers.js";
import { drain } from "./drain.js";
import { getContent, hostOf, readShort } from "./exchange.js";
import { networkError, worthRepeating } from "./network-error.js";
import { backoffMs, pause, type RetryPolicy } from "./retry.js";
import type { Refusal } from "./types.js";

/** One source and where its bytes go. */
export interface SourceReading {
  label: string;
  /** Size that the source's system states; undefined when it does not say. */
  size: number | undefined;
  open: (refused?: Refusal) => Promise<ByteRequest>;
  /** Takes each byte exactly once and in order; a promise holds the source back. */
  sink(chunk: Buffer): Promise<void> | undefined;
  /** SHA-256 of all bytes that the sink has taken; asked only when a broken source cannot continue in the middle. */
  prefix(): Promise<string>;
  retry: RetryPolicy;
  signal: AbortSignal;
}

/** A break after at least this many new bytes counts as a first one again, so that long downloads are not limited. */
const PROGRESS = 1024 * 1024;

/**
 * Reads a source to its end over as many connections as it takes. A broken download continues with `Range` where the
 * peer honours it; where it answers from the start, the bytes that were taken before are read again and must have the
 * same SHA-256, so that what the sink gets is always one and the same content.
 *
 * @returns bytes read
 * @throws LifecycleError SHORT_READ, TIMEOUT, UNREACHABLE, DENIED, NOT_FOUND, ARCHIVED, THROTTLED, REFUSED, UPSTREAM
 */
export async function readSource(reading: SourceReading): Promise<number> {
  return new Source(reading).read();
}

class Source {
  readonly #reading: SourceReading;
  #taken = 0;
  /** Size by the peer's own headers, once known. */
  #stated: number | undefined;
  #validator: string | undefined;
  #rangesFail = false;
  #failures = 0;
  #renewed = false;

  constructor(reading: SourceReading) {
    this.#reading = reading;
  }

  async read(): Promise<number> {
    const { signal, open } = this.#reading;
    let refused: Refusal | undefined;
    for (;;) {
      signal.throwIfAborted();
      const request = await open(refused);
      refused = undefined;
      const before = this.#taken;
      const what = `Reading ${this.#reading.label} from ${hostOf(request)}`;
      let response: IncomingMessage;
      try {
        response = await getContent(request, this.#rangeHeaders(), signal);
      } catch (error) {
        await this.#failed(networkError(what, error, signal));
        continue;
      }
      const status = response.statusCode ?? 0;
      if (status !== 200 && status !== 206) {
        refused = await this.#refusal(what, response);
        continue;
      }
      if (await this.#take(what, response, status)) return this.#taken;
      if (this.#taken - before >= PROGRESS) this.#failures = 0;
      if (this.#taken > before) this.#renewed = false;
    }
  }

  #rangeHeaders(): Record<string, string> {
    if (this.#taken === 0 || this.#rangesFail) return {};
    const range = { range: `bytes=${this.#taken}-` };
    return this.#validator === undefined ? range : { ...range, "if-range": this.#validator };
  }

  /** Counts a failure and waits; throws it when there were too many or when repeating would not help. */
  async #failed(error: LifecycleError, repeat = worthRepeating(error)): Promise<void> {
    const { retry, signal } = this.#reading;
    this.#failures += 1;
    // Silence costs its whole idle time, so it is given one more chance only.
    const attempts = error.code === "TIMEOUT" ? Math.min(2, retry.attempts) : retry.attempts;
    if (!repeat || this.#failures >= attempts || (error.retryAfter ?? 0) > retry.maxWaitMs) throw error;
    await pause(error.retryAfter ?? backoffMs(retry, this.#failures), signal);
  }

  async #refusal(what: string, response: IncomingMessage): Promise<Refusal | undefined> {
    const status = response.statusCode ?? 0;
    const text = await readShort(response).catch(() => "");
    if (status === 416 && this.#taken > 0 && !this.#rangesFail) {
      this.#rangesFail = true;
      return undefined;
    }
    const verdict = judge(what, status, response.headers, text);
    if (verdict.next === "renew" && !this.#renewed) {
      this.#renewed = true;
      return { status };
    }
    await this.#failed(verdict.error, verdict.next === "retry");
    return undefined;
  }

  /** Takes what one answer brings. @returns true when the content is complete */
  async #take(what: string, response: IncomingMessage, status: number): Promise<boolean> {
    const { signal } = this.#reading;
    let skip: PrefixCheck | undefined;
    try {
      if (status === 206 && !this.#continues(response)) {
        response.destroy();
        this.#rangesFail = true;
        await this.#failed(new LifecycleError("UPSTREAM", `${what}: the peer continues at the wrong place.`), true);
        return false;
      }
      this.#checkHeaders(what, response, status);
      if (status === 200 && this.#taken > 0) skip = new PrefixCheck(this.#taken, await this.#reading.prefix());
    } catch (error) {
      response.destroy();
      throw error;
    }
    const sink = (chunk: Buffer): Promise<void> | undefined => {
      const fresh = skip === undefined ? chunk : skip.pass(chunk, what);
      return fresh.length === 0 ? undefined : this.#give(fresh, what, response);
    };
    const { framed, broken } = await drain(response, sink).catch((error: unknown) => {
      throw networkError(what, error, signal);
    });
    const whole = this.#reading.size ?? this.#stated;
    const counted = whole === undefined ? broken === undefined : this.#taken === whole;
    if (counted && skip?.open !== true) return true;
    const error = broken === undefined ? undefined : networkError(what, broken, signal);
    // An answer that ends short by its own framing says so on purpose; only a broken one may be longer next time.
    const repeat = broken !== undefined || !framed || status === 206;
    if (error !== undefined && error.code !== "UNREACHABLE") await this.#failed(error);
    else await this.#failed(this.#short(what, response), repeat);
    return false;
  }

  #give(fresh: Buffer, what: string, response: IncomingMessage): Promise<void> | undefined {
    this.#taken += fresh.length;
    const whole = this.#reading.size ?? this.#stated;
    if (whole !== undefined && this.#taken > whole) {
      throw this.#counted(`${what}: more bytes than the ${whole} that were stated`, response);
    }
    return this.#reading.sink(fresh);
  }

  /** Does this 206 go on exactly where the last connection ended, in the same content? */
  #continues(response: IncomingMessage): boolean {
    const range = /^bytes (\d+)-(\d+)\/(\d+|\*)$/.exec(response.headers["content-range"] ?? "");
    if (range === null || Number(range[1]) !== this.#taken) return false;
    const total = range[3] === "*" ? undefined : Number(range[3]);
    if (total !== undefined && this.#stated !== undefined && total !== this.#stated) return false;
    const validator = validatorOf(response);
    return this.#validator === undefined || validator === undefined || validator === this.#validator;
  }

  #checkHeaders(what: string, response: IncomingMessage, status: number): void {
    const encoding = response.headers["content-encoding"] ?? "identity";
    if (encoding !== "identity") {
      throw new LifecycleError(
        "UPSTREAM",
        `${what}: the content comes encoded (${encoding}) although it was asked for plain.`,
      );
    }
    const length = response.headers["content-length"];
    if (status !== 200 || length === undefined) return;
    const stated = Number(length);
    const { size } = this.#reading;
    if (size !== undefined && stated !== size) {
      throw this.#counted(`${what}: ${stated} bytes come where the system states ${size}`, response);
    }
    if (this.#taken > 0 && this.#stated !== undefined && this.#stated !== stated) throw changed(what);
    this.#stated = stated;
    this.#validator = validatorOf(response);
  }

  /** A wrong count, with a hint when a page comes instead of content. */
  #counted(text: string, response: IncomingMessage): LifecycleError {
    const page = /^text\/html\b/i.test(response.headers["content-type"] ?? "");
    const hint = page ? "; it is an HTML page, perhaps a login page" : "";
    return new LifecycleError("SHORT_READ", `${text}${hint}.`, {
      details: {
        label: this.#reading.label,
        expected: this.#reading.size ?? this.#stated ?? null,
        received: this.#taken,
        page,
      },
    });
  }

  #short(what: string, response: IncomingMessage): LifecycleError {
    const expected = this.#reading.size ?? this.#stated ?? "an unknown number of";
    return this.#counted(`${what}: the content ended after ${this.#taken} of ${expected} bytes`, response);
  }
}

function validatorOf(response: IncomingMessage): string | undefined {
  const { etag } = response.headers;
  // A weak ETag does not promise the same bytes and is not allowed in If-Range (RFC 9110, 13.1.5).
  return etag === undefined || etag === "" || etag.startsWith("W/") ? undefined : etag;
}

function changed(what: string): LifecycleError {
  return new LifecycleError("UPSTREAM", `${what}: the content changed while it was being read; start again.`, {
    retryable: true,
  });
}

/** Reads the bytes that were taken before once more and proves them the same. */
class PrefixCheck {
  readonly #hash = createHash("sha256");
  readonly #expected: string;
  #left: number;

  constructor(length: number, expected: string) {
    this.#left = length;
    this.#expected = expected;
  }

  /** Still inside the known bytes? */
  get open(): boolean {
    return this.#left > 0;
  }

  /** @returns the bytes beyond the known ones */
  pass(chunk: Buffer, what: string): Buffer {
    if (this.#left === 0) return chunk;
    const known = chunk.subarray(0, this.#left);
    this.#hash.update(known);
    this.#left -= known.length;
    if (this.#left === 0 && this.#hash.digest("hex") !== this.#expected) throw changed(what);
    return chunk.subarray(known.length);
  }
}
