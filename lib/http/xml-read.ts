import { isXmlCharacter } from "../xml/escape.js";
import type { XmlNode } from "./xml-node.js";

/** Levels of elements that are read; real answers of the systems have about ten. */
const DEEPEST = 100;

/** Attributes of one element. */
const MOST_ATTRIBUTES = 1000;

/** Why some XML is not read; turned into a coded error by `parseXml`. */
export class XmlRefusal extends Error {}

/** Nearly all names are of this kind; the other expression knows all of them and takes many times as long. */
const ASCII_NAME = /[A-Z_a-z][\w.-]*(?::[A-Z_a-z][\w.-]*)?/y;
const NAME = /[\p{L}_][\p{L}\p{N}\p{M}_.\-·]*(?::[\p{L}_][\p{L}\p{N}\p{M}_.\-·]*)?/uy;

const COLON = 58;
const LAST_ASCII = 127;

/** An element whose end has not been read yet. */
interface Open extends XmlNode {
  readonly content: (XmlNode | string)[];
}

/**
 * Reads XML in one pass: well-formed nesting, no DTD, size and depth limits. Linear in the length of the text, whatever
 * it holds, and a few times quicker than a general parser, which reads what a limit forbids before it can be looked at.
 *
 * @returns the root element
 * @throws XmlRefusal
 */
export function readXml(text: string, maxLength: number): XmlNode {
  if (text.length > maxLength) throw new XmlRefusal(`it is longer than ${maxLength} characters`);
  // Line ends are one character for every XML reader (XML 1.0, 2.11).
  const xml = text.includes("\r") ? text.replace(/\r\n?/g, "\n") : text;
  const open: Open[] = [];
  let root: XmlNode | undefined;
  let at = 0;
  for (;;) {
    const tag = xml.indexOf("<", at);
    const inner = open.at(-1);
    takeText(xml.slice(at, tag < 0 ? undefined : tag), inner);
    if (tag < 0) break;
    const next = xml[tag + 1];
    if (next === "/") {
      const end = nameEnd(xml, tag + 2);
      if (inner === undefined || xml.slice(tag + 2, end) !== inner.name)
        throw new XmlRefusal("its elements are not nested properly");
      open.pop();
      at = expectAfterBlanks(xml, end, ">");
    } else if (next === "!") at = afterDeclaration(xml, tag, inner);
    else if (next === "?") at = after(xml, "?>", tag + 2);
    else {
      if (inner === undefined && root !== undefined) throw new XmlRefusal("it has more than one root element");
      const element = startTag(xml, tag);
      root ??= element.node;
      inner?.content.push(element.node);
      if (!element.empty) open.push(element.node);
      if (open.length > DEEPEST) throw new XmlRefusal(`it is nested deeper than ${DEEPEST} levels`);
      at = element.after;
    }
  }
  if (open.length > 0) throw new XmlRefusal("it ends too early");
  if (root === undefined) throw new XmlRefusal("it has no root element");
  return root;
}

function takeText(text: string, inner: Open | undefined): void {
  if (text === "") return;
  if (inner !== undefined) inner.content.push(decodeXmlText(text));
  else if (text.replace("\u{feff}", "").trim() !== "") throw new XmlRefusal("there is text outside the root element");
}

/** What begins with `<!`: comments are skipped, CDATA is text, all else is refused. @returns where it ends */
function afterDeclaration(xml: string, tag: number, inner: Open | undefined): number {
  if (xml.startsWith("<!--", tag)) return after(xml, "-->", tag + 4);
  if (!xml.startsWith("<![CDATA[", tag))
    throw new XmlRefusal("it declares a document type or entities, which is refused");
  if (inner === undefined) throw new XmlRefusal("there is text outside the root element");
  const end = after(xml, "]]>", tag + 9);
  inner.content.push(xml.slice(tag + 9, end - 3));
  return end;
}

function startTag(xml: string, tag: number): { node: Open; empty: boolean; after: number } {
  const nameStops = nameEnd(xml, tag + 1);
  const name = xml.slice(tag + 1, nameStops);
  // No object is made with names of elements here; whoever makes one later must not be tricked.
  if (name.endsWith("__proto__")) throw new XmlRefusal("an element has a name that is refused");
  const attributes = new Map<string, string>();
  const node: Open = { name, local: localName(name), attributes, content: [] };
  let at = nameStops;
  for (;;) {
    const begin = afterBlanks(xml, at);
    const sign = xml[begin];
    if (sign === ">") return { node, empty: false, after: begin + 1 };
    if (sign === "/") return { node, empty: true, after: expect(xml, begin + 1, ">") };
    // Attributes are separated by blanks.
    if (begin === at) throw broken();
    at = takeAttribute(xml, begin, attributes);
  }
}

/** @returns where the attribute ends */
function takeAttribute(xml: string, begin: number, attributes: Map<string, string>): number {
  const end = nameEnd(xml, begin);
  const name = xml.slice(begin, end);
  const value = afterBlanks(xml, expectAfterBlanks(xml, end, "="));
  const quote = xml[value];
  if (quote !== '"' && quote !== "'") throw broken();
  const closing = after(xml, quote, value + 1);
  const written = xml.slice(value + 1, closing - 1);
  if (attributes.has(name) || written.includes("<")) throw new XmlRefusal("it is not well-formed");
  // A line end inside a value counts as a blank (XML 1.0, 3.3.3).
  attributes.set(name, decodeXmlText(/[\n\t]/.test(written) ? written.replace(/[\n\t]/g, " ") : written));
  if (attributes.size > MOST_ATTRIBUTES) throw new XmlRefusal(`an element has more than ${MOST_ATTRIBUTES} attributes`);
  return closing;
}

/** A name without its prefix. */
export function localName(name: string): string {
  return name.slice(name.indexOf(":") + 1);
}

function broken(): XmlRefusal {
  return new XmlRefusal("it ends too early or a tag is broken");
}

function after(xml: string, mark: string, from: number): number {
  const found = xml.indexOf(mark, from);
  if (found < 0) throw new XmlRefusal("it ends too early");
  return found + mark.length;
}

function afterBlanks(xml: string, from: number): number {
  let at = from;
  for (let sign = xml.charCodeAt(at); sign === 32 || sign === 10 || sign === 9; sign = xml.charCodeAt(at)) at += 1;
  return at;
}

function expect(xml: string, at: number, sign: string): number {
  if (xml[at] !== sign) throw broken();
  return at + 1;
}

function expectAfterBlanks(xml: string, from: number, sign: string): number {
  return expect(xml, afterBlanks(xml, from), sign);
}

/** Where the name that begins at `at` ends. */
function nameEnd(xml: string, at: number): number {
  ASCII_NAME.lastIndex = at;
  if (ASCII_NAME.test(xml)) {
    const end = ASCII_NAME.lastIndex;
    const next = xml.charCodeAt(end);
    // After these the name may go on with a letter that only the other expression knows.
    if (next !== COLON && !(next > LAST_ASCII)) return end;
  }
  NAME.lastIndex = at;
  if (!NAME.test(xml)) throw new XmlRefusal("it is not well-formed");
  return NAME.lastIndex;
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
