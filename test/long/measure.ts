import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";

/** A number of kibibytes out of /proc/<pid>/status, in bytes; undefined when the process is gone. */
function statusBytes(pid: number, name: "VmHWM" | "VmRSS"): number | undefined {
  try {
    const line = new RegExp(`^${name}:\\s+(\\d+) kB`, "m").exec(readFileSync(`/proc/${pid}/status`, "utf8"));
    return line?.[1] === undefined ? undefined : Number(line[1]) * 1024;
  } catch {
    return undefined;
  }
}

/** Memory that the process holds now. */
export function memoryOf(pid: number): number {
  return statusBytes(pid, "VmRSS") ?? 0;
}
/** The most that the process ever held. */
export function peakOf(pid: number): number {
  return statusBytes(pid, "VmHWM") ?? 0;
}

/** Open files, sockets and pipes of the process. */
export function handlesOf(pid: number): number {
  try {
    return readdirSync(`/proc/${pid}/fd`).length;
  } catch {
    return 0;
  }
}

/** Bytes of all files below a folder; links are not followed. */
export function bytesBelow(folder: string): number {
  let bytes = 0;
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) bytes += bytesBelow(path);
    else if (entry.isFile()) bytes += statSync(path, { throwIfNoEntry: false })?.size ?? 0;
  }
  return bytes;
}

export const MIB = 1024 * 1024;
export function mib(bytes: number): string {
  return `${Math.round(bytes / MIB)} MiB`;
}
