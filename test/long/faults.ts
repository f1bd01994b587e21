import { CampaignReaders } from "../faults/campaign.js";
import { nameOfStoreCase } from "../faults/store-cases.js";
import { playStoreCases } from "../faults/store-process.js";
import { FAILURES, nameOf, sweepCase, SYSTEMS, type SweepCase } from "../faults/sweep.js";
import { FaultWorld } from "../faults/world.js";
import { Random } from "../support/random.js";

export interface SweepReport {
  cases: number;
  problems: string[];
}
export interface SweepOptions {
  /** Cases of a seeded sample; absent: every request of both systems, in every way. */
  rounds?: number;
  seed: number;
  say: (line: string) => void;
  /** Only these series, by the beginning of their name, e.g. "otmm lost". */
  only?: string;
}

/** Requests to one system that the example makes at most for the cast of the sweep; a sample draws from these. */
const REQUESTS = { otmm: 34, preservica: 118 };

/**
 * Fault sweep in SQLite's manner: the 1st, 2nd, 3rd … request to a vendor's system fails, until a run comes through in
 * which nothing was left to fail; once and lastingly, by an error, by a broken connection and by a lost answer. After
 * each case everything must have ended as if nothing had happened.
 */
export async function faultSweep({ rounds, seed, say, only = "" }: SweepOptions): Promise<SweepReport> {
  const world = await FaultWorld.open();
  const readers = new CampaignReaders(world);
  const report: SweepReport = { cases: 0, problems: [] };
  const play = async (one: SweepCase): Promise<boolean> => {
    const { fired, problems } = await sweepCase(world, readers, one);
    if (fired) report.cases += 1;
    for (const problem of problems) {
      report.problems.push(`${nameOf(one)}: ${problem}`);
      say(`  ${nameOf(one)}: ${problem}`);
    }
    return fired;
  };
  try {
    if (rounds === undefined) await sweepAll(play, say, only);
    else await sample(play, rounds, seed);
  } finally {
    await world.close();
  }
  say(`  ${report.cases} cases, ${report.problems.length} problems`);
  return report;
}

async function sweepAll(
  play: (one: SweepCase) => Promise<boolean>,
  say: (line: string) => void,
  only: string,
): Promise<void> {
  for (const mode of ["once", "stays"] as const) {
    for (const failure of FAILURES) {
      for (const system of SYSTEMS) {
        if (!`${system} ${failure} ${mode}`.startsWith(only)) continue;
        let nth = 1;
        while (await play({ system, failure, mode, nth })) nth += 1;
        say(`  ${system} ${failure} ${mode}: ${nth - 1} requests swept`);
      }
    }
  }
}

async function sample(play: (one: SweepCase) => Promise<boolean>, rounds: number, seed: number): Promise<void> {
  const random = new Random(seed);
  for (let round = 0; round < rounds; round += 1) {
    const system = random.pick(SYSTEMS);
    const failure = random.pick(FAILURES);
    const mode = random.pick(["once", "stays"] as const);
    await play({ system, failure, mode, nth: random.between(1, REQUESTS[system]) });
  }
}

/** The 1st, 2nd, 3rd … write to the store meets a full disk, until a run comes through in which none was left; once and six times running. */
export async function storeSweep(say: (line: string) => void): Promise<SweepReport> {
  const report: SweepReport = { cases: 0, problems: [] };
  await playStoreCases("all", (result) => {
    if (result.fired) report.cases += 1;
    for (const problem of result.problems) {
      report.problems.push(`${nameOfStoreCase(result)}: ${problem}`);
      say(`  ${nameOfStoreCase(result)}: ${problem}`);
    }
  });
  say(`  ${report.cases} cases, ${report.problems.length} problems`);
  return report;
}
