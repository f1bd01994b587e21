import { ASSUMPTIONS } from "../assumptions.js";
import type { Call } from "../http/call.js";
import { badRequest, jsonAnswer, undocumented } from "../http/refusal.js";
import { route, type Route } from "../http/router.js";
import { el, text } from "../xml/write.js";
import { xmlAnswer } from "../http/call.js";
import { SECURITY_TAGS } from "./tags.js";
import { TENANT } from "./users.js";

/** Small APIs around the account and the tenant. Patterns are below `/api`. */
export const USER_ROUTES: readonly Route[] = [
  route("GET", "user/details", (call) =>
    jsonAnswer({
      username: call.user.login,
      fullName: call.user.fullName,
      email: `${call.user.login}@alder-finch.example`,
      tenant: TENANT,
      roles: call.user.roles,
    }),
  ),
  route("PUT", "user/password", refusePasswordChange),
  route("GET", "entitlement/edition", (call) => jsonAnswer({ edition: call.archive.settings.edition }), [], "7.3"),
  route("GET", "security/tags", listTags),
];

/** Seeded accounts keep their passwords, else the ready line would lie; the checks are the vendor's. */
async function refusePasswordChange(call: Call): Promise<never> {
  const body: unknown = JSON.parse(await call.request.text());
  if (typeof body !== "object" || body === null || !("password" in body) || !("newPassword" in body))
    throw undocumented(400, "password and newPassword are expected");
  throw badRequest("passwords of seeded accounts cannot be changed");
}

function listTags(call: Call): ReturnType<typeof xmlAnswer> {
  const { elements } = ASSUMPTIONS;
  const tags = Object.entries(SECURITY_TAGS)
    .filter(([, groups]) => groups === "all" || groups.some((group) => call.user.groups.includes(group)))
    .map(([name]) =>
      el(
        "Tag",
        { name },
        text("Permission", "read"),
        call.user.rights.includes("write") ? text("Permission", "write") : "",
      ),
    );
  return xmlAnswer(el(elements.tags, { xmlns: `http://preservica.com/SecurityAPI/v${call.api.version}` }, ...tags));
}
