import { escapeXml, escapeXmlAttribute } from "../xml/escape.js";
import type { XmlNode } from "./xml-node.js";

/**
 * Writes an element back as a document fragment of its own: namespace declarations that it inherits must be handed in.
 *
 * @param inherited declarations in force around the element (`xmlns`, `xmlns:x` -> URI)
 */
export function writeXml(node: XmlNode, inherited: ReadonlyMap<string, string> = new Map()): string {
  const attributes = new Map([...inherited, ...node.attributes]);
  const written = [...attributes].map(([name, value]) => ` ${name}="${escapeXmlAttribute(value)}"`).join("");
  const inner = node.content.map((part) => (typeof part === "string" ? escapeXml(part) : writeXml(part))).join("");
  return inner === "" ? `<${node.name}${written}/>` : `<${node.name}${written}>${inner}</${node.name}>`;
}

/** The namespace declarations on an element, to hand to `writeXml` of an inner one. */
export function declarations(...around: readonly XmlNode[]): Map<string, string> {
  return new Map(
    around.flatMap((node) => [...node.attributes].filter(([name]) => name === "xmlns" || name.startsWith("xmlns:"))),
  );
}
