import type { SaxesParser } from "saxes";
import type { SystemName } from "../messages/asset.js";
import { failure, SYSTEM_TITLES } from "./failure.js";
import type { XmlNode } from "./xml-node.js";

/** Levels of elements that are read; real answers of the systems have about ten. */
const DEEPEST = 100;

/** Attributes of one element. */
const MOST_ATTRIBUTES = 1000;

export interface XmlSource {
  system: SystemName;
  /** What was read, for messages: a call or a file. */
  what: string;
  /** Characters; default 32 Mi. */
  maxLength?: number;
}

/** Why some XML is not read; turned into a coded error by `parseXml`. */
class XmlRefusal extends Error {}

/**
 * Reads XML that somebody else wrote: no DTD, no entities beyond the five and character references, at most 100 levels.
 *
 * @returns the root element
 * @throws LifecycleError UPSTREAM when it is not well-formed, too large, too deep or declares anything
 */
export async function parseXml(xml: string, source: XmlSource): Promise<XmlNode> {
  const { SaxesParser } = await (loaded ??= import("saxes"));
  try {
    return new Reader(new SaxesParser({ position: false })).read(xml, source.maxLength ?? 32 * 1024 * 1024);
  } catch (thrown) {
    if (!(thrown instanceof XmlRefusal)) throw thrown;
    throw failure(
      "UPSTREAM",
      `${SYSTEM_TITLES[source.system]} answered ${source.what} with XML that is not read: ${thrown.message}.`,
      { system: source.system },
    );
  }
}
/** Loaded at the first call only: loading the package must stay cheap. */
let loaded: Promise<typeof import("saxes")> | undefined;

/** Builds nodes while the parser reads, and stops it as soon as something is refused. */
class Reader {
  readonly #parser: SaxesParser;
  readonly #open: (XmlNode & { content: (XmlNode | string)[] })[] = [];
  #attributes = 0;
  #root: XmlNode | undefined;

  constructor(parser: SaxesParser) {
    this.#parser = parser;
    // The parser's own words quote the document, which may hold what nobody else should read.
    parser.on("error", () => {
      throw new XmlRefusal("it is not well-formed");
    });
    parser.on("doctype", () => {
      throw new XmlRefusal("it declares a document type or entities, which is refused");
    });
    parser.on("opentagstart", () => (this.#attributes = 0));
    parser.on("attribute", ({ name }) => {
      refuseName(name);
      this.#attributes += 1;
      if (this.#attributes > MOST_ATTRIBUTES)
        throw new XmlRefusal(`an element has more than ${MOST_ATTRIBUTES} attributes`);
    });
    parser.on("opentag", ({ name, attributes }) => this.#begin(name, attributes));
    parser.on("closetag", () => void this.#open.pop());
    parser.on("text", (text) => this.#text(text));
    parser.on("cdata", (text) => this.#text(text));
  }

  /** @throws XmlRefusal */
  read(xml: string, maxLength: number): XmlNode {
    if (xml.length > maxLength) throw new XmlRefusal(`it is longer than ${maxLength} characters`);
    this.#parser.write(xml).close();
    if (this.#root === undefined) throw new XmlRefusal("it has no root element");
    return this.#root;
  }

  #begin(name: string, attributes: Record<string, string>): void {
    refuseName(name);
    const node = { name, local: localName(name), attributes: new Map(Object.entries(attributes)), content: [] };
    this.#open.at(-1)?.content.push(node);
    this.#root ??= node;
    this.#open.push(node);
    if (this.#open.length > DEEPEST) throw new XmlRefusal(`it is nested deeper than ${DEEPEST} levels`);
  }

  #text(text: string): void {
    this.#open.at(-1)?.content.push(text);
  }
}

/** Whoever makes an object with a name must not be tricked, and a name has one namespace prefix at most. */
function refuseName(name: string): void {
  if (name.endsWith("__proto__") || name.indexOf(":") !== name.lastIndexOf(":"))
    throw new XmlRefusal("an element or attribute has a name that is refused");
}

function localName(name: string): string {
  return name.slice(name.indexOf(":") + 1);
}

/** All child elements with that local name, in order; every child element when no name is given. */
export function children(node: XmlNode | undefined, local?: string): XmlNode[] {
  const found: XmlNode[] = [];
  for (const part of node?.content ?? []) {
    if (typeof part === "object" && (local === undefined || part.local === local)) found.push(part);
  }
  return found;
}

/** The element found by walking local names, taking the first of each; undefined when any is missing. */
export function child(node: XmlNode | undefined, ...path: string[]): XmlNode | undefined {
  let inner = node;
  for (const local of path) {
    inner = inner?.content.find((part): part is XmlNode => typeof part === "object" && part.local === local);
  }
  return inner;
}

/** All elements below `node`, at any depth, with that local name, in document order. */
export function descendants(node: XmlNode | undefined, local: string): XmlNode[] {
  return children(node).flatMap((inner) => [...(inner.local === local ? [inner] : []), ...descendants(inner, local)]);
}

/** All character data inside the element (also of inner elements), trimmed; undefined when the element is missing. */
export function textOf(node: XmlNode | undefined, ...path: string[]): string | undefined {
  const found = child(node, ...path);
  return found === undefined ? undefined : gather(found).trim();
}

function gather(node: XmlNode): string {
  let all = "";
  for (const part of node.content) all += typeof part === "string" ? part : gather(part);
  return all;
}

/** Attribute by local name (`href` finds `xlink:href`; namespace declarations are never found). */
export function attribute(node: XmlNode | undefined, local: string): string | undefined {
  for (const [name, value] of node?.attributes ?? []) {
    if (name !== "xmlns" && !name.startsWith("xmlns:") && localName(name) === local) return value;
  }
  return undefined;
}
