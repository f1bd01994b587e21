import { readFileSync } from "node:fs";

/**
 * Milliseconds of processor time that this thread has used. For work of one thread it says what a clock says on an idle
 * machine, and goes on saying that on a busy one, where others get part of the time.
 */
export function processorMs(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1000;
}

/** Linux counts processor time in hundredths of a second for everybody who asks. */
const TICK_MS = 10;

/**
 * Milliseconds of processor time that another process has used, in all its threads and in its main thread.
 *
 * @returns undefined where the system does not tell it the way Linux does
 */
export function processorMsOf(pid: number | undefined): { all: number; main: number } | undefined {
  try {
    return { all: usedBy(`/proc/${pid}/stat`), main: usedBy(`/proc/${pid}/task/${pid}/stat`) };
  } catch {
    return undefined;
  }
}

/** Fields 14 and 15 of proc(5); the name before them stands in parentheses and may hold anything. */
function usedBy(file: string): number {
  const stat = readFileSync(file, "utf8");
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return (Number(fields[11]) + Number(fields[12])) * TICK_MS;
}
