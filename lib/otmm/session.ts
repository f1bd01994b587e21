import {
  failure,
  REFUSAL_KEPT,
  RefusedLogin,
  secrets,
  SingleFlight,
  type Http,
  type HttpAnswer,
  type HttpAuth,
} from "../http/index.js";
import { number, text, within } from "../http/shape.js";
import { LifecycleError } from "../messages/error.js";
import { CookieJar } from "./cookies.js";
import { otdsTicket } from "./otds.js";
import type { OtmmCredentials, OtmmOptions } from "./types.js";
import { userOf, type OtmmUser } from "./user.js";

/** Share of a token's life after which it is replaced before use. */
const RENEW_AT = 0.9;

interface Login {
  /** Without cookies, which may change during the session. */
  headers: Record<string, string>;
  cookies: CookieJar | undefined;
  user: OtmmUser;
  /** Milliseconds of the monotonic clock after which it is replaced before use. */
  until?: number;
}

/**
 * One login for all callers of a connection, in any of OTMM's ways.
 *
 * - Session cookie or ticket: every cookie that the server sets is kept (clusters route by them), and each call
 *   carries `X-Requested-By`, OTMM's CSRF guard.
 * - OAuth: bearer only; the token is replaced before it ends.
 *
 * @see fact sheet 1.1-1.7
 */
export class OtmmSession implements HttpAuth {
  readonly #options: OtmmOptions;
  readonly #api: string;
  readonly #http: () => Http;
  readonly #login = new SingleFlight<Login>();
  readonly #refused = new RefusedLogin();
  #current: Login | undefined;
  #lastGood = 0;

  /** @param http asked late, because the client is made with this as its `auth` */
  constructor(options: OtmmOptions, api: string, http: () => Http) {
    this.#options = options;
    this.#api = api;
    this.#http = http;
  }

  async headers(): Promise<Record<string, string>> {
    const login = await this.#use();
    const cookie = login.cookies?.header();
    return cookie === undefined ? { ...login.headers } : { ...login.headers, Cookie: cookie };
  }

  stale(spent: Record<string, string>): boolean {
    const current = this.#current;
    return current === undefined || Object.entries(current.headers).some(([name, value]) => spent[name] !== value);
  }

  async renew(spent: Record<string, string>): Promise<void> {
    if (!this.stale(spent)) this.#current = undefined;
    await this.#use();
  }

  /**
   * 401, or the CSRF guard's 403: a ticket may have opened a new session on the server whose id we do not know.
   * The guard's wording is assumed; that it names the header is all that is relied upon.
   */
  ended(answer: Pick<HttpAnswer, "status" | "text">): boolean {
    return answer.status === 401 || (answer.status === 403 && answer.text().includes("X-Requested-By"));
  }

  seen(answer: Pick<HttpAnswer, "status" | "headers" | "cookies">): void {
    // A refused call may come with the cookie of a new, anonymous session, which would overwrite the good one.
    if (answer.status === 401) return;
    this.#lastGood = Date.now();
    this.#current?.cookies?.take(answer.cookies);
  }

  /** Who is logged in; logs in first where needed. */
  async user(): Promise<OtmmUser> {
    return (await this.#use()).user;
  }

  /** Epoch milliseconds of the last call that the server accepted. */
  get lastGood(): number {
    return this.#lastGood;
  }

  /** Ends the session on the server; a bearer token just lapses. Never throws. */
  async logout(signal: AbortSignal): Promise<void> {
    const login = this.#current;
    this.#current = undefined;
    if (login === undefined || this.#options.login.method === "oauth") return;
    const cookie = login.cookies?.header();
    const headers = cookie === undefined ? login.headers : { ...login.headers, Cookie: cookie };
    try {
      await this.#http().request({
        method: "DELETE",
        path: `${this.#api}/sessions`,
        headers,
        anonymous: true,
        allow: [401, 404],
        signal,
      });
    } catch (thrown) {
      // The session lapses by itself after its idle time; closing must not fail because of it.
      if (!(thrown instanceof LifecycleError) && !signal.aborted) throw thrown;
    }
  }

  async #use(): Promise<Login> {
    const current = this.#current;
    if (current !== undefined && (current.until === undefined || performance.now() < current.until)) return current;
    return this.#login.run(() => this.#start());
  }

  async #start(): Promise<Login> {
    const credentials = await this.#options.credentials();
    if (credentials.username === "" || credentials.password === "") {
      throw failure(
        "NOT_CONFIGURED",
        `The OTMM connection "${this.#options.connection}" lacks user name or password.`,
        { system: "otmm" },
      );
    }
    for (const secret of [credentials.password, credentials.clientSecret]) secrets.add(secret);
    const login = await this.#refused.guard(credentials, () => this.#accepted(credentials));
    this.#lastGood = Date.now();
    this.#current = login;
    return login;
  }

  async #accepted(credentials: OtmmCredentials): Promise<Login> {
    try {
      return await this.#byMethod(credentials);
    } catch (thrown) {
      if (!(thrown instanceof LifecycleError) || (thrown.code !== "DENIED" && thrown.code !== "INVALID_INPUT"))
        throw thrown;
      throw failure(
        "DENIED",
        `OTMM refused the login of "${credentials.username}" (${this.#options.login.method}); check user name, password and the connection's way of logging in. ${REFUSAL_KEPT}`,
        { system: "otmm", ...(thrown.status === undefined ? {} : { status: thrown.status }), cause: thrown },
      );
    }
  }

  #byMethod(credentials: OtmmCredentials): Promise<Login> {
    const { login } = this.#options;
    switch (login.method) {
      case "session":
      case "digest":
        return this.#byPassword(credentials, login.method);
      case "oauth":
        return this.#byToken(credentials);
      case "otds":
        return this.#byTicket(credentials, login);
    }
  }

  /** POST /sessions, form encoded; the same answer serves cookie and digest. */
  async #byPassword({ username, password }: OtmmCredentials, method: "session" | "digest"): Promise<Login> {
    const answer = await this.#http().request({
      method: "POST",
      path: `${this.#api}/sessions`,
      form: { username, password },
      anonymous: true,
      idempotent: true,
      expect: "json",
    });
    return method === "session" ? this.#fromSession(answer, {}) : this.#fromDigest(answer);
  }

  #fromSession(answer: HttpAnswer, extra: Record<string, string>): Login {
    const session = within(answer.json(), "session_resource", "session");
    const id = text(session["id"]);
    const cookies = new CookieJar();
    cookies.take(answer.cookies);
    if (id === undefined) throw this.#notALogin("no session id");
    secrets.add(id);
    return { headers: { "X-Requested-By": id, ...extra }, cookies, user: userOf(session) };
  }

  #fromDigest(answer: HttpAnswer): Login {
    const session = within(answer.json(), "session_resource", "session");
    const id = text(session["id"]);
    const digest = text(session["message_digest"]);
    if (id === undefined || digest === undefined) throw this.#notALogin("no session id or no message digest");
    secrets.add(digest);
    secrets.add(id);
    return { headers: { otmmauthtoken: digest, "X-Requested-By": id }, cookies: undefined, user: userOf(session) };
  }

  /** POST /sessions/oauth2/token; mind the camelCase leaf. Parameters in the order in which the vendor's client sends them. */
  async #byToken({ username, password, clientId, clientSecret }: OtmmCredentials): Promise<Login> {
    const answer = await this.#http().request({
      method: "POST",
      path: `${this.#api}/sessions/oauth2/token`,
      form: {
        username,
        password,
        grant_type: "password",
        client_id: clientId ?? "",
        client_secret: clientSecret ?? "",
      },
      anonymous: true,
      idempotent: true,
      expect: "json",
    });
    const token = within(answer.json(), "token_info", "oauth_token");
    const access = text(token["accessToken"]);
    if (access === undefined || access === "") throw this.#notALogin("no access token");
    secrets.add(access);
    secrets.add(text(token["refreshToken"]));
    const seconds = number(token["expiresIn"]);
    return {
      headers: { Authorization: `Bearer ${access}` },
      cookies: undefined,
      user: { loginName: username },
      ...(seconds === undefined || seconds <= 0 ? {} : { until: performance.now() + seconds * 1000 * RENEW_AT }),
    };
  }

  /** A ticket of OTDS for the OTMM resource opens the session and goes along with each call. */
  async #byTicket(credentials: OtmmCredentials, login: { otdsUrl: string; resourceId: string }): Promise<Login> {
    const ticket = await otdsTicket(this.#options, credentials, login);
    const answer = await this.#http().request({
      method: "GET",
      path: `${this.#api}/sessions`,
      headers: { OTDSToken: ticket },
      anonymous: true,
      expect: "json",
    });
    return this.#fromSession(answer, { OTDSToken: ticket });
  }

  #notALogin(why: string): LifecycleError {
    return failure(
      "UPSTREAM",
      `OTMM answered the login with something unexpected (${why}); is the address that of OTMM's REST API?`,
      { system: "otmm" },
    );
  }
}
