import { setTimeout as pause } from "node:timers/promises";
import type { FaultKind } from "../../sandbox/kernel/faults.js";
import { until } from "../support/helper.js";
import { type CampaignReaders, idsOf, heldCast, type Cast } from "./campaign.js";
import { IDS } from "./flow.js";
import type { FaultWorld, RunResult } from "./world.js";

/** Ways in which a vendor's answer to a request can fail. */
export const FAILURES = ["500", "reset", "lost"] as const;
export type Failure = (typeof FAILURES)[number];
export const SYSTEMS = ["otmm", "preservica"] as const;
export type SweptSystem = (typeof SYSTEMS)[number];

export interface SweepCase {
  system: SweptSystem;
  failure: Failure;
  /** `once`: only the nth request fails; `stays`: all from the nth on, until somebody repairs the system. */
  mode: "once" | "stays";
  nth: number;
  /** Counts only requests whose path and query hold this. */
  path?: string;
  /** The way into the archive; default: XIP package. */
  way?: "opex";
}
export interface SweepResult {
  /** The run made fewer than n requests: nothing was injected. */
  fired: boolean;
  problems: string[];
}

export function nameOf({ system, failure, mode, nth, path, way }: SweepCase): string {
  const where = path === undefined ? "" : ` to ${path}`;
  return `${system} request ${nth}${where} ${failure} ${mode}${way === undefined ? "" : ` (${way})`}`;
}

/** How long a system stays broken at most. */
const BROKEN_MS = 2500;
/** Rounds of replays that a person has patience for. */
const REPLAYS = 3;

/**
 * One case of the sweep: the nth request to a system fails while the example runs; then everything must have ended as
 * if nothing had happened. A single failure must heal by itself; a lasting one is lifted after a while, and what died
 * of it is replayed.
 */
export async function sweepCase(world: FaultWorld, readers: CampaignReaders, one: SweepCase): Promise<SweepResult> {
  const cast = heldCast();
  // One that stays broken must not use up the time of the sweep: its jobs die quickly and are replayed.
  const over = one.way === undefined ? {} : { [IDS.ingest]: { way: one.way } };
  await world.fresh({ attempts: one.mode === "once" ? 5 : 2, over });
  const before = await readers.before();
  const where = one.path === undefined ? {} : { path: one.path };
  const place =
    one.mode === "once"
      ? { match: { ...where, nth: one.nth }, times: 1 }
      : { match: { ...where, from: one.nth }, times: 0 };
  const kind: FaultKind = one.failure === "500" ? "status" : one.failure;
  const fault = world.fault({ system: one.system, kind, ...(kind === "status" ? { status: 500 } : {}), ...place });
  const problems: string[] = [];
  world.press(idsOf(cast));
  if (one.mode === "stays") await repairLater(world, () => fault.hit > 0);
  let run: RunResult | undefined;
  try {
    run = await endedRun(world, cast, one, problems);
  } catch (error) {
    problems.push(error instanceof Error ? error.message : String(error));
  }
  const fired = fault.hit > 0;
  world.kernel.faults.clear();
  if (run !== undefined) problems.push(...(await readers.problems(cast, before, run)));
  problems.push(...world.rejections.splice(0).map((reason) => `unhandled rejection: ${reason}`));
  problems.push(...(await leaks(world)));
  return { fired, problems };
}

/** Lifts the fault once it was hit and everything has died of it, or after a while. */
async function repairLater(world: FaultWorld, hit: () => boolean): Promise<void> {
  const ended = async (): Promise<boolean> => {
    const run = await world.newest();
    return run !== undefined && run.state !== "running" && run.counts.running + run.counts.waiting === 0;
  };
  await until(async () => hit() || (await ended()), 30_000);
  const end = Date.now() + BROKEN_MS;
  await until(async () => Date.now() > end || (await ended()), BROKEN_MS + 5_000);
  world.kernel.faults.clear();
}

/** Waits for the end; starts again what a person would start again. */
async function endedRun(world: FaultWorld, cast: Cast, one: SweepCase, problems: string[]): Promise<RunResult> {
  let run = await world.settled();
  if (run.state === "failed") {
    if (one.mode === "once") problems.push(`a single failure ended the run: ${run.error?.message}`);
    run = await world.run(idsOf(cast));
  }
  for (let times = 0; times < REPLAYS; times += 1) {
    const broken = (await world.jobs()).filter(({ state }) => state === "failed" || state === "dead");
    if (broken.length === 0) return run;
    if (one.mode === "once")
      problems.push(
        ...broken.map(
          ({ nodeType, error }) => `a single failure ended a job of ${nodeType}: ${error?.code} ${error?.message}`,
        ),
      );
    await world.replay();
    run = await world.settled();
  }
  return run;
}

/** Connections that are still open after the flow was stopped, beyond those that the worker pool keeps for later. */
async function leaks(world: FaultWorld): Promise<string[]> {
  await world.unload();
  const sockets = (): number => process.getActiveResourcesInfo().filter((kind) => kind === "TCPSocketWrap").length;
  const allowed = 24;
  for (let tries = 0; tries < 50 && sockets() > allowed; tries += 1) await pause(20);
  return sockets() > allowed ? [`${sockets()} sockets are open after the flow was stopped`] : [];
}
