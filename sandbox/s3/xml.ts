import { XMLParser } from "fast-xml-parser";

const NAMESPACE = "http://s3.amazonaws.com/doc/2006-03-01/";

/** What the writer takes: arrays repeat their element, undefined leaves it out. */
export type XmlValue = string | number | boolean | undefined | XmlValue[] | { [name: string]: XmlValue };

/** An XML document in S3's namespace, elements in the order given. */
export function writeXml(root: string, content: XmlValue, { namespace = true } = {}): string {
  const opening = namespace ? `${root} xmlns="${NAMESPACE}"` : root;
  return `<?xml version="1.0" encoding="UTF-8"?>\n<${opening}>${inner(content)}</${root}>`;
}

function inner(value: XmlValue): string {
  if (value === undefined) return "";
  if (typeof value !== "object") return escapeXml(String(value));
  if (Array.isArray(value)) return value.map(inner).join("");
  return Object.entries(value)
    .map(([name, member]) => element(name, member))
    .join("");
}

function element(name: string, value: XmlValue): string {
  if (value === undefined) return "";
  if (Array.isArray(value)) return value.map((member) => element(name, member)).join("");
  return `<${name}>${inner(value)}</${name}>`;
}

/** Characters that XML 1.0 cannot carry at all become character references, as S3 writes them without `encoding-type=url`. */
function escapeXml(text: string): string {
  return escapeMarks(text).replace(/\p{Cc}/gu, (sign) =>
    sign === "\t" || sign === "\n" ? sign : `&#x${sign.charCodeAt(0).toString(16)};`,
  );
}

function escapeMarks(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");
}

const parser = new XMLParser({
  ignoreAttributes: true,
  parseTagValue: false,
  trimValues: false,
  removeNSPrefix: true,
  ignoreDeclaration: true,
});

/** An element read from a request. */
export class XmlElement {
  private constructor(private readonly node: unknown) {}

  /** @returns undefined when the text is not well formed, has a DOCTYPE, or another root */
  static parse(text: string, root: string): XmlElement | undefined {
    if (text.includes("<!DOCTYPE")) return undefined;
    try {
      const document: unknown = parser.parse(text, true);
      if (typeof document !== "object" || document === null || !(root in document)) return undefined;
      return new XmlElement(Reflect.get(document, root));
    } catch {
      return undefined;
    }
  }

  /** Text of a child, trimmed; undefined when there is no such child. */
  text(name: string): string | undefined {
    return this.child(name)?.content;
  }

  /** Own text. */
  get content(): string {
    if (typeof this.node === "string") return this.node.trim();
    const text: unknown =
      typeof this.node === "object" && this.node !== null ? Reflect.get(this.node, "#text") : undefined;
    return typeof text === "string" ? text.trim() : "";
  }

  /** Own text with its blanks: keys and tag values may begin or end with one. */
  get rawContent(): string {
    return typeof this.node === "string" ? this.node : this.content;
  }

  child(name: string): XmlElement | undefined {
    return this.children(name)[0];
  }

  children(name: string): XmlElement[] {
    if (typeof this.node !== "object" || this.node === null) return [];
    const found: unknown = Reflect.get(this.node, name);
    if (found === undefined) return [];
    return (Array.isArray(found) ? found : [found]).map((node: unknown) => new XmlElement(node));
  }

  /** Names of the children, without those that S3's schema does not know being an error. */
  names(): string[] {
    return typeof this.node === "object" && this.node !== null
      ? Object.keys(this.node).filter((name) => name !== "#text")
      : [];
  }
}
