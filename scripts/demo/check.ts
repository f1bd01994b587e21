import type { Stage, StageOptions } from "./stage.js";

/** One fact about the end state, read back from the target systems. */
export interface Check<Facts> {
  name: string;
  /** What it proves, for people. */
  says: string;
  /** Resolves with what is wrong, one line each; empty = holds. */
  problems(facts: Facts): Promise<string[]>;
  /**
   * Spoils the subject of this check, so that it must turn red: in the systems, where they hold it. What a run left once
   * (which jobs it had and why they were refused, its counts, answers to calls, the files that somebody took away)
   * nobody can change afterwards; there the evidence is falsified that the check is given, which proves that it is read,
   * and nothing of the systems.
   */
  spoil(facts: Facts): Promise<void>;
}

export interface Scenario<Facts> {
  number: number;
  title: string;
  example: string;
  /** Persons that Node-RED must know; the first signs in. */
  users?: NonNullable<StageOptions["users"]>;
  /** Further members of Node-RED's settings.js. */
  settings?: NonNullable<StageOptions["settings"]>;
  /** What stands on the stage besides the example. */
  stage?: Pick<StageOptions, "beside" | "env">;
  /** Takes out of the source what is too long for a second play of the same scenario. */
  lighten?(stage: Stage): Promise<void>;
  /** Presses Run, waits for the end, and gathers what the checks need. */
  play(stage: Stage, show: (label: string, done: number, total: number) => void): Promise<Facts & { assets: number }>;
  checks: Check<Facts>[];
}

export interface CheckResult {
  name: string;
  ok: boolean;
  detail: string;
}
export interface ScenarioResult {
  scenario: number;
  ok: boolean;
  assets: number;
  seconds: number;
  checks: CheckResult[];
}
