// Runs the vendors' own clients, unmodified, against the built sandbox. Plain Node.js, 20 or newer.
import { spawn, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

const HERE = dirname(fileURLToPath(import.meta.url));
const ROOT = join(HERE, "../..");
const VENV = join(ROOT, ".venv-contract");
const REQUIREMENTS = join(HERE, "requirements.txt");
/** Packages that carry schemas which documents of ours are held against. */
const SCHEMA_PACKAGES = join(HERE, "schemas.txt");
const SCHEMAS = join(VENV, "schemas");
const STAMP = join(VENV, "requirements.sha256");
const READY_MS = 30_000;
const SUITE_MS = 10 * 60_000;

/** First words of a suite's lines. */
const OUTCOMES = { ok: "passed", "not ok": "failed", FAILED: "failed", skip: "skipped" };

/** A reason that the person who started this can do something about. */
class Stop extends Error {}

function must(command, args, why) {
  const done = spawnSync(command, args, { encoding: "utf8" });
  if (done.status === 0) return done.stdout;
  throw new Stop(`${why}\n${done.error?.message ?? `${done.stdout}${done.stderr}`.trim()}`);
}

/** Python of a virtual environment that has what requirements.txt and schemas.txt pin; made anew only when a list changed. */
function python() {
  const inside = join(VENV, process.platform === "win32" ? "Scripts/python.exe" : "bin/python");
  const wanted = createHash("sha256")
    .update(readFileSync(REQUIREMENTS))
    .update(readFileSync(SCHEMA_PACKAGES))
    .digest("hex");
  if (existsSync(inside) && existsSync(STAMP) && readFileSync(STAMP, "utf8") === wanted) return inside;
  const system = process.platform === "win32" ? "python" : "python3";
  must(
    system,
    ["--version"],
    `The contract tests need Python 3.9 or newer as "${system}" on the PATH; it was not found.`,
  );
  if (!existsSync(inside)) {
    console.log(`Making ${VENV}`);
    must(
      system,
      ["-m", "venv", VENV],
      'Python could not make a virtual environment (on Debian and Ubuntu: install "python3-venv").',
    );
  }
  console.log("Installing the vendors' clients (test/contract/requirements.txt)");
  must(
    inside,
    ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--retries", "10", "-r", REQUIREMENTS],
    "pip could not install test/contract/requirements.txt; is a package index reachable?",
  );
  rmSync(SCHEMAS, { recursive: true, force: true });
  must(
    inside,
    [
      "-m",
      "pip",
      "download",
      "--quiet",
      "--disable-pip-version-check",
      "--retries",
      "10",
      "--no-deps",
      "-d",
      SCHEMAS,
      "-r",
      SCHEMA_PACKAGES,
    ],
    "pip could not download what test/contract/schemas.txt names; is a package index reachable?",
  );
  writeFileSync(STAMP, wanted);
  return inside;
}

/** Starts the built sandbox on free ports. @returns its ready line (text) and how to end it */
async function startSandbox(folder) {
  const main = process.env.SANDBOX_MAIN ?? join(ROOT, "dist/sandbox/main.js");
  if (!existsSync(main)) throw new Stop(`${main} is missing; run "npm run build" first.`);
  const own = join(ROOT, "node_modules/node/bin/node");
  const node = existsSync(own) ? own : process.execPath;
  const child = spawn(node, [main, "--port", "0", "--data", folder], {
    cwd: ROOT,
    stdio: ["ignore", "pipe", "inherit"],
  });
  const ended = new Promise((resolve) => child.once("exit", resolve));
  const stop = async () => {
    child.kill("SIGTERM");
    const timer = setTimeout(() => child.kill("SIGKILL"), 10_000);
    await ended;
    clearTimeout(timer);
  };
  const line = await new Promise((resolve) => {
    const timer = setTimeout(() => resolve(undefined), READY_MS);
    const settle = (value) => {
      clearTimeout(timer);
      resolve(value);
    };
    createInterface({ input: child.stdout }).once("line", settle);
    void ended.then(() => settle(undefined));
  });
  if (line === undefined) {
    await stop();
    throw new Stop("The sandbox did not become ready; its last words are above.");
  }
  return { ready: line, stop };
}

/** Runs one suite, with the ready line as argument and as SANDBOX_READY; every line that starts with an outcome counts. */
function runSuite(python, file, ready) {
  const counts = { passed: 0, failed: 0, skipped: 0 };
  const env = {
    ...process.env,
    SANDBOX_READY: ready,
    NODE: process.execPath,
    SCHEMAS,
    PYTHONUNBUFFERED: "1",
    PYTHONDONTWRITEBYTECODE: "1",
    AWS_DEFAULT_REGION: "us-east-1",
  };
  const child = spawn(python, [join(HERE, file), ready], { cwd: HERE, env, stdio: ["ignore", "pipe", "pipe"] });
  const timer = setTimeout(() => child.kill("SIGKILL"), SUITE_MS);
  let said = "";
  child.stderr.on("data", (text) => (said = `${said}${text}`.slice(-4000)));
  createInterface({ input: child.stdout }).on("line", (line) => {
    const outcome = OUTCOMES[/^(not ok|ok|FAILED|skip)\s/u.exec(line)?.[1] ?? ""];
    if (outcome === undefined) return;
    counts[outcome] += 1;
    console.log(`  ${line}`);
  });
  return new Promise((resolve) =>
    child.once("close", (code, signal) => {
      clearTimeout(timer);
      // A suite that died, or that checked nothing, is a failure of its own.
      const died =
        signal !== null || (code !== 0 && counts.failed === 0) || counts.passed + counts.failed + counts.skipped === 0;
      if (died) {
        counts.failed += 1;
        console.log(`  not ok - ${file} ended early (${signal ?? `exit code ${code}`})`);
      }
      if (died || counts.failed > 0) console.log(said.trim().replace(/^/gmu, "    "));
      resolve(counts);
    }),
  );
}

async function main() {
  const [only] = process.argv.slice(2);
  const suites = readdirSync(HERE)
    .filter((name) => /^[a-z0-9]+_[a-z0-9_]+\.py$/u.test(name) && (only === undefined || name.includes(only)))
    .sort();
  if (suites.length === 0)
    throw new Stop(`There is no contract suite${only === undefined ? "" : ` like "${only}"`} in test/contract.`);
  const interpreter = python();
  const total = { passed: 0, failed: 0, skipped: 0 };
  for (const suite of suites) {
    // Each suite gets a sandbox of its own, so that none depends on what another one left.
    const folder = mkdtempSync(join(tmpdir(), "contract-"));
    const sandbox = await startSandbox(folder);
    try {
      console.log(suite);
      const counts = await runSuite(interpreter, suite, sandbox.ready);
      for (const key of Object.keys(total)) total[key] += counts[key];
    } finally {
      await sandbox.stop();
      rmSync(folder, { recursive: true, force: true });
    }
  }
  console.log(`${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`);
  return total.failed === 0 ? 0 : 1;
}

try {
  process.exitCode = await main();
} catch (error) {
  console.error(error instanceof Stop ? error.message : error);
  console.log("0 passed, 1 failed, 0 skipped");
  process.exitCode = 1;
}
