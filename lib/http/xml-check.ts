import { isXmlCharacter } from "../xml/escape.js";

/** Levels of elements that are read; real answers of the systems have about ten. */
const DEEPEST = 100;

/** Attributes of one element; each costs the parser as much as an element. */
const MOST_ATTRIBUTES = 1000;

/** Why some XML is not read; turned into a coded error by `parseXml`. */
export class XmlRefusal extends Error {}

const NAME = /[\p{L}_][\p{L}\p{N}\p{M}_.\-·]*(?::[\p{L}_][\p{L}\p{N}\p{M}_.\-·]*)?/uy;

/**
 * Looks through XML once, before a parser touches it: well-formed nesting, no DTD, size and depth limits. Linear in
 * the length of the text, whatever it holds.
 *
 * @throws XmlRefusal
 */
export function checkXml(xml: string, maxLength: number): void {
  if (xml.length > maxLength) throw new XmlRefusal(`it is longer than ${maxLength} characters`);
  const open: string[] = [];
  let roots = 0;
  let at = 0;
  for (;;) {
    const tag = xml.indexOf("<", at);
    const between = xml.slice(at, tag < 0 ? undefined : tag);
    if (open.length === 0 && between.replace("\u{feff}", "").trim() !== "")
      throw new XmlRefusal("there is text outside the root element");
    if (tag < 0) break;
    if (xml.startsWith("<!--", tag)) at = after(xml, "-->", tag + 4);
    else if (xml.startsWith("<![CDATA[", tag)) {
      if (open.length === 0) throw new XmlRefusal("there is text outside the root element");
      at = after(xml, "]]>", tag + 9);
    } else if (xml.startsWith("<?", tag)) at = after(xml, "?>", tag + 2);
    else if (xml.startsWith("<!", tag))
      throw new XmlRefusal("it declares a document type or entities, which is refused");
    else if (xml.startsWith("</", tag)) {
      const name = nameAt(xml, tag + 2);
      if (open.pop() !== name) throw new XmlRefusal("its elements are not nested properly");
      at = after(xml, ">", tag + 2);
    } else {
      const name = nameAt(xml, tag + 1);
      const end = endOfTag(xml, tag + 1 + name.length);
      if (open.length === 0) roots += 1;
      if (roots > 1) throw new XmlRefusal("it has more than one root element");
      if (xml[end - 1] !== "/") open.push(name);
      if (open.length > DEEPEST) throw new XmlRefusal(`it is nested deeper than ${DEEPEST} levels`);
      at = end + 1;
    }
  }
  if (open.length > 0) throw new XmlRefusal("it ends too early");
  if (roots === 0) throw new XmlRefusal("it has no root element");
}

function after(xml: string, mark: string, from: number): number {
  const found = xml.indexOf(mark, from);
  if (found < 0) throw new XmlRefusal("it ends too early");
  return found + mark.length;
}

function nameAt(xml: string, at: number): string {
  NAME.lastIndex = at;
  const found = NAME.exec(xml);
  if (found === null) throw new XmlRefusal("it is not well-formed");
  return found[0];
}

/** Position of the `>` that ends a start tag; `>` inside quotes does not count. */
function endOfTag(xml: string, from: number): number {
  let at = from;
  let values = 0;
  while (at < xml.length) {
    const sign = xml[at];
    if (sign === ">") return at;
    if (sign === "<") break;
    if (sign === '"' || sign === "'") {
      at = after(xml, sign, at + 1);
      values += 1;
      if (values > MOST_ATTRIBUTES) throw new XmlRefusal(`an element has more than ${MOST_ATTRIBUTES} attributes`);
    } else at += 1;
  }
  throw new XmlRefusal("it ends too early or a tag is broken");
}

const FIVE: Readonly<Record<string, string>> = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'" };

/**
 * Decodes the five entities and character references.
 *
 * @throws XmlRefusal for any other entity and for characters that XML 1.0 does not know
 */
export function decodeXmlText(text: string): string {
  if (!text.includes("&")) return text;
  return text.replace(/&([^;&]{0,32};)?/g, (_whole, inner: string | undefined) => {
    const body = inner?.slice(0, -1);
    const named = body === undefined ? undefined : FIVE[body];
    if (named !== undefined) return named;
    const code = body === undefined ? Number.NaN : codePoint(body);
    if (Number.isNaN(code) || !isXmlCharacter(code))
      throw new XmlRefusal("it uses an entity or character that is refused");
    return String.fromCodePoint(code);
  });
}

function codePoint(body: string): number {
  const hex = /^#x([0-9a-f]{1,6})$/i.exec(body)?.[1];
  if (hex !== undefined) return Number.parseInt(hex, 16);
  const decimal = /^#(\d{1,7})$/.exec(body)?.[1];
  return decimal === undefined ? Number.NaN : Number.parseInt(decimal, 10);
}
