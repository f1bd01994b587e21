import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  createOtmm,
  type OtmmAsset,
  type OtmmClient,
  type OtmmOptions,
  type OtmmQuery,
} from "../../../lib/otmm/index.js";
import { allOf } from "../../../lib/otmm/index.js";
import { LifecycleError, type ErrorCode } from "../../../lib/messages/error.js";
import type { FaultOrder } from "../../../sandbox/kernel/faults.js";
import { startSandbox, type Sandbox } from "../../../sandbox/start.js";

export const HOLDS = {
  fieldId: "ACME.FIELD.LEGAL HOLD",
  values: ["Y"],
  matterFieldId: "ACME.FIELD.LEGAL HOLD MATTER",
};
export const CAMPAIGN_STATUS = "ACME.FIELD.CAMPAIGN STATUS";
export const APPROVAL = "ACME.FIELD.APPROVAL STATUS";
export const PRESERVATION = "ACME.FIELD.PRESERVATION STATUS";

/** Approved final assets of ended campaigns. */
export const FINALS: OtmmQuery = {
  conditions: [
    { fieldId: CAMPAIGN_STATUS, operator: "contains", value: "END" },
    { fieldId: APPROVAL, operator: "contains", value: "APF" },
  ],
};

/** A running sandbox of OTMM and clients of it. */
export class Bench {
  readonly #clients: OtmmClient[] = [];

  private constructor(
    readonly sandbox: Sandbox,
    readonly folder: string,
  ) {}

  static async start(): Promise<Bench> {
    const folder = await mkdtemp(join(tmpdir(), "clc-otmm-"));
    return new Bench(await startSandbox({ dataDir: folder, systems: ["otmm"] }), folder);
  }

  connect(options: Partial<OtmmOptions> = {}): OtmmClient {
    const client = createOtmm({
      connection: "dam",
      baseUrl: this.sandbox.url("otmm"),
      login: { method: "session" },
      credentials: async () => ({ username: "svc.lifecycle", password: "lifecycle-2026" }),
      zone: "Europe/Berlin",
      holds: HOLDS,
      idleMs: 5000,
      backoff: { baseMs: 1, capMs: 4 },
      lockRetries: 2,
      ...options,
    });
    this.#clients.push(client);
    return client;
  }

  set(changes: Record<string, unknown>): Promise<unknown> {
    return this.sandbox.kernel.settings.change("otmm", changes);
  }

  fault(order: Omit<FaultOrder, "system">): void {
    this.sandbox.kernel.faults.add({ system: "otmm", ...order });
  }

  /** Lets every session and token end. */
  async hourLater(): Promise<void> {
    const { kernel } = this.sandbox;
    await kernel.setClock(new Date(kernel.clock.now().getTime() + 61 * 60_000));
  }

  /** Requests that reached OTMM since the last call, as "METHOD path". */
  requests(): string[] {
    const { log } = this.sandbox.kernel;
    const entries = log.entries({ since: this.#read, limit: 100_000 });
    this.#read = log.lastNumber;
    return entries.map(({ method, path }) => `${method} ${path.replace("/otmmapi/v6", "")}`);
  }
  #read = 0;

  /** Everything back to the seed, clients logged out. */
  async reset(): Promise<void> {
    for (const client of this.#clients.splice(0)) await client.close();
    await this.sandbox.kernel.reset();
  }

  async stop(): Promise<void> {
    for (const client of this.#clients.splice(0)) await client.close();
    await this.sandbox.close();
    await rm(this.folder, { recursive: true, force: true });
  }
}

/** The error of a call that must fail, checked for its code. */
export async function failed(call: Promise<unknown>, code: ErrorCode): Promise<LifecycleError> {
  const thrown: unknown = await call.then(
    () => assert.fail("the call succeeded"),
    (error: unknown) => error,
  );
  if (!(thrown instanceof LifecycleError)) throw thrown;
  assert.equal(thrown.code, code, thrown.message);
  return thrown;
}

/** All hits of a search. */
export async function everyHit(client: OtmmClient, query: OtmmQuery): Promise<OtmmAsset[]> {
  const found: OtmmAsset[] = [];
  for await (const asset of allOf((page) => client.search(query, page))) found.push(asset);
  return found;
}

/** The one asset of that name. */
export async function named(client: OtmmClient, name: string): Promise<OtmmAsset> {
  const hits = await everyHit(client, {
    conditions: [{ fieldId: "ARTESIA.FIELD.ASSET NAME", operator: "contains", value: name }],
  });
  const asset = hits.find((hit) => hit.name === name && hit.latestVersion);
  assert.ok(asset !== undefined, `no asset ${name}`);
  return asset;
}
