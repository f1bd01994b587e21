import type { Browser } from "playwright-core";
import { exampleFlow } from "../../scripts/demo/stage.js";
import { startBrowser } from "../support/browser.js";
import { Editor, type EditorOptions } from "../support/editor.js";
import { type NodeRed, type NodeRedMajor, startNodeRed } from "../../scripts/node-red.js";
import { startTestSandbox, type TestSandbox } from "../support/sandbox.js";

/** Longest time of one test: several waits on a busy machine, each of which tells more when it is the one to end. */
export const TEST_MS = 300_000;

export type FlowNode = { id: string; type: string } & Record<string, unknown>;

const EXAMPLES = [
  "nodes/otmm-asset-fetch.json",
  "nodes/metadata-mapper.json",
  "nodes/preservica-ingest.json",
  "nodes/otmm-asset-update.json",
  "otmm-preservica/01-campaign-archive.json",
];

/** A real Node-RED with all small examples deployed, the sandbox behind it, and a browser to look at it. */
export interface EditorStage {
  readonly nodeRed: NodeRed;
  readonly sandbox: TestSandbox;
  readonly flow: readonly FlowNode[];
  open(options?: EditorOptions): Promise<Editor>;
  /** Puts the flows back as the examples have them. */
  reset(): Promise<void>;
  /** Id of the first node of a type. */
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
  for (const name of EXAMPLES) for (const node of exampleFlow(name)) byId.set(node.id, node);
  const flow = [...byId.values()];
  const nodeRed = await startNodeRed({ version, env: behind.env });
  closing.push(() => nodeRed.stop());
  await nodeRed.deploy(flow);
  return {
    nodeRed,
    sandbox: behind,
    flow,
    open: (options) => Editor.open(window, nodeRed, options),
    reset: () => nodeRed.deploy(flow),
    id: (type) => flow.find((node) => node.type === type)?.id ?? "",
  };
}

/** Ends everything that any suite started. */
export async function closeStages(): Promise<void> {
  for (const close of closing.splice(0)) await close();
  await (await browser)?.close();
  await (await sandbox)?.stop();
}
