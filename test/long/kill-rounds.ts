import { once } from "node:events";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { campaignArchive } from "../../scripts/demo/scenario-01.js";
import { Stage } from "../../scripts/demo/stage.js";
import { PACKAGE_ROOT } from "../../scripts/node-red.js";
import { Random } from "../support/random.js";
import { campaignFlow, changed, IDS, withFanOut, withoutCredentials } from "./flows.js";
import { campaignProblems, fanOutProblems } from "./must-hold.js";

/** Lives of one demo at most; a longer series begins another. */
const KILLS_PER_DEMO = 20;
/** A Node-RED that is not killed within this time has finished its work before the step came. */
const ROUND_MS = 120_000;

export interface KillReport {
  rounds: number;
  demos: number;
  problems: string[];
}

/**
 * Ends Node-RED by SIGKILL again and again over the whole demo, at step boundaries and at random moments in turn, and
 * lets it finish; then the scenario's own checks must hold: none lost, none double, every digest equal. In every second
 * demo one output goes to two durable nodes, in every third the content goes by OPEX.
 *
 * @param way `both`: as told; else by that way only
 */
export async function killRounds(
  rounds: number,
  seed: number,
  say: (line: string) => void,
  way: "xip" | "opex" | "both" = "both",
): Promise<KillReport> {
  const random = new Random(seed);
  const problems: string[] = [];
  let done = 0;
  let demos = 0;
  while (done < rounds && problems.length === 0) {
    demos += 1;
    const stage = await Stage.open({
      example: campaignArchive.example,
      execArgv: ["--require", join(PACKAGE_ROOT, "dist/test/support/kill-at-step.cjs")],
    });
    try {
      const fanOut = demos % 2 === 0;
      const opex = way === "opex" || (way === "both" && demos % 3 === 0);
      const flow = opex ? changed(campaignFlow(), IDS.ingest, { way: "opex" }) : campaignFlow();
      await stage.nodeRed.deploy(withoutCredentials(fanOut ? withFanOut(flow) : flow));
      const before = await campaignArchive.look(stage);
      await stage.nodeRed.inject(stage.flow.find(({ type }) => type === "inject")?.id ?? "");
      // What a button press has promised begins with the run in the store; before that nothing was acknowledged.
      while ((await stage.runs()).length === 0) await pause(20);
      const budget = Math.min(rounds - done, KILLS_PER_DEMO);
      await stage.nodeRed.kill();
      let killed = 1;
      while (killed < budget) {
        const env: Record<string, string> =
          killed % 2 === 0
            ? { KILL_AT_STEP: String(random.between(1, 14)) }
            : { KILL_AFTER_MS: String(random.between(700, 3_200)) };
        if (!(await lives(stage, env))) break;
        killed += 1;
      }
      done += killed;
      await stage.restart();
      const facts = await campaignArchive.gather(stage, before);
      problems.push(...(await campaignProblems(facts)), ...(fanOut ? await fanOutProblems(facts) : []));
      say(
        `  ${done} of ${rounds} kills, demo ${demos}${opex ? " by OPEX" : ""}${fanOut ? " with a fan-out" : ""}: ${problems.length === 0 ? "holds" : problems.join("; ")}`,
      );
    } finally {
      await stage.close();
    }
  }
  return { rounds: done, demos, problems };
}

/** Starts Node-RED with a death sentence; true when it was carried out, false when the work was finished before. */
async function lives(stage: Stage, env: Record<string, string>): Promise<boolean> {
  try {
    await stage.restart(env);
  } catch {
    // Killed before it had started up: a kill like any other.
    return true;
  }
  const { process: child } = stage.nodeRed;
  const dead = (): boolean => child.exitCode !== null || child.signalCode !== null;
  const exited = dead() ? Promise.resolve() : once(child, "exit").then(() => undefined);
  const finished = stage
    .settled(
      () => true,
      () => undefined,
      ROUND_MS,
    )
    .catch(async (error: unknown) => {
      // The question fails when Node-RED dies while it is asked; any other failure is a finding.
      await Promise.race([exited, pause(2_000)]);
      if (!dead()) throw error;
    });
  await Promise.race([exited, finished]);
  if (dead()) return true;
  await finished;
  if (dead()) return true;
  await stage.nodeRed.stop();
  return false;
}
