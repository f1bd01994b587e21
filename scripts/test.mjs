/**
 * `npm test [-- SUITE …]`: installs, builds, lints, and runs every suite, those that need Node-RED on both majors.
 * Repeats every failed test at the end, so that a log of which only the end is kept still names it, and ends with one
 * line `N passed, N failed, N skipped`.
 */
import { existsSync, mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { build, install, nodePath, run } from "./bootstrap.mjs";

const mocha = (...globs) => [
  "node_modules/mocha/bin/mocha.js",
  "--exit",
  "--reporter",
  "scripts/reporter.cjs",
  ...globs,
];
const ERROR_LINES = 6;
const ERROR_WIDTH = 300;
const on = (major) => ({ NODE_RED: String(major) });

/** Suite -> how it is run. A suite of mocha tells its totals; the others count as one check. */
const SUITES = {
  lint: { run: (env) => run(nodePath(), ["scripts/run.mjs", "lint"], env) },
  unit: { tests: ["dist/test/{lib,sandbox,scripts,bin}/**/*.test.js"] },
  "nodes on Node-RED 5": { tests: ["dist/test/nodes/**/*.test.js"], env: on(5) },
  "nodes on Node-RED 4.1": { tests: ["dist/test/nodes/**/*.test.js"], env: on(4) },
  "examples on Node-RED 5": { tests: ["dist/test/examples/**/*.test.js"], env: on(5) },
  "examples on Node-RED 4.1": { tests: ["dist/test/examples/**/*.test.js"], env: on(4) },
  // A browser that is waited for: it runs beside the others, and its output comes when they are through.
  editor: { tests: ["dist/test/editor/**/*.test.js"], beside: true },
  faults: { tests: ["dist/test/faults/**/*.test.js"] },
  kill: { tests: ["dist/test/kill/**/*.test.js"] },
};

install();
build();
const wanted = process.argv.slice(2);
const folder = mkdtempSync(join(tmpdir(), "totals-"));
const totals = { passes: 0, failures: 0, pending: 0 };
const failed = [];
const failures = [];
const chosen = Object.entries(SUITES).filter(
  ([name]) => wanted.length === 0 || wanted.some((word) => name.startsWith(word)),
);
const alone = ([name]) => name === "lint";
const isBeside = (one) => one[1].beside === true && chosen.length > 1;
const inTurn = async ([name, suite]) => {
  console.log(`\n== ${name}`);
  report(await play(name, suite));
};
// Lint goes first and alone: its command builds once more.
for (const one of chosen.filter(alone)) await inTurn(one);
const beside = chosen.filter(isBeside).map(([name, suite]) => {
  const output = join(folder, `${name}.log`);
  return { name, output, playing: play(name, suite, output) };
});
for (const one of chosen.filter((other) => !alone(other) && !isBeside(other))) await inTurn(one);
for (const { name, output, playing } of beside) {
  const played = await playing;
  console.log(`\n== ${name} (beside the others)\n${readFileSync(output, "utf8")}`);
  report(played);
}
if (failures.length > 0) console.log(`\nFailed:\n${failures.join("\n")}`);
console.log(`\n${totals.passes} passed, ${totals.failures} failed, ${totals.pending} skipped`);
process.exitCode = failed.length > 0 || totals.passes === 0 ? 1 : 0;

/** Runs a suite; its output goes to that file, or to where ours goes. */
async function play(name, suite, output) {
  const started = Date.now();
  const file = join(folder, `${name.replaceAll(" ", "-")}.json`);
  const env = { ...suite.env, TOTALS: file };
  const code = await (suite.run?.(env) ?? run(nodePath(), mocha(...suite.tests), env, output));
  const counted = suite.tests && existsSync(file) ? JSON.parse(readFileSync(file, "utf8")) : undefined;
  return { name, code, counted, seconds: (Date.now() - started) / 1000 };
}

function report({ name, code, counted, seconds }) {
  totals.passes += counted?.passes ?? (code === 0 ? 1 : 0);
  totals.failures += counted?.failures ?? (code === 0 ? 0 : 1);
  totals.pending += counted?.pending ?? 0;
  // A suite that ended badly without a failed test (a crash, no file found) is a failure of its own.
  if (code !== 0 && counted?.failures === 0) totals.failures += 1;
  if (code !== 0) failed.push(name);
  failures.push(...failuresOf(name, code, counted));
  console.log(`== ${name}: ${code === 0 ? "ok" : "FAILED"}, ${seconds.toFixed(0)} s`);
}

/** The failed tests of a suite, each with the first lines of its error; the suite itself where none is known. */
function failuresOf(name, code, counted) {
  if (code === 0) return [];
  if (!counted?.failed?.length) return [`FAILED ${name}: ended with code ${code}`];
  return counted.failed.map(({ title, error }) => {
    const lines = error.split("\n").filter((line) => line.trim() !== "");
    const shown = lines.slice(0, ERROR_LINES).map((line) => `    ${line.slice(0, ERROR_WIDTH)}`);
    return [`FAILED ${name}: ${title}`, ...shown].join("\n");
  });
}
