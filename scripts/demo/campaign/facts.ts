import {
  loadManifest,
  type CampaignValues,
  type MovingAsset,
  type ScenarioLists,
  type StayingAsset,
} from "../../../sandbox/seed/manifest.js";
import type { OtmmReader, OtmmView } from "../readers/otmm.js";
import type { PreservicaReader } from "../readers/preservica.js";
import type { RunView, Stage } from "../stage.js";

/** What the checks look at: gathered once after the run. `Values`: what the manifest says of each asset of this scenario. */
export interface ArchiveFacts<Values = unknown> {
  /** What the checks use of the stage, so that other stages can be checked too. */
  stage: Pick<Stage, "jobs" | "run" | "control" | "ready">;
  otmm: OtmmReader;
  preservica: PreservicaReader;
  good: MovingAsset<Values>[];
  bad: StayingAsset[];
  run: RunView;
  /** Both systems as they were before the flow ran. */
  before: Before;
  assets: number;
}
export type CampaignFacts = ArchiveFacts<CampaignValues>;

export interface Before {
  /** OTMM asset id -> what it showed. */
  otmm: Map<string, OtmmView>;
  /** References of what stood in the archive already, from an older run. */
  archive: Set<string>;
}

export async function refOf(facts: ArchiveFacts, asset: MovingAsset<unknown>): Promise<string> {
  const found = await facts.preservica.byIdentifier("OTMM-Asset", asset.sourceId);
  const first = found[0];
  if (first === undefined) throw new Error(`${asset.name} is not in the archive`);
  return first.ref;
}

/** Runs a test over every good asset; problems are named by the asset. */
export function each<Values>(
  test: (facts: ArchiveFacts<Values>, asset: MovingAsset<Values>) => Promise<string[]>,
): (facts: ArchiveFacts<Values>) => Promise<string[]> {
  return async (facts) => {
    const problems: string[] = [];
    for (const asset of facts.good) {
      const found = await test(facts, asset).catch((error: unknown) => [
        error instanceof Error ? error.message : String(error),
      ]);
      problems.push(...found.map((problem) => `${asset.group} "${asset.name}": ${problem}`));
    }
    return problems;
  };
}
export const differs = (what: string, is: unknown, wanted: unknown): string[] =>
  is === wanted ? [] : [`${what} is ${JSON.stringify(is)}, wanted ${JSON.stringify(wanted)}`];
export const one = <Values>(facts: ArchiveFacts<Values>): MovingAsset<Values> => {
  const asset = facts.good[3];
  if (asset === undefined) throw new Error("the manifest names no asset");
  return asset;
};

export type Show = (label: string, done: number, total: number) => void;

/** Both systems before the flow runs. */
export async function look(stage: Stage): Promise<Before> {
  const otmm = await (await stage.otmm()).all();
  const archive = await (await stage.preservica()).below();
  return { otmm: new Map(otmm.map((asset) => [asset.id, asset])), archive: new Set(archive.map(({ ref }) => ref)) };
}

/** Waits until the newest run has ended, and gathers what the checks of scenario 1 need. */
export async function gather(stage: Stage, before: Before, show: Show = () => undefined): Promise<CampaignFacts> {
  return gatherFor(loadManifest().scenarios["1"], stage, before, show);
}

/** As `gather`, for the lists of any scenario. */
export async function gatherFor<Values>(
  { mustMove, mustNotMove }: ScenarioLists<Values>,
  stage: Stage,
  before: Before,
  show: Show = () => undefined,
): Promise<ArchiveFacts<Values>> {
  const run = await stage.settled(
    () => true,
    (counts) => show("assets", counts.found - counts.running - counts.waiting, counts.found),
  );
  return {
    stage,
    otmm: await stage.otmm(),
    preservica: await stage.preservica(),
    good: mustMove,
    bad: [...mustNotMove],
    run,
    before,
    assets: run.counts.done,
  };
}
