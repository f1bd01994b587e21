/** An attribute; namespace declarations are kept apart, in the element's scope. */
export interface XmlAttribute {
  name: string;
  local: string;
  ns: string;
  value: string;
}

/** An element with its namespaces resolved. Text children are unescaped. */
export interface XmlElement {
  name: string;
  prefix: string;
  local: string;
  ns: string;
  attributes: XmlAttribute[];
  /** Namespaces that this element itself declares: prefix ("" = default) -> URI. */
  declared: ReadonlyMap<string, string>;
  /** All namespaces in scope here: prefix -> URI. */
  scope: ReadonlyMap<string, string>;
  children: (XmlElement | string)[];
}

/** The document is not well-formed, has a DTD, or is too deep. The message names the position. */
export class XmlError extends Error {
  override name = "XmlError";
}

const XML_NS = "http://www.w3.org/XML/1998/namespace";
const MAX_DEPTH = 100;
const NAME =
  /[A-Za-z_\u00C0-\u{EFFFF}][\w.\-\u00B7\u00C0-\u{EFFFF}]*(?::[A-Za-z_\u00C0-\u{EFFFF}][\w.\-\u00B7\u00C0-\u{EFFFF}]*)?/uy;
const ATTRIBUTE = /\s+([^\s=/>"'<]+)\s*=\s*(?:"([^"<]*)"|'([^'<]*)')/uy;
const TAG_END = /\s*(\/?)>/uy;
const CLOSE_END = /\s*>/uy;
// oxlint-disable-next-line no-control-regex -- these are exactly the characters that XML 1.0 forbids
const ILLEGAL = /[\u0000-\u0008\u000B\u000C\u000E-\u001F\uFFFE\uFFFF]/u;
const ENTITIES: Record<string, string> = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'" };

/**
 * Parses a namespace-aware, well-formed XML 1.0 document; comments and processing instructions are dropped.
 * Strict on purpose: no DTD, no undefined entity or prefix, no character that XML forbids.
 *
 * @param source bytes (must be UTF-8) or text
 * @throws XmlError
 */
export function parseXml(source: Buffer | string): XmlElement {
  return new Parser(typeof source === "string" ? source : decode(source)).document();
}

function decode(bytes: Buffer): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw new XmlError("the document is not UTF-8");
  }
}

class Parser {
  private at = 0;
  constructor(private readonly text: string) {
    const illegal = ILLEGAL.exec(text);
    if (illegal) this.fail(`character U+${illegal[0].charCodeAt(0).toString(16)} is not allowed in XML`, illegal.index);
  }

  document(): XmlElement {
    if (this.text.startsWith("\uFEFF")) this.at = 1;
    this.misc();
    if (this.text[this.at] !== "<") this.fail("no root element");
    const root = this.element(new Map([["xml", XML_NS]]), 0);
    this.misc();
    if (this.at < this.text.length) this.fail("content after the root element");
    return root;
  }

  private fail(why: string, at = this.at): never {
    const line = this.text.slice(0, at).split("\n").length;
    throw new XmlError(`not well-formed: ${why} (line ${line}, position ${at})`);
  }

  private take(pattern: RegExp): RegExpExecArray | undefined {
    pattern.lastIndex = this.at;
    const found = pattern.exec(this.text);
    if (!found) return undefined;
    this.at = pattern.lastIndex;
    return found;
  }

  private misc(): void {
    for (;;) {
      this.take(/\s+/uy);
      if (this.text.startsWith("<!DOCTYPE", this.at)) this.fail("a document type declaration is not allowed");
      if (!this.comment()) return;
    }
  }

  private comment(): boolean {
    if (this.text.startsWith("<!--", this.at)) this.skipTo("-->", 4);
    else if (this.text.startsWith("<?", this.at)) this.skipTo("?>", 2);
    else return false;
    return true;
  }

  private skipTo(end: string, from: number): string {
    const stop = this.text.indexOf(end, this.at + from);
    if (stop < 0) this.fail(`"${end}" is missing`);
    const inner = this.text.slice(this.at + from, stop);
    this.at = stop + end.length;
    return inner;
  }

  private element(outer: ReadonlyMap<string, string>, depth: number): XmlElement {
    if (depth > MAX_DEPTH) this.fail(`nested deeper than ${MAX_DEPTH} levels`);
    this.at += 1;
    const name = this.take(NAME)?.[0] ?? this.fail("an element name is expected");
    const { declared, plain } = this.attributes();
    const scope = declared.size === 0 ? outer : new Map([...outer, ...declared]);
    const [prefix, local] = split(name);
    const element: XmlElement = {
      name,
      prefix,
      local,
      ns: this.resolve(prefix, scope, true),
      attributes: [],
      declared,
      scope,
      children: [],
    };
    const seen = new Set<string>();
    for (const [raw, value] of plain) {
      const [attributePrefix, attributeLocal] = split(raw);
      const ns = this.resolve(attributePrefix, scope, false);
      if (seen.has(`${ns} ${attributeLocal}`)) this.fail(`attribute ${raw} is there twice`);
      seen.add(`${ns} ${attributeLocal}`);
      element.attributes.push({ name: raw, local: attributeLocal, ns, value });
    }
    const end = this.take(TAG_END) ?? this.fail(`the tag ${name} is not closed`);
    if (end[1] !== "/") this.content(element, depth);
    return element;
  }

  private attributes(): { declared: Map<string, string>; plain: [string, string][] } {
    const declared = new Map<string, string>();
    const plain: [string, string][] = [];
    for (let found = this.take(ATTRIBUTE); found; found = this.take(ATTRIBUTE)) {
      const name = found[1] ?? "";
      const value = this.unescape((found[2] ?? found[3] ?? "").replace(/[\t\n\r]/gu, " "));
      if (name === "xmlns") declared.set("", value);
      else if (name.startsWith("xmlns:")) declared.set(name.slice(6), value);
      else plain.push([name, value]);
    }
    return { declared, plain };
  }

  private content(element: XmlElement, depth: number): void {
    for (;;) {
      const next = this.text.indexOf("<", this.at);
      if (next < 0) this.fail(`the element ${element.name} is not closed`);
      if (next > this.at) element.children.push(this.unescape(this.text.slice(this.at, next).replace(/\r\n?/gu, "\n")));
      this.at = next;
      if (this.text.startsWith("</", next)) {
        this.at += 2;
        const name = this.take(NAME)?.[0];
        if (name !== element.name || !this.take(CLOSE_END)) this.fail(`</${element.name}> is expected`);
        return;
      }
      if (this.text.startsWith("<![CDATA[", next)) element.children.push(this.skipTo("]]>", 9));
      else if (!this.comment()) element.children.push(this.element(element.scope, depth + 1));
    }
  }

  private resolve(prefix: string, scope: ReadonlyMap<string, string>, isElement: boolean): string {
    if (prefix === "") return isElement ? (scope.get("") ?? "") : "";
    return scope.get(prefix) ?? this.fail(`prefix ${prefix} is not declared`);
  }

  private unescape(raw: string): string {
    if (!raw.includes("&")) return raw;
    return raw.replace(/&([^;]*);?/gu, (whole, entity: string) => {
      const known = ENTITIES[entity];
      if (known !== undefined && whole.endsWith(";")) return known;
      const number = /^#(?:x([0-9a-fA-F]{1,6})|([0-9]{1,7}))$/u.exec(entity);
      if (!number || !whole.endsWith(";")) this.fail(`entity &${entity.slice(0, 20)} is not known`);
      const code = number[1] === undefined ? Number(number[2]) : Number.parseInt(number[1], 16);
      const character = code <= 0x10ffff && code > 0 ? String.fromCodePoint(code) : "";
      if (character === "" || ILLEGAL.test(character)) this.fail(`character &#${code}; is not allowed in XML`);
      return character;
    });
  }
}

function split(name: string): [prefix: string, local: string] {
  const colon = name.indexOf(":");
  return colon < 0 ? ["", name] : [name.slice(0, colon), name.slice(colon + 1)];
}

/** Child elements, optionally only those with a local name. */
export function elements(parent: XmlElement, local?: string): XmlElement[] {
  return parent.children
    .filter((child) => typeof child !== "string")
    .filter((child) => local === undefined || child.local === local);
}

/** First child element with a local name. */
export function child(parent: XmlElement, local: string): XmlElement | undefined {
  return elements(parent, local)[0];
}

/** All text below an element, trimmed. */
export function textOf(element: XmlElement): string {
  return element.children
    .map((part) => (typeof part === "string" ? part : textOf(part)))
    .join("")
    .trim();
}

/** Trimmed text of the first child with a local name; undefined when there is no such child. */
export function childText(parent: XmlElement, local: string): string | undefined {
  const found = child(parent, local);
  return found && textOf(found);
}

/** Value of an attribute by local name. */
export function attribute(element: XmlElement, local: string): string | undefined {
  return element.attributes.find((candidate) => candidate.local === local)?.value;
}
