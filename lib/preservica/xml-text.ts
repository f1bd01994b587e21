import { escapeXml, escapeXmlAttribute } from "../http/index.js";
import { LifecycleError } from "../messages/error.js";

/** What XML 1.0 cannot hold, not even as references (section 2.2). */
const ILLEGAL = /(?![\t\n\r\u007f-\u009f])\p{Cc}|[\ufffe\uffff]|\p{Cs}/u;

/**
 * Text as XML character data that reads back exactly as given (carriage returns included).
 *
 * @param where what the text is, for the message, e.g. `Title`
 * @throws LifecycleError INVALID_INPUT when a character cannot be in XML at all; changing it silently is not ours to decide
 */
export function xmlText(text: string, where: string): string {
  refuseIllegal(text, where);
  return escapeXml(text, "refuse");
}

/** Text as an attribute value; line breaks and tabs survive normalisation. */
export function xmlAttribute(text: string, where: string): string {
  refuseIllegal(text, where);
  return escapeXmlAttribute(text, "refuse");
}

/** The text with what XML cannot hold replaced by U+FFFD; for names that we may change because the original is kept elsewhere. */
export function legalText(text: string): string {
  return text.replace(new RegExp(ILLEGAL.source, "gu"), "\ufffd");
}

/** Where a text first holds a character that XML cannot carry; undefined when it holds none. */
export function illegalAt(text: string): number | undefined {
  return ILLEGAL.exec(text)?.index;
}

function refuseIllegal(text: string, where: string): void {
  const position = illegalAt(text);
  if (position === undefined) return;
  const code = text.charCodeAt(position).toString(16).toUpperCase().padStart(4, "0");
  throw new LifecycleError(
    "INVALID_INPUT",
    `${where} holds the character U+${code} at position ${position + 1}, which XML cannot carry; let the mapping profile strip or replace it.`,
    { system: "preservica", details: { field: where, position } },
  );
}
