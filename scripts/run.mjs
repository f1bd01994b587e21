/** `node scripts/run.mjs COMMAND [arguments]`: installs and builds what is missing, then runs the command. */
import { ROOT, build, install, nodePath, run } from "./bootstrap.mjs";
import { join } from "node:path";

const LINT = ["nodes", "lib", "sandbox", "scripts", "test", "bench", "bin"];
const COMMANDS = {
  build: () => 0,
  start: (args) => run(nodePath(), ["dist/scripts/start.js", ...args]),
  sandbox: (args) => run(nodePath(), ["dist/sandbox/main.js", ...args]),
  demo: (args) => run(nodePath(), ["dist/scripts/demo/main.js", ...args]),
  bench: (args) => run(nodePath(), ["dist/bench/main.js", ...args]),
  long: (args) => run(nodePath(), ["dist/test/long/main.js", ...args]),
  contract: (args) => run(nodePath(), ["test/contract/run.mjs", ...args]),
  lint: (args) => lint(args),
};

const [command = "", ...args] = process.argv.slice(2);
const chosen = COMMANDS[command];
if (chosen === undefined) {
  console.error(`Unknown command "${command}"; there are: ${Object.keys(COMMANDS).join(", ")}.`);
  process.exit(1);
}
install();
build();
process.exitCode = await chosen(args);

async function lint(args) {
  const bin = (name) => join(ROOT, "node_modules/.bin", name);
  const oxlint = await run(bin("oxlint"), ["--type-aware", "--deny-warnings", ...LINT, ...args]);
  const prettier = await run(bin("prettier"), ["--check", "--log-level=warn", "."]);
  return oxlint || prettier;
}
