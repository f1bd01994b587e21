import { setTimeout as pause } from "node:timers/promises";
import { bulkStage, copyProblems } from "./bulk.js";
import { changed, IDS } from "./flows.js";
import { bytesBelow, mib, MIB, peakOf } from "./measure.js";
import type { Suite } from "./suite.js";

/** What Node-RED may hold in memory at most, whatever the size of the asset. */
export const MOST_MEMORY = 350 * MIB;
/** How much more a large asset may take than a small one. */
const MOST_GROWTH = 100 * MIB;
/** What Node-RED's own folder may hold: flows, settings, the store. */
export const MOST_DISK = 48 * MIB;
const WATCH_MS = 250;
const LIMIT_MS = 1_200_000;

export interface Passage {
  /** The most memory that the Node-RED process ever held, in bytes. */
  peak: number;
  /** The most that lay in Node-RED's own folder, in bytes. */
  disk: number;
  seconds: number;
  problems: string[];
}

/** Lets one generated asset pass from OTMM to the archive, watching Node-RED's memory and disk, and reads the copy back. */
export async function pass(size: number, way: "xip" | "opex" = "xip"): Promise<Passage> {
  const name = `large-${way}-${Math.round(size / MIB)}`;
  const stage = await bulkStage({ name, count: 1, size }, (flow) => changed(flow, IDS.ingest, { way }));
  try {
    const pid = stage.nodeRed.process.pid ?? 0;
    const passage: Passage = { peak: 0, disk: 0, seconds: 0, problems: [] };
    const over = new AbortController();
    const watch = (async () => {
      while (!over.signal.aborted) {
        passage.peak = Math.max(passage.peak, peakOf(pid));
        passage.disk = Math.max(passage.disk, bytesBelow(stage.nodeRed.userDir));
        await pause(WATCH_MS, undefined, { signal: over.signal }).catch(() => undefined);
      }
    })();
    const started = Date.now();
    try {
      const { counts } = await stage.run(() => undefined, LIMIT_MS);
      passage.seconds = (Date.now() - started) / 1000;
      if (counts.done !== 1 || counts.found !== 1) passage.problems.push(`${name} ended as ${JSON.stringify(counts)}`);
    } finally {
      passage.peak = Math.max(passage.peak, peakOf(pid));
      over.abort();
      await watch;
    }
    if (passage.peak > MOST_MEMORY) passage.problems.push(`${name} took ${mib(passage.peak)} of memory`);
    if (passage.disk > MOST_DISK) passage.problems.push(`${name} left ${mib(passage.disk)} in Node-RED's folder`);
    passage.problems.push(...(await copyProblems(await stage.preservica(), name, size)));
    return passage;
  } finally {
    await stage.close();
  }
}

/** Masters of 64 MiB, 2.3 GiB (by OPEX, too) and 5 GiB pass whole and proven, in memory that does not grow with them. */
export const large: Suite = async ({ say }) => {
  const problems: string[] = [];
  const told: string[] = [];
  let small: number | undefined;
  const broadcast = Math.round(2.3 * 1024) * MIB;
  const order = [
    { size: 64 * MIB },
    { size: broadcast },
    { size: broadcast, way: "opex" as const },
    { size: 5 * 1024 * MIB },
  ];
  for (const { size, way = "xip" } of order) {
    const passage = await pass(size, way);
    const line = `${mib(size)} (${way}): peak ${mib(passage.peak)}, folder ${mib(passage.disk)}, ${passage.seconds.toFixed(1)} s`;
    say(`  ${line}`);
    told.push(line);
    problems.push(...passage.problems);
    small ??= passage.peak;
    if (passage.peak - small > MOST_GROWTH)
      problems.push(`memory grew by ${mib(passage.peak - small)} up to ${mib(size)}`);
  }
  return { problems, summary: told.join("; ") };
};
