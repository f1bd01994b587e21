import { REFUSAL_KEPT, SingleFlight } from "../http/index.js";
import { record } from "../http/shape.js";
import { LifecycleError } from "../messages/error.js";

export interface Credentials {
  username: string;
  password: string;
}

/** What a login or refresh answers (fact sheet 1.1), narrowed. */
export interface TokenAnswer {
  token: string;
  refreshToken?: string;
  /** Minutes. */
  validFor: number;
}
/** The two calls that a session makes; separate, so that the session itself holds only the rules of token life. */
export interface TokenSource {
  login(): Promise<TokenAnswer>;
  refresh(token: string, refreshToken: string): Promise<TokenAnswer>;
}

interface Live extends TokenAnswer {
  /** Milliseconds of the monotonic clock after which the token is renewed. */
  renewAt: number;
  /** … after which it is dead. */
  endsAt: number;
}

/**
 * One token for all callers of a connection: logged in on first use, renewed once its `renewAt` share of life is over,
 * replaced once when the server calls it dead. Any number of callers that need one at once cause one login.
 */
export class Session {
  readonly #source: TokenSource;
  readonly #renewShare: number;
  readonly #clock: () => number;
  #live: Live | undefined;
  readonly #renewal = new SingleFlight<Live>();

  /** @param clock milliseconds, monotonic: the wall clock may jump */
  constructor(source: TokenSource, renewShare: number, clock: () => number = () => performance.now()) {
    this.#source = source;
    this.#renewShare = renewShare;
    this.#clock = clock;
  }

  /** A token that is good for some minutes yet. @throws LifecycleError DENIED, NOT_CONFIGURED, UNREACHABLE */
  async token(): Promise<string> {
    const live = this.#live;
    if (live !== undefined && this.#clock() < live.renewAt) return live.token;
    return (await this.#renewal.run(() => this.#obtain())).token;
  }

  /** Is this the token that callers get now? */
  isCurrent(token: string): boolean {
    return this.#live?.token === token;
  }

  /** Says that the server refused `token`; unless it is replaced already, the next `token()` logs in. */
  reject(token: string): void {
    if (this.#live?.token === token) this.#live = undefined;
  }

  async #obtain(): Promise<Live> {
    const asked = this.#clock();
    const answer = (await this.#refreshed()) ?? (await this.#source.login());
    const life = answer.validFor * 60_000;
    const live = { ...answer, renewAt: asked + life * this.#renewShare, endsAt: asked + life };
    this.#live = live;
    return live;
  }

  /** A refresh token works once; whatever goes wrong with it, a login follows. */
  async #refreshed(): Promise<TokenAnswer | undefined> {
    const live = this.#live;
    if (live?.refreshToken === undefined || this.#clock() >= live.endsAt) return undefined;
    this.#live = undefined;
    try {
      return await this.#source.refresh(live.token, live.refreshToken);
    } catch {
      return undefined;
    }
  }
}

/** Reads the JSON of a login or refresh. @throws LifecycleError UPSTREAM when it holds no token */
export function readTokenAnswer(answer: unknown, defaultMinutes: number): TokenAnswer {
  const fields = record(answer);
  const token = fields["token"];
  if (fields["success"] === false || typeof token !== "string" || token === "") {
    throw new LifecycleError("UPSTREAM", "Preservica answered the login without a token.", { system: "preservica" });
  }
  const refreshToken = fields["refresh-token"];
  const validFor = Number(fields["validFor"]);
  return {
    token,
    ...(typeof refreshToken === "string" && refreshToken !== "" ? { refreshToken } : {}),
    validFor: Number.isFinite(validFor) && validFor > 0 ? validFor : defaultMinutes,
  };
}

/** Why a login was refused, in words that say what to do (fact sheet 1.1, 1.2). */
export function loginRefused(status: number, message: string, username: string): LifecycleError {
  const common = { system: "preservica", status, retryable: false } as const;
  if (message === "needs.2fa.setup") {
    return new LifecycleError(
      "NOT_CONFIGURED",
      `Preservica wants ${username} to set up two-factor authentication first: sign in once in the browser, or use a service account without it. ${REFUSAL_KEPT}`,
      common,
    );
  }
  if (message === "needs.2fa") {
    return new LifecycleError(
      "DENIED",
      `Preservica asks ${username} for a second factor, which a flow cannot give; use a service account without two-factor authentication. ${REFUSAL_KEPT}`,
      common,
    );
  }
  return new LifecycleError(
    "DENIED",
    `Preservica refused the login of ${username}; check user name, password and tenant of the connection. ${REFUSAL_KEPT}`,
    common,
  );
}
