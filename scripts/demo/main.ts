import { parseArgs } from "node:util";
import type { ScenarioResult } from "./check.js";
import { type Playable, playable } from "./playable.js";
import { ProgressBar } from "./progress.js";
import { campaignArchive } from "./scenario-01.js";
import { productRetirement } from "./scenario-02.js";
import { heritagePreservation } from "./scenario-03.js";
import { broadcastMasters } from "./scenario-04.js";
import { preservationStatus } from "./scenario-05.js";
import { archiveAccessAndReuse } from "./scenario-06.js";
import { retentionTransfer } from "./scenario-07.js";
import { assetLifecycle } from "./scenario-08.js";
import { Stage } from "./stage.js";

const SCENARIOS: Playable[] = [
  playable(campaignArchive),
  playable(productRetirement),
  playable(heritagePreservation),
  playable(broadcastMasters),
  playable(preservationStatus),
  playable(archiveAccessAndReuse),
  playable(retentionTransfer),
  playable(assetLifecycle),
];
const USAGE = `npm run demo -- NUMBER [--json] [--break CHECK] [--node-red 5|4]   or   npm run demo -- all [--json]
Plays a scenario headless on the sandbox and reads its end state back from the systems. Exit 0 only if every check holds.
Scenarios: ${SCENARIOS.map(({ number, title }) => `${number} ${title}`).join("; ")}`;

interface Choice {
  scenarios: Playable[];
  json: boolean;
  spoil: string | undefined;
  version: 4 | 5;
}

function choose(): Choice {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      json: { type: "boolean", default: false },
      break: { type: "string" },
      "node-red": { type: "string", default: "5" },
    },
  });
  const all = positionals.length === 1 && positionals[0] === "all";
  const numbers = new Set(all ? SCENARIOS.map(({ number }) => number) : positionals.map(Number));
  const scenarios = SCENARIOS.filter(({ number }) => numbers.has(number));
  if (scenarios.length === 0 || scenarios.length !== numbers.size) throw new Error(USAGE);
  const spoil = values.break;
  if (spoil !== undefined && !scenarios.some(({ checks }) => checks.includes(spoil))) {
    const names = scenarios.flatMap(({ checks }) => checks);
    throw new Error(`No check is called "${spoil}"; there are: ${names.join(", ")}.`);
  }
  return { scenarios, json: values.json, spoil, version: values["node-red"] === "4" ? 4 : 5 };
}

async function play(scenario: Playable, choice: Choice): Promise<ScenarioResult> {
  const say = (line: string): void => void process.stderr.write(`${line}\n`);
  const bar = new ProgressBar();
  const started = Date.now();
  say(`\nScenario ${scenario.number}: ${scenario.title}`);
  const stage = await Stage.open({ ...scenario.stage, version: choice.version });
  try {
    const ended = await scenario.play(stage, (label, done, total) => bar.show(label, done, total));
    bar.end();
    if (choice.spoil !== undefined && scenario.checks.includes(choice.spoil)) {
      say(`  (spoiling what "${choice.spoil}" looks at)`);
      await ended.spoil(choice.spoil);
    }
    const checks = await ended.judge(say);
    const ok = checks.every((check) => check.ok);
    const seconds = Math.round((Date.now() - started) / 100) / 10;
    say(`  ${ok ? "holds" : "DOES NOT HOLD"}: ${ended.assets} assets, ${seconds} s`);
    return { scenario: scenario.number, ok, assets: ended.assets, seconds, checks };
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
