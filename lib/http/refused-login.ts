import { createHash } from "node:crypto";
import { LifecycleError } from "../messages/error.js";

const REFUSED_S = 60;
/** What a refusal has to say, for whoever corrects the credentials and tries at once. */
export const REFUSAL_KEPT = `It is not tried again for ${REFUSED_S} s, so that the account is not locked.`;

/**
 * Remembers the credentials that a server refused: a thousand jobs with a wrong password would ask a thousand times and
 * lock the account. Only their digest is kept; other credentials are tried at once.
 */
export class RefusedLogin {
  readonly #clock: () => number;
  #refused: { credentials: string; until: number; error: LifecycleError } | undefined;

  /** @param clock milliseconds, monotonic: a wall clock that is set back would prolong the refusal */
  constructor(clock: () => number = () => performance.now()) {
    this.#clock = clock;
  }

  /**
   * Logs in, unless these very credentials were refused a moment ago.
   *
   * @param login throws DENIED, or NOT_CONFIGURED with the answer's status, when the server refused
   * @throws LifecycleError the refusal, anew or as it was; whatever else `login` throws
   */
  async guard<T>(credentials: object, login: () => Promise<T>): Promise<T> {
    const mark = createHash("sha256").update(JSON.stringify(credentials)).digest("hex");
    const last = this.#refused;
    if (last !== undefined && last.credentials === mark && this.#clock() < last.until) throw last.error;
    this.#refused = undefined;
    try {
      return await login();
    } catch (thrown) {
      if (isRefusal(thrown))
        this.#refused = { credentials: mark, until: this.#clock() + REFUSED_S * 1000, error: thrown };
      throw thrown;
    }
  }
}

function isRefusal(thrown: unknown): thrown is LifecycleError {
  if (!(thrown instanceof LifecycleError)) return false;
  return thrown.code === "DENIED" || (thrown.code === "NOT_CONFIGURED" && thrown.status !== undefined);
}
