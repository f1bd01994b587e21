import { setTimeout as pause } from "node:timers/promises";
import type { JobView, RunView, Stage } from "../../scripts/demo/stage.js";
import { Random } from "../support/random.js";
import { bulkStage } from "./bulk.js";
import { changed, IDS } from "./flows.js";
import { handlesOf, memoryOf, mib, MIB } from "./measure.js";
import type { Suite } from "./suite.js";

const ASSETS = 10_000;
const SIZE = 10 * 1024;
/** Share of all requests to both systems that fail. */
const FAILING = 0.05;
const LOOK_MS = 2_000;
/** MiB: where there is room, V8 lets garbage lie; with little room, memory shows what is needed and a leak ends the process. */
const HEAP = 192;
/** How much Node-RED's memory may grow from the first fifth to the end. */
const MOST_GROWTH = 64 * MIB;
const MOST_HANDLES = 24;
/** Time in which some asset must get on: longer than the longest pause between two attempts at a job. */
const STILL_MS = 1_800_000;
const SYSTEMS = ["otmm", "preservica"] as const;
const FAULTS = [
  { kind: "status", status: 500 },
  { kind: "status", status: 503 },
  { kind: "reset" },
  { kind: "lost" },
  { kind: "slow", delayMs: 300 },
];

interface Totals {
  totals: Record<string, { requests: number; faults: number }>;
}

/** Keeps about one request in twenty failing, in a seeded order of kinds and places. */
class Weather {
  readonly #stage: Stage;
  readonly #random: Random;
  #before: Record<string, number> = {};
  hit = 0;
  requests = 0;

  constructor(stage: Stage, random: Random) {
    this.#stage = stage;
    this.#random = random;
  }

  /** Sets faults over as many requests as came since the last call; those not hit yet are taken back. */
  async next(): Promise<void> {
    const { totals } = (await this.#stage.control("GET", "log?limit=1")) as Totals;
    await this.#stage.control("DELETE", "faults");
    this.hit = 0;
    this.requests = 0;
    for (const system of SYSTEMS) {
      const { requests = 0, faults = 0 } = totals[system] ?? {};
      this.hit += faults;
      this.requests += requests;
      const recent = Math.max(20, requests - (this.#before[system] ?? 0));
      this.#before[system] = requests;
      for (let n = 0; n < Math.round(recent * FAILING); n += 1) {
        const fault = this.#random.pick(FAULTS);
        await this.#stage.control("POST", "faults", {
          system,
          ...fault,
          match: { nth: this.#random.between(1, recent) },
          times: 1,
        });
      }
    }
  }
  async end(): Promise<void> {
    await this.#stage.control("DELETE", "faults");
  }
}

/** What Node-RED holds when so many assets are done. */
interface Held {
  done: number;
  memory: number;
  handles: number;
}

/** Many small assets under constant failures: memory and handles stay flat, and every asset ends where its state says. */
export const soak: Suite = async ({ assets = ASSETS, seed, say }) => {
  const stage = await bulkStage(
    { name: "soak", count: assets, size: SIZE },
    (flow) => changed(changed(flow, IDS.ingest, { concurrency: 8 }), IDS.update, { concurrency: 8 }),
    [`--max-old-space-size=${HEAP}`],
  );
  try {
    await stage.control("POST", "settings", { system: "preservica", ingestMs: 50, indexDelayMs: 20, asyncMs: 20 });
    await stage.nodeRed.inject(stage.flow.find(({ type }) => type === "inject")?.id ?? "");
    const weather = new Weather(stage, new Random(seed));
    const { run, held } = await endure(stage, weather, say);
    await weather.end();
    return await judge(stage, run, held, weather, assets);
  } finally {
    await stage.close();
  }
};

async function endure(
  stage: Stage,
  weather: Weather,
  say: (line: string) => void,
): Promise<{ run: RunView; held: Held[] }> {
  const pid = stage.nodeRed.process.pid ?? 0;
  const held: Held[] = [];
  let latest = { text: "", at: Date.now() };
  for (let looks = 0; ; looks += 1) {
    await weather.next();
    await pause(LOOK_MS);
    const [run] = await stage.runs();
    if (run === undefined) continue;
    const { counts } = run;
    const done = counts.found - counts.running - counts.waiting;
    held.push({ done, memory: memoryOf(pid), handles: handlesOf(pid) });
    if (looks % 10 === 0) say(`  ${JSON.stringify(counts)}, ${mib(memoryOf(pid))}, ${handlesOf(pid)} handles`);
    if (run.state !== "running" && counts.running + counts.waiting === 0) return { run, held };
    const text = JSON.stringify(counts);
    if (text !== latest.text) latest = { text, at: Date.now() };
    if (Date.now() - latest.at > STILL_MS) throw new Error(`Nothing gets on any more: ${text}`);
  }
}

async function judge(stage: Stage, run: RunView, held: Held[], weather: Weather, assets: number) {
  const problems: string[] = [];
  if (run.state !== "done") problems.push(`the run is ${run.state}`);
  const { found, done, refused, failed } = run.counts;
  if (found !== assets) problems.push(`${found} of ${assets} assets were found`);
  if (done + refused + failed !== found) problems.push(`counts do not reconcile: ${JSON.stringify(run.counts)}`);
  const jobs = await stage.jobs(`run=${run.id}`);
  const broken = jobs.filter(({ state }) => state === "failed" || state === "dead");
  const open = jobs.filter(({ state }) => !["done", "refused", "failed", "dead"].includes(state));
  if (open.length > 0) problems.push(`${open.length} jobs have not ended`);
  if (new Set(broken.map(({ assetKey }) => assetKey)).size !== failed)
    problems.push(`${failed} assets failed, ${broken.length} jobs say so`);

  const archive = await stage.preservica();
  const before = await inArchive(archive);
  const archived = new Set(
    jobs
      .filter(({ nodeType, state }) => nodeType === "preservica-ingest" && state === "done")
      .map(({ assetKey }) => assetKey),
  );
  if (before.size < archived.size)
    problems.push(`${archived.size} ingests are done, the archive shows ${before.size} assets`);
  await replay(stage, broken);
  const titles = await inArchive(archive);
  const doubles = [...titles.values()].filter((count) => count > 1).length;
  if (titles.size !== assets || doubles > 0)
    problems.push(`after a replay the archive shows ${titles.size} of ${assets} assets, ${doubles} of them twice`);

  const first = held.find(({ done: ended }) => ended >= assets / 5);
  const last = held.at(-1);
  if (first === undefined || last === undefined) throw new Error("Nothing was measured.");
  if (last.memory - first.memory > MOST_GROWTH)
    problems.push(`memory grew from ${mib(first.memory)} to ${mib(last.memory)}`);
  if (last.handles - first.handles > MOST_HANDLES)
    problems.push(`handles grew from ${first.handles} to ${last.handles}`);
  const summary =
    `${assets} assets, ${weather.hit} of ${weather.requests} requests spoilt: ${done} done, ${failed} failed and replayed, ` +
    `${titles.size} in the archive once; memory ${mib(first.memory)} after ${first.done}, ${mib(last.memory)} at the end; ` +
    `handles ${first.handles}, ${last.handles}`;
  return { problems, summary };
}

/** Titles of the generated assets in the archive, and how often each is there, read over the archive's own HTTP. */
async function inArchive(archive: Awaited<ReturnType<Stage["preservica"]>>): Promise<Map<string, number>> {
  const titles = new Map<string, number>();
  for (const { type, title } of await archive.below()) {
    if (type === "IO" && title.startsWith("soak")) titles.set(title, (titles.get(title) ?? 0) + 1);
  }
  return titles;
}

/** Replays what failed, as a person would once the systems are well again. */
async function replay(stage: Stage, broken: readonly JobView[]): Promise<void> {
  for (const { id } of broken)
    await stage.nodeRed.admin("POST", `content-lifecycle/stores/${stage.storeId}/jobs/${id}/replay`, {});
  if (broken.length > 0)
    await stage.settled(
      () => true,
      () => undefined,
      STILL_MS,
    );
}
