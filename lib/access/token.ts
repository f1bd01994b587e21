import { createHmac, randomBytes } from "node:crypto";
import { sameText } from "../messages/same-text.js";

/** What a link carries: which node gave it, which grant it is, when it ends. Nothing of the archive, nobody's name. */
export interface LinkClaims {
  /** Id of the node whose secret signs. */
  node: string;
  /** Id of the grant in the store. */
  grant: string;
  /** Epoch seconds from which it is refused. */
  expires: number;
}

const PART = /^[A-Za-z0-9_-]+$/;

/** `<node>.<grant>.<expiry, base 36>.<nonce>.<HMAC-SHA256>`, all safe in an address. */
export function signLink(claims: LinkClaims, secret: string, nonce = randomBytes(12).toString("base64url")): string {
  const body = [Buffer.from(claims.node).toString("base64url"), claims.grant, claims.expires.toString(36), nonce].join(
    ".",
  );
  return `${body}.${macOf(body, secret)}`;
}

/** The claims as the text states them, not proven yet: only to know whose secret to ask. */
export function claimsOf(link: string): LinkClaims | undefined {
  const parts = link.split(".");
  const [encoded = "", grant = "", expiry = ""] = parts;
  const expires = Number.parseInt(expiry, 36);
  if (
    parts.length !== 5 ||
    link.length > 512 ||
    !parts.every((part) => PART.test(part)) ||
    !Number.isSafeInteger(expires)
  ) {
    return undefined;
  }
  return { node: Buffer.from(encoded, "base64url").toString(), grant, expires };
}

/** Is the link signed with this secret? Compared in constant time; any change of any part makes it false. */
export function isSigned(link: string, secret: string): boolean {
  const end = link.lastIndexOf(".");
  return end > 0 && sameText(link.slice(end + 1), macOf(link.slice(0, end), secret));
}

function macOf(body: string, secret: string): string {
  return createHmac("sha256", secret).update(`content-lifecycle-link:${body}`).digest("base64url");
}
