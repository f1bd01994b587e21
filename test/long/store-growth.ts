import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openStore, type LifecycleStore } from "../../lib/store/index.js";
import type { Suite } from "./suite.js";

/** Assets in the store at which the cost of one more is measured. */
const SIZES = [10_000, 100_000];
/** Assets in the store that is compared with. */
const FEW = 100;
/** Assets of one measured batch, and batches at each size; calls of a batch share their fsyncs, as in a running flow. */
const BATCH = 50;
const BATCHES = 21;
/** Assets that are put in at once between two measurements. */
const FILL = 250;
const MOST_RATIO = 2;
const RUN = "growth";

/** The life of one asset in the store: found, taken in, claimed, two steps saved, ended with a hand-over. */
async function live(store: LifecycleStore, from: number, count: number): Promise<void> {
  const assets = Array.from({ length: count }, (_unused, index) => ({
    key: `otmm:dam:${String(from + index).padStart(40, "0")}`,
    version: "1",
    name: `asset ${from + index}`,
  }));
  const message = { asset: { fields: { title: "A title of ordinary length", note: "x".repeat(1_000) } } };
  const handover = (made: string, { key, version }: (typeof assets)[number]) => ({
    id: `${made}.${key}`,
    run: RUN,
    from: made,
    queue: made,
    port: 0,
    assetKey: key,
    assetVersion: version,
    message,
  });
  await store.page(RUN, {
    cursor: { from },
    complete: false,
    assets,
    handovers: assets.map((asset) => handover("fetch", asset)),
    refused: [],
  });
  const event = (assetKey: string) => ({
    assetKey,
    type: "transfer",
    at: new Date().toISOString(),
    basis: "witnessed" as const,
    agent: "test",
    outcome: "success" as const,
    run: RUN,
  });
  await Promise.all(
    assets.map((asset) =>
      store.intake({
        queue: "ingest",
        nodeType: "preservica-ingest",
        nodeName: "",
        assetKey: asset.key,
        assetVersion: asset.version,
        assetName: asset.name,
        run: RUN,
        message,
        settings: { verify: "fixity" },
        handover: `fetch.${asset.key}`,
      }),
    ),
  );
  await store.settle(assets.map(({ key }) => `fetch.${key}`));
  const jobs = await store.claim("ingest", count, Date.now());
  if (jobs.length !== count) throw new Error(`Only ${jobs.length} of ${count} jobs could be claimed.`);
  await Promise.all(
    jobs.map(async ({ id, attempt, assetKey, assetVersion, assetName }) => {
      const at = { job: id, attempt };
      await store.change({ ...at, state: "running", step: "packed", checkpoint: { packed: { size: 1 } } });
      await store.change({
        ...at,
        state: "running",
        step: "ingesting",
        checkpoint: { ingesting: { token: id } },
        events: [event(assetKey)],
      });
      const out = handover("ingest", { key: assetKey, version: assetVersion, name: assetName });
      await store.change({ ...at, state: "done", step: "end", handovers: [out], events: [event(assetKey)] });
    }),
  );
  await store.settle(jobs.map(({ assetKey }) => `ingest.${assetKey}`));
  await store.nextDue("ingest");
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}

/** A store in a file of its own, with so many assets in it. */
class Growing {
  readonly store: LifecycleStore;
  held = 0;

  private constructor(store: LifecycleStore) {
    this.store = store;
  }

  static async open(file: string): Promise<Growing> {
    const store = await openStore(file);
    await store.startRun({
      id: RUN,
      queue: "fetch",
      nodeType: "otmm-asset-fetch",
      nodeName: "",
      message: {},
      settings: {},
    });
    return new Growing(store);
  }

  async fill(size: number): Promise<void> {
    while (this.held < size) await this.add(Math.min(FILL, size - this.held));
  }
  /** @returns milliseconds for each */
  async add(count: number): Promise<number> {
    const started = performance.now();
    await live(this.store, this.held, count);
    this.held += count;
    return (performance.now() - started) / count;
  }

  async problems(): Promise<string[]> {
    const { found, done } = await this.store.counts(RUN);
    return found === this.held && done === this.held
      ? []
      : [`the run counts ${done} done of ${found} found, there are ${this.held}`];
  }
}

/**
 * What one more asset costs the store stays flat however many it holds. At each size the batches alternate with those
 * of a store that holds few, so that a machine that is busy meanwhile slows both.
 */
export const storeGrowth: Suite = async ({ assets, say }) => {
  const folder = mkdtempSync(join(tmpdir(), "growth-"));
  const opened: Growing[] = [];
  const open = async (name: string): Promise<Growing> => {
    const growing = await Growing.open(join(folder, `${name}.db`));
    opened.push(growing);
    return growing;
  };
  try {
    const big = await open("big");
    const told: string[] = [];
    const problems: string[] = [];
    for (const size of assets === undefined ? SIZES : [assets]) {
      const small = await open(`small-${size}`);
      await small.fill(FEW);
      await big.fill(size);
      const costs: { few: number[]; many: number[] } = { few: [], many: [] };
      for (let batch = 0; batch < BATCHES; batch += 1) {
        costs.few.push(await small.add(BATCH));
        costs.many.push(await big.add(BATCH));
      }
      const [few, many] = [median(costs.few), median(costs.many)];
      const line = `${many.toFixed(2)} ms at ${size} (${few.toFixed(2)} ms at ${FEW}, ratio ${(many / few).toFixed(2)})`;
      say(`  ${line}`);
      told.push(line);
      if (many / few >= MOST_RATIO) problems.push(`one more asset costs ${line}`);
    }
    problems.push(...(await big.problems()));
    return { problems, summary: `one more asset costs ${told.join(", ")}` };
  } finally {
    for (const { store } of opened) await store.close();
    rmSync(folder, { recursive: true, force: true });
  }
};
