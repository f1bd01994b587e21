import { existsSync } from "node:fs";
import { setTimeout as pause } from "node:timers/promises";
import { papersIn } from "../../scripts/demo/transfer/facts.js";

/** Time in which the file of a paper must be written that was handed over before the last kill. */
const PAPERS_MS = 60_000;

/**
 * Papers that the flow wrote, by asset, once there are so many. A core node writes the files after the hand-over: a kill
 * may leave one half written, which is then written again.
 */
export async function papersOnce(folder: string, wanted: number): Promise<ReturnType<typeof papersIn>> {
  for (const end = Date.now() + PAPERS_MS; ; await pause(100)) {
    const papers = readable(folder);
    if (papers !== undefined && papers.size >= wanted) return papers;
    if (Date.now() > end) return papersIn(folder);
  }
}

function readable(folder: string): ReturnType<typeof papersIn> | undefined {
  if (!existsSync(folder)) return undefined;
  try {
    return papersIn(folder);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
