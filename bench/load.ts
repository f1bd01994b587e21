import { fork } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { PACKAGE_ROOT } from "../scripts/node-red.js";
import { against, type Figure, median } from "./figure.js";
import { processorMs } from "./processor-time.js";

/**
 * What loading this package costs a Node-RED: in fresh processes that have loaded Node-RED itself, all of the package's
 * node files are required. Time is the main thread's processor time of the requires; memory is the resident set after a collection, against
 * processes that only loaded Node-RED.
 */
const LIMIT_MS = 150;
const LIMIT_MIB = 15;
const MIB = 1024 * 1024;

interface Loaded {
  ms: number;
  rss: number;
}

/** @param rounds pairs of processes, with and without the package */
export async function measureLoad(rounds: number): Promise<Record<"load-ms" | "load-mib", Figure>> {
  const withPackage: Loaded[] = [];
  const without: Loaded[] = [];
  for (let round = 0; round < rounds; round += 1) {
    withPackage.push(await loadIn("all"));
    without.push(await loadIn("none"));
  }
  const mib = (median(withPackage.map(({ rss }) => rss)) - median(without.map(({ rss }) => rss))) / MIB;
  return {
    "load-ms": against(
      LIMIT_MS,
      "ms",
      withPackage.map(({ ms }) => ms),
    ),
    "load-mib": against(LIMIT_MIB, "MiB", [Math.max(0, mib)]),
  };
}

function loadIn(what: "all" | "none"): Promise<Loaded> {
  const child = fork(__filename, [what], { stdio: ["ignore", "ignore", "inherit", "ipc"], execArgv: ["--expose-gc"] });
  return new Promise((resolve, reject) => {
    let loaded: Loaded | undefined;
    child.once("message", (message: Loaded) => {
      loaded = message;
    });
    child.once("exit", (code) => {
      if (loaded === undefined) reject(new Error(`the loading process ended (${String(code)})`));
      else resolve(loaded);
    });
  });
}

function nodeFiles(): string[] {
  const manifest = JSON.parse(readFileSync(join(PACKAGE_ROOT, "package.json"), "utf8")) as {
    "node-red": { nodes: Record<string, string> };
  };
  return Object.values(manifest["node-red"].nodes).map((file) => join(PACKAGE_ROOT, file));
}

function load(what: string): void {
  require(join(PACKAGE_ROOT, "node_modules", "node-red-5"));
  const files = what === "all" ? nodeFiles() : [];
  const start = processorMs();
  for (const file of files) require(file);
  const ms = processorMs() - start;
  gc?.();
  process.send?.({ ms, rss: process.memoryUsage.rss() });
  process.disconnect();
}

if (require.main === module) load(process.argv[2] ?? "none");
