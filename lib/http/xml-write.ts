import { LifecycleError } from "../messages/error.js";
import { isXmlCharacter } from "./xml-check.js";
import type { XmlNode } from "./xml.js";

const SIGNS: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&apos;",
  // Parsers turn these into blanks or line feeds unless they are written as references.
  "\r": "&#13;",
};

/**
 * Text for element content or attribute values.
 *
 * @param illegal what to do with characters that XML 1.0 cannot hold (control characters, lone surrogates):
 *   `strip` leaves them out, `refuse` throws
 * @throws LifecycleError INVALID_INPUT with `refuse`, naming the first such character
 */
export function escapeXml(text: string, illegal: "strip" | "refuse" = "strip"): string {
  return legalXml(text, illegal).replace(/[&<>"'\r]/g, (sign) => SIGNS[sign] ?? sign);
}

/** For attribute values: like `escapeXml`, and keeps line feeds and tabs. */
export function escapeXmlAttribute(text: string, illegal: "strip" | "refuse" = "strip"): string {
  return escapeXml(text, illegal).replaceAll("\n", "&#10;").replaceAll("\t", "&#9;");
}

/** The text without, or refused because of, characters that XML 1.0 cannot hold. */
function legalXml(text: string, illegal: "strip" | "refuse"): string {
  let kept = "";
  let clean = true;
  let position = 0;
  for (const sign of text) {
    const code = sign.codePointAt(0) ?? 0;
    if (isXmlCharacter(code)) kept += sign;
    else if (illegal === "refuse") {
      throw new LifecycleError(
        "INVALID_INPUT",
        `XML cannot hold the character U+${code.toString(16).toUpperCase().padStart(4, "0")} at position ${position}; remove it or let the mapping strip it.`,
        { details: { position, character: code } },
      );
    } else clean = false;
    position += sign.length;
  }
  return clean ? text : kept;
}

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
