import { attribute, createHttp, descendants, type Http, type ServerWords } from "../http/index.js";
import { list, record, text } from "../http/shape.js";
import type { Refusal, UploadTarget } from "../content/types.js";
import { LifecycleError } from "../messages/error.js";
import type { ContentRef } from "../messages/asset.js";
import type { Destroying } from "../systems/disposal.js";
import type { ByteRequest, ContentSystem } from "../systems/port.js";
import { DEFAULT_ASSUMPTIONS, type PreservicaAssumptions } from "./assumptions.js";
import { ByteRequests } from "./byte-requests.js";
import type { PreservicaClient, PreservicaOptions } from "./client-types.js";
import { testConnection } from "./connection-test.js";
import { custodyOf } from "./custody.js";
import { destroyingOf } from "./destroy.js";
import { Deletions } from "./deletions.js";
import { Entities } from "./entities.js";
import { Exports } from "./exports.js";
import { FolderRecords } from "./folder-records.js";
import { FolderPaths, type FoundFolder } from "./folders.js";
import { Gateway, uuid } from "./gateway.js";
import { Governance } from "./governance.js";
import { askHolds } from "./holds.js";
import { IndexFields } from "./index-fields.js";
import { integrityChecks, type IntegrityCheck } from "./integrity.js";
import { tokenAuth, tokenSource } from "./login.js";
import { Processes, type MonitorQuery } from "./processes.js";
import { filled } from "./read.js";
import { bitstreamPath, contentRefOf, Representations } from "./representations.js";
import { Retention } from "./retention.js";
import { search, searchPage, type SearchPage } from "./search.js";
import { Session } from "./session.js";
import type * as T from "./types.js";
import { UploadEndpoint } from "./upload.js";
import { Webhooks } from "./webhooks.js";
import { Workflows } from "./workflows.js";

export type { PreservicaClient, PreservicaOptions } from "./client-types.js";

const DEFAULT_IDLE_MS = 60_000;
/** Tags change once a year; every asset asks. */
const TAGS_FRESH_MS = 30_000;

/** @throws LifecycleError NOT_CONFIGURED when address, proxy, tenant or key are not usable */
export function createPreservica(options: PreservicaOptions): PreservicaClient {
  return new Client(options);
}

class Client implements PreservicaClient {
  readonly system = "preservica";
  readonly connection: string;
  readonly tenant: string;
  readonly assumptions: PreservicaAssumptions;
  readonly entities: Entities;
  readonly representations: Representations;
  readonly processes: Processes;
  readonly retention: Retention;
  readonly custody = custodyOf(this);
  readonly governance: Governance;
  readonly destroying: Destroying;
  readonly webhooks: Webhooks;
  readonly exports: Exports;
  readonly workflows: Workflows;
  readonly ingestSource: UploadEndpoint;
  readonly folderRecords: FolderRecords;
  readonly indexFields: IndexFields;
  readonly #http: Http;
  readonly #session: Session;
  readonly #gateway: Gateway;
  readonly #folders: FolderPaths;
  readonly #upload: UploadEndpoint;
  readonly #bytes: ByteRequests;
  #tags: { at: number; names: readonly string[] } | undefined;

  constructor(options: PreservicaOptions) {
    this.connection = configured(options.connection, "connection key");
    this.tenant = configured(options.tenant, "tenant");
    this.assumptions = { ...DEFAULT_ASSUMPTIONS, ...options.assumptions };
    const source = tokenSource({
      http: () => this.#http,
      tenant: this.tenant,
      credentials: options.credentials,
      tokenMinutes: this.assumptions.tokenMinutes,
      clock: options.clock,
    });
    this.#session = new Session(source, this.assumptions.renewAt, options.clock);
    this.#http = createHttp({
      system: "preservica",
      connection: this.connection,
      baseUrl: options.baseUrl,
      auth: tokenAuth(this.#session),
      tls: { ca: options.ca, proxy: options.proxy },
      idleMs: options.idleMs ?? DEFAULT_IDLE_MS,
      concurrency: options.concurrency ?? 8,
      ratePerSecond: options.ratePerSecond,
      retries: options.retries ?? 3,
      userAgent: options.userAgent ?? "content-lifecycle-node-red",
      explain: serverWords,
    });
    this.#gateway = new Gateway(this.#http, options.apiPath ?? "latest", this.assumptions);
    this.#bytes = new ByteRequests(this.#session, {
      baseUrl: this.#http.baseUrl,
      idleMs: options.idleMs ?? DEFAULT_IDLE_MS,
      ca: options.ca,
      proxy: options.proxy,
    });
    this.entities = new Entities(this.#gateway);
    this.representations = new Representations(this.#gateway, this.#bytes);
    this.processes = new Processes(this.#gateway);
    this.retention = new Retention(this.#gateway);
    this.webhooks = new Webhooks(this.#gateway);
    this.governance = new Governance(this.#gateway, this.retention);
    this.destroying = destroyingOf(this.connection, this.entities, new Deletions(this.#gateway, this.processes));
    this.folderRecords = new FolderRecords(this.entities, options.clock);
    this.indexFields = new IndexFields(this.#gateway);
    this.#folders = new FolderPaths(this.entities, this.assumptions.refTaken, options.clock);
    this.exports = new Exports(this.#gateway, this.#bytes);
    this.workflows = new Workflows(this.#gateway);
    const bucket = (suffix: string): UploadEndpoint =>
      new UploadEndpoint(this.#gateway, `${this.tenant.toLowerCase()}${suffix}`, this.#bytes);
    this.#upload = bucket(this.assumptions.uploadBucketSuffix);
    this.ingestSource = bucket(this.assumptions.sourceBucketSuffix);
  }

  async login(): Promise<void> {
    await this.#session.token();
  }
  serverVersion(): Promise<string> {
    return this.#gateway.version();
  }
  async userDetails(): Promise<T.UserDetails> {
    const answer = await this.#gateway.send({ method: "GET", path: "/api/user/details", expect: "json" });
    const details = record(answer.json());
    return {
      roles: list(details["roles"]).flatMap((role) => text(role) ?? []),
      ...filled("fullName", text(details["fullName"])),
      ...filled("email", text(details["email"])),
      ...filled("tenant", text(details["tenant"])),
    };
  }
  testConnection(): Promise<T.ConnectionReport> {
    return testConnection(this, this.#gateway, this.#upload);
  }

  folder(ref: string): Promise<T.Entity> {
    return this.entities.get("SO", ref);
  }
  asset(ref: string): Promise<T.Entity> {
    return this.entities.get("IO", ref);
  }
  findAsset(ref: string): Promise<T.Entity | undefined> {
    return this.entities.find("IO", ref);
  }
  children(ref?: string): AsyncGenerator<T.EntityRef> {
    return this.entities.children(ref);
  }
  ensureFolderPath(path: string | readonly string[], securityTag: string): Promise<FoundFolder> {
    return this.#folders.ensure(path, securityTag);
  }
  findFolderPath(path: string | readonly string[]): Promise<{ ref?: string; missing: string[] }> {
    return this.#folders.find(path);
  }
  findByIdentifier(type: string, value: string): Promise<T.EntityRef[]> {
    return this.entities.findByIdentifier(type, value);
  }

  bitstreamsOf(assetRef: string, representationType?: string): Promise<T.Bitstream[]> {
    return this.representations.bitstreamsOf(assetRef, representationType);
  }
  async contentOf(assetRef: string): Promise<ContentRef[]> {
    return (await this.bitstreamsOf(assetRef)).map((bitstream) => contentRefOf(bitstream, this.connection));
  }
  integrityChecks(path: string): Promise<IntegrityCheck[]> {
    return integrityChecks(this.#gateway, path);
  }
  async bitstreamContent(path: string, refused?: Refusal): Promise<ByteRequest> {
    return await this.#bytes.make("GET", `${this.#gateway.base}/${bitstreamPath(path)}/content`, { refused });
  }
  async thumbnail(type: "IO" | "SO", ref: string, size: "small" | "medium" | "large"): Promise<ByteRequest> {
    return await this.#bytes.make("GET", "/api/content/thumbnail", { query: { id: `sdb:${type}|${uuid(ref)}`, size } });
  }

  progress(token: string, includeErrors?: boolean): Promise<T.Progress | undefined> {
    return this.processes.progress(token, includeErrors);
  }
  monitors(query: MonitorQuery): Promise<T.Monitor[]> {
    return this.processes.monitors(query);
  }
  async knowsSecurityTag(name: string): Promise<boolean> {
    const known = this.#tags;
    if (known !== undefined && Date.now() - known.at < TAGS_FRESH_MS && known.names.includes(name)) return true;
    return (await this.securityTags()).includes(name);
  }
  async securityTags(): Promise<string[]> {
    const root = await this.#gateway.xml({ method: "GET", path: "/api/security/tags" });
    const names = descendants(root, "Tag").flatMap((node) => attribute(node, "name") ?? []);
    this.#tags = { at: Date.now(), names };
    return names;
  }
  search(request: T.SearchRequest): AsyncGenerator<T.SearchHit> {
    return search(this.#gateway, request);
  }
  searchPage(request: T.SearchRequest, start: number, max: number): Promise<SearchPage> {
    return searchPage(this.#gateway, request, start, max);
  }

  packageArrived(packageKey: string): Promise<boolean> {
    return this.#upload.arrived(packageKey);
  }
  uploadTarget(packageKey: string, folderRef: string): UploadTarget {
    return this.#upload.target(packageKey, folderRef);
  }

  open(ref: ContentRef, refused?: Refusal): Promise<ByteRequest> {
    return this.bitstreamContent(ref.id, refused);
  }
  async stored(ref: ContentRef): ReturnType<ContentSystem["stored"]> {
    const { size, fixity } = await this.representations.bitstream(ref.id);
    return { size, fixity };
  }
  holds(asset: Parameters<ContentSystem["holds"]>[0]): ReturnType<ContentSystem["holds"]> {
    return askHolds(asset, this.connection, this.#gateway, this.retention);
  }
  close(): void {
    this.#http.close();
  }
}

function configured(value: string, what: string): string {
  const trimmed = value.trim();
  if (trimmed === "")
    throw new LifecycleError("NOT_CONFIGURED", `The Preservica connection has no ${what}.`, { system: "preservica" });
  return trimmed;
}

/** Error bodies are plain text, JSON with `message`, or S3's XML (fact sheet 0.3, 2.1). */
function serverWords(_status: number, body: string): ServerWords | undefined {
  const xml = /<Code>([^<]*)<\/Code>(?:[\s\S]*?<Message>([^<]*)<\/Message>)?/.exec(body);
  if (xml !== null) return { code: xml[1], message: [xml[1], xml[2]].filter(Boolean).join(": ") };
  if (!/^\s*[{<]/.test(body)) return { message: body.slice(0, 300) };
  try {
    return { message: text(record(JSON.parse(body))["message"]) };
  } catch {
    return undefined;
  }
}
