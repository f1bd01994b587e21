import { queryString, type QueryValue } from "../http/index.js";
import type { Refusal } from "../content/types.js";
import type { ByteRequest } from "../systems/port.js";
import { TOKEN_HEADER } from "./login.js";
import type { Session } from "./session.js";

/** What a byte request is about, besides method and path. */
export interface BytesWanted {
  query?: Record<string, QueryValue>;
  headers?: Record<string, string>;
  /** The request given before for the same address was refused so. */
  refused?: Refusal | undefined;
}

export interface ByteRequestOptions {
  baseUrl: string;
  idleMs: number;
  ca?: string | undefined;
  proxy?: string | undefined;
}

/** Addresses whose token is remembered, to know which one a refusal speaks of. */
const MOST_HANDED = 5000;

/** Makes authorised requests for the byte path, which has no session of its own. Content is never redirected elsewhere. */
export class ByteRequests {
  readonly #session: Session;
  readonly #options: ByteRequestOptions;
  /** Which token the last request to an address carried. */
  readonly #handed = new Map<string, string>();

  constructor(session: Session, options: ByteRequestOptions) {
    this.#session = session;
    this.#options = options;
  }

  async make(method: ByteRequest["method"], path: string, wanted: BytesWanted = {}): Promise<ByteRequest> {
    const address = `${path}${queryString(wanted.query)}`;
    const handed = this.#handed.get(address);
    // The token that was refused, and only that one: others may have replaced it meanwhile.
    if (wanted.refused?.status === 401 && handed !== undefined) this.#session.reject(handed);
    const token = await this.#session.token();
    this.#remember(address, token);
    const { baseUrl, idleMs, ca, proxy } = this.#options;
    return {
      method,
      url: `${baseUrl}${address}`,
      headers: { ...wanted.headers, [TOKEN_HEADER]: token },
      idleMs,
      redirectHosts: [],
      ...(ca === undefined ? {} : { ca }),
      ...(proxy === undefined ? {} : { proxy }),
    };
  }

  #remember(address: string, token: string): void {
    this.#handed.delete(address);
    this.#handed.set(address, token);
    const oldest = this.#handed.size > MOST_HANDED ? this.#handed.keys().next().value : undefined;
    if (oldest !== undefined) this.#handed.delete(oldest);
  }
}
