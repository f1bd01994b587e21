import { createHash } from "node:crypto";

/** What one request for a signed link got. */
export interface Fetched {
  status: number;
  headers: Headers;
  bytes: Buffer;
  sha256: string;
}
/** What the request page of the flow said. */
export interface PageView {
  status: number;
  /** Signed links on it, as a browser would follow them. */
  links: string[];
  text: string;
}

/** Opens the request page, as a person who found its address in OTMM: without a session of any system. */
export async function openPage(address: string): Promise<PageView> {
  return view(await fetch(address, { redirect: "error" }));
}
/** Presses the page's button. */
export async function pressButton(address: string): Promise<PageView> {
  return view(await fetch(address, { method: "POST", redirect: "error" }));
}
/** Follows a signed link. */
export async function follow(link: string, headers: Record<string, string> = {}, method = "GET"): Promise<Fetched> {
  const answer = await fetch(link, { method, headers, redirect: "error" });
  const bytes = Buffer.from(await answer.arrayBuffer());
  return {
    status: answer.status,
    headers: answer.headers,
    bytes,
    sha256: createHash("sha256").update(bytes).digest("hex"),
  };
}

/** The first link of an asset's page, by its button. @throws Error when the page gives none */
export async function linkFrom(address: string): Promise<string> {
  const { status, links } = await pressButton(address);
  const [link] = links;
  if (link === undefined) throw new Error(`the page answered ${status} and gave no link`);
  return link;
}

/** Id of the grant that a link carries. */
export function grantIn(link: string): string {
  return link.slice(link.lastIndexOf("/") + 1).split(".")[1] ?? "";
}

/** The link with another last sign before its signature ends. */
export function tampered(link: string): string {
  const other = link.endsWith("A") ? "B" : "A";
  return `${link.slice(0, -1)}${other}`;
}

async function view(answer: Response): Promise<PageView> {
  const text = await answer.text();
  const links = [...text.matchAll(/href="([^"]*)"/g)].map(([, address = ""]) => plain(address));
  return { status: answer.status, links, text };
}

/** Character references of HTML, as a browser reads them in an attribute. */
function plain(attribute: string): string {
  return attribute
    .replace(/&#x([0-9a-f]+);/gi, (_all, code: string) => String.fromCodePoint(Number.parseInt(code, 16)))
    .replace(/&amp;/g, "&");
}
