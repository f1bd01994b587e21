/**
 * Builds dist/: runtime and tests by tsc, one HTML per node (form + editor script + help), locales, icons and the files
 * that are not TypeScript. Run with the project's Node.js: `node scripts/build.mjs`. Repeated runs only redo what changed.
 */
import { spawnSync } from "node:child_process";
import {
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { createRequire } from "node:module";
import { dirname, extname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const ROOT = join(dirname(fileURLToPath(import.meta.url)), "..");
const DIST = join(ROOT, "dist");
const KIT = join(ROOT, "nodes/editor-kit");
const FALLBACK = "en-US";
/** Folders whose files other than TypeScript ship beside the compiled code. */
const WITH_ASSETS = ["lib", "sandbox"];
const NOT_ASSETS = new Set([".ts", ".md", ".tsbuildinfo"]);

const nodes = readdirSync(join(ROOT, "nodes"), { withFileTypes: true })
  .filter((entry) => entry.isDirectory() && existsSync(join(ROOT, "nodes", entry.name, `${entry.name}.editor.ts`)))
  .map((entry) => entry.name);

const started = Date.now();
const onlyNodes = process.argv.includes("--editor");
checkNodeVersion();
let failed = false;
if (!onlyNodes) {
  failed = !tsc("-b", "tsconfig.json", "test/tsconfig.json") || failed;
  failed = !tsc("-p", "nodes/tsconfig.editor.json") || failed;
}
for (const name of nodes) failed = !(await buildNode(name)) || failed;
copyIcons();
for (const folder of WITH_ASSETS) copyAssets(join(ROOT, folder), join(DIST, folder));
console.log(
  `${failed ? "build FAILED" : "built"}: ${nodes.length} nodes, ${((Date.now() - started) / 1000).toFixed(1)} s`,
);
process.exitCode = failed ? 1 : 0;

function checkNodeVersion() {
  const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
  if (major > 22 || (major === 22 && minor >= 9)) return;
  console.error(
    `This needs Node.js 22.9 or newer, this is ${process.versions.node}. Run "npm run build", which brings its own.`,
  );
  process.exit(1);
}

/** Runs the TypeScript compiler with this very Node.js; false when it reported errors. */
function tsc(...args) {
  const bin = createRequire(import.meta.url).resolve("typescript/package.json");
  const { bin: bins } = JSON.parse(readFileSync(bin, "utf8"));
  const run = spawnSync(process.execPath, [join(dirname(bin), bins.tsc), ...args], { cwd: ROOT, stdio: "inherit" });
  return run.status === 0;
}

/** Joins form, script and help of one node into the HTML that Node-RED loads, and writes its catalogues. */
async function buildNode(name) {
  const source = join(ROOT, "nodes", name);
  const target = join(DIST, "nodes", name);
  const problems = [];
  let script = "";
  try {
    const result = await build({
      entryPoints: [join(source, `${name}.editor.ts`)],
      bundle: true,
      format: "iife",
      write: false,
      target: "es2022",
      charset: "utf8",
      legalComments: "none",
      logLevel: "error",
    });
    script = result.outputFiles[0].text;
  } catch {
    problems.push(`nodes/${name}/${name}.editor.ts does not bundle (see above)`);
  }
  if (script.includes("</script")) problems.push(`${name}: "</script" inside the editor script would end it`);
  if (!script.includes(`registerType("${name}", {`))
    problems.push(`${name}: registerType needs the literal type and an object literal`);
  const form = withParts(read(join(source, `${name}.html`), problems), problems);
  const help = (language) => read(join(source, "locales", language, `${name}.md`), problems);
  const languages = readdirSync(join(source, "locales"));
  const html = [
    tag(`type="text/html" data-template-name="${name}"`, form),
    tag(`type="text/javascript"`, script),
    tag(`type="text/markdown" data-help-name="${name}"`, help(FALLBACK)),
  ];
  write(join(target, `${name}.html`), html.join("\n"));
  for (const language of languages) {
    write(join(target, "locales", language, `${name}.json`), catalogue(name, language, problems));
    if (language !== FALLBACK) {
      write(
        join(target, "locales", language, `${name}.html`),
        tag(`type="text/markdown" data-help-name="${name}"`, help(language)),
      );
    }
  }
  for (const problem of problems) console.error(`error: ${problem}`);
  return problems.length === 0;
}

/**
 * Puts the rows that many forms share in place: a line `<!-- part concurrency most=32 -->` becomes
 * `nodes/editor-kit/parts/concurrency.html`, with each `{{most}}` in it filled.
 */
function withParts(form, problems) {
  return form.replace(/^([ ]*)<!-- part ([a-z-]+)((?: [a-z]+=\S+)*) -->$/gm, (_line, indent, name, given) => {
    const file = join(KIT, "parts", `${name}.html`);
    const values = new Map([...given.matchAll(/([a-z]+)=(\S+)/g)].map(([, key, value]) => [key, value]));
    const filled = read(file, problems).replace(/\{\{([a-z]+)\}\}/g, (_mark, key) => {
      if (!values.has(key)) problems.push(`${relative(ROOT, file)} needs ${key}=… where it is used`);
      return values.get(key) ?? "";
    });
    return filled.trimEnd().replace(/^(?=.)/gm, indent);
  });
}

function tag(attributes, content) {
  return `<script ${attributes}>\n${content.trimEnd()}\n</script>\n`;
}

/** A node's own texts plus those of the editor kit, so that `kit.…` keys resolve in every node's namespace. */
function catalogue(name, language, problems) {
  const own = json(join(ROOT, "nodes", name, "locales", language, `${name}.json`), problems);
  const kit = json(join(KIT, "locales", `${language}.json`), problems);
  return `${JSON.stringify({ ...own, ...kit }, null, 2)}\n`;
}

/** Icons are only found beside a listed node file, and then serve the whole package. */
function copyIcons() {
  const home = nodes.includes("lifecycle-store") ? "lifecycle-store" : nodes[0];
  if (home === undefined) return;
  const target = join(DIST, "nodes", home, "icons");
  rmSync(target, { recursive: true, force: true });
  cpSync(join(ROOT, "icons"), target, {
    recursive: true,
    filter: (path) => statSync(path).isDirectory() || path.endsWith(".svg"),
  });
}

/** Copies what tsc leaves behind (profiles, schemas, pages, media) when it is newer than the copy. */
function copyAssets(from, to) {
  for (const entry of readdirSync(from, { withFileTypes: true })) {
    const source = join(from, entry.name);
    const target = join(to, entry.name);
    if (entry.isDirectory()) copyAssets(source, target);
    else if (!NOT_ASSETS.has(extname(entry.name))) copyIfNewer(source, target);
  }
}

function copyIfNewer(source, target) {
  const is = statSync(source);
  if (existsSync(target)) {
    const was = statSync(target);
    if (was.mtimeMs >= is.mtimeMs && was.size === is.size) return;
  }
  mkdirSync(dirname(target), { recursive: true });
  copyFileSync(source, target);
}

/** Writes only what changed, so that a running Node-RED or a watcher is not disturbed. */
function write(path, text) {
  if (existsSync(path) && readFileSync(path, "utf8") === text) return;
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
}

function read(path, problems) {
  if (existsSync(path)) return readFileSync(path, "utf8");
  problems.push(`${relative(ROOT, path)} is missing`);
  return "";
}

function json(path, problems) {
  const text = read(path, problems);
  try {
    return text === "" ? {} : JSON.parse(text);
  } catch (error) {
    problems.push(`${relative(ROOT, path)}: ${error.message}`);
    return {};
  }
}
