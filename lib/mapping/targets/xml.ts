import type { Scope } from "../engine/scope.js";
import type { PlacedRow } from "./types.js";

/** Clean values pass after this one look. */
// oxlint-disable-next-line no-control-regex -- these are the characters that XML 1.0 forbids, and its markup
const SUSPECT = /[\u0000-\u0008\u000B-\u001F&<>"\uD800-\uDFFF\uFFFE\uFFFF]/;
// oxlint-disable-next-line no-control-regex -- these are the characters that XML 1.0 forbids, and its markup
const SUSPECT_IN_ATTRIBUTE = /[\u0000-\u001F&<>"\uD800-\uDFFF\uFFFE\uFFFF]/;
const ILLEGAL = /[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/u;
const MARKUP = /[&<>"\r]/g;
const MARKUP_IN_ATTRIBUTE = /[&<>"\t\n\r]/g;
const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "\t": "&#9;",
  "\n": "&#10;",
  "\r": "&#13;",
};

const XML_NAME = /^[A-Za-z_\u00C0-\u024F][\w.\-\u00B7\u00C0-\u024F]*$/u;

/** Text of an element; undefined (and a problem on the row) when XML cannot hold it. */
export function elementText(value: string, scope: Scope, row: PlacedRow): string | undefined {
  if (!SUSPECT.test(value)) return value;
  if (isIllegal(value, scope, row)) return undefined;
  return value.replace(MARKUP, entity);
}

/** Text between the quotes of an attribute; undefined (and a problem on the row) when XML cannot hold it. */
export function attributeText(value: string, scope: Scope, row: PlacedRow): string | undefined {
  if (!SUSPECT_IN_ATTRIBUTE.test(value)) return value;
  if (isIllegal(value, scope, row)) return undefined;
  return value.replace(MARKUP_IN_ATTRIBUTE, entity);
}

/** For texts of the profile itself, which compiling has checked. */
export function escapeFixed(text: string): string {
  return text.replace(MARKUP_IN_ATTRIBUTE, entity);
}

/** Reports a value that no XML document can hold; true when it is one. */
export function isIllegal(value: string, scope: Scope, row: PlacedRow): boolean {
  const found = ILLEGAL.exec(value);
  if (found === null) return false;
  const code = (found[0].codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0");
  const message = `The value holds U+${code}, which XML forbids; correct the source, or add the step "xml-clean".`;
  scope.report("error", message, value, row.head);
  return true;
}

/** A cheap look before `isIllegal`. */
export function isSuspect(value: string): boolean {
  return SUSPECT.test(value);
}

/** Names of elements and attributes without prefix. */
export function isXmlName(name: string): boolean {
  return XML_NAME.test(name);
}

export function hasIllegal(text: string): boolean {
  return ILLEGAL.test(text);
}

function entity(character: string): string {
  return ENTITIES[character] ?? character;
}
