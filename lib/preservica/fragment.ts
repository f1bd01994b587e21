import { isXmlCharacter } from "../xml/escape.js";
import { LifecycleError } from "../messages/error.js";
import { illegalAt } from "./xml-text.js";

const MAX_DEPTH = 200;
const NAME = /^[A-Za-z_\u00b7-\uffff][\w.\-\u00b7-\uffff]*(?::[A-Za-z_\u00b7-\uffff][\w.\-\u00b7-\uffff]*)?/;
const ATTRIBUTE = /^\s+([^\s=<>/"']+)\s*=\s*("[^<"]*"|'[^<']*')/;
const REFERENCE = /&(?!(?:amp|lt|gt|quot|apos|#[0-9]+|#x[0-9A-Fa-f]+);)/;

/** A checked XML fragment, ready to stand inside another document. */
export interface Fragment {
  /** The one element, without declaration, byte for byte as given. */
  xml: string;
  /** Namespace URI of its root; empty when none. */
  namespace: string;
}

/**
 * Checks that a text is one well-formed, namespace-complete XML element, so that it can be inserted into a document as
 * it is: no DTD, no entities of its own, no processing instructions, every prefix declared inside.
 *
 * @param name what it is called in the message, e.g. the schema URI
 * @throws LifecycleError INVALID_INPUT with the place of the first fault
 */
export function checkFragment(text: string, name: string): Fragment {
  const known = checked.get(text);
  if (known !== undefined) return known;
  const xml = text.replace(/^\ufeff?\s*(?:<\?xml\s[^>]*\?>)?\s*/, "").trimEnd();
  const scanner = new Scanner(xml, name);
  const fragment: Fragment = { xml, namespace: scanner.run() };
  remember(text, fragment);
  return fragment;
}

/** The same few documents are checked at each step of an ingest; the last good ones are remembered. */
const checked = new Map<string, Fragment>();
const MOST_REMEMBERED = 128;
const LONGEST_REMEMBERED = 64 * 1024;

function remember(text: string, fragment: Fragment): void {
  if (text.length > LONGEST_REMEMBERED) return;
  const oldest = checked.size >= MOST_REMEMBERED ? checked.keys().next().value : undefined;
  if (oldest !== undefined) checked.delete(oldest);
  checked.set(text, fragment);
}

type Scope = { tag: string; namespaces: Map<string, string> };

/** Reads markup from left to right; text and structure are only checked, never rewritten. */
class Scanner {
  readonly #xml: string;
  readonly #name: string;
  readonly #open: Scope[] = [];
  #at = 0;
  #root: string | undefined;

  constructor(xml: string, name: string) {
    this.#xml = xml;
    this.#name = name;
  }

  run(): string {
    const illegal = illegalAt(this.#xml);
    if (illegal !== undefined) this.#fail("a character that XML cannot carry", illegal);
    while (this.#at < this.#xml.length) this.#step();
    const left = this.#open.at(-1);
    if (left !== undefined) this.#fail(`<${left.tag}> is not closed`);
    if (this.#root === undefined) this.#fail("no element");
    return this.#root ?? "";
  }

  #step(): void {
    const rest = this.#xml.slice(this.#at, this.#at + 9);
    if (rest.startsWith("<!--")) this.#comment();
    else if (rest.startsWith("<![CDATA[")) this.#skip("]]>", "a CDATA section", this.#open.length === 0);
    else if (rest.startsWith("<!")) this.#fail("a DTD or declaration, which is not allowed");
    else if (rest.startsWith("<?")) this.#fail("a processing instruction, which is not allowed");
    else if (rest.startsWith("</")) this.#endTag();
    else if (rest.startsWith("<")) this.#startTag();
    else this.#text();
  }

  #comment(): void {
    const end = this.#xml.indexOf("--", this.#at + 4);
    if (end < 0 || this.#xml[end + 2] !== ">") this.#fail("a comment that is not closed properly");
    this.#at = end + 3;
  }

  #skip(end: string, what: string, forbidden: boolean): void {
    const found = this.#xml.indexOf(end, this.#at);
    if (found < 0 || forbidden) this.#fail(`${what} that is not closed or out of place`);
    this.#at = found + end.length;
  }

  #text(): void {
    const next = this.#xml.indexOf("<", this.#at);
    const end = next < 0 ? this.#xml.length : next;
    const text = this.#xml.slice(this.#at, end);
    if (this.#open.length === 0 && text.trim() !== "") this.#fail("text outside the root element");
    this.#checkText(text);
    if (text.includes("]]>")) this.#fail("the characters ]]> in text");
    this.#at = end;
  }

  #checkText(text: string): void {
    const bad = REFERENCE.exec(text);
    if (bad !== null) this.#fail("a bare & or an entity that is not one of XML's own", this.#at + bad.index);
    for (const [reference, decimal, hex] of text.matchAll(/&#(?:([0-9]+)|x([0-9A-Fa-f]+));/g)) {
      const code = decimal === undefined ? Number.parseInt(hex ?? "", 16) : Number(decimal);
      if (!isXmlCharacter(code)) this.#fail(`the reference ${reference}, which XML cannot carry`);
    }
  }

  #endTag(): void {
    const end = this.#xml.indexOf(">", this.#at);
    const tag = end < 0 ? "" : this.#xml.slice(this.#at + 2, end).trimEnd();
    const open = this.#open.pop();
    if (open === undefined || open.tag !== tag)
      this.#fail(`</${tag}> where ${open === undefined ? "nothing" : `</${open.tag}>`} is expected`);
    this.#at = end + 1;
  }

  #startTag(): void {
    const tag = NAME.exec(this.#xml.slice(this.#at + 1, this.#at + 1025))?.[0];
    if (tag === undefined) this.#fail("a < that starts no tag");
    if (this.#open.length === 0 && this.#root !== undefined) this.#fail("a second root element");
    if (this.#open.length >= MAX_DEPTH) this.#fail(`more than ${MAX_DEPTH} levels of elements`);
    const start = this.#at;
    this.#at += 1 + (tag ?? "").length;
    const attributes = this.#attributes();
    const namespaces = new Map(this.#open.at(-1)?.namespaces ?? [["xml", "http://www.w3.org/XML/1998/namespace"]]);
    for (const [name, value] of attributes) {
      if (name === "xmlns") namespaces.set("", value);
      else if (name.startsWith("xmlns:")) namespaces.set(name.slice(6), value);
    }
    this.#checkPrefixes(tag ?? "", attributes, namespaces, start);
    this.#root ??= namespaces.get(prefixOf(tag ?? "")) ?? "";
    if (this.#xml.startsWith("/>", this.#at)) this.#at += 2;
    else if (this.#xml.startsWith(">", this.#at)) {
      this.#at += 1;
      this.#open.push({ tag: tag ?? "", namespaces });
    } else this.#fail(`<${tag ?? ""}> is not closed properly`);
  }

  #attributes(): Map<string, string> {
    const found = new Map<string, string>();
    for (;;) {
      const match = ATTRIBUTE.exec(this.#xml.slice(this.#at));
      if (match === null) break;
      const [whole, name = "", quoted = ""] = match;
      if (NAME.exec(name)?.[0] !== name) this.#fail(`"${name}" is no attribute name`);
      if (found.has(name)) this.#fail(`the attribute ${name} twice`);
      this.#checkText(quoted);
      found.set(name, quoted.slice(1, -1));
      this.#at += whole.length;
    }
    this.#at += /^\s*/.exec(this.#xml.slice(this.#at, this.#at + 4096))?.[0].length ?? 0;
    return found;
  }

  #checkPrefixes(tag: string, attributes: Map<string, string>, namespaces: Map<string, string>, at: number): void {
    const used = [tag, ...[...attributes.keys()].filter((name) => name.includes(":") && !name.startsWith("xmlns:"))];
    for (const name of used) {
      const prefix = prefixOf(name);
      if (prefix !== "" && !namespaces.get(prefix)) this.#fail(`the prefix "${prefix}" without declaration`, at);
    }
  }

  #fail(what: string, at = this.#at): never {
    const line = this.#xml.slice(0, at).split("\n").length;
    throw new LifecycleError(
      "INVALID_INPUT",
      `The metadata "${this.#name}" is no usable XML: ${what} (line ${line}).`,
      {
        system: "preservica",
        details: { schema: this.#name, line },
      },
    );
  }
}

function prefixOf(name: string): string {
  const colon = name.indexOf(":");
  return colon < 0 ? "" : name.slice(0, colon);
}
