import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import type { Browser } from "playwright-core";
import { exampleFlow } from "../../scripts/demo/stage.js";
import { startBrowser } from "../support/browser.js";
import { Editor, type EditorOptions } from "../support/editor.js";
import { type NodeRed, type NodeRedMajor, PACKAGE_ROOT, startNodeRed } from "../../scripts/node-red.js";
import { startTestSandbox, type TestSandbox } from "../support/sandbox.js";

/** Longest time of one test: several waits on a busy machine, each of which tells more when it is the one to end. */
export const TEST_MS = 300_000;

export type FlowNode = { id: string; type: string } & Record<string, unknown>;

/** Every node type that works in a flow; each has a small example of its own name. */
export const WORKING: readonly string[] = readdirSync(join(PACKAGE_ROOT, "dist/nodes"))
  .filter((type) => existsSync(join(PACKAGE_ROOT, `examples/nodes/${type}.json`)))
  .sort();
/** One form of each type: a working node by its type, a configuration node by its id in the examples. */
export const FORMS: readonly string[] = [...WORKING, "clc-store", "clc-otmm", "clc-preservica", "clc-profile-campaign"];

/** A real Node-RED with all small examples deployed, the sandbox behind it, and a browser to look at it. */
export interface EditorStage {
  readonly nodeRed: NodeRed;
  readonly sandbox: TestSandbox;
  readonly flow: readonly FlowNode[];
  open(options?: EditorOptions): Promise<Editor>;
  /** Puts the flows back as the examples have them. */
  reset(): Promise<void>;
  /** Id of the node that a type's own small example shows. */
  id(type: string): string;
}

const stages = new Map<NodeRedMajor, Promise<EditorStage>>();
const closing: (() => Promise<void>)[] = [];
let browser: Promise<Browser> | undefined;
let sandbox: Promise<TestSandbox> | undefined;

/** The stage of one Node-RED version, started once for all suites of this process. */
export function stageOf(version: NodeRedMajor): Promise<EditorStage> {
  const known = stages.get(version);
  if (known !== undefined) return known;
  const started = start(version);
  stages.set(version, started);
  return started;
}

async function start(version: NodeRedMajor): Promise<EditorStage> {
  sandbox ??= startTestSandbox();
  browser ??= startBrowser();
  const [behind, window] = await Promise.all([sandbox, browser]);
  const byId = new Map<string, FlowNode>();
  const examples = [...WORKING.map((type) => `nodes/${type}.json`), "otmm-preservica/01-campaign-archive.json"];
  for (const name of examples) for (const node of exampleFlow(name)) byId.set(node.id, node);
  // The profile with rows that empty their fields.
  for (const node of exampleFlow("otmm-preservica/05-preservation-status-sync.json"))
    if (node.type === "mapping-profile") byId.set(node.id, node);
  const flow = await Promise.all([...byId.values()].map(complete));
  const nodeRed = await startNodeRed({ version, env: behind.env });
  closing.push(() => nodeRed.stop());
  await nodeRed.deploy(flow);
  return {
    nodeRed,
    sandbox: behind,
    flow,
    open: (options) => Editor.open(window, nodeRed, options),
    reset: () => nodeRed.deploy(flow),
    id: (type) => exampleFlow(`nodes/${type}.json`).find((node) => node.type === type)?.id ?? "",
  };
}

/** A node of an example as the editor saves it today: members that its type got since then have their defaults. */
async function complete(node: FlowNode): Promise<FlowNode> {
  const file = join(PACKAGE_ROOT, "dist/nodes", node.type, "config.js");
  if (!existsSync(file)) return node;
  const { migrate } = (await import(file)) as { migrate(stored: FlowNode): object };
  return { ...migrate(node), ...node };
}

/** Ends everything that any suite started. */
export async function closeStages(): Promise<void> {
  for (const close of closing.splice(0)) await close();
  await (await browser)?.close();
  await (await sandbox)?.stop();
}
