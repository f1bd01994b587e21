import { parseArgs } from "node:util";
import { killRounds } from "./kill-rounds.js";

/** A suite of tests that take long; resolves with what went wrong, and one line that sums up. */
interface Suite {
  name: string;
  run(rounds: number, seed: number, say: (line: string) => void): Promise<{ problems: string[]; summary: string }>;
}

const SUITES: Suite[] = [
  {
    name: "kill",
    async run(rounds, seed, say) {
      const { rounds: done, demos, problems } = await killRounds(rounds, seed, say);
      return { problems, summary: `${done} kills over ${demos} demos: none lost, none double, digests equal` };
    },
  },
];

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { rounds: { type: "string", default: "200" }, seed: { type: "string", default: "1" } },
  });
  const suites = SUITES.filter(({ name }) => positionals.length === 0 || positionals.includes(name));
  if (suites.length === 0) throw new Error(`No such suite; there are: ${SUITES.map(({ name }) => name).join(", ")}.`);
  let failed = 0;
  for (const { name, run } of suites) {
    const started = Date.now();
    const { problems, summary } = await run(Number(values.rounds), Number(values.seed), (line) => console.error(line));
    const seconds = Math.round((Date.now() - started) / 1000);
    if (problems.length > 0) failed += 1;
    console.log(
      `${name}: ${problems.length === 0 ? summary : `FAILED, ${problems.join("; ")}`} (seed ${values.seed}, ${seconds} s)`,
    );
  }
  return failed === 0 ? 0 : 1;
}

main().then(
  (code) => (process.exitCode = code),
  (error: unknown) => {
    console.error(error instanceof Error ? error.message : String(error));
    process.exitCode = 2;
  },
);
