import { existsSync, readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { faultSweep, storeSweep } from "./faults.js";
import { broadcastKills } from "./kill-broadcast.js";
import { campaignKills } from "./kill-campaign.js";
import { destroyKills } from "./kill-destroy.js";
import { type KillPlay, killRounds } from "./kill-rounds.js";
import { transferKills } from "./kill-transfer.js";
import { large } from "./large.js";
import { redeploy } from "./redeploy.js";
import { resume } from "./resume.js";
import { soak } from "./soak.js";
import { storeGrowth } from "./store-growth.js";
import type { Suite, SuiteOptions } from "./suite.js";

const KILLS = 200;
const KILLS_OF_A_SCENARIO = 50;

/** Suites that take long, in the order in which they run. */
const SUITES: Record<string, Suite> = {
  kill: kills(campaignKills(), KILLS, "none lost, none double, digests equal"),
  "kill-broadcast": kills(broadcastKills, KILLS_OF_A_SCENARIO, "master and clips in one asset, wholly or not at all"),
  "kill-transfer": kills(transferKills, KILLS_OF_A_SCENARIO, "released only what was proven, once, one receipt each"),
  "kill-destroy": kills(
    destroyKills,
    KILLS_OF_A_SCENARIO,
    "destroyed only what two approved, whole, one certificate each",
  ),
  redeploy,
  async faults({ rounds, seed, say }) {
    const { cases, problems } = await faultSweep({ seed, say, ...(rounds === undefined ? {} : { rounds }) });
    return { problems, summary: `${cases} requests failed, once or lastingly: none lost, none double` };
  },
  async disk({ say }) {
    const { cases, problems } = await storeSweep(say);
    return { problems, summary: `${cases} writes to the store met a full disk: none lost, none double` };
  },
  resume,
  large,
  soak,
  "store-growth": storeGrowth,
};

function kills(play: KillPlay, usual: number, holds: string): Suite {
  return async ({ rounds = usual, seed, say }) => {
    const {
      rounds: done,
      plays,
      boundaries,
      hit,
      problems,
    } = await killRounds(play, rounds, {
      seed,
      say,
      everyStep: true,
    });
    const summary = `${done} kills over ${plays} plays, at ${hit} of ${boundaries} step boundaries: ${holds}`;
    return { problems, summary };
  };
}

function options(): { names: string[]; options: SuiteOptions } {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { rounds: { type: "string" }, seed: { type: "string", default: "1" }, assets: { type: "string" } },
  });
  const unknown = positionals.find((name) => !(name in SUITES));
  if (unknown !== undefined)
    throw new Error(`No suite is called "${unknown}"; there are: ${Object.keys(SUITES).join(", ")}.`);
  const { rounds, seed, assets } = values;
  return {
    names: positionals.length === 0 ? Object.keys(SUITES) : positionals,
    options: {
      seed: whole("seed", seed),
      ...(rounds === undefined ? {} : { rounds: whole("rounds", rounds) }),
      ...(assets === undefined ? {} : { assets: whole("assets", assets) }),
      say: (line) => console.error(line),
    },
  };
}

function whole(name: string, text: string): number {
  const number = Number(text);
  if (!Number.isSafeInteger(number) || number < 1) throw new Error(`--${name} must be a whole number above 0.`);
  return number;
}

/** `npm run test:long -- [SUITE …] [--rounds N] [--seed S] [--assets N]`: one summary line a suite. */
async function main(): Promise<number> {
  const { names, options: asked } = options();
  let failed = 0;
  for (const name of names) {
    const started = Date.now();
    const report = await SUITES[name]?.(asked).catch((error: unknown) => ({
      problems: [error instanceof Error ? error.message : String(error)],
      summary: "",
    }));
    const { problems, summary } = report ?? { problems: ["there is no such suite"], summary: "" };
    const seconds = Math.round((Date.now() - started) / 1000);
    if (problems.length > 0) failed += 1;
    console.log(
      `${name}: ${problems.length === 0 ? summary : `FAILED, ${problems.join("; ")}`} (seed ${asked.seed}, ${seconds} s)`,
    );
  }
  return failed === 0 ? 0 : 1;
}

/** A run that is broken off takes its Node-RED and its sandbox along. */
function endChildren(): void {
  const list = `/proc/self/task/${process.pid}/children`;
  // Only Linux tells; elsewhere the terminal sends Ctrl-C to all of them itself.
  const pids = existsSync(list) ? readFileSync(list, "utf8").trim() : "";
  for (const pid of pids === "" ? [] : pids.split(" ")) process.kill(Number(pid), "SIGTERM");
}
for (const [signal, code] of [
  ["SIGINT", 130],
  ["SIGTERM", 143],
] as const) {
  process.once(signal, () => {
    endChildren();
    process.exit(code);
  });
}

main().then(
  (code) => (process.exitCode = code),
  (error: unknown) => {
    console.error(error instanceof Error ? error.message : String(error));
    process.exitCode = 2;
  },
);
