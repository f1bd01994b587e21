import { textOf, type Http, type HttpAnswer, type HttpRequest, type QueryValue, type XmlNode } from "../http/index.js";
import { LifecycleError } from "../messages/error.js";
import type { PreservicaAssumptions } from "./assumptions.js";
import { isUuid } from "./uuid.js";

/** Pages of one listing; more means that the server leads in circles. */
const MOST_PAGES = 100_000;

export type ApiPath = "latest" | `v${number}.${number}`;

export interface Address {
  path: string;
  query: Record<string, QueryValue>;
}

/** Calls to the Entity API and its neighbours: paths, namespaces, paging. All parsing is by local name. */
export class Gateway {
  readonly http: Http;
  readonly assumptions: PreservicaAssumptions;
  /** `/api/entity` or `/api/entity/vX.Y`. */
  readonly base: string;
  readonly #apiPath: ApiPath;
  #version: Promise<string> | undefined;

  constructor(http: Http, apiPath: ApiPath, assumptions: PreservicaAssumptions) {
    this.http = http;
    this.assumptions = assumptions;
    this.#apiPath = apiPath;
    this.base = apiPath === "latest" ? "/api/entity" : `/api/entity/${apiPath}`;
  }

  /** Path of an entity-API resource. @throws LifecycleError INVALID_INPUT when a reference in it is none */
  entity(...segments: string[]): string {
    return [this.base, ...segments].join("/");
  }

  async xml(request: HttpRequest): Promise<XmlNode> {
    return await (await this.send(request)).xml();
  }

  send(request: HttpRequest): Promise<HttpAnswer> {
    return this.http.request({ expect: "xml", ...request });
  }

  /** Server version as three numbers, asked once; `fresh` asks again (the server may have been upgraded). */
  async version(fresh = false): Promise<string> {
    if (fresh || this.#version === undefined) {
      const asked = this.#askVersion();
      this.#version = asked;
      asked.catch(() => {
        if (this.#version === asked) this.#version = undefined;
      });
    }
    return await (this.#version ?? this.#askVersion());
  }

  async #askVersion(): Promise<string> {
    const answer = await this.xml({ method: "GET", path: this.entity("versiondetails/version") });
    const version = textOf(answer, "CurrentVersion") ?? "";
    if (!/^\d+\.\d+/.test(version)) {
      throw new LifecycleError("UPSTREAM", "Preservica does not tell its version.", { system: "preservica" });
    }
    return version;
  }

  /** Namespace of entity elements in request documents: of the versioned path, else of the server (fact sheet 0.2). */
  async xipNamespace(): Promise<string> {
    const version = this.#apiPath === "latest" ? await this.version() : this.#apiPath.slice(1);
    const [major = "0", minor = "0"] = version.split(".");
    return `http://preservica.com/XIP/v${major === "6" && Number(minor) < 2 ? "6.0" : `${major}.${minor}`}`;
  }

  /**
   * All entries of a listing, page by page, by the absolute `Next` that each answer carries.
   *
   * @param pick entries of one answer
   * @throws LifecycleError UPSTREAM when `Next` leads to another host: our token goes nowhere else
   */
  async *pages<T>(path: string, query: Record<string, QueryValue>, pick: (root: XmlNode) => T[]): AsyncGenerator<T> {
    let at: Address = { path, query };
    const seen = new Set<string>();
    for (let page = 0; page < MOST_PAGES; page += 1) {
      const root = await this.xml({ method: "GET", path: at.path, query: at.query });
      yield* pick(root);
      const next = textOf(root, "Paging", "Next");
      if (next === undefined || next === "") return;
      if (seen.has(next)) break;
      seen.add(next);
      at = this.local(next);
    }
    throw new LifecycleError("UPSTREAM", `Preservica's pages of ${path} lead in circles.`, { system: "preservica" });
  }

  /**
   * An address that Preservica gave, as a path below our own base URL.
   *
   * @throws LifecycleError UPSTREAM when it names another host or leaves the API
   */
  local(address: string): Address {
    const own = new URL(this.http.baseUrl);
    const url = URL.canParse(address) ? new URL(address) : undefined;
    if (url === undefined || url.host !== own.host || !url.pathname.startsWith("/api/")) {
      throw new LifecycleError(
        "UPSTREAM",
        `Preservica named an address on ${url === undefined ? "no readable host" : url.host} where ${own.host} is expected; it is not followed, because the session's token belongs to ${own.host} only.`,
        { system: "preservica", details: { host: url?.host ?? "", expected: own.host } },
      );
    }
    const query: Record<string, string[]> = {};
    for (const [name, value] of url.searchParams) (query[name] ??= []).push(value);
    return { path: url.pathname, query };
  }
}

/** A reference that may stand in a path. @throws LifecycleError INVALID_INPUT */
export function uuid(ref: string): string {
  if (!isUuid(ref)) {
    throw new LifecycleError("INVALID_INPUT", `"${ref.slice(0, 80)}" is no Preservica reference (UUID).`, {
      system: "preservica",
    });
  }
  return ref;
}

/** Is version `have` (`9.1.0`) at least `wanted` (`9.1`)? */
export function atLeast(have: string, wanted: string): boolean {
  const mine = have.split(".").map(Number);
  const theirs = wanted.split(".").map(Number);
  for (let place = 0; place < theirs.length; place += 1) {
    const difference = (mine[place] ?? 0) - (theirs[place] ?? 0);
    if (difference !== 0) return difference > 0;
  }
  return true;
}

/** Everything that a listing yields, as an array. */
export async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}
