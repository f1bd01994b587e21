import { LifecycleError } from "../messages/error.js";

/** Characters that XML 1.0 cannot hold, not even as references (section 2.2). */
const ILLEGAL =
  /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/;
const ESCAPES: Record<string, string> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "\r": "&#13;",
};

/**
 * Text as XML character data that reads back exactly as given (carriage returns included).
 *
 * @param where what the text is, for the message, e.g. `Title`
 * @throws LifecycleError INVALID_INPUT when a character cannot be in XML at all; changing it silently is not ours to decide
 */
export function xmlText(text: string, where: string): string {
  const illegal = ILLEGAL.exec(text);
  if (illegal !== null) {
    const code = illegal[0].charCodeAt(0).toString(16).toUpperCase().padStart(4, "0");
    throw new LifecycleError(
      "INVALID_INPUT",
      `${where} holds the character U+${code} at position ${illegal.index + 1}, which XML cannot carry; let the mapping profile strip or replace it.`,
      { system: "preservica", details: { field: where, position: illegal.index } },
    );
  }
  return text.replace(/[&<>"\r]/g, (character) => ESCAPES[character] ?? character);
}

/** Text as an attribute value; line breaks and tabs survive normalisation. */
export function xmlAttribute(text: string, where: string): string {
  return xmlText(text, where).replaceAll("\n", "&#10;").replaceAll("\t", "&#9;");
}

/** The text with what XML cannot hold replaced by U+FFFD; for names that we may change because the original is kept elsewhere. */
export function legalText(text: string): string {
  return text.replace(new RegExp(ILLEGAL.source, "g"), "\ufffd");
}
