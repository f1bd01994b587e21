import type { CheckResult, Scenario } from "./check.js";
import type { Stage, StageOptions } from "./stage.js";

/** What a scenario left, ready to be judged. */
export interface Ended {
  assets: number;
  /** Spoils the subject of the check with this name; nothing when this scenario has none. */
  spoil(check: string): Promise<void>;
  /** @param say shows each result as it comes */
  judge(say: (line: string) => void): Promise<CheckResult[]>;
}

/** A scenario as the demo plays it; what its checks look at stays inside, so that scenarios of all kinds stand in one table. */
export interface Playable {
  number: number;
  title: string;
  stage: StageOptions;
  checks: string[];
  play(stage: Stage, show: (label: string, done: number, total: number) => void): Promise<Ended>;
}

export function playable<Facts>(scenario: Scenario<Facts>): Playable {
  const { number, title, example, users, settings, stage: more, checks } = scenario;
  return {
    number,
    title,
    stage: {
      example,
      ...more,
      ...(users === undefined ? {} : { users }),
      ...(settings === undefined ? {} : { settings }),
    },
    checks: checks.map(({ name }) => name),
    async play(stage, show) {
      const facts = await scenario.play(stage, show);
      return {
        assets: facts.assets,
        spoil: async (check) => checks.find(({ name }) => name === check)?.spoil(facts),
        judge: (say) => judge(scenario, facts, say),
      };
    },
  };
}

async function judge<Facts>(
  scenario: Scenario<Facts>,
  facts: Facts,
  say: (line: string) => void,
): Promise<CheckResult[]> {
  const results: CheckResult[] = [];
  for (const check of scenario.checks) {
    const problems = await check
      .problems(facts)
      .catch((error: unknown) => [error instanceof Error ? error.message : String(error)]);
    const more = problems.length > 3 ? ` … and ${problems.length - 3} more` : "";
    const detail = problems.length === 0 ? check.says : problems.slice(0, 3).join("; ") + more;
    results.push({ name: check.name, ok: problems.length === 0, detail });
    say(`  ${problems.length === 0 ? "✔" : "✘"} ${check.name.padEnd(16)} ${detail}`);
  }
  return results;
}
