import { parseArgs } from "node:util";
import type { CheckResult, Scenario, ScenarioResult } from "./check.js";
import { ProgressBar } from "./progress.js";
import { campaignArchive } from "./scenario-01.js";
import { Stage } from "./stage.js";

const SCENARIOS = [campaignArchive];
const USAGE = `npm run demo -- NUMBER [--json] [--break CHECK] [--node-red 5|4]   or   npm run demo -- --all [--json]
Plays a scenario headless on the sandbox and reads its end state back from the systems. Exit 0 only if every check holds.
Scenarios: ${SCENARIOS.map(({ number, title }) => `${number} ${title}`).join("; ")}`;

interface Choice {
  scenarios: (typeof SCENARIOS)[number][];
  json: boolean;
  spoil: string | undefined;
  version: 4 | 5;
}

function choose(): Choice {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      all: { type: "boolean", default: false },
      json: { type: "boolean", default: false },
      break: { type: "string" },
      "node-red": { type: "string", default: "5" },
    },
  });
  const numbers = positionals.map(Number);
  const scenarios = values.all ? SCENARIOS : SCENARIOS.filter(({ number }) => numbers.includes(number));
  if (scenarios.length === 0 || (!values.all && scenarios.length !== numbers.length)) throw new Error(USAGE);
  const spoil = values.break;
  if (spoil !== undefined && !scenarios.some(({ checks }) => checks.some(({ name }) => name === spoil))) {
    const names = scenarios.flatMap(({ checks }) => checks.map(({ name }) => name));
    throw new Error(`No check is called "${spoil}"; there are: ${names.join(", ")}.`);
  }
  return { scenarios, json: values.json, spoil, version: values["node-red"] === "4" ? 4 : 5 };
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

async function play<Facts>(scenario: Scenario<Facts>, choice: Choice): Promise<ScenarioResult> {
  const say = (line: string): void => void process.stderr.write(`${line}\n`);
  const bar = new ProgressBar();
  const started = Date.now();
  say(`\nScenario ${scenario.number}: ${scenario.title}`);
  const stage = await Stage.open({ example: scenario.example, version: choice.version });
  try {
    const facts = await scenario.play(stage, (label, done, total) => bar.show(label, done, total));
    bar.end();
    const spoilt = scenario.checks.find(({ name }) => name === choice.spoil);
    if (spoilt !== undefined) {
      say(`  (spoiling what "${spoilt.name}" looks at)`);
      await spoilt.spoil(facts);
    }
    const checks = await judge(scenario, facts, say);
    const ok = checks.every((check) => check.ok);
    const seconds = Math.round((Date.now() - started) / 100) / 10;
    say(`  ${ok ? "holds" : "DOES NOT HOLD"}: ${facts.assets} assets, ${seconds} s`);
    return { scenario: scenario.number, ok, assets: facts.assets, seconds, checks };
  } finally {
    bar.end();
    await stage.close();
  }
}

async function main(): Promise<number> {
  const choice = choose();
  const results: ScenarioResult[] = [];
  for (const scenario of choice.scenarios) results.push(await play(scenario, choice));
  if (choice.json) {
    const only = results.length === 1 ? results[0] : results;
    process.stdout.write(`${JSON.stringify(only)}\n`);
  }
  return results.every(({ ok }) => ok) ? 0 : 1;
}

main().then(
  (code) => (process.exitCode = code),
  (error: unknown) => {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 2;
  },
);
