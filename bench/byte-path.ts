import { fork } from "node:child_process";
import { monitorEventLoopDelay } from "node:perf_hooks";
import { contentPool } from "../lib/content/pool.js";
import type { ContentPool, PackageUpload } from "../lib/content/types.js";
import { measureLimits, type Limits } from "./limits.js";
import { startServer } from "./servers.js";

/**
 * The byte path against the limits of this machine: GET, SHA-256, stored zip, upload in parts. Each figure is the
 * median of three rounds, and each round measures its own limit just before, because machines are seldom quiet.
 *
 * `node dist/bench/byte-path.js [--json] [--size 2GiB]`
 */
export interface Figure {
  value: number;
  unit: string;
  limit: number;
  /** value / limit; for times and memory, at most 1 is good, for speeds it is the share of the limit. */
  ratio: number;
  /** Lowest and highest ratio of the rounds. */
  range: [number, number];
}
export type FigureName = "job-1" | "job-4" | "loop-p99-ms" | "small-per-s" | "rss-mib" | "rss-growth-mib";

const MIB = 1024 * 1024;
const ROUNDS = 3;
/** Targets of the design that do not follow from a measured limit. */
const LOOP_LIMIT_MS = 20;
const SMALL_PER_S = 600;
const RSS_LIMIT_MIB = 350;
const GROWTH_LIMIT_MIB = 100;
const SMALL_BYTES = 100_000;
const SMALL_COUNT = 2_000;
const SMALL_IN_FLIGHT = 8;

interface Servers {
  source: string;
  sink: string;
}

function packageOf({ source, sink }: Servers, size: number): PackageUpload {
  const put = { method: "PUT", url: `${sink}/package`, headers: {}, idleMs: 30_000 } as const;
  return {
    entries: [
      {
        path: "content/file.bin",
        label: "preservation/0",
        open: async () => ({ method: "GET", url: `${source}/${size}`, headers: {}, idleMs: 30_000 }),
        size,
        algorithms: ["SHA-256"],
      },
    ],
    finishSize: 4096,
    finish: async (digests) => [{ path: "metadata.xml", bytes: Buffer.from(JSON.stringify(digests)) }],
    modified: new Date(0),
    target: {
      put: async () => put,
      begin: async () => "upload",
      part: async () => put,
      complete: async () => ({}),
      abort: async () => undefined,
    },
    onState: async () => undefined,
    signal: new AbortController().signal,
  };
}

async function move(pool: ContentPool, servers: Servers, size: number, together: number): Promise<number> {
  const start = performance.now();
  const each = Math.floor(size / together);
  await Promise.all(Array.from({ length: together }, () => pool.sendPackage(packageOf(servers, each))));
  return (each * together) / ((performance.now() - start) / 1000);
}

async function moveSmall(pool: ContentPool, servers: Servers, count: number): Promise<number> {
  let left = count;
  const start = performance.now();
  const lane = async (): Promise<void> => {
    while (left > 0) {
      left -= 1;
      await pool.sendPackage(packageOf(servers, SMALL_BYTES));
    }
  };
  await Promise.all(Array.from({ length: SMALL_IN_FLIGHT }, lane));
  return count / ((performance.now() - start) / 1000);
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

function figure(rounds: readonly { value: number; limit: number }[], unit: string): Figure {
  const ratios = rounds.map(({ value, limit }) => value / limit);
  return {
    value: median(rounds.map(({ value }) => value)),
    unit,
    limit: median(rounds.map(({ limit }) => limit)),
    ratio: median(ratios),
    range: [Math.min(...ratios), Math.max(...ratios)],
  };
}

/** Speed of one and of four jobs, and how long the main thread's loop was held meanwhile. */
export async function measureJobs(
  servers: Servers,
  size: number,
): Promise<Pick<Record<FigureName, Figure>, "job-1" | "job-4" | "loop-p99-ms">> {
  const pool = contentPool();
  const one: { value: number; limit: number }[] = [];
  const four: { value: number; limit: number }[] = [];
  const delays: { value: number; limit: number }[] = [];
  try {
    await move(pool, servers, 64 * MIB, 4);
    for (let round = 0; round < ROUNDS; round += 1) {
      const limits: Limits = await measureLimits(servers.source, servers.sink, size);
      one.push({ value: (await move(pool, servers, size, 1)) / 1e6, limit: limits.lower / 1e6 });
      const again: Limits = await measureLimits(servers.source, servers.sink, size);
      const loop = monitorEventLoopDelay({ resolution: 1 });
      loop.enable();
      four.push({ value: (await move(pool, servers, size, 4)) / 1e6, limit: again.lower / 1e6 });
      loop.disable();
      delays.push({ value: loop.percentile(99) / 1e6, limit: LOOP_LIMIT_MS });
    }
  } finally {
    await pool.close();
  }
  return { "job-1": figure(one, "MB/s"), "job-4": figure(four, "MB/s"), "loop-p99-ms": figure(delays, "ms") };
}

/** Small assets each second, 100 KB each, eight at a time. */
export async function measureSmall(servers: Servers): Promise<Figure> {
  const pool = contentPool();
  const rounds: { value: number; limit: number }[] = [];
  try {
    await moveSmall(pool, servers, 200);
    for (let round = 0; round < ROUNDS; round += 1) {
      rounds.push({ value: await moveSmall(pool, servers, SMALL_COUNT), limit: SMALL_PER_S });
    }
  } finally {
    await pool.close();
  }
  return figure(rounds, "assets/s");
}

/** Peak memory of a fresh process that moves `size` bytes, in MiB. */
function peakOf(servers: Servers, size: number, together: number): Promise<number> {
  const child = fork(__filename, ["--peak", servers.source, servers.sink, String(size), String(together)], {
    stdio: ["ignore", "inherit", "inherit", "ipc"],
    execArgv: [],
  });
  return new Promise((resolve, reject) => {
    let peak: number | undefined;
    child.once("message", (message: { peak: number }) => {
      peak = message.peak;
    });
    child.once("exit", (code) => {
      if (peak === undefined) reject(new Error(`the measuring process ended (${String(code)})`));
      else resolve(peak);
    });
  });
}

/** Peak memory with four jobs at once, and its growth between 64 MiB and `size` with one. */
export async function measureMemory(
  servers: Servers,
  size: number,
): Promise<Pick<Record<FigureName, Figure>, "rss-mib" | "rss-growth-mib">> {
  const peaks: { value: number; limit: number }[] = [];
  const growth: { value: number; limit: number }[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    peaks.push({ value: await peakOf(servers, size, 4), limit: RSS_LIMIT_MIB });
    const before = await peakOf(servers, 64 * MIB, 1);
    growth.push({ value: (await peakOf(servers, size, 1)) - before, limit: GROWTH_LIMIT_MIB });
  }
  return { "rss-mib": figure(peaks, "MiB"), "rss-growth-mib": figure(growth, "MiB") };
}

/** All figures of the byte path. @param size bytes moved in each round of the large jobs */
export async function measureBytePath(size: number): Promise<Record<FigureName, Figure>> {
  const source = await startServer("source");
  const sink = await startServer("sink");
  try {
    const servers: Servers = { source: source.url, sink: sink.url };
    const jobs = await measureJobs(servers, size);
    const small = await measureSmall(servers);
    return { ...jobs, "small-per-s": small, ...(await measureMemory(servers, size)) };
  } finally {
    await source.close();
    await sink.close();
  }
}

/** Reads `2GiB`, `512MiB` or plain bytes. */
export function readSize(text: string): number {
  const found = /^(\d+(?:\.\d+)?)\s*(GiB|MiB)?$/.exec(text.trim());
  if (found === null) throw new Error(`not a size: ${text}`);
  return Math.floor(Number(found[1]) * (found[2] === "GiB" ? 1024 * MIB : found[2] === "MiB" ? MIB : 1));
}

async function tellPeak(source: string, sink: string, size: number, together: number): Promise<void> {
  const pool = contentPool();
  let peak = 0;
  const watch = setInterval(() => {
    peak = Math.max(peak, process.memoryUsage.rss());
  }, 10);
  await move(pool, { source, sink }, size, together);
  clearInterval(watch);
  await pool.close();
  process.send?.({ peak: peak / MIB });
  process.disconnect();
}

async function main(args: readonly string[]): Promise<void> {
  const at = args.indexOf("--size");
  const figures = await measureBytePath(readSize((at < 0 ? undefined : args[at + 1]) ?? "2GiB"));
  if (args.includes("--json")) {
    console.log(JSON.stringify(figures, null, 2));
    return;
  }
  for (const [name, { value, unit, limit, ratio, range }] of Object.entries(figures)) {
    const [low, high] = range;
    const share = `${ratio.toFixed(2)} (${low.toFixed(2)}-${high.toFixed(2)})`;
    console.log(
      `${name.padEnd(16)} ${value.toFixed(1).padStart(8)} ${unit.padEnd(9)} of ${limit.toFixed(1).padStart(8)}  ratio ${share}`,
    );
  }
}

if (require.main === module) {
  const [task, source, sink, size, together] = process.argv.slice(2);
  if (task === "--peak" && source !== undefined && sink !== undefined)
    void tellPeak(source, sink, Number(size), Number(together));
  else void main(process.argv.slice(2));
}
