import { RefusedLogin, secrets, type Http, type HttpAuth } from "../http/index.js";
import { record, text } from "../http/shape.js";
import {
  loginRefused,
  readTokenAnswer,
  type Credentials,
  type Session,
  type TokenAnswer,
  type TokenSource,
} from "./session.js";

/** Header that carries the token on every call (fact sheet 0.3), the upload endpoint included (2.1). */
export const TOKEN_HEADER = "Preservica-Access-Token";

export interface LoginOptions {
  /** `http()` rather than `http`: the client that logs in is the one that uses the login. */
  http(): Http;
  tenant: string;
  /** Read live, so that a changed password counts at the next login. */
  credentials(): Promise<Credentials> | Credentials;
  tokenMinutes: number;
  /** Milliseconds, monotonic. */
  clock: (() => number) | undefined;
}

/** Login and refresh over the Access Token API (fact sheet 1.1, 1.3). Refused credentials are not tried again at once. */
export function tokenSource(options: LoginOptions): TokenSource {
  const refused = new RefusedLogin(options.clock);
  return {
    async login() {
      const credentials = await options.credentials();
      secrets.add(credentials.password);
      return await refused.guard(credentials, () => login(options, credentials));
    },
    async refresh(token, refreshToken) {
      const answer = await options.http().request({
        method: "POST",
        path: "/api/accesstoken/refresh",
        headers: { [TOKEN_HEADER]: token },
        form: { refreshToken },
        expect: "json",
        anonymous: true,
      });
      return known(readTokenAnswer(answer.json(), options.tokenMinutes));
    },
  };
}

async function login(options: LoginOptions, { username, password }: Credentials): Promise<TokenAnswer> {
  const answer = await options.http().request({
    method: "POST",
    path: "/api/accesstoken/login",
    form: { username, password, tenant: options.tenant, includeUserDetails: true },
    expect: "json",
    allow: [400, 401, 403],
    idempotent: true,
    anonymous: true,
  });
  if (answer.status !== 200) throw loginRefused(answer.status, messageOf(answer.text()), username);
  return known(readTokenAnswer(answer.json(), options.tokenMinutes));
}

/** Puts the session's token on calls and replaces it once after a 401. */
export function tokenAuth(session: Session): HttpAuth {
  const tokenOf = (headers: Record<string, string>): string => headers[TOKEN_HEADER] ?? "";
  return {
    async headers() {
      return { [TOKEN_HEADER]: await session.token() };
    },
    async renew(spent) {
      session.reject(tokenOf(spent));
      await session.token();
    },
    stale: (spent) => !session.isCurrent(tokenOf(spent)),
  };
}

function known<T extends { token: string; refreshToken?: string }>(answer: T): T {
  secrets.add(answer.token);
  if (answer.refreshToken !== undefined) secrets.add(answer.refreshToken);
  return answer;
}

function messageOf(body: string): string {
  try {
    return text(record(JSON.parse(body))["message"]) ?? "";
  } catch {
    return "";
  }
}
