import { campaignArchive } from "../../scripts/demo/scenario-01.js";
import { Stage } from "../../scripts/demo/stage.js";
import { campaignFlow, changed, IDS, withFanOut, withoutCredentials } from "./flows.js";
import { type KillPlay, MORTAL, pressed } from "./kill-rounds.js";
import { campaignProblems, fanOutProblems } from "./must-hold.js";

/** Beginnings of the named step boundaries between the upload and the last write into OTMM. */
const STEPS = [
  "preservica-ingest:upload",
  "preservica-ingest:ingesting",
  "preservica-ingest:verify",
  "preservica-ingest:holds",
  "otmm-asset-update:",
] as const;

/**
 * Scenario 1, whose own checks must hold after all kills: none lost, none double, every digest equal. In every second
 * play one output goes to two durable nodes, in every third the content goes by OPEX.
 *
 * @param way `both`: as told; else by that way only
 */
export function campaignKills(way: "xip" | "opex" | "both" = "both"): KillPlay {
  const byOpex = (nth: number): boolean => way === "opex" || (way === "both" && nth % 3 === 0);
  const fansOut = (nth: number): boolean => nth % 2 === 0;
  return {
    steps: STEPS,
    variant: (nth) => [...(byOpex(nth) ? ["by OPEX"] : []), ...(fansOut(nth) ? ["with a fan-out"] : [])].join(" "),
    async begin(nth, env) {
      const stage = await Stage.open({ example: campaignArchive.example, execArgv: MORTAL, env });
      try {
        const fanOut = fansOut(nth);
        const flow = byOpex(nth) ? changed(campaignFlow(), IDS.ingest, { way: "opex" }) : campaignFlow();
        await stage.nodeRed.deploy(withoutCredentials(fanOut ? withFanOut(flow) : flow));
        const before = await campaignArchive.look(stage);
        await pressed(stage);
        return {
          stage,
          work: (limitMs) =>
            stage.settled(
              () => true,
              () => undefined,
              limitMs,
            ),
          ended: async () => {
            const facts = await campaignArchive.gather(stage, before);
            return [...(await campaignProblems(facts)), ...(fanOut ? await fanOutProblems(facts) : [])];
          },
        };
      } catch (error) {
        await stage.close();
        throw error;
      }
    },
  };
}
