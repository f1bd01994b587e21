import { once } from "node:events";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import type { Stage } from "../../scripts/demo/stage.js";
import { PACKAGE_ROOT } from "../../scripts/node-red.js";
import { Random } from "../support/random.js";
import { Boundaries } from "./boundaries.js";

/** Lives of one play at most; a longer series begins another. */
const KILLS_PER_PLAY = 20;
/** A Node-RED that is not killed within this time has finished its work before the step came. */
const ROUND_MS = 120_000;
const UNDISTURBED_MS = 240_000;

/** Node.js arguments by which a Node-RED takes its death sentence. */
export const MORTAL = ["--require", join(PACKAGE_ROOT, "dist/test/support/kill-at-step.cjs")];

/** A flow under way, which is killed until its work has ended. */
export interface Played {
  readonly stage: Stage;
  /** Resolves when all work has ended; begun anew in each life, and fails when Node-RED dies meanwhile. */
  work(limitMs: number): Promise<unknown>;
  /** What is wrong while Node-RED is dead: what must hold at any moment. */
  meanwhile?(): Promise<string[]>;
  /** What is wrong in the end, in a Node-RED that was left alone. */
  ended(): Promise<string[]>;
}

/** What is played, and where its lives end. */
export interface KillPlay {
  /**
   * Begins a play; resolves when something was acknowledged, so that it must not be lost.
   *
   * @param env of every Node-RED of this play
   */
  begin(nth: number, env: Record<string, string>): Promise<Played>;
  /** What makes the nth play differ from others, for people; empty = nothing. Plays that differ have steps of their own. */
  variant?(nth: number): string;
  /** Beginnings of step names at which a series ends lives that has not learnt the names themselves. */
  steps?: readonly string[];
}

export interface KillOptions {
  seed: number;
  say: (line: string) => void;
  /** Learns every step name from an undisturbed play first, and kills at each of them once before anything else. */
  everyStep?: boolean;
}

export interface KillReport {
  rounds: number;
  plays: number;
  /** Step boundaries, by name, that undisturbed plays passed; and at how many of them Node-RED was killed. */
  boundaries: number;
  hit: number;
  problems: string[];
}

/**
 * Ends Node-RED by SIGKILL again and again over a whole play, at step boundaries and at random moments, and lets it
 * finish; then the end state is read back from the systems.
 */
export async function killRounds(
  play: KillPlay,
  rounds: number,
  { seed, say, everyStep = false }: KillOptions,
): Promise<KillReport> {
  const random = new Random(seed);
  const boundaries = new Boundaries();
  /** Variants of which a life came to its end at none of the boundaries that were left: they may not come any more. */
  const over = new Set<string>();
  const report = { rounds: 0, plays: 0, problems: new Array<string>() };
  try {
    while (report.rounds < rounds && report.problems.length === 0) {
      report.plays += 1;
      const variant = play.variant?.(report.plays) ?? "";
      if (everyStep && !boundaries.knows(variant)) {
        report.problems.push(...(await undisturbed(play, report.plays, variant, boundaries)));
        say(`  an undisturbed play ${variant}: ${boundaries.left(variant).length} step boundaries`);
        if (report.problems.length > 0) break;
      }
      const played = await play.begin(report.plays, boundaries.hits(variant));
      try {
        const budget = Math.min(rounds - report.rounds, KILLS_PER_PLAY);
        await played.stage.nodeRed.kill();
        let killed = 1;
        report.problems.push(...((await played.meanwhile?.()) ?? []));
        while (killed < budget && report.problems.length === 0) {
          const left = boundaries.left(variant);
          const first = left.length > 0 && !over.has(variant);
          const known = everyStep ? boundaries.all(variant) : (play.steps ?? []);
          const end = {
            ...(first ? {} : sentence(known, random, report.rounds + killed)),
            ...(left.length > 0 ? { KILL_NAMES: left.join("\n") } : {}),
          };
          if (!(await lives(played, end))) {
            if (first) over.add(variant);
            break;
          }
          killed += 1;
          report.problems.push(...((await played.meanwhile?.()) ?? []));
        }
        report.rounds += killed;
        await played.stage.restart();
        if (report.problems.length === 0) report.problems.push(...(await played.ended()));
        const result = report.problems.length === 0 ? "holds" : report.problems.join("; ");
        say(`  ${report.rounds} of ${rounds} kills, play ${report.plays} ${variant}: ${result}`);
      } finally {
        await played.stage.close();
      }
    }
    for (const line of boundaries.missed()) say(`  not hit: ${line}`);
    return { ...report, ...boundaries.counts() };
  } finally {
    boundaries.close();
  }
}

/** Lets a play come to its end without a kill, and learns its step boundaries. @returns what is wrong with its end */
async function undisturbed(play: KillPlay, nth: number, variant: string, boundaries: Boundaries): Promise<string[]> {
  const { env, learn } = boundaries.learning(variant);
  const played = await play.begin(nth, env);
  try {
    await played.work(UNDISTURBED_MS);
    const problems = await played.ended();
    learn();
    return problems.map((problem) => `undisturbed: ${problem}`);
  } finally {
    await played.stage.close();
  }
}

/** Where the next life ends, as `kill-at-step` reads it: at a step of these, at any step, or at a random moment, in turn. */
function sentence(steps: readonly string[], random: Random, nth: number): Record<string, string> {
  const ways = steps.length === 0 ? 2 : 4;
  switch (nth % ways) {
    case 1:
      return { KILL_AFTER_MS: String(random.between(700, 3_200)) };
    case 0:
      return { KILL_AT_STEP: String(random.between(1, 14)) };
    default:
      return { KILL_AT_STEP: String(random.between(1, 3)), KILL_STEP: random.pick(steps) };
  }
}

/** Starts Node-RED with a death sentence; true when it was carried out, false when the work was finished before. */
async function lives(played: Played, env: Record<string, string>): Promise<boolean> {
  const { stage } = played;
  try {
    await stage.restart(env);
  } catch {
    // Killed before it had started up: a kill like any other.
    return true;
  }
  const { process: child } = stage.nodeRed;
  const dead = (): boolean => child.exitCode !== null || child.signalCode !== null;
  const exited = dead() ? Promise.resolve() : once(child, "exit").then(() => undefined);
  const finished = played.work(ROUND_MS).catch(async (error: unknown) => {
    // The question fails when Node-RED dies while it is asked; any other failure is a finding.
    await Promise.race([exited, pause(2_000)]);
    if (!dead()) throw error;
  });
  await Promise.race([exited, finished]);
  // What was asked of a Node-RED that died ends before anything else is asked.
  await finished;
  if (dead()) return true;
  await stage.nodeRed.stop();
  return false;
}

/** Presses Run, and resolves when the run is in the store; before that nothing was acknowledged. */
export async function pressed(stage: Stage): Promise<void> {
  const known = (await stage.runs()).length;
  await stage.nodeRed.inject(stage.flow.find(({ type }) => type === "inject")?.id ?? "");
  while ((await stage.runs()).length === known) await pause(20);
}
