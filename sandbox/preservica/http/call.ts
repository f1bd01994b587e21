import type { SandboxAnswer, SandboxRequest } from "../../kernel/types.js";
import type { PreservicaUser, Right } from "../access/users.js";
import type { Archive } from "../archive.js";
import { ASSUMPTIONS } from "../assumptions.js";
import { parseXml, elements, XmlError, type XmlElement } from "../xml/parse.js";
import { el, type Markup } from "../xml/write.js";
import { Refusal, badRequest, undocumented } from "./refusal.js";

/** The API that a call came to: its absolute base URL and the version that its namespaces speak. */
export interface ApiBase {
  url: string;
  /** major.minor */
  version: string;
}

/** One authenticated request, with what handlers need to answer it. */
export class Call {
  constructor(
    readonly archive: Archive,
    readonly request: SandboxRequest,
    readonly api: ApiBase,
    readonly user: PreservicaUser,
    private readonly params: Readonly<Record<string, string>>,
  ) {}

  /** A segment of the route's pattern. */
  param(name: string): string {
    const value = this.params[name];
    if (value === undefined) throw new Error(`the route has no parameter ${name}`);
    return value;
  }

  query(name: string): string | undefined {
    return this.request.query.get(name) ?? undefined;
  }

  /** @throws Refusal 403 when the user lacks the right */
  need(right: Right): void {
    if (!this.user.rights.includes(right)) throw new Refusal(403, ASSUMPTIONS.messages.forbidden);
  }

  get entityNs(): string {
    return `http://preservica.com/EntityAPI/v${this.api.version}`;
  }

  get xipNs(): string {
    return xipNamespace(this.api.version);
  }

  /** Parses an XML body. @throws Refusal 400 when it is not well-formed or its root is another element, 415 without an XML content type */
  async xml(root: string, limit?: number): Promise<XmlElement> {
    const type = this.request.headers["content-type"] ?? "";
    if (!/^(application|text)\/xml\b/iu.test(type))
      throw undocumented(415, `content type ${type || "(none)"}: application/xml is expected`);
    const parsed = parseBody(await this.request.body(limit));
    if (parsed.local !== root) throw undocumented(400, `element ${parsed.local}: ${root} is expected`);
    return parsed;
  }

  /** A text/plain body, trimmed. */
  async plainText(): Promise<string> {
    const type = this.request.headers["content-type"] ?? "";
    if (!/^text\/plain\b/iu.test(type))
      throw undocumented(415, `content type ${type || "(none)"}: text/plain is expected`);
    return (await this.request.text(10_000)).trim();
  }

  /** An XML answer whose root is in the entity namespace; `xip`, and any others given, are declared. */
  answer(root: string, children: Markup[], namespaces: Record<string, string> = {}, status = 200): SandboxAnswer {
    const declared = Object.fromEntries(Object.entries(namespaces).map(([prefix, uri]) => [`xmlns:${prefix}`, uri]));
    return xmlAnswer(el(root, { xmlns: this.entityNs, "xmlns:xip": this.xipNs, ...declared }, ...children), status);
  }
}

/** XML answer of a finished document. */
export function xmlAnswer(document: Markup, status = 200): SandboxAnswer {
  const body = `<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n${document}`;
  return { status, headers: { "content-type": "application/xml;charset=UTF-8" }, body };
}

/** 6.0 and 6.1 servers speak XIP v6.0; later ones their own version. */
export function xipNamespace(version: string): string {
  return `http://preservica.com/XIP/v${version === "6.1" ? "6.0" : version}`;
}

function parseBody(body: Buffer): XmlElement {
  try {
    return parseXml(body);
  } catch (error) {
    if (error instanceof XmlError) throw badRequest(error.message);
    throw error;
  }
}

const FAMILIES = {
  xip: /^http:\/\/preservica\.com\/XIP\/v\d+\.\d+$/u,
  entity: /^http:\/\/preservica\.com\/EntityAPI\/v\d+\.\d+$/u,
  retention: /^http:\/\/preservica\.com\/RetentionManagement\/v6\.2$/u,
  workflow: /^http:\/\/workflow\.preservica\.com$/u,
} as const;

/**
 * Checks that an element is in a namespace of one family and has only known children.
 * @throws Refusal 400, counted as undocumented
 */
export function expectShape(element: XmlElement, family: keyof typeof FAMILIES, children: readonly string[]): void {
  if (!FAMILIES[family].test(element.ns))
    throw undocumented(400, `element ${element.local} is in namespace "${element.ns}"`);
  for (const inner of elements(element)) {
    if (!children.includes(inner.local))
      throw undocumented(400, `element ${inner.local} is not known in ${element.local}`);
  }
}

/** Reads a boolean as servers of this API do: `true`, `True`, `false`, `False`. */
export function readBoolean(value: string | undefined, what: string): boolean {
  if (value === "true" || value === "True") return true;
  if (value === "false" || value === "False") return false;
  throw badRequest(`${what}: true or false is expected, not "${value ?? ""}"`);
}
