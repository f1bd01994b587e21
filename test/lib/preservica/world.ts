import { createHash } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { contentPool } from "../../../lib/content/pool.js";
import type { ContentPool } from "../../../lib/content/types.js";
import type { ContentRef, LifecycleAsset } from "../../../lib/messages/asset.js";
import { lateToken } from "../../../lib/messages/late.js";
import type { LifecycleMessage } from "../../../lib/messages/message.js";
import { createPreservica, type PreservicaClient, type PreservicaOptions } from "../../../lib/preservica/client.js";
import {
  DEFAULT_INGEST_SETTINGS,
  ingest,
  type IngestDeps,
  type IngestJob,
  type IngestOutcome,
  type IngestSettings,
} from "../../../lib/preservica/ingest.js";
import type { IngestEvent } from "../../../lib/preservica/ingest/job.js";
import type { JsonObject } from "../../../lib/preservica/json.js";
import type { ByteRequest, ContentSystem, HoldAnswer } from "../../../lib/systems/port.js";
import { SystemRegistry } from "../../../lib/systems/registry.js";
import { startSandbox, type Sandbox } from "../../../sandbox/start.js";
import { Reader } from "./reader.js";

/** Settings that look often, because the sandbox ingests in a fraction of a second. */
export const QUICK: IngestSettings = {
  ...DEFAULT_INGEST_SETTINGS,
  folderTag: "open",
  firstLookMs: 40,
  longestLookMs: 150,
};

/** A source system: bytes by name over real HTTP. */
export class Source implements ContentSystem {
  readonly system = "otmm";
  readonly connection = "dam";
  readonly files = new Map<string, Buffer>();
  readonly #server: Server = createServer((request, response) => {
    const bytes = this.files.get(decodeURIComponent((request.url ?? "/").slice(1)));
    response.writeHead(bytes === undefined ? 404 : 200, bytes === undefined ? {} : { "content-length": bytes.length });
    response.end(bytes ?? "");
  });

  async start(): Promise<this> {
    await new Promise<void>((resolve) => this.#server.listen(0, "127.0.0.1", resolve));
    return this;
  }
  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }
  open(ref: ContentRef): Promise<ByteRequest> {
    const { port } = this.#server.address() as AddressInfo;
    return Promise.resolve({
      method: "GET",
      url: `http://127.0.0.1:${port}/${encodeURIComponent(ref.id)}`,
      headers: {},
      idleMs: 5000,
    });
  }
  stored(ref: ContentRef): ReturnType<ContentSystem["stored"]> {
    const bytes = this.files.get(ref.id);
    return Promise.resolve({ ...(bytes === undefined ? {} : { size: bytes.length }), fixity: [] });
  }
  /** What it says of holds; nothing said: clear. */
  answer: HoldAnswer | undefined;
  /** What it says of some assets, by key. */
  readonly answers = new Map<string, HoldAnswer>();
  holds({ key }: LifecycleAsset): ReturnType<ContentSystem["holds"]> {
    return Promise.resolve(
      this.answers.get(key) ?? this.answer ?? { state: "clear", system: "otmm", at: new Date().toISOString() },
    );
  }
}

/** A durable job without Node-RED: what it saved outlives the object that ran it. */
export class Job implements IngestJob {
  readonly created = new Date("2026-11-16T09:00:00Z");
  readonly events: IngestEvent[] = [];
  readonly #saved: Map<string, string>;
  /** What the next save takes along; a crash before it loses it. */
  readonly #noted = new Map<string, string>();
  /** A process that crashed does nothing more. */
  readonly #dead = new AbortController();
  readonly signal: AbortSignal;
  /** Called before each save; may throw, as a crash would. */
  beforeSave: ((step: string, nth: number) => void) | undefined;
  saves = 0;

  constructor(
    readonly id: string,
    readonly msg: LifecycleMessage & { asset: LifecycleAsset },
    readonly settings: IngestSettings = QUICK,
    saved = new Map<string, string>(),
    signal: AbortSignal = new AbortController().signal,
  ) {
    this.#saved = saved;
    this.signal = AbortSignal.any([signal, this.#dead.signal]);
  }

  /** The same job in a new process: only what was saved is known. */
  again(): Job {
    return new Job(this.id, structuredClone(this.msg), this.settings, this.#saved);
  }
  checkpoint<T extends JsonObject>(step: string): T | undefined {
    const saved = this.#noted.get(step) ?? this.#saved.get(step);
    return saved === undefined ? undefined : (JSON.parse(saved) as T);
  }
  save(step: string, facts: JsonObject): Promise<void> {
    this.saves += 1;
    try {
      this.beforeSave?.(step, this.saves);
    } catch (crash) {
      this.#dead.abort(crash);
      throw crash;
    }
    this.note(step, facts);
    this.keep();
    return Promise.resolve();
  }
  note(step: string, facts: JsonObject): void {
    this.#noted.set(step, JSON.stringify(facts));
  }
  /** Puts on disk what was noted, as the runtime does when a job is parked or ends. */
  keep(): void {
    for (const [step, facts] of this.#noted) this.#saved.set(step, facts);
    this.#noted.clear();
  }
  event(event: IngestEvent): void {
    this.events.push(event);
  }
  progress(): void {
    // Not looked at here.
  }
  stage(): void {
    // Not looked at here.
  }
}

export interface MadeAsset {
  id: string;
  version?: string;
  files?: {
    role?: ContentRef["role"];
    representation?: string;
    name: string;
    bytes: Buffer;
    md5?: string | null;
  }[];
  tag?: string;
  parent?: string;
  links?: Record<string, string[]>;
  without?: string[];
  /** More entity values. */
  values?: Record<string, string | string[]>;
  /** Calendar date at which retention started. */
  retentionStart?: string;
  fragment?: string;
}

export class World {
  readonly source = new Source();
  readonly registry = new SystemRegistry();
  private constructor(
    readonly sandbox: Sandbox,
    readonly dataDir: string,
    readonly pool: ContentPool,
  ) {}

  /** @param settings of the simulated Preservica, e.g. `{ ingestMs: 200 }` */
  static async start(settings: Record<string, unknown> = {}): Promise<World> {
    const dataDir = await mkdtemp(join(tmpdir(), "preservica-ingest-"));
    const sandbox = await startSandbox({
      dataDir,
      systems: ["preservica"],
      seed: "empty",
    });
    const world = new World(
      sandbox,
      dataDir,
      contentPool({ threads: 1, partSize: 5 * 1024 * 1024, retry: { attempts: 2 } }),
    );
    await world.source.start();
    world.registry.register(world.source);
    await world.change({ ingestMs: 120, indexDelayMs: 50, ...settings });
    return world;
  }

  async stop(): Promise<void> {
    await this.pool.close();
    await this.source.stop();
    await this.sandbox.close();
    await rm(this.dataDir, { recursive: true, force: true });
  }

  async change(settings: Record<string, unknown>): Promise<void> {
    await this.control("settings", { system: "preservica", ...settings });
  }
  async control(path: string, body: unknown): Promise<unknown> {
    const answer = await fetch(`${this.sandbox.control}/${path}`, {
      method: "POST",
      body: JSON.stringify(body),
      headers: { "content-type": "application/json" },
    });
    if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
    return await answer.json();
  }
  async fault(order: Record<string, unknown>): Promise<void> {
    await this.control("faults", { system: "preservica", ...order });
  }

  connect(options: Partial<PreservicaOptions> = {}): PreservicaClient {
    const { tenant = "", username = "", password = "" } = this.sandbox.ready.preservica ?? {};
    return createPreservica({
      connection: "archive",
      baseUrl: this.sandbox.url("preservica"),
      tenant,
      credentials: () => ({ username, password }),
      retries: 1,
      ...options,
    });
  }
  deps(preservica: PreservicaClient): IngestDeps {
    return { preservica, contentPool: this.pool, systems: this.registry };
  }
  reader(): Reader {
    return new Reader(this.sandbox.url("preservica"));
  }

  /** Requests that the simulated Preservica took, as `METHOD path?query`. */
  requests(): string[] {
    return this.sandbox.kernel.log
      .entries({ limit: 100_000 })
      .map((entry) => `${entry.method} ${entry.path}${entry.query === "" ? "" : `?${entry.query}`}`);
  }
  /** Uploads that may have started an ingest. */
  uploads(): number {
    return this.requests().filter((line) =>
      /^(PUT [^?]*\.zip(\?[^=]*)?$|POST [^?]*\.zip\?uploadId=)/.test(line.replace(/\?x-id=.*$/, "")),
    ).length;
  }

  /** A mapped message as the mapper would make it. */
  message(made: MadeAsset): LifecycleMessage & { asset: LifecycleAsset } {
    const version = made.version ?? "1";
    const files = made.files ?? [{ name: "hero.tif", bytes: Buffer.from(`bytes of ${made.id} v${version}`) }];
    const content = files.map((file, index): ContentRef => {
      const id = `${made.id}-${version}-${index}`;
      this.source.files.set(id, file.bytes);
      const md5 = file.md5 === undefined ? createHash("md5").update(file.bytes).digest("hex") : file.md5;
      return {
        system: "otmm",
        connection: "dam",
        id,
        role: file.role ?? "preservation",
        name: file.name,
        mediaType: "image/tiff",
        size: file.bytes.length,
        ...(file.representation === undefined ? {} : { representation: file.representation }),
        fixity: md5 === null ? [] : [{ algorithm: "MD5", value: md5, by: "source" }],
      };
    });
    const values: Record<string, string | string[]> = {
      Title: `Asset ${made.id}`,
      Description: "A & B <c>",
      SecurityTag: made.tag ?? "internal",
      Parent: made.parent ?? "Alder & Finch/Campaigns/2021",
      "Identifier/OTMM-Asset": `${made.id}#v${version}`,
      "Identifier/OTMM-Original": made.id,
      "Identifier/SourceID": `${made.id}#v${version}`,
    };
    for (const [relation, targets] of Object.entries(made.links ?? {})) values[`Link/${relation}`] = targets;
    for (const field of made.without ?? []) delete values[field];
    Object.assign(values, made.values);
    const start =
      made.retentionStart === undefined ? "" : `<retention><start>${made.retentionStart}</start></retention>`;
    const xml =
      made.fragment ??
      `<lifecycle xmlns="urn:clc:schema:lifecycle:1"><fixity algorithm="SHA-256" by="flow">${lateToken("sha256", "preservation")}</fixity>${start}</lifecycle>`;
    return {
      _msgid: made.id,
      asset: {
        key: `otmm:dam:${made.id}`,
        version,
        name: `Asset ${made.id}`,
        ids: {},
        fields: {},
        content,
        metadata: {
          entity: { profile: { name: "test", version: "1.0.0" }, kind: "preservica-entity", values },
          lifecycle: {
            profile: { name: "test", version: "1.0.0" },
            kind: "fragment",
            schema: "urn:clc:schema:lifecycle:1",
            values: made.retentionStart === undefined ? {} : { "retention/start": made.retentionStart },
            xml,
          },
        },
      },
    };
  }

  /** Looks at the job as the runtime would, until it is done. */
  async drive(
    job: Job,
    preservica: PreservicaClient,
  ): Promise<{ done: Extract<IngestOutcome, { kind: "done" }>; waits: string[]; events: IngestEvent[] }> {
    const waits: string[] = [];
    const events: IngestEvent[] = [];
    let current = job;
    for (;;) {
      const outcome = await ingest(current, this.deps(preservica));
      events.push(...current.events);
      if (outcome.kind === "done") return { done: outcome, waits, events };
      waits.push(outcome.why);
      current.keep();
      await until(outcome.until);
      current = current.again();
    }
  }
}

/** The moment that the job itself asked to be looked at again. */
function until(date: Date): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, Math.max(0, date.getTime() - Date.now())));
}

export function sha256(bytes: Buffer): string {
  return createHash("sha256").update(bytes).digest("hex");
}
