import { createHash, randomBytes, randomInt, timingSafeEqual } from "node:crypto";
import type { SandboxClock } from "../kernel/types.js";
import { forbidden, unauthorized } from "./answers.js";
import type { OtmmSettings } from "./assumptions.js";
import type { OtmmSeed, UserRecord } from "./types.js";

/** An open session. All times are sandbox time in milliseconds. */
export interface Session {
  /** Signed 32-bit integer; what `X-Requested-By` must carry. */
  id: number;
  user: UserRecord;
  digest: string;
  cookie: string;
  route: string;
  validationKey: number;
  touched: number;
  ticket?: string;
}

interface Token {
  user: UserRecord;
  expires: number;
}

/** How a call proved who it is. */
export interface Caller {
  user: UserRecord;
  session?: Session;
}

type Headers = Record<string, string | string[] | undefined>;

const INT32 = 2 ** 31;

/** Sessions, tokens and tickets. In memory: a restart ends them. */
export class Sessions {
  private readonly byCookie = new Map<string, Session>();
  private readonly byDigest = new Map<string, Session>();
  private readonly byTicket = new Map<string, Session>();
  private readonly tokens = new Map<string, Token>();
  private readonly tickets = new Map<string, { user: UserRecord; forResource: boolean }>();

  constructor(
    private readonly clock: SandboxClock,
    private readonly settings: OtmmSettings,
    private readonly seed: Pick<OtmmSeed, "users" | "client" | "otdsResource">,
  ) {}

  /** @throws OtmmError 401 */
  checkPassword(login: string | null, password: string | null): UserRecord {
    const user = this.seed.users.find((entry) => entry.login === login);
    if (!user || !same(user.password, password ?? ""))
      throw unauthorized("Login failed: unknown user or wrong password.");
    return user;
  }

  /** @throws OtmmError 401 */
  checkClient(id: string | null, secret: string | null): void {
    const { client } = this.seed;
    if (id !== client.id || !same(client.secret, secret ?? "")) throw unauthorized("The client credentials are wrong.");
  }

  open(user: UserRecord, ticket?: string): Session {
    const route = "node1";
    const session: Session = {
      id: signed(),
      user,
      digest: randomBytes(20).toString("hex"),
      cookie: `${randomBytes(16).toString("hex").toUpperCase()}.${route}`,
      route,
      validationKey: signed(),
      touched: this.clock.now().getTime(),
      ...(ticket !== undefined && { ticket }),
    };
    this.byCookie.set(session.cookie, session);
    this.byDigest.set(session.digest, session);
    if (ticket !== undefined) this.byTicket.set(ticket, session);
    return session;
  }

  close(session: Session): void {
    this.byCookie.delete(session.cookie);
    this.byDigest.delete(session.digest);
    if (session.ticket !== undefined) this.byTicket.delete(session.ticket);
  }

  /** OAuth access token. */
  issueToken(user: UserRecord): { accessToken: string; refreshToken: string; expiresIn: number } {
    const claims = {
      sub: user.login,
      iat: Math.floor(this.clock.now().getTime() / 1000),
      jti: randomBytes(8).toString("hex"),
    };
    const accessToken = [{ alg: "HS256", typ: "JWT" }, claims].map((part) =>
      Buffer.from(JSON.stringify(part)).toString("base64url"),
    );
    accessToken.push(randomBytes(32).toString("base64url"));
    const token = accessToken.join(".");
    const expiresIn = this.settings.tokenSeconds;
    this.tokens.set(token, { user, expires: this.clock.now().getTime() + expiresIn * 1000 });
    return { accessToken: token, refreshToken: randomBytes(24).toString("base64url"), expiresIn };
  }

  /** OTDS ticket; with the id of the OTMM resource it is good for OTMM at once. */
  issueTicket(user: UserRecord, resource: string | undefined): string {
    const ticket = `*OTDSSSO*${randomBytes(48).toString("base64url")}*`;
    this.tickets.set(ticket, { user, forResource: resource === this.seed.otdsResource });
    return ticket;
  }

  /** @throws OtmmError 401 */
  exchangeTicket(ticket: string, resource: string): string {
    const known = this.tickets.get(ticket);
    if (!known || resource !== this.seed.otdsResource) throw unauthorized("The ticket or the resource is unknown.");
    return this.issueTicket(known.user, resource);
  }

  /** Session of a resource ticket; opened with the first use. @throws OtmmError 401 */
  byResourceTicket(ticket: string): Session {
    const open = this.byTicket.get(ticket);
    if (open) return this.alive(open);
    const known = this.tickets.get(ticket);
    if (!known?.forResource) throw unauthorized("The OTDS ticket is not valid for this resource.");
    return this.open(known.user, ticket);
  }

  /**
   * Who calls, by any of the five ways.
   *
   * @param needsRequestedBy false for the calls on `sessions` itself
   * @throws OtmmError 401 no or expired session; 403 `X-Requested-By` missing or of another session
   */
  caller(headers: Headers, needsRequestedBy: boolean): Caller {
    const authorization = one(headers["authorization"]);
    const bearer = authorization?.match(/^Bearer\s+(?!otmmToken\s)(\S+)$/i)?.[1];
    if (bearer !== undefined) return { user: this.byToken(bearer) };
    const session = this.sessionOf(headers, authorization);
    if (!session) throw unauthorized("There is no session. Log in first.");
    const requestedBy = one(headers["x-requested-by"]);
    if (requestedBy !== String(session.id) && (needsRequestedBy || requestedBy !== undefined)) {
      throw forbidden("The header X-Requested-By is missing or does not carry the id of this session.");
    }
    session.touched = this.clock.now().getTime();
    return { user: session.user, session };
  }

  private sessionOf(headers: Headers, authorization: string | undefined): Session | undefined {
    const ticket = one(headers["otdstoken"]);
    if (ticket !== undefined) return this.byResourceTicket(ticket);
    const digest = one(headers["otmmauthtoken"]) ?? authorization?.match(/^Bearer\s+otmmToken\s+(\S+)$/i)?.[1];
    if (digest !== undefined) return this.alive(this.byDigest.get(digest));
    const cookies = cookiesOf(one(headers["cookie"]));
    const cookie = cookies.get("JSESSIONID");
    if (cookie === undefined) return undefined;
    const session = this.alive(this.byCookie.get(cookie));
    if (this.settings.stickySessions && cookies.get("OTMMROUTE") !== session.route) {
      throw unauthorized("The session is not known on this node of the cluster.");
    }
    return session;
  }

  private alive(session: Session | undefined): Session {
    if (!session) throw unauthorized("The session is unknown or has expired.");
    if (this.clock.now().getTime() - session.touched > this.settings.sessionMinutes * 60_000) {
      this.close(session);
      throw unauthorized("The session has expired.");
    }
    return session;
  }

  private byToken(bearer: string): UserRecord {
    const token = this.tokens.get(bearer);
    if (!token || token.expires <= this.clock.now().getTime())
      throw unauthorized("The access token is unknown or has expired.");
    return token.user;
  }
}

function one(header: string | string[] | undefined): string | undefined {
  return Array.isArray(header) ? header[0] : header;
}

function cookiesOf(header: string | undefined): Map<string, string> {
  const cookies = new Map<string, string>();
  for (const pair of (header ?? "").split(";")) {
    const at = pair.indexOf("=");
    if (at > 0) cookies.set(pair.slice(0, at).trim(), pair.slice(at + 1).trim());
  }
  return cookies;
}

function signed(): number {
  return randomInt(-INT32 + 1, INT32 - 1);
}

function same(a: string, b: string): boolean {
  const digest = (text: string) => createHash("sha256").update(text).digest();
  return timingSafeEqual(digest(a), digest(b));
}
