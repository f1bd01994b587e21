import type { SystemName } from "../messages/asset.js";
import { failure, SYSTEM_TITLES } from "./failure.js";
import type { XmlNode } from "./xml-node.js";
import { localName, readXml, XmlRefusal } from "./xml-read.js";

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
  try {
    return readXml(xml, source.maxLength ?? 32 * 1024 * 1024);
  } catch (thrown) {
    if (!(thrown instanceof XmlRefusal)) throw thrown;
    throw failure(
      "UPSTREAM",
      `${SYSTEM_TITLES[source.system]} answered ${source.what} with XML that is not read: ${thrown.message}.`,
      { system: source.system },
    );
  }
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
