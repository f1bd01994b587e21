import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { PACKAGE_ROOT } from "../../scripts/node-red.js";

type FlowNode = { id: string; type: string; [name: string]: unknown };

const ROOT = join(PACKAGE_ROOT, "examples");
const OURS = Object.keys(
  (JSON.parse(readFileSync(join(PACKAGE_ROOT, "package.json"), "utf8")) as { "node-red": { nodes: object } })["node-red"].nodes,
);
const CORE = new Set(["tab", "comment", "inject", "debug", "catch", "status", "complete", "switch", "change", "function", "link in", "link out", "join", "template", "http in", "http response", "delay", "group", "file"]);
const files = readdirSync(ROOT, { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".json")).sort();
const read = (file: string): FlowNode[] => JSON.parse(readFileSync(join(ROOT, file), "utf8")) as FlowNode[];
const isConfig = (node: FlowNode): boolean => !("z" in node) && node.type !== "tab";

describe("example flows", () => {
  for (const file of files) {
    describe(file, () => {
      const nodes = read(file);

      it("is one tab that explains itself, with a comment", () => {
        const tabs = nodes.filter(({ type }) => type === "tab");
        assert.equal(tabs.length, 1);
        assert.ok(String(tabs[0]?.["info"] ?? "").length > 20, "the tab has no description");
        assert.ok(nodes.some(({ type, info }) => type === "comment" && String(info ?? "").length > 40), "there is no comment");
      });

      it("uses only core nodes and ours", () => {
        assert.deepEqual(nodes.map(({ type }) => type).filter((type) => !CORE.has(type) && !OURS.includes(type)), []);
      });

      it("holds no credential and no host", () => {
        const text = JSON.stringify(nodes.map(({ credentials: _asked, ...rest }) => rest));
        assert.doesNotMatch(text, /"password":|127\.0\.0\.1|localhost|https?:\/\/(?!purl\.org|www\.(openarchives|loc|w3)\.|rightsstatements\.org|creativecommons\.org)/i);
        for (const { credentials } of nodes) {
          for (const value of Object.values((credentials ?? {}) as Record<string, string>)) assert.match(value, /^\$\{[A-Z_]+\}$/);
        }
        const hosts = nodes.filter(({ type }) => type !== "http in").flatMap(({ url }) => (typeof url === "string" ? [url] : []));
        for (const host of hosts) assert.match(host, /^\$\{[A-Z_]+\}$/);
      });

      it("stands on the canvas, no node on another", () => {
        const boxes = nodes.filter((node) => "x" in node && "z" in node).map(boxOf);
        assert.deepEqual(boxes.filter(({ left }) => left < 0).map(({ label }) => label), []);
        const overlaps = boxes.flatMap((one, at) => boxes.slice(at + 1).filter((other) => touch(one, other)).map((other) => `${one.label} | ${other.label}`));
        assert.deepEqual(overlaps, []);
      });

      it("wires only to what is there", () => {
        const ids = new Set(nodes.map(({ id }) => id));
        const wired = nodes.flatMap(({ wires }) => ((wires ?? []) as string[][]).flat());
        assert.deepEqual(wired.filter((id) => !ids.has(id)), []);
      });
    });
  }

  it("have ids of their own, but for the configuration nodes that they share, which are equal everywhere", () => {
    const seen = new Map<string, { file: string; node: FlowNode }>();
    for (const file of files) {
      for (const node of read(file)) {
        const before = seen.get(node.id);
        if (before === undefined) seen.set(node.id, { file, node });
        else {
          assert.ok(isConfig(node), `${node.id} stands in ${before.file} and in ${file}`);
          assert.deepEqual(node, before.node, `${node.id} differs between ${before.file} and ${file}`);
        }
      }
    }
  });

  it("cover every node type", () => {
    const used = new Set(files.flatMap((file) => read(file).map(({ type }) => type)));
    assert.deepEqual(OURS.filter((type) => !used.has(type)), []);
  });

  it("carry the profiles that ship, to the letter", () => {
    for (const file of files) {
      for (const node of read(file).filter(({ type }) => type === "mapping-profile")) {
        const name = (node["profile"] as { name: string }).name;
        const shipped: unknown = JSON.parse(readFileSync(join(PACKAGE_ROOT, "lib/mapping/profiles", `${name}.json`), "utf8"));
        assert.deepEqual(node["profile"], shipped, `${file}: run "npm run examples" after changing lib/mapping/profiles/${name}.json`);
      }
    }
  });
});

type Box = { label: string; left: number; right: number; top: number; bottom: number };

/** Where the editor draws a node, roughly: 7.6 pixels a letter, an icon, the button of inject and debug. */
function boxOf({ name, type, x, y, wires }: FlowNode): Box {
  const label = String(name ?? "") || type;
  const width = Math.ceil(Math.max(100, label.length * 7.6 + 50) / 20) * 20;
  const height = Math.max(30, ((wires ?? []) as string[][]).length * 15);
  const [left, right] = [Number(x) - width / 2, Number(x) + width / 2];
  return {
    label,
    left: left - (type === "inject" ? 20 : 0),
    right: right + (type === "debug" ? 22 : 0),
    top: Number(y) - height / 2,
    bottom: Number(y) + height / 2,
  };
}

function touch(one: Box, other: Box): boolean {
  return one.left < other.right && other.left < one.right && one.top < other.bottom && other.top < one.bottom;
}
