import { secrets } from "../http/index.js";

/** Keeps every cookie that one server sets, by name. Paths and domains are not told apart: there is one host and one API path. */
export class CookieJar {
  readonly #cookies = new Map<string, string>();

  /** @param lines Set-Cookie lines as sent */
  take(lines: readonly string[]): void {
    for (const line of lines) {
      const [pair = "", ...attributes] = line.split(";");
      const equals = pair.indexOf("=");
      if (equals <= 0) continue;
      const name = pair.slice(0, equals).trim();
      const value = pair.slice(equals + 1).trim();
      if (value === "" || attributes.some(isOver)) {
        this.#cookies.delete(name);
        continue;
      }
      // Route cookies are short and harmless; session cookies are not.
      if (value.length >= 12) secrets.add(value);
      this.#cookies.set(name, value);
    }
  }

  /** Value of the Cookie header; undefined when there is none to send. */
  header(): string | undefined {
    return this.#cookies.size === 0
      ? undefined
      : [...this.#cookies].map(([name, value]) => `${name}=${value}`).join("; ");
  }
}

/** Does the attribute say that the cookie has ended? */
function isOver(attribute: string): boolean {
  const [name = "", value = ""] = attribute.split("=").map((part) => part.trim());
  if (/^max-age$/i.test(name)) return Number(value) <= 0;
  return /^expires$/i.test(name) && Date.parse(value) < Date.now();
}
