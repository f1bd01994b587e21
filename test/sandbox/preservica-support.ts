import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { USERS } from "../../sandbox/preservica/access/users.js";
import { startSandbox, type Sandbox } from "../../sandbox/start.js";
import { packageOf, zipOfPackage, type PackageFacts } from "./preservica-package.js";

export interface Answer {
  status: number;
  headers: Headers;
  text: string;
  bytes: Buffer;
}

export interface CallOptions {
  /** Account that calls; null: no token. */
  as?: string | null;
  body?: string | Buffer;
  type?: string;
  headers?: Record<string, string>;
}

const XML = "application/xml;charset=UTF-8";
export const XIP = "http://preservica.com/XIP/v9.1";
export const ENTITY = "http://preservica.com/EntityAPI/v9.1";

/** A sandbox with Preservica alone, called over HTTP as any client would. */
export class PreservicaBench {
  private readonly tokens = new Map<string, string>();
  private constructor(
    private readonly dataDir: string,
    public sandbox: Sandbox,
    private readonly seed: "full" | "empty",
  ) {}

  static async start(
    seed: "full" | "empty" = "empty",
    settings: Record<string, unknown> = {},
  ): Promise<PreservicaBench> {
    const dataDir = await mkdtemp(join(tmpdir(), "sandbox-preservica-"));
    const bench = new PreservicaBench(dataDir, await startSandbox({ dataDir, systems: ["preservica"], seed }), seed);
    await bench.set({ ingestMs: 0, indexDelayMs: 0, asyncMs: 0, ...settings });
    return bench;
  }

  async stop(): Promise<void> {
    await this.sandbox.close();
    await rm(this.dataDir, { recursive: true, force: true });
  }

  /** Ends the process's part of the sandbox and starts it again on the same data. */
  async restart(): Promise<void> {
    await this.sandbox.close();
    this.sandbox = await startSandbox({ dataDir: this.dataDir, systems: ["preservica"], seed: this.seed });
  }

  async set(settings: Record<string, unknown>): Promise<void> {
    await this.sandbox.kernel.settings.change("preservica", settings);
  }

  get url(): string {
    return this.sandbox.url("preservica");
  }

  /** Moves the sandbox's clock. */
  async advance(ms: number): Promise<void> {
    await this.sandbox.kernel.setClock(new Date(this.sandbox.kernel.clock.now().getTime() + ms));
  }

  async login(
    as = "svc.lifecycle",
    more: Record<string, string> = {},
  ): Promise<{ status: number; json: Record<string, unknown> }> {
    const password = USERS.find((user) => user.login === as)?.password ?? "";
    return this.form("/api/accesstoken/login", { username: as, password, ...more });
  }

  async form(
    path: string,
    fields: Record<string, string>,
    headers: Record<string, string> = {},
  ): Promise<{ status: number; json: Record<string, unknown> }> {
    const answer = await fetch(this.url + path, { method: "POST", body: new URLSearchParams(fields), headers });
    return { status: answer.status, json: JSON.parse(await answer.text()) as Record<string, unknown> };
  }

  /** A token of an account; the same one until `forget`. */
  async token(as = "svc.lifecycle"): Promise<string> {
    const known = this.tokens.get(as);
    if (known !== undefined) return known;
    const { json } = await this.login(as);
    assert.equal(typeof json["token"], "string", JSON.stringify(json));
    this.tokens.set(as, String(json["token"]));
    return String(json["token"]);
  }

  forget(): void {
    this.tokens.clear();
  }

  async call(method: string, path: string, options: CallOptions = {}): Promise<Answer> {
    const as = options.as === undefined ? "svc.lifecycle" : options.as;
    const headers: Record<string, string> = as === null ? {} : { "preservica-access-token": await this.token(as) };
    if (options.body !== undefined) headers["content-type"] = options.type ?? XML;
    const url = path.startsWith("http") ? path : this.url + path;
    const answer = await fetch(url, {
      method,
      headers: { ...headers, ...options.headers },
      ...(options.body === undefined
        ? {}
        : { body: typeof options.body === "string" ? options.body : new Uint8Array(options.body) }),
    });
    const bytes = Buffer.from(await answer.arrayBuffer());
    return { status: answer.status, headers: answer.headers, text: bytes.toString("utf8"), bytes };
  }

  async get(path: string, as?: string): Promise<Answer> {
    return this.call("GET", path, as === undefined ? {} : { as });
  }

  async folder(title: string, parent?: string, as?: string): Promise<string> {
    const ref = randomUUID();
    const body = `<StructuralObject xmlns="${XIP}"><Ref>${ref}</Ref><Title>${title}</Title><SecurityTag>open</SecurityTag>${parent === undefined ? "" : `<Parent>${parent}</Parent>`}</StructuralObject>`;
    const answer = await this.call("POST", "/api/entity/structural-objects", {
      body,
      ...(as === undefined ? {} : { as }),
    });
    assert.equal(answer.status, 200, answer.text);
    return ref;
  }

  /** PUT of a package with the token as a header. @returns the progress token */
  async upload(zip: Buffer, folder?: string): Promise<string> {
    const answer = await this.call("PUT", `/api/s3/buckets/alder.package.upload/${randomUUID()}.zip`, {
      body: zip,
      type: "application/zip",
      headers: folder === undefined ? {} : { "x-amz-meta-structuralobjectreference": folder },
    });
    assert.equal(answer.status, 200, answer.text);
    return answer.headers.get("preservica-progress-token") ?? assert.fail("no progress token");
  }

  async progress(token: string): Promise<{ status: string; text: string }> {
    const answer = await this.get(`/api/entity/progress/${token}?includeErrors=true`);
    return { status: one(answer.text, "Status"), text: answer.text };
  }

  /** Waits until a condition holds; asks again whenever the simulator says that something changed. */
  async until<T>(ask: () => Promise<T | undefined | false>): Promise<T> {
    for (;;) {
      const changed = new Promise<void>((resolve) => {
        const end = this.sandbox.kernel.onChange(() => {
          end();
          resolve();
        });
      });
      const found = await ask();
      if (found !== undefined && found !== false) return found;
      await changed;
    }
  }

  /** Waits for the end of a long-running call. */
  async ended(token: string): Promise<{ status: string; text: string }> {
    return this.until(async () => {
      const progress = await this.progress(token);
      return progress.status !== "ACTIVE" && progress;
    });
  }

  /** Ingests a sound package. @returns the asset's reference */
  async ingest(facts: PackageFacts): Promise<string> {
    const made = packageOf(facts);
    const { status, text } = await this.ended(await this.upload(zipOfPackage(made)));
    assert.equal(status, "COMPLETED", text);
    return made.ref;
  }

  /** Waits until an asset is in the search index. */
  async indexed(ref: string): Promise<void> {
    await this.until(async () => (await this.search(`id:${ref}`)).length === 1 || undefined);
  }

  /** References that a search finds. */
  async search(q: string, fields: unknown[] = [], as?: string): Promise<string[]> {
    const query = new URLSearchParams({ q: JSON.stringify({ q, fields }), max: "1000" });
    const answer = await this.call("GET", `/api/content/search?${query.toString()}`, as === undefined ? {} : { as });
    assert.equal(answer.status, 200, answer.text);
    const { value } = JSON.parse(answer.text) as { value: { objectIds: string[] } };
    return value.objectIds.map((id) => id.split("|")[1] ?? "");
  }

  /** Requests that the strict sandbox counted as undocumented. */
  refused(): string[] {
    return this.sandbox.kernel.log
      .entries({ system: "preservica", refused: true })
      .map((entry) => `${entry.method} ${entry.path}`);
  }
}

/** Text of the first element with a local name. */
export function one(xml: string, name: string): string {
  return all(xml, name)[0] ?? assert.fail(`no ${name} in ${xml.slice(0, 500)}`);
}

/** Texts of all elements with a local name. */
export function all(xml: string, name: string): string[] {
  return [...xml.matchAll(new RegExp(`<(?:\\w+:)?${name}(?:\\s[^>]*)?>([^<]*)</`, "gu"))].map((match) =>
    (match[1] ?? "").replaceAll("&amp;", "&"),
  );
}
