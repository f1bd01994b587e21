import { setTimeout as pause } from "node:timers/promises";
import { campaignArchive } from "../../scripts/demo/scenario-01.js";
import { Stage } from "../../scripts/demo/stage.js";
import { Random } from "../support/random.js";
import { adoptOrphans } from "./adopt.js";
import { campaignFlow, type Flow, onTwoTabs, withDefaultQueues, withFanOut, withoutCredentials } from "./flows.js";
import { campaignProblems, fanOutProblems } from "./must-hold.js";
import { changesIds, placed, type RedeployKind, REDEPLOYS } from "./redeploy-kinds.js";
import type { Suite } from "./suite.js";

const RUN_BUTTON = "ca01000000000011";
const ROUNDS = 60;
/** Redeploys over one play of the example. */
const PER_PLAY = 7;
/** Longest pause between two redeploys; the example takes about this long several times. */
const MOST_MS = 1_100;
const LIMIT_MS = 180_000;

/** How the example is laid out in a play. */
const LAYOUTS: { name: string; flow(flow: Flow): Flow }[] = [
  { name: "one tab", flow: (flow) => flow },
  { name: "two tabs", flow: onTwoTabs },
  { name: "fan-out", flow: withFanOut },
  { name: "default queues", flow: withDefaultQueues },
];

/**
 * Redeploys of every kind at seeded random moments while the example runs; then the scenario's own checks must hold:
 * none lost, none double, every digest equal. A round is one redeploy.
 */
export const redeploy: Suite = async ({ rounds = ROUNDS, seed, say }) => {
  const random = new Random(seed);
  const problems: string[] = [];
  const played = new Map<string, number>();
  let done = 0;
  let plays = 0;
  while (done < rounds && problems.length === 0) {
    const layout = LAYOUTS[plays % LAYOUTS.length] ?? LAYOUTS[0];
    if (layout === undefined) break;
    plays += 1;
    const kinds = Array.from({ length: Math.min(PER_PLAY, rounds - done) }, (_unused, index) => {
      // In turn, so that each kind has its time; in a seeded order of plays and moments.
      const kind = REDEPLOYS[(done + index) % REDEPLOYS.length];
      return kind ?? random.pick(REDEPLOYS);
    });
    const found = await play(layout, kinds, random, say);
    for (const kind of kinds) played.set(kind.name, (played.get(kind.name) ?? 0) + 1);
    done += kinds.length;
    problems.push(
      ...found.map((problem) => `${layout.name} [${kinds.map(({ name }) => name).join(" | ")}]: ${problem}`),
    );
    say(
      `  ${done} of ${rounds} redeploys, play ${plays} (${layout.name}): ${found.length === 0 ? "holds" : found.join("; ")}`,
    );
  }
  return {
    problems,
    summary: `${done} redeploys of ${played.size} kinds over ${plays} plays: none lost, none double, digests equal`,
  };
};

async function play(
  layout: (typeof LAYOUTS)[number],
  kinds: readonly RedeployKind[],
  random: Random,
  say: (line: string) => void,
): Promise<string[]> {
  const stage = await Stage.open({ example: campaignArchive.example });
  try {
    let flow = withoutCredentials(layout.flow(campaignFlow()));
    let copies = 0;
    await stage.nodeRed.deploy(flow);
    const before = await campaignArchive.look(stage);
    await stage.nodeRed.inject(RUN_BUTTON);
    // What a button press has promised begins with the run in the store; before that nothing was acknowledged.
    while ((await stage.runs()).length === 0) await pause(20);
    for (const [nth, kind] of kinds.entries()) {
      await pause(random.between(0, MOST_MS));
      const steps = kind.steps({ flow, random, nth });
      if (changesIds(kind)) copies += 1;
      for (const [index, step] of placed(steps, copies).entries()) {
        if (index > 0) await pause(random.between(50, MOST_MS));
        await stage.nodeRed.deploy(step.flow, step.type);
      }
      flow = steps.at(-1)?.flow ?? flow;
      const moved = layout.name === "default queues" ? await adoptOrphans(stage, copies) : 0;
      say(`    ${kind.name}${moved > 0 ? ` (${moved} adopted)` : ""}`);
    }
    await stage.settled(
      () => true,
      () => undefined,
      LIMIT_MS,
    );
    const facts = await campaignArchive.gather(stage, before);
    return [...(await campaignProblems(facts)), ...(layout.name === "fan-out" ? await fanOutProblems(facts) : [])];
  } catch (error) {
    return [`${error instanceof Error ? error.message : String(error)}; ${await leftOver(stage)}`];
  } finally {
    await stage.close();
  }
}

/** What had not ended, to tell why a play failed. */
async function leftOver(stage: Stage): Promise<string> {
  const open = (await stage.jobs().catch(() => [])).filter(({ state }) => state !== "done" && state !== "refused");
  return `jobs: ${JSON.stringify(open.map(({ queue, assetName, state, error }) => ({ queue, assetName, state, error })))}`;
}
