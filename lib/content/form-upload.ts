import { randomUUID } from "node:crypto";
import type { ClientRequest } from "node:http";
import { LifecycleError } from "../messages/error.js";
import type { FixityAlgorithm } from "../messages/asset.js";
import type { ByteRequest } from "../systems/port.js";
import { startRequest } from "./agents.js";
import { judge } from "./answers.js";
import { hostOf, readShort, type ShortAnswer } from "./exchange.js";
import { checkDigests, neededAlgorithms, selectDigests } from "./fixity-check.js";
import { RunningDigests } from "./hash-stream.js";
import { IdleError, networkError } from "./network-error.js";
import { stoppedError } from "./plain-error.js";
import { DEFAULT_RETRY } from "./retry.js";
import { readSource } from "./source.js";
import type { OnBytes, Opener, ReadResult } from "./types.js";

/** One content that goes to a system in one request. */
export interface OctetUpload {
  /** Names the content in errors. */
  label: string;
  open: Opener;
  size: number;
  algorithms: readonly FixityAlgorithm[];
  /** Digests that the source states. */
  expected?: Partial<Record<FixityAlgorithm, string>>;
  /** Where it goes: a POST, without content headers. */
  target: ByteRequest;
  signal: AbortSignal;
  onBytes?: OnBytes;
}

/** The same as part of a `multipart/form-data` request. */
export interface FormUpload extends OctetUpload {
  /** Text parts, sent before the file. */
  fields: Readonly<Record<string, string>>;
  file: { part: string; name: string; mediaType: string };
}

/** What stands around the content in the body. */
interface Frame {
  contentType: string;
  head: Buffer;
  tail: Buffer;
}

/**
 * Streams one content once into a form of known length and hashes it on the way. Memory stays bounded whatever the
 * size: the source waits for the target. Nothing is repeated here, what a target makes of half a form is its own.
 *
 * @returns size and digests of what was sent; only when they are those that the source states
 * @throws LifecycleError SHORT_READ, FIXITY_MISMATCH (the target has the bytes then: it must not use them), UNREACHABLE,
 *   TIMEOUT, DENIED, NOT_FOUND, CONFLICT, THROTTLED, UPSTREAM
 */
export async function sendForm(upload: FormUpload): Promise<ReadResult> {
  return (await sendFramed(upload, formFrame(upload))).sent;
}

/**
 * Streams one content once as the whole body of a request of known length; otherwise as `sendForm`.
 *
 * @returns size and digests of what was sent, and the text of the answer
 */
export async function sendOctets(upload: OctetUpload): Promise<{ sent: ReadResult; answer: string }> {
  const none = Buffer.alloc(0);
  return await sendFramed(upload, { contentType: "application/octet-stream", head: none, tail: none });
}

async function sendFramed(upload: OctetUpload, frame: Frame): Promise<{ sent: ReadResult; answer: string }> {
  const expected = upload.expected ?? {};
  const algorithms = neededAlgorithms(upload.algorithms, expected);
  const running = new RunningDigests(algorithms);
  const body = new FramedBody(upload, frame);
  let sent = 0;
  let answered = "";
  try {
    if (frame.head.length > 0) await body.write(frame.head);
    await readSource({
      label: upload.label,
      size: upload.size,
      open: upload.open,
      sink: (chunk) => {
        running.update(chunk);
        sent += chunk.length;
        upload.onBytes?.(sent, upload.size);
        // The source fills its memory again as soon as it goes on.
        return body.write(Buffer.from(chunk));
      },
      prefix: () => Promise.resolve(running.mark()),
      retry: DEFAULT_RETRY,
      signal: body.signal,
    });
    const answer = await body.end();
    if (answer.status < 200 || answer.status > 299) {
      throw judge(body.what, answer.status, answer.headers, answer.text).error;
    }
    answered = answer.text;
  } catch (thrown) {
    body.drop();
    if (upload.signal.aborted) throw stoppedError(upload.signal.reason);
    // A refusal in the middle says more than the source that was stopped for it.
    throw body.refusal() ?? networkError(body.what, body.fault ?? thrown, upload.signal);
  }
  const { size, digests } = running.finish();
  checkDigests(upload.label, digests, expected);
  return { sent: { size, digests: selectDigests(digests, algorithms) }, answer: answered };
}

function formFrame({ fields, file }: FormUpload): Frame {
  const boundary = `clc-${randomUUID()}`;
  const part = (disposition: string, text: string): string =>
    `--${boundary}\r\nContent-Disposition: form-data; ${disposition}\r\n${text}`;
  const texts = Object.entries(fields).map(([name, value]) => part(`name="${name}"`, `\r\n${value}\r\n`));
  const opening = part(
    `name="${file.part}"; filename="${quoted(file.name)}"`,
    `Content-Type: ${file.mediaType}\r\n\r\n`,
  );
  return {
    contentType: `multipart/form-data; boundary=${boundary}`,
    head: Buffer.from(texts.join("") + opening, "utf8"),
    tail: Buffer.from(`\r\n--${boundary}--\r\n`),
  };
}

/** The body under way: writes wait for the target, an early answer stops the source. */
class FramedBody {
  readonly what: string;
  readonly signal: AbortSignal;
  readonly #tail: Buffer;
  readonly #sent: ClientRequest;
  readonly #early = new AbortController();
  readonly #answer: Promise<ShortAnswer>;
  #answered: ShortAnswer | undefined;
  #ended = false;
  #dropped = false;
  /** How the connection to the target broke, before we dropped it. */
  fault: Error | undefined;
  /** We wait for the target, not for our own source. */
  #waiting = false;

  constructor({ target, label, size, signal }: OctetUpload, { contentType, head, tail }: Frame) {
    this.what = `Sending ${label} to ${hostOf(target)}`;
    this.#tail = tail;
    this.signal = AbortSignal.any([signal, this.#early.signal]);
    const headers = {
      ...target.headers,
      "Content-Type": contentType,
      "Content-Length": String(head.length + size + tail.length),
    };
    this.#sent = startRequest(target, headers, signal);
    this.#sent.on("timeout", () => {
      if (this.#waiting) this.#sent.destroy(new IdleError(`no byte for ${Math.round(target.idleMs / 100) / 10} s`));
      else this.#sent.socket?.setTimeout(target.idleMs);
    });
    this.#answer = new Promise((resolve, reject) => {
      this.#sent.once("response", (response) => {
        readShort(response).then((text) => {
          this.#answered = { status: response.statusCode ?? 0, headers: response.headers, text };
          resolve(this.#answered);
          if (!this.#ended) this.#early.abort(new Error("the target answered early"));
        }, reject);
      });
      this.#sent.on("error", (error) => {
        this.fault ??= this.#dropped ? undefined : error;
        reject(error);
        this.#early.abort(error);
      });
    });
    // Read by whoever waits for it; nobody waits while the source is read.
    this.#answer.catch(() => undefined);
  }

  async write(bytes: Buffer): Promise<void> {
    this.signal.throwIfAborted();
    if (this.#sent.write(bytes)) return;
    this.#waiting = true;
    await new Promise<void>((resolve, reject) => {
      const go = (): void => {
        this.#sent.off("drain", go);
        this.signal.removeEventListener("abort", go);
        if (this.signal.aborted) reject(this.signal.reason as Error);
        else resolve();
      };
      this.#sent.once("drain", go);
      this.signal.addEventListener("abort", go, { once: true });
    });
    this.#waiting = false;
  }

  async end(): Promise<ShortAnswer> {
    this.#ended = true;
    this.#waiting = true;
    this.#sent.end(this.#tail);
    return await this.#answer;
  }

  drop(): void {
    this.#dropped = true;
    this.#sent.destroy();
  }

  refusal(): LifecycleError | undefined {
    if (this.#answered === undefined) return undefined;
    const { status, headers, text } = this.#answered;
    return status >= 200 && status < 300 ? undefined : judge(this.what, status, headers, text).error;
  }
}

/** A file name inside a quoted parameter, as browsers write it (WHATWG, multipart/form-data encoding). */
export function quoted(name: string): string {
  return name.replaceAll('"', "%22").replaceAll("\r", "%0D").replaceAll("\n", "%0A");
}
