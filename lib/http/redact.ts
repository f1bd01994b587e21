/**
 * Takes secrets out of everything that people, logs or stores may see. Two nets: the secrets that this process knows
 * (registered live) and the shapes that secrets usually have (headers, signed queries, user info in addresses).
 */

const HIDDEN = "[hidden]";
/** Shorter values are no secrets worth the name, and hiding them would tear texts apart. */
const SHORTEST = 5;
/** Tokens rotate for ever; the oldest are forgotten. */
const MOST = 2000;

/** Every form in which a secret may turn up in an address, a form body or a JSON text. */
function forms(value: string): string[] {
  const encoded = encodeURIComponent(value);
  const json = JSON.stringify(value).slice(1, -1);
  return [...new Set([value, encoded, encoded.replaceAll("%20", "+"), json, Buffer.from(value).toString("base64")])];
}

class Secrets {
  readonly #known = new Map<string, string[]>();
  #longestFirst: string[] | undefined;

  /** Remembers a secret from now on; empty and very short values are ignored. */
  add(value: string | undefined): void {
    if (value === undefined || value.length < SHORTEST) return;
    const fresh = !this.#known.delete(value);
    this.#known.set(value, forms(value));
    const oldest = this.#known.size > MOST ? this.#known.keys().next().value : undefined;
    if (oldest !== undefined) this.#known.delete(oldest);
    if (fresh) this.#longestFirst = undefined;
  }

  hide(text: string): string {
    this.#longestFirst ??= [...this.#known.values()].flat().sort((a, b) => b.length - a.length);
    return this.#longestFirst.reduce((left, secret) => left.replaceAll(secret, HIDDEN), text);
  }
}

/** The secrets of this process: passwords, tokens, session ids, signing keys. */
export const secrets = new Secrets();

const SECRET_HEADERS =
  "proxy-authorization|authorization|set-cookie|cookie|x-requested-by|otmmauthtoken|otdstoken|otdsticket|otcsticket|preservica-access-token|x-amz-security-token|x-api-key";
const SECRET_NAMES =
  "password|passwd|passphrase|client_secret|clientsecret|secret|access_?token|refresh_?token|id_?token|token|ticket|otdsticket|otcsticket|message_digest|x-amz-signature|x-amz-credential|x-amz-security-token|x-goog-signature|awsaccesskeyid|signature|sig|api_?key";

const SHAPES: readonly [RegExp, string][] = [
  // "scheme://user:password@host"
  [/\b([a-z][a-z0-9+.-]*:\/\/)[^\s/?#@"'<>]+@/gi, `$1${HIDDEN}@`],
  // "Authorization: Bearer x" as a header line or a JSON member; the value goes on to the line's or string's end
  [
    new RegExp(`(["']?\\b(?:${SECRET_HEADERS})["']?\\s*[:=]\\s*)(?:"[^"]*"|'[^']*'|[^\\r\\n"'<>}]+)`, "gi"),
    `$1${HIDDEN}`,
  ],
  // "password=x" in forms, queries and JSON
  [
    new RegExp(
      `((?:^|[?&;,{\\s"'])["']?(?:${SECRET_NAMES})["']?\\s*[:=]\\s*)(?:"[^"]*"|'[^']*'|[^\\s&"'<>,;}]+)`,
      "gi",
    ),
    `$1${HIDDEN}`,
  ],
  [/\b(Bearer|Basic|Digest|Negotiate)\s+[A-Za-z0-9+/=._~-]{6,}/g, `$1 ${HIDDEN}`],
  // JSON web tokens anywhere
  [/\beyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{4,}(?:\.[A-Za-z0-9_-]*)?/g, HIDDEN],
];

/** The text with every known secret and every secret-looking part replaced by "[hidden]". */
export function redact(text: string): string {
  return SHAPES.reduce((left, [shape, instead]) => left.replace(shape, instead), secrets.hide(text));
}

/** A technical cause that is safe to keep: name, code and redacted message of the original, nothing else. */
export function leanCause(thrown: unknown): Error {
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  const lean = new Error(redact(message));
  if (thrown instanceof Error) lean.name = thrown.name;
  const code = codeOf(thrown);
  return code === undefined ? lean : Object.assign(lean, { code });
}

/** The `code` of a Node.js error (ECONNREFUSED …), if it has one. */
export function codeOf(thrown: unknown): string | undefined {
  if (typeof thrown !== "object" || thrown === null || !("code" in thrown)) return undefined;
  return typeof thrown.code === "string" ? thrown.code : undefined;
}
