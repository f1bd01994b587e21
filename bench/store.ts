import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openStore } from "../lib/store/index.js";
import type { Job, LifecycleStore } from "../lib/store/types.js";
import { against, type Figure } from "./figure.js";

/**
 * Durable transitions each second: a job's state, step and checkpoint, and an event in the hash chain, in one
 * transaction that is on disk when the call resolves. Many jobs at once, as flows have them, so that they share syncs.
 */
const GOAL = 10_000;
const LANES = 128;

export async function storePerSecond(transitions: number, rounds = 3): Promise<Figure> {
  const folder = mkdtempSync(join(tmpdir(), "bench-store-"));
  const store = await openStore(join(folder, "store.db"));
  try {
    const jobs = await claimed(store);
    const rates: number[] = [];
    await advance(store, jobs, Math.ceil(transitions / 5));
    for (let round = 0; round < rounds; round += 1) rates.push(await advance(store, jobs, transitions));
    return against(GOAL, "transitions/s", rates);
  } finally {
    await store.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function claimed(store: LifecycleStore): Promise<Job[]> {
  const intakes = Array.from({ length: LANES }, (_unused, index) =>
    store.intake({
      queue: "bench",
      nodeType: "bench",
      nodeName: "",
      assetKey: `otmm:dam:${index}`,
      assetVersion: "1",
      assetName: `asset ${index}`,
      run: "bench",
      message: { asset: { key: `otmm:dam:${index}`, fields: { title: "A title of the usual length" } } },
      settings: {},
    }),
  );
  await Promise.all(intakes);
  return await store.claim("bench", LANES, Date.now());
}

async function advance(store: LifecycleStore, jobs: readonly Job[], transitions: number): Promise<number> {
  let left = transitions;
  const start = performance.now();
  const lane = async (job: Job): Promise<void> => {
    while (left > 0) {
      left -= 1;
      await store.change({
        job: job.id,
        attempt: job.attempt,
        state: "running",
        step: "upload",
        checkpoint: { upload: { nth: left, key: "a key of the usual length.zip", finishing: "no" } },
        events: [
          {
            assetKey: job.assetKey,
            assetVersion: "1",
            type: "fixity check",
            at: new Date().toISOString(),
            basis: "witnessed",
            agent: "bench",
            outcome: "success",
          },
        ],
      });
    }
  };
  await Promise.all(jobs.map(lane));
  return transitions / ((performance.now() - start) / 1000);
}

if (require.main === module)
  void storePerSecond(Number(process.argv[2] ?? 20_000)).then((figure) => console.log(figure));
