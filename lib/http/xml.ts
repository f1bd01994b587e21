import type { SystemName } from "../messages/asset.js";
import { failure, SYSTEM_TITLES } from "./failure.js";
import { leanCause } from "./redact.js";
import { isRecord, list, text } from "./shape.js";
import { checkXml, decodeXmlText, XmlRefusal } from "./xml-check.js";
import type { XmlNode } from "./xml-node.js";

export interface XmlSource {
  system: SystemName;
  /** What was read, for messages: a call or a file. */
  what: string;
  /** Characters; default 32 Mi. */
  maxLength?: number;
}

/**
 * Reads XML that somebody else wrote: no DTD, no entities beyond the five and character references, at most 100 levels.
 *
 * @returns the root element
 * @throws LifecycleError UPSTREAM when it is not well-formed, too large, too deep or declares anything
 */
export async function parseXml(xml: string, source: XmlSource): Promise<XmlNode> {
  const refuse = (why: string, cause?: unknown): Error =>
    failure("UPSTREAM", `${SYSTEM_TITLES[source.system]} answered ${source.what} with XML that is not read: ${why}.`, {
      system: source.system,
      ...(cause === undefined ? {} : { cause: leanCause(cause) }),
    });
  try {
    checkXml(xml, source.maxLength ?? 32 * 1024 * 1024);
    const parser = await (loaded ??= load());
    const parsed: unknown = parser.parse(xml);
    const roots = list(parsed)
      .map(toNode)
      .filter((node) => typeof node === "object");
    const root = roots[0];
    if (root === undefined || roots.length > 1) throw new XmlRefusal("it has no single root element");
    return root;
  } catch (thrown) {
    if (thrown instanceof XmlRefusal) throw refuse(thrown.message);
    throw refuse("it is not well-formed", new Error(thrown instanceof Error ? thrown.name : "parser"));
  }
}

interface Parser {
  parse(xml: string): unknown;
}
let loaded: Promise<Parser> | undefined;

/** One parser for all, loaded at the first call only: loading the package must stay cheap. It keeps nothing between texts. */
async function load(): Promise<Parser> {
  const { XMLParser } = await import("fast-xml-parser");
  return new XMLParser({
    preserveOrder: true,
    ignoreAttributes: false,
    attributeNamePrefix: "",
    parseTagValue: false,
    parseAttributeValue: false,
    trimValues: false,
    // Decoded here instead, strictly: the parser knows more entities than XML does and leaves unknown ones alone.
    processEntities: false,
    cdataPropName: "#cdata",
    ignoreDeclaration: true,
    ignorePiTags: true,
    maxNestedTags: 200,
  });
}

/** One entry of the parser's ordered form: `{ "a:b": [children], ":@": { attribute: value } }`. */
function toNode(entry: unknown): XmlNode | string {
  if (!isRecord(entry)) return "";
  const name = Object.keys(entry).find((key) => key !== ":@");
  if (name === undefined) return "";
  const inner = entry[name];
  if (name === "#text") return decodeXmlText(typeof inner === "string" ? inner : String(inner));
  if (name === "#cdata") {
    return list(inner)
      .map((part) => (isRecord(part) ? (text(part["#text"]) ?? "") : ""))
      .join("");
  }
  const attributes = new Map<string, string>();
  const written = entry[":@"];
  if (isRecord(written)) {
    for (const [key, value] of Object.entries(written)) attributes.set(key, decodeXmlText(String(value)));
  }
  return { name, local: localName(name), attributes, content: list(inner).map(toNode) };
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
  return path.reduce<XmlNode | undefined>((inner, local) => children(inner, local)[0], node);
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
  return node.content.map((part) => (typeof part === "string" ? part : gather(part))).join("");
}

/** Attribute by local name (`href` finds `xlink:href`; namespace declarations are never found). */
export function attribute(node: XmlNode | undefined, local: string): string | undefined {
  for (const [name, value] of node?.attributes ?? []) {
    if (name !== "xmlns" && !name.startsWith("xmlns:") && localName(name) === local) return value;
  }
  return undefined;
}
