import { createHash, timingSafeEqual } from "node:crypto";
import type { SandboxAnswer, SandboxRequest } from "../../kernel/types.js";
import type { Archive } from "../archive.js";
import { ASSUMPTIONS } from "../assumptions.js";
import { jsonAnswer, Refusal, undocumented } from "../http/refusal.js";
import { totp } from "./totp.js";
import { EXTERNAL_SECRET, TENANT, userByLogin, type PreservicaUser } from "./users.js";

/**
 * Access Token API: POST login, complete-2fa (PUT too), refresh, acquire-external.
 * @see developers.preservica.com, "Access Token API"; blog entries 6.8, 6.9, 6.12 on two factors
 */
export async function accessTokenApi(
  archive: Archive,
  request: SandboxRequest,
  segments: readonly string[],
): Promise<SandboxAnswer> {
  const name = segments.join("/");
  const call = CALLS[name];
  if (!call) throw undocumented(404, `/api/accesstoken/${name} is not documented`);
  if (!call.methods.includes(request.method))
    throw undocumented(405, `method ${request.method} is not documented for /api/accesstoken/${name}`);
  if ([...request.query.keys()].length > 0) throw undocumented(400, "credentials belong in the body, not in the query");
  if (!/^application\/x-www-form-urlencoded\b/iu.test(request.headers["content-type"] ?? ""))
    throw undocumented(415, "a form is expected");
  const form = await request.form();
  for (const field of form.keys()) {
    if (!call.fields.includes(field)) throw undocumented(400, `form field ${field} is not documented for ${name}`);
  }
  return call.handle(archive, request, form);
}

interface TokenCall {
  methods: string[];
  fields: string[];
  handle(archive: Archive, request: SandboxRequest, form: URLSearchParams): Promise<SandboxAnswer>;
}

const CALLS: Readonly<Record<string, TokenCall>> = {
  login: {
    methods: ["POST"],
    fields: ["username", "password", "tenant", "includeUserDetails", "cookie"],
    handle: login,
  },
  "complete-2fa": {
    methods: ["POST", "PUT"],
    fields: ["username", "tenant", "continuationToken", "twoFactorToken", "includeUserDetails"],
    handle: completeTwoFactor,
  },
  refresh: { methods: ["POST"], fields: ["refreshToken", "includeUserDetails"], handle: refresh },
  "acquire-external": {
    methods: ["POST"],
    fields: ["username", "tenant", "timestamp", "hash", "includeUserDetails"],
    handle: acquireExternal,
  },
};

async function login(archive: Archive, request: SandboxRequest, form: URLSearchParams): Promise<SandboxAnswer> {
  const user = userByLogin(form.get("username") ?? "");
  if (!user || !same(form.get("password") ?? "", user.password)) throw new Refusal(401, ASSUMPTIONS.messages.login);
  checkTenant(form);
  request.setUser(user.login);
  if (user.twoFactor?.kind === "setup") throw new Refusal(401, "needs.2fa.setup");
  if (user.twoFactor) {
    const continuationToken = await archive.sessions.startContinuation(user);
    return jsonAnswer({ success: false, message: "needs.2fa", continuationToken, tenant: TENANT }, 401);
  }
  return granted(archive, user, form);
}

async function completeTwoFactor(
  archive: Archive,
  request: SandboxRequest,
  form: URLSearchParams,
): Promise<SandboxAnswer> {
  checkTenant(form);
  const user = await archive.sessions.takeContinuation(form.get("continuationToken") ?? "");
  if (!user || user.login !== form.get("username") || user.twoFactor?.kind !== "totp")
    throw new Refusal(401, ASSUMPTIONS.messages.twoFactor);
  const code = form.get("twoFactorToken") ?? "";
  const { secret } = user.twoFactor;
  // A person's authenticator runs on real time, a test may use sandbox time: both count, one step of drift allowed.
  const instants = [Date.now(), archive.context.clock.now().getTime()].flatMap((now) => [
    now - 30_000,
    now,
    now + 30_000,
  ]);
  if (!instants.some((instant) => totp(secret, new Date(instant)) === code))
    throw new Refusal(401, ASSUMPTIONS.messages.twoFactor);
  request.setUser(user.login);
  return granted(archive, user, form);
}

async function refresh(archive: Archive, request: SandboxRequest, form: URLSearchParams): Promise<SandboxAnswer> {
  const current = archive.sessions.check(tokenOf(request) ?? "");
  const owner = await archive.sessions.takeRefresh(form.get("refreshToken") ?? "");
  if (!owner || current.kind !== "valid" || current.user.login !== owner.login)
    throw new Refusal(401, ASSUMPTIONS.messages.refresh);
  request.setUser(owner.login);
  return granted(archive, owner, form);
}

async function acquireExternal(
  archive: Archive,
  request: SandboxRequest,
  form: URLSearchParams,
): Promise<SandboxAnswer> {
  checkTenant(form);
  const user = userByLogin(form.get("username") ?? "");
  const timestamp = form.get("timestamp") ?? "";
  const wanted = createHash("sha1")
    .update(`preservica-external-auth${timestamp}${user?.login ?? ""}${EXTERNAL_SECRET}`)
    .digest("hex");
  const fresh =
    Math.abs(Number(timestamp) * 1000 - Date.now()) < 300_000 ||
    Math.abs(Number(timestamp) * 1000 - archive.context.clock.now().getTime()) < 300_000;
  if (!user || !fresh || !same(form.get("hash") ?? "", wanted)) throw new Refusal(401, ASSUMPTIONS.messages.login);
  request.setUser(user.login);
  return granted(archive, user, form);
}

async function granted(archive: Archive, user: PreservicaUser, form: URLSearchParams): Promise<SandboxAnswer> {
  const { token, refreshToken } = await archive.sessions.start(user);
  const details = form.get("includeUserDetails") === "true";
  return jsonAnswer({
    success: true,
    token,
    "refresh-token": refreshToken,
    validFor: ASSUMPTIONS.tokenMinutes,
    user: user.login,
    ...(details
      ? {
          fullName: user.fullName,
          email: `${user.login}@alder-finch.example`,
          tenant: TENANT,
          roles: user.roles,
          tenantValue: TENANT.toLowerCase(),
        }
      : {}),
  });
}

function checkTenant(form: URLSearchParams): void {
  const tenant = form.get("tenant");
  if (tenant !== null && tenant !== TENANT) throw new Refusal(401, ASSUMPTIONS.messages.tenant);
}

function same(given: string, wanted: string): boolean {
  const digest = (value: string): Buffer => createHash("sha256").update(value).digest();
  return timingSafeEqual(digest(given), digest(wanted));
}

/** The access token of a request: the vendor's header, or a bearer token. */
export function tokenOf(request: SandboxRequest): string | undefined {
  const own = request.headers["preservica-access-token"];
  if (typeof own === "string") return own;
  return /^Bearer (\S+)$/iu.exec(request.headers.authorization ?? "")?.[1];
}

/** @throws Refusal 401 when the token is missing, unknown or expired */
export function authenticate(archive: Archive, request: SandboxRequest): PreservicaUser {
  const token = tokenOf(request);
  const state = token === undefined ? undefined : archive.sessions.check(token);
  if (state?.kind !== "valid") throw new Refusal(401, ASSUMPTIONS.messages.unauthorised);
  request.setUser(state.user.login);
  return state.user;
}
