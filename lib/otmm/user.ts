import { text } from "../http/shape.js";

/** Who is logged in, as OTMM says. */
export interface OtmmUser {
  loginName?: string;
  userId?: string;
  fullName?: string;
  roleName?: string;
}

/** Reads `session_resource.session`. */
export function userOf(session: Readonly<Record<string, unknown>>): OtmmUser {
  const loginName = text(session["login_name"]);
  const userId = text(session["user_id"]);
  const fullName = text(session["user_full_name"]);
  const roleName = text(session["role_name"]);
  return {
    ...(loginName === undefined ? {} : { loginName }),
    ...(userId === undefined ? {} : { userId }),
    ...(fullName === undefined ? {} : { fullName }),
    ...(roleName === undefined ? {} : { roleName }),
  };
}
