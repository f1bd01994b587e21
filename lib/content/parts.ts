import { END_OVERHEAD, entryOverhead } from "./zip.js";

/** Below this a package goes whole in one PUT; also the smallest part (8 MiB x 4 measured best on memory and speed). */
export const PART_SIZE = 8 * 1024 * 1024;
/** S3 takes 10,000 parts; the rest is margin. */
const PLANNED_PARTS = 9_500;
export const MAX_PARTS = 10_000;
/** PUTs at the same time. */
export const PARTS_IN_FLIGHT = 4;
/** Memory that one upload may fill when its parts are larger than usual. */
const UPLOAD_MEMORY = 64 * 1024 * 1024;

/** How a package is cut. */
export interface PartPlan {
  partSize: number;
  inFlight: number;
  /** Part buffers: those in flight, one being filled, and one held back for a CRC that is not known yet. */
  buffers: number;
}

/** Buffers that each upload gets whatever others hold: one filled, one sent, two held (a CRC may lie across a border). */
export const GUARANTEED_BUFFERS = 4;

/**
 * Room for entries that `finish` adds: their number is not known before, so each MiB of `finishSize` is given the
 * headers of 64 more names; a package near the border of one part goes in parts, which is always right.
 */
const FINISH_OVERHEAD = 64 * 1024;

/** Upper bound of the package's size. Only the cut depends on it, never correctness. */
export function packageBound(entries: readonly { path: string; size: number }[], finishSize: number): number {
  const own = entries.reduce((sum, entry) => sum + entry.size + entryOverhead(entry.path), 0);
  return own + finishSize + FINISH_OVERHEAD + END_OVERHEAD;
}

/** Part size = max(8 MiB, size / 9,500); fewer in flight when parts are large, so that memory stays bounded. */
export function planParts(size: number, smallest = PART_SIZE): PartPlan {
  return planOf(Math.max(smallest, Math.ceil(size / PLANNED_PARTS)));
}

/** The plan for a given part size (an upload taken up again keeps its own). */
export function planOf(partSize: number): PartPlan {
  const inFlight = Math.max(1, Math.min(PARTS_IN_FLIGHT, Math.floor(UPLOAD_MEMORY / partSize) - 2));
  return { partSize, inFlight, buffers: Math.max(GUARANTEED_BUFFERS, inFlight + 2) };
}
