import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { PACKAGE_ROOT } from "../../scripts/node-red.js";

interface Manifest {
  name: string;
  license: string;
  keywords: string[];
  repository?: { url: string };
  engines: { node: string };
  dependencies: Record<string, string>;
  "node-red": { version: string; nodes: Record<string, string> };
}
const manifest = json("package.json") as Manifest;
const nodes = Object.keys(manifest["node-red"].nodes);
const LANGUAGES = ["en-US", "de"];

function path(...parts: string[]): string {
  return join(PACKAGE_ROOT, ...parts);
}
function json(...parts: string[]): unknown {
  return JSON.parse(readFileSync(path(...parts), "utf8"));
}
function text(...parts: string[]): string {
  return readFileSync(path(...parts), "utf8");
}
function filesBelow(folder: string, ending: string): string[] {
  return readdirSync(path(folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith(ending))
    .map((entry) => join(entry.parentPath, entry.name));
}

describe("the package as the flow library's scorecard sees it", () => {
  it("has a license, a repository and a scoped name (P01, P03, P04)", () => {
    assert.equal(manifest.license, "Apache-2.0");
    assert.match(manifest.repository?.url ?? "", /^git\+https:\/\//);
    assert.match(manifest.name, /^@[a-z-]+\/[a-z-]+$/);
  });

  it("is found by the keyword node-red and says which Node-RED and Node.js it needs (P05, P06, P07)", () => {
    assert.ok(manifest.keywords.includes("node-red"));
    assert.equal(manifest["node-red"].version, ">=4.1.0");
    assert.equal(manifest.engines.node, ">=22.9");
  });

  it("has at most six dependencies (D01)", () => {
    assert.ok(Object.keys(manifest.dependencies).length <= 6);
  });

  it("shows every working node in an example (N02)", () => {
    const shown = new Set(filesBelow("examples", ".json").flatMap((file) => entries(file).map(({ type }) => type)));
    for (const name of nodes.filter((node) => !isConfig(node))) assert.ok(shown.has(name), `no example shows ${name}`);
  });

  for (const name of nodes) {
    it(`registers ${name} with a literal type and literal looks, so that the scorecard can read it (N01)`, () => {
      const html = text("dist/nodes", name, `${name}.html`);
      const start = html.indexOf(`RED.nodes.registerType("${name}", {`);
      assert.ok(start > 0, "registerType call");
      const definition = html.slice(start, html.indexOf("defaults:", start));
      assert.match(definition, /category: "/);
      assert.match(definition, /color: "#[0-9A-F]{6}"/);
      assert.match(definition, /icon: "clc-[a-z-]+\.svg"/);
    });
  }
});

describe("each node's files", () => {
  for (const name of nodes) {
    const folder = dirname(manifest["node-red"].nodes[name] ?? "");

    it(`${name}: runtime, form and icon are there, the set is called like the type`, () => {
      assert.equal(manifest["node-red"].nodes[name], `dist/nodes/${name}/${name}.js`);
      assert.ok(existsSync(path(folder, `${name}.js`)));
      const html = text(folder, `${name}.html`);
      assert.ok(html.includes(`data-template-name="${name}"`) && html.includes(`data-help-name="${name}"`));
      const icon = /icon: "(clc-[a-z-]+\.svg)"/.exec(html)?.[1] ?? "";
      assert.ok(existsSync(path("dist/nodes/lifecycle-store/icons", icon)), icon);
    });

    it(`${name}: the same texts in every language, all used, none missing`, () => {
      const [english, german] = LANGUAGES.map((language) => keysOf(json(folder, "locales", language, `${name}.json`)));
      assert.deepEqual(german, english);
      const sources = sourcesOf(name);
      for (const key of english?.filter((one) => one.startsWith(`${name}.`)) ?? []) {
        assert.ok(isUsed(key, sources), `the text ${key} is used nowhere`);
      }
      for (const key of namedKeys(sources)) assert.ok(english?.includes(key), `the text ${key} is missing`);
    });

    it(`${name}: help in every language with the sections of the style guide`, () => {
      for (const language of LANGUAGES) {
        const help = text("nodes", name, "locales", language, `${name}.md`);
        const first = help.split("\n\n")[0] ?? "";
        assert.ok(first.length > 40 && first.length < 260, `first paragraph is the palette's tooltip: ${first.length}`);
        assert.match(help, /^### Details$/m);
        if (!isConfig(name)) assert.match(help, language === "de" ? /^### Eingaben$/m : /^### Inputs$/m);
        assert.doesNotMatch(help, /^> \[!/m, "alerts show raw in Node-RED 4.1");
      }
      assert.ok(existsSync(path(folder, "locales/de", `${name}.html`)));
    });
  }

  it("labels every field of every form", () => {
    for (const name of nodes) {
      const form = text("dist/nodes", name, `${name}.html`);
      for (const [, id] of form.matchAll(
        /<(?:input|select|textarea)[^>]*\sid="(node-[a-z-]*input-[A-Za-z]+)"(?![^>]*hidden)/g,
      )) {
        if (form.includes(`type="hidden" id="${id}"`)) continue;
        assert.ok(form.includes(`for="${id}"`), `${name}: ${id} has no label`);
      }
    }
  });
});

describe("the packed package", () => {
  it("holds what it needs and nothing else", () => {
    const npm = path("node_modules/.bin/npm");
    const [packed] = JSON.parse(
      execFileSync(npm, ["pack", "--dry-run", "--json", "--ignore-scripts"], {
        cwd: PACKAGE_ROOT,
        encoding: "utf8",
        maxBuffer: 64 << 20,
      }),
    ) as { files: { path: string }[] }[];
    const files = packed?.files.map((file) => file.path) ?? [];
    const wanted = nodes.flatMap((name) => [
      `dist/nodes/${name}/${name}.js`,
      `dist/nodes/${name}/${name}.html`,
      ...LANGUAGES.map((language) => `dist/nodes/${name}/locales/${language}/${name}.json`),
      `dist/nodes/${name}/locales/de/${name}.html`,
    ]);
    for (const file of [...wanted, "package.json", "LICENSE", "dist/lib/mapping/profiles/campaign-archive.json"]) {
      assert.ok(files.includes(file), `${file} is not packed`);
    }
    const foreign = files.filter(
      (file) => !/^(dist\/(nodes|lib|bin)\/|examples\/|package\.json$|LICENSE$|README\.md$|CHANGELOG\.md$)/.test(file),
    );
    assert.deepEqual(foreign, []);
    assert.deepEqual(
      files.filter((file) => /\.(test|editor)\.|(?<!\.d)\.ts$/.test(file)),
      [],
    );
  });
});

type Entry = { id: string; type: string } & Record<string, unknown>;

function entries(file: string): Entry[] {
  return JSON.parse(readFileSync(file, "utf8")) as Entry[];
}
function isConfig(name: string): boolean {
  return nodes.includes(name) && text("nodes", name, `${name}.editor.ts`).includes('category: "config"');
}

/** All keys of a catalogue, `a.b.c`. */
function keysOf(catalogue: unknown, prefix = ""): string[] {
  if (typeof catalogue !== "object" || catalogue === null) return [prefix.slice(1)];
  return Object.entries(catalogue).flatMap(([name, value]) => keysOf(value, `${prefix}.${name}`));
}
/** The editor's code, and the form with the parts that the build puts in. */
function sourcesOf(name: string): string {
  const own = ["nodes/".concat(name), "nodes/editor-kit"].flatMap((folder) => filesBelow(folder, ".ts"));
  const form = text("dist/nodes", name, `${name}.html`).split("</script>")[0] ?? "";
  return [...own.map((file) => readFileSync(file, "utf8")), form].join("\n");
}
/** Named whole, or put together: a template with its fixed beginning, and the rest (or its first part) as a text of its own. */
function isUsed(key: string, sources: string): boolean {
  if (sources.includes(key)) return true;
  const parts = key.split(".");
  return parts.some((_part, at) => {
    if (at === 0 || !sources.includes(`\`${parts.slice(0, at).join(".")}.\${`)) return false;
    const rest = parts.slice(at);
    const spoken = [`"${rest.join(".")}"`, `"${rest[0] ?? ""}"`, `\`${rest[0] ?? ""}.\${`];
    return rest.length === 1 || spoken.some((form) => sources.includes(form));
  });
}
/** Keys that forms name in `data-i18n`. */
function namedKeys(sources: string): string[] {
  return [...sources.matchAll(/data-i18n="([^"]+)"/g)].flatMap(([, value]) =>
    (value ?? "").split(";").map((part) => part.replace(/^\[[a-z-]+\]/, "")),
  );
}
