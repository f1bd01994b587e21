/**
 * What every command needs before it starts, on a bare machine with Node.js 20 or newer and npm: the dependencies, the
 * Node.js 24 that comes with them, and a fresh build. Uses nothing but Node.js itself.
 */
import { spawn, spawnSync } from "node:child_process";
import { closeSync, existsSync, openSync, readFileSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

export const ROOT = join(dirname(fileURLToPath(import.meta.url)), "..");

const [major = 0] = process.versions.node.split(".").map(Number);
if (major < 20) {
  console.error(`Node.js 20 or newer is needed to start, this is ${process.versions.node}. Install a newer Node.js.`);
  process.exit(1);
}

/** Installs what the lock file names, unless that very lock file was installed already. */
export function install() {
  const done = join(ROOT, "node_modules/.package-lock.json");
  const lock = join(ROOT, "package-lock.json");
  if (existsSync(done) && statSync(done).mtimeMs >= statSync(lock).mtimeMs && existsSync(nodePath())) return;
  console.error("Installing dependencies (once) ...");
  // Takes the versions of the lock file. `npm ci` would also insist on entries for the optional packages of every other
  // platform, which a lock file that was written on one platform may lack.
  const run = spawnSync(
    "npm",
    ["install", "--no-save", "--no-audit", "--no-fund", "--loglevel=error", "--fetch-retries=5"],
    {
      cwd: ROOT,
      stdio: ["ignore", 2, 2],
      shell: process.platform === "win32",
    },
  );
  if (run.status !== 0) {
    console.error("npm install failed, see above.");
    process.exit(1);
  }
  if (!existsSync(nodePath())) {
    console.error("The dev dependency `node` brought no Node.js 24: npm must be allowed to run its install script.");
    process.exit(1);
  }
}

/** The Node.js 24 that the dev dependency `node` brings. */
export function nodePath() {
  return join(ROOT, "node_modules/node/bin", process.platform === "win32" ? "node.exe" : "node");
}

/** Environment in which `node` is the project's own. */
export function environment(extra = {}) {
  const path = `${dirname(nodePath())}:${join(ROOT, "node_modules/.bin")}:${process.env.PATH ?? ""}`;
  return { ...process.env, PATH: path, ...extra };
}

/** Builds dist/; its words go to stderr so that commands with `--json` keep stdout to themselves. */
export function build() {
  const run = spawnSync(nodePath(), ["scripts/build.mjs"], { cwd: ROOT, stdio: ["ignore", 2, 2], env: environment() });
  if (run.status !== 0) process.exit(run.status ?? 1);
}

/** Runs a program with the project's Node.js, passes signals on, resolves with its exit code; `output` is a file for its words. */
export function run(program, args, env = {}, output) {
  return new Promise((resolve) => {
    const written = output === undefined ? undefined : openSync(output, "w");
    const stdio = written === undefined ? "inherit" : ["ignore", written, written];
    const child = spawn(program, args, { cwd: ROOT, stdio, env: environment(env) });
    if (written !== undefined) closeSync(written);
    const pass = (signal) => child.kill(signal);
    process.on("SIGINT", pass);
    process.on("SIGTERM", pass);
    child.on("error", (error) => {
      console.error(error.message);
      resolve(1);
    });
    child.on("exit", (code, signal) => resolve(code ?? (signal === "SIGINT" || signal === "SIGTERM" ? 0 : 1)));
  });
}

export function packageJson() {
  return JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8"));
}
