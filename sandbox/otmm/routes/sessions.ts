import type { SandboxAnswer, SandboxRequest } from "../../kernel/types.js";
import { badRequest, json, unauthorized } from "../answers.js";
import { STATUS } from "../assumptions.js";
import type { OtmmParts, Route } from "../call.js";
import { parseJson, textOf, wrapped } from "../json.js";
import type { Session } from "../sessions.js";

function sessionBody({ id, user, digest, validationKey }: Session): object {
  return {
    session_resource: {
      session: {
        id,
        login_name: user.login,
        user_id: user.id,
        user_full_name: user.fullName,
        domain_name: "OTMM",
        role_name: user.role,
        user_role_id: user.roleId,
        local_session: false,
        message_digest: digest,
        validation_key: validationKey,
      },
    },
  };
}

function withCookies({ settings }: OtmmParts, session: Session): SandboxAnswer {
  const cookies = [`JSESSIONID=${session.cookie}; Path=/otmmapi; HttpOnly`, `OTMMROUTE=${session.route}; Path=/`];
  return json(settings, sessionBody(session), 200, { "set-cookie": cookies });
}

/** `POST /sessions`: form login. */
export async function login(parts: OtmmParts, request: SandboxRequest): Promise<SandboxAnswer> {
  const form = await request.form();
  const user = parts.sessions.checkPassword(form.get("username"), form.get("password"));
  request.setUser(user.login);
  return withCookies(parts, parts.sessions.open(user));
}

/** `POST /sessions/oauth2/token`: password grant; the leaf is camelCase. */
export async function token(parts: OtmmParts, request: SandboxRequest): Promise<SandboxAnswer> {
  const form = await request.form();
  if (form.get("grant_type") !== "password") throw badRequest("The grant type is not supported.");
  parts.sessions.checkClient(form.get("client_id"), form.get("client_secret"));
  const user = parts.sessions.checkPassword(form.get("username"), form.get("password"));
  request.setUser(user.login);
  return json(parts.settings, {
    token_info: { oauth_token: { ...parts.sessions.issueToken(user), tokenType: "Bearer" } },
  });
}

/** `GET /sessions`: the session's own body; exchanges an OTDS ticket given as header or query. */
export function current(parts: OtmmParts, request: SandboxRequest): SandboxAnswer {
  const header = request.headers["otdstoken"];
  const ticket = (Array.isArray(header) ? header[0] : header) ?? request.query.get("OTDSTicket");
  if (ticket !== null && ticket !== undefined) {
    const session = parts.sessions.byResourceTicket(ticket);
    request.setUser(session.user.login);
    return withCookies(parts, session);
  }
  const { session } = parts.sessions.caller(request.headers, false);
  if (!session) throw unauthorized("The access token has no session.");
  request.setUser(session.user.login);
  return json(parts.settings, sessionBody(session));
}

/** `DELETE /sessions` */
export const sessionRoutes: Route[] = [
  {
    method: "DELETE",
    pattern: "sessions",
    run: (call) => {
      if (call.caller.session) call.parts.sessions.close(call.caller.session);
      return { status: STATUS.loggedOut };
    },
  },
];

/** OTDS beside OTMM: `authentication/credentials` and `authentication/resource/ticketforresource`. */
export async function otds(parts: OtmmParts, request: SandboxRequest): Promise<SandboxAnswer | undefined> {
  if (request.method !== "POST") return undefined;
  const path = request.segments.join("/");
  const body = () => request.text().then((text) => wrapped({ body: parseJson(text, "The body") }, "body"));
  if (path === "otdsws/rest/authentication/credentials") {
    const credentials = await body();
    const user = parts.sessions.checkPassword(
      textOf(credentials["userName"]) ?? null,
      textOf(credentials["password"]) ?? null,
    );
    request.setUser(user.login);
    const ticket = parts.sessions.issueTicket(user, textOf(credentials["targetResourceId"]));
    return json(parts.settings, { token: null, userId: user.login, ticket, resourceID: null, failureReason: null });
  }
  if (path === "otdsws/rest/authentication/resource/ticketforresource") {
    const order = await body();
    const ticket = parts.sessions.exchangeTicket(
      textOf(order["ticket"]) ?? "",
      textOf(order["targetResourceId"]) ?? "",
    );
    return json(parts.settings, { ticket });
  }
  return undefined;
}
