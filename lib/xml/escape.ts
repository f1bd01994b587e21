import { LifecycleError } from "../messages/error.js";

const SIGNS: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&apos;",
  // Parsers turn these into blanks or line feeds unless they are written as references.
  "\r": "&#13;",
};

/**
 * Text for element content or attribute values.
 *
 * @param illegal what to do with characters that XML 1.0 cannot hold (control characters, lone surrogates):
 *   `strip` leaves them out, `refuse` throws
 * @throws LifecycleError INVALID_INPUT with `refuse`, naming the first such character
 */
export function escapeXml(text: string, illegal: "strip" | "refuse" = "strip"): string {
  return legalXml(text, illegal).replace(/[&<>"'\r]/g, (sign) => SIGNS[sign] ?? sign);
}

/** For attribute values: like `escapeXml`, and keeps line feeds and tabs. */
export function escapeXmlAttribute(text: string, illegal: "strip" | "refuse" = "strip"): string {
  return escapeXml(text, illegal).replaceAll("\n", "&#10;").replaceAll("\t", "&#9;");
}

/** The text without, or refused because of, characters that XML 1.0 cannot hold. */
function legalXml(text: string, illegal: "strip" | "refuse"): string {
  let kept = "";
  let clean = true;
  let position = 0;
  for (const sign of text) {
    const code = sign.codePointAt(0) ?? 0;
    if (isXmlCharacter(code)) kept += sign;
    else if (illegal === "refuse") {
      throw new LifecycleError(
        "INVALID_INPUT",
        `XML cannot hold the character U+${code.toString(16).toUpperCase().padStart(4, "0")} at position ${position}; remove it or let the mapping strip it.`,
        { details: { position, character: code } },
      );
    } else clean = false;
    position += sign.length;
  }
  return clean ? text : kept;
}

/** Is the code point a `Char` of XML 1.0 (section 2.2)? */
export function isXmlCharacter(code: number): boolean {
  return (
    code === 0x9 ||
    code === 0xa ||
    code === 0xd ||
    (code >= 0x20 && code <= 0xd7ff) ||
    (code >= 0xe000 && code <= 0xfffd) ||
    (code >= 0x10000 && code <= 0x10ffff)
  );
}
