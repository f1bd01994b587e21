import { escapeXml, escapeXmlAttribute } from "./escape.js";

/** A piece of finished XML; only `element` makes one, so that no text gets in unescaped. */
export class Markup {
  constructor(readonly lines: readonly string[]) {}
  toString(): string {
    return this.lines.join("\n");
  }
}

type Attributes = Readonly<Record<string, string | undefined>>;
type Part = string | Markup | undefined;

/**
 * Writes one element. Text parts are escaped, characters that XML 1.0 cannot hold are left out; elements inside stand
 * on lines of their own, indented. Parts that are `undefined` are left out.
 */
export function element(name: string, attributes: Attributes, ...parts: readonly Part[]): Markup {
  const written = Object.entries(attributes)
    .flatMap(([key, value]) => (value === undefined ? [] : [` ${key}="${escapeXmlAttribute(value)}"`]))
    .join("");
  const inner = parts.filter((part) => part !== undefined);
  const open = `<${name}${written}`;
  if (inner.length === 0) return new Markup([`${open}/>`]);
  if (inner.some((part) => typeof part === "string")) {
    const text = inner.map((part) => (typeof part === "string" ? escapeXml(part) : part.toString())).join("");
    return new Markup([`${open}>${text}</${name}>`]);
  }
  const lines = inner.flatMap((part) => (typeof part === "string" ? [] : part.lines.map((line) => `  ${line}`)));
  return new Markup([`${open}>`, ...lines, `</${name}>`]);
}

/** A whole document with its declaration. */
export function xmlDocument(root: Markup): string {
  return `<?xml version="1.0" encoding="UTF-8"?>\n${root.toString()}\n`;
}
