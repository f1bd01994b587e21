import { wholeOf } from "../../scripts/demo/broadcast/checks.js";
import { broadcastFacts, type BroadcastFacts, planLarge } from "../../scripts/demo/broadcast/facts.js";
import { look } from "../../scripts/demo/campaign/facts.js";
import { loadManifest } from "../../sandbox/seed/manifest.js";
import { broadcastMasters } from "../../scripts/demo/scenario-04.js";
import { Stage } from "../../scripts/demo/stage.js";
import { patient, withoutCredentials } from "./flows.js";
import { type KillPlay, MORTAL, pressed } from "./kill-rounds.js";

/** Beginnings of the named step boundaries between the parts in OTMM and the one asset in the archive. */
const STEPS = ["otmm-asset-fetch:", "preservica-ingest:", "otmm-asset-update:"] as const;
/** Checks that press Run again: they belong to the scenario, not to its kills. */
const FURTHER_RUNS: readonly string[] = ["again", "later-clip"];

/**
 * Scenario 4, without its large master. While Node-RED is dead, a programme is in the archive wholly or not at all:
 * never a master without its clips, never a clip alone; in the end the scenario's own checks must hold.
 */
export const broadcastKills: KillPlay = {
  steps: STEPS,
  async begin(_nth, env) {
    const stage = await Stage.open({ example: broadcastMasters.example, execArgv: MORTAL, env });
    try {
      await stage.nodeRed.deploy(withoutCredentials(patient(stage.flow)));
      await planLarge(stage);
      const before = await look(stage);
      await stage.control("POST", "clock", { advance: 2000 });
      await pressed(stage);
      return {
        stage,
        work: (limitMs) =>
          stage.settled(
            () => true,
            () => undefined,
            limitMs,
          ),
        meanwhile: () => halfAssets(stage),
        ended: async () => await endProblems(await broadcastFacts(stage, before)),
      };
    } catch (error) {
      await stage.close();
      throw error;
    }
  },
};

/** Programmes that are in the archive in part, or twice. */
async function halfAssets(stage: Stage): Promise<string[]> {
  const preservica = await stage.preservica();
  const problems: string[] = [];
  for (const asset of loadManifest().scenarios["4"].mustMove) {
    const found = await preservica.byIdentifier("House-No", asset.values.houseNo);
    if (found.length > 1) problems.push(`${asset.name}: ${found.length} assets carry its house number`);
    for (const { ref } of found) {
      const has = (await preservica.representations(ref)).map(({ type, name, files }) => `${type} ${name} ${files}`);
      if (has.join() !== wholeOf(asset).join()) problems.push(`${asset.name} is in the archive as ${has.join(", ")}`);
    }
  }
  return problems;
}

async function endProblems(facts: BroadcastFacts): Promise<string[]> {
  const problems: string[] = [];
  for (const check of broadcastMasters.checks.filter(({ name }) => !FURTHER_RUNS.includes(name)))
    problems.push(...(await check.problems(facts)).map((problem) => `${check.name}: ${problem}`));
  return problems;
}
