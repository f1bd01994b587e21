import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { NodeInitializer } from "node-red";
import { sharedPool } from "../../lib/content/index.js";
import type { LifecycleMessage } from "../../lib/messages/message.js";
import type { StoreHolder } from "../../lib/runtime/types.js";
import type { JobSummary, LifecycleStore, Run, RunCounts } from "../../lib/store/types.js";
import lifecycleStore = require("../../nodes/lifecycle-store/lifecycle-store.js");
import mappingProfile = require("../../nodes/mapping-profile/mapping-profile.js");
import metadataMapper = require("../../nodes/metadata-mapper/metadata-mapper.js");
import otmmAssetFetch = require("../../nodes/otmm-asset-fetch/otmm-asset-fetch.js");
import otmmAssetUpdate = require("../../nodes/otmm-asset-update/otmm-asset-update.js");
import otmmConnection = require("../../nodes/otmm-connection/otmm-connection.js");
import preservicaConnection = require("../../nodes/preservica-connection/preservica-connection.js");
import preservicaIngest = require("../../nodes/preservica-ingest/preservica-ingest.js");
import type { Fault, FaultOrder } from "../../sandbox/kernel/faults.js";
import type { LogEntry } from "../../sandbox/kernel/types.js";
import { startSandbox, type Sandbox } from "../../sandbox/start.js";
import { coreNode, helper, until } from "../support/helper.js";
import { campaignFlow, IDS, type FlowChanges } from "./flow.js";

const NODES: NodeInitializer[] = [
  lifecycleStore,
  otmmConnection,
  preservicaConnection,
  mappingProfile,
  otmmAssetFetch,
  metadataMapper,
  preservicaIngest,
  otmmAssetUpdate,
  coreNode("common/25-catch"),
] as NodeInitializer[];

/** How fast the simulated systems work: as fast as they can while still creating entities late. */
const QUICK = { otmm: { indexDelayMs: 0, jobMs: 50 }, preservica: { ingestMs: 80, indexDelayMs: 40, asyncMs: 20 } };

export type Collected = LifecycleMessage & { error?: { code?: string; message: string } };
export interface RunResult extends Run {
  counts: RunCounts;
}

/** Sandbox and Node-RED in this process, so that faults and sockets can be looked at from both ends. */
export class FaultWorld {
  readonly sandbox: Sandbox;
  readonly folder: string;
  readonly rejections: string[] = [];
  readonly #heard: (reason: unknown) => void;
  #loaded = false;
  #stores = 0;
  #got = new Map<string, Collected[]>();

  private constructor(sandbox: Sandbox, folder: string) {
    this.sandbox = sandbox;
    this.folder = folder;
    this.#heard = (reason) =>
      this.rejections.push(reason instanceof Error ? (reason.stack ?? reason.message) : String(reason));
    process.on("unhandledRejection", this.#heard);
  }

  static async open(): Promise<FaultWorld> {
    const folder = mkdtempSync(join(tmpdir(), "faults-"));
    const sandbox = await startSandbox({ dataDir: join(folder, "sandbox"), systems: ["otmm", "preservica"] });
    await new Promise<void>((resolve) => helper.startServer(() => resolve()));
    helper.settings({ userDir: folder });
    return new FaultWorld(sandbox, folder);
  }

  async close(): Promise<void> {
    await this.unload();
    await sharedPool().close();
    await new Promise<void>((resolve) => helper.stopServer(() => resolve()));
    await this.sandbox.close();
    process.off("unhandledRejection", this.#heard);
    rmSync(this.folder, { recursive: true, force: true });
  }

  get kernel(): Sandbox["kernel"] {
    return this.sandbox.kernel;
  }

  /** Both systems as on the first day, on the machine's clock, and the flow deployed with a store of its own. */
  async fresh(changes: FlowChanges = {}): Promise<void> {
    await this.unload();
    await this.resetSystems();
    this.#stores += 1;
    await this.load({ storeFile: `store-${this.#stores}.db`, ...changes });
  }

  /** Both systems as on the first day, on the machine's clock. */
  async resetSystems(): Promise<void> {
    await this.kernel.reset();
    await this.kernel.setClock(new Date());
    for (const [system, settings] of Object.entries(QUICK)) await this.settings(system as keyof typeof QUICK, settings);
  }

  async settings(system: "otmm" | "preservica", changes: Record<string, unknown>): Promise<void> {
    await this.kernel.settings.change(system, changes);
  }

  /** Deploys the flow; without a `storeFile` on the store it had. */
  async load(changes: FlowChanges = {}): Promise<void> {
    const { flow, credentials } = campaignFlow(this.sandbox.ready, {
      storeFile: `store-${this.#stores}.db`,
      ...changes,
    });
    this.#got = new Map();
    await helper.load(NODES, flow, credentials);
    this.#loaded = true;
    for (const { id, type } of flow) {
      if (type === "helper") helper.getNode(id).on("input", (msg) => this.got(id).push(msg as Collected));
    }
  }

  async unload(): Promise<void> {
    if (!this.#loaded) return;
    this.#loaded = false;
    await helper.unload();
  }

  /** What a collector has seen since the flow was deployed. */
  got(id: string): Collected[] {
    const known = this.#got.get(id);
    if (known !== undefined) return known;
    const fresh: Collected[] = [];
    this.#got.set(id, fresh);
    return fresh;
  }

  fault(order: FaultOrder): Fault {
    return this.kernel.faults.add(order);
  }

  store(): Promise<LifecycleStore> {
    return (helper.getNode(IDS.store) as unknown as StoreHolder).store();
  }

  /** Presses Run for these OTMM assets. */
  press(ids: readonly string[], more: object = {}): void {
    helper.getNode(IDS.fetch).receive({ payload: [...ids], ...more });
  }

  /** The newest run; undefined before there is one. */
  async newest(): Promise<RunResult | undefined> {
    return (await (await this.store()).runs(1))[0];
  }

  async jobs(): Promise<JobSummary[]> {
    return await (await this.store()).jobs({ limit: 1000 });
  }

  /** What went wrong with which job, for people; nothing once the flow is stopped. */
  async brokenJobs(): Promise<string[]> {
    if (!this.#loaded) return [];
    return (await this.jobs())
      .filter(({ error, nodeType }) => error !== undefined && nodeType !== "otmm-asset-fetch")
      .map(
        ({ nodeType, assetName, state, error }) =>
          `(${nodeType} of ${assetName} is ${state}: ${error?.code} ${error?.message})`,
      );
  }

  /** Resolves when the newest run has ended and nothing of it moves any more. */
  async settled(limit = 90_000): Promise<RunResult> {
    let last: RunResult | undefined;
    try {
      await until(async () => {
        last = await this.newest();
        return last !== undefined && last.state !== "running" && last.counts.running + last.counts.waiting === 0;
      }, limit);
    } catch {
      const open = (await this.jobs()).filter(({ state }) => state !== "done");
      const jobs = open.map(({ nodeType, assetName, state, step, failures, error }) => ({
        nodeType,
        assetName,
        state,
        step,
        failures,
        error: error?.message,
      }));
      throw new Error(
        `The run did not end in ${limit} ms: ${JSON.stringify({ run: last?.state, error: last?.error, counts: last?.counts, jobs })}`,
      );
    }
    if (last === undefined) throw new Error("there is no run");
    return last;
  }

  /** Presses Run and waits for the end. */
  async run(ids: readonly string[], limit?: number): Promise<RunResult> {
    const before = (await this.newest())?.id;
    this.press(ids);
    await until(async () => (await this.newest())?.id !== before);
    return await this.settled(limit);
  }

  /** Gives every failed, dead or refused job back to its queue, as a person would; returns how many. */
  async replay(): Promise<number> {
    const broken = (await this.jobs()).filter(
      // What the search refused was never a job of work.
      ({ state, nodeType }) => ["failed", "dead", "refused"].includes(state) && nodeType !== "otmm-asset-fetch",
    );
    for (const { id } of broken) {
      const answer = await helper.request().post(`/content-lifecycle/stores/${IDS.store}/jobs/${id}/replay`);
      if (answer.status !== 200) throw new Error(`replay answered ${answer.status}: ${JSON.stringify(answer.body)}`);
    }
    return broken.length;
  }

  log(system?: "otmm" | "preservica"): LogEntry[] {
    return this.kernel.log.entries({ limit: 100_000, ...(system === undefined ? {} : { system }) });
  }

  /** Requests that a fault has hit. */
  hit(): LogEntry[] {
    return this.log().filter(({ fault }) => fault !== undefined);
  }
}
