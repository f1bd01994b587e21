import type { XmlElement } from "./parse.js";

/** Finished XML text; made by the functions of this file only, so that nothing unescaped slips in. */
export type Markup = string;

/** Escapes text for element content and attribute values. */
export function escapeXml(text: string): string {
  return text.replace(/[&<>"\r]/gu, (character) => {
    if (character === "&") return "&amp;";
    if (character === "<") return "&lt;";
    if (character === ">") return "&gt;";
    return character === '"' ? "&quot;" : "&#13;";
  });
}

type Attributes = Record<string, string | undefined>;

/** `<name attributes>children</name>`; children are markup already. */
export function el(name: string, attributes: Attributes = {}, ...children: Markup[]): Markup {
  const written = Object.entries(attributes)
    .map(([key, value]) => (value === undefined ? "" : ` ${key}="${escapeXml(value)}"`))
    .join("");
  const inner = children.join("");
  return inner === "" ? `<${name}${written}/>` : `<${name}${written}>${inner}</${name}>`;
}

/** `<name>text</name>`; nothing at all when the text is undefined. */
export function text(name: string, value: string | number | boolean | undefined, attributes: Attributes = {}): Markup {
  return value === undefined ? "" : el(name, attributes, escapeXml(String(value)));
}

/**
 * Writes a parsed element as a document of its own: prefixes stay as they were, and declarations that it
 * inherited are repeated on it when its names or its attribute values (QNames such as xsi:type) use them.
 */
export function serialise(root: XmlElement): Markup {
  const used = new Set<string>();
  collectPrefixes(root, used);
  const inherited = new Map([...root.scope].filter(([prefix]) => prefix !== "xml" && used.has(prefix)));
  return write(root, new Map([...inherited, ...root.declared]));
}

function collectPrefixes(element: XmlElement, used: Set<string>): void {
  used.add(element.prefix);
  for (const attribute of element.attributes) {
    if (attribute.name.includes(":")) used.add(attribute.name.slice(0, attribute.name.indexOf(":")));
    const inValue = /^([A-Za-z_][\w.-]*):/u.exec(attribute.value)?.[1];
    if (inValue !== undefined) used.add(inValue);
  }
  for (const child of element.children) if (typeof child !== "string") collectPrefixes(child, used);
}

function write(element: XmlElement, declarations: ReadonlyMap<string, string>): Markup {
  const attributes: Attributes = {};
  for (const [prefix, uri] of declarations) attributes[prefix === "" ? "xmlns" : `xmlns:${prefix}`] = uri;
  for (const attribute of element.attributes) attributes[attribute.name] = attribute.value;
  const children = element.children.map((child) =>
    typeof child === "string" ? escapeXml(child) : write(child, child.declared),
  );
  return el(element.name, attributes, ...children);
}
