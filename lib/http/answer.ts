import type { SystemName } from "../messages/asset.js";
import { failure, SYSTEM_TITLES, type CallFrame } from "./failure.js";
import { leanCause } from "./redact.js";
import type { HttpAnswer } from "./types.js";
import { parseXml } from "./xml.js";
import type { XmlNode } from "./xml-node.js";

const REQUEST_IDS = ["x-request-id", "x-correlation-id", "request-id", "x-amz-request-id", "x-trace-id"];

/** An answer that arrived completely. */
export class Answer implements HttpAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly cookies: readonly string[];
  readonly requestId?: string;
  readonly #frame: CallFrame;
  readonly #body: Buffer;

  constructor(
    frame: CallFrame,
    status: number,
    headers: Record<string, string>,
    cookies: readonly string[],
    body: Buffer,
  ) {
    this.#frame = frame;
    this.status = status;
    this.headers = headers;
    this.cookies = cookies;
    this.#body = body;
    const id = REQUEST_IDS.map((name) => headers[name]).find((value) => value !== undefined);
    if (id !== undefined) this.requestId = id.slice(0, 128);
  }

  get size(): number {
    return this.#body.length;
  }

  bytes(): Uint8Array {
    return this.#body;
  }

  text(): string {
    const decoded = this.#body.toString("utf8");
    return decoded.startsWith("\u{feff}") ? decoded.slice(1) : decoded;
  }

  json(): unknown;
  json<T>(guard: (value: unknown) => value is T): T;
  json<T>(guard?: (value: unknown) => value is T): unknown {
    const value = this.#parse();
    if (guard === undefined || guard(value)) return value;
    throw this.#unreadable("the members that this call needs are missing");
  }

  xml(): Promise<XmlNode> {
    return parseXml(this.text(), { system: this.#frame.system, what: `${this.#frame.method} ${this.#frame.path}` });
  }

  /** Is this a web page (login form, proxy error) instead of what was asked for? */
  get isWebPage(): boolean {
    return (
      /^text\/html|^application\/xhtml/i.test(this.headers["content-type"] ?? "") ||
      /^\s*<(!doctype html|html)[\s>]/i.test(this.#head())
    );
  }

  #head(): string {
    return this.#body.subarray(0, 200).toString("utf8").replace("\u{feff}", "");
  }

  #parse(): unknown {
    try {
      return JSON.parse(this.text());
    } catch (thrown) {
      throw this.#unreadable(this.#body.length === 0 ? "it is empty" : "it is no JSON", thrown);
    }
  }

  #unreadable(why: string, thrown?: unknown): Error {
    const system: SystemName = this.#frame.system;
    return failure(
      "UPSTREAM",
      `${SYSTEM_TITLES[system]} answered ${this.#frame.method} ${this.#frame.path} with something unreadable: ${why}.`,
      {
        system,
        status: this.status,
        // The parser's message quotes the body, which nobody has looked through for secrets.
        ...(thrown === undefined
          ? {}
          : { cause: leanCause(new Error(thrown instanceof Error ? thrown.name : "not JSON")) }),
        details: {
          host: this.#frame.host,
          path: this.#frame.path,
          requestId: this.requestId,
          contentType: this.headers["content-type"],
        },
      },
    );
  }
}
