import type { Random } from "../support/random.js";
import { ADDED, changed, copied, DURABLE, type Flow, type FlowNode, IDS } from "./flows.js";

export type DeployType = "full" | "flows" | "nodes" | "reload";

/** One deploy: what the flow becomes, and how it is deployed. */
export interface Step {
  flow: Flow;
  type: DeployType;
}

/** What the choice of a redeploy sees of the flow as it is deployed now. */
export interface Scene {
  /** The flow before ids were changed by a copy. */
  flow: Flow;
  random: Random;
  /** Differs from redeploy to redeploy. */
  nth: number;
}

/** A way to redeploy: one step, or two when the first leaves the flow broken. The last step's flow is the one that stays. */
export interface RedeployKind {
  name: string;
  steps(scene: Scene): Step[];
}

function nodeOf(flow: Flow, id: string): FlowNode {
  const node = flow.find((one) => one.id === id);
  if (node === undefined) throw new Error(`The flow has no node ${id}.`);
  return node;
}
function renamed(flow: Flow, id: string, nth: number): Flow {
  return changed(flow, id, { name: `changed ${nth}` });
}
const partial = (random: Random): DeployType => random.pick(["full", "flows", "nodes"] as const);
const notFetch = (random: Random): string => random.pick(DURABLE.filter((id) => id !== IDS.fetch));
/** Is there a tab of its own for what comes after the mapper? */
const hasSecondTab = (flow: Flow): boolean => flow.some(({ id }) => id === ADDED.tab);

/** Every way in which a flow is redeployed under running work. */
export const REDEPLOYS: readonly RedeployKind[] = [
  { name: "reload", steps: ({ flow }) => [{ flow, type: "reload" }] },
  { name: "full, unchanged", steps: ({ flow }) => [{ flow, type: "full" }] },
  {
    name: "full, one node changed",
    steps: ({ flow, random, nth }) => [{ flow: renamed(flow, random.pick(DURABLE), nth), type: "full" }],
  },
  {
    name: "modified flows",
    steps: ({ flow, random, nth }) => [{ flow: renamed(flow, random.pick(DURABLE), nth), type: "flows" }],
  },
  {
    name: "modified nodes",
    steps: ({ flow, random, nth }) => [{ flow: renamed(flow, random.pick(DURABLE), nth), type: "nodes" }],
  },
  {
    name: "the downstream tab only",
    steps: ({ flow, random, nth }) => {
      const id = hasSecondTab(flow) ? ADDED.tab : IDS.update;
      const next = hasSecondTab(flow) ? changed(flow, id, { label: `downstream ${nth}` }) : renamed(flow, id, nth);
      return [{ flow: renamed(next, random.pick([IDS.ingest, IDS.update]), nth), type: "flows" }];
    },
  },
  {
    name: "a connection changed",
    steps: ({ flow, random, nth }) => [
      {
        flow: changed(flow, random.pick(["clc-otmm", "clc-preservica"]), { idleSeconds: 60 + (nth % 10) }),
        type: partial(random),
      },
    ],
  },
  {
    name: "the store changed",
    steps: ({ flow, random, nth }) => [
      { flow: changed(flow, "clc-store", { retentionDays: 90 + nth }), type: partial(random) },
    ],
  },
  {
    name: "settings changed while jobs wait",
    steps: ({ flow, random, nth }) => [
      {
        flow: changed(flow, IDS.ingest, {
          verify: nodeOf(flow, IDS.ingest)["verify"] === "fixity" ? "content" : "fixity",
          longestLookSeconds: 20 + (nth % 40),
          concurrency: random.between(1, 6),
        }),
        type: partial(random),
      },
    ],
  },
  {
    name: "a node disabled, then enabled",
    steps: ({ flow, random }) => {
      const type = partial(random);
      return [
        { flow: changed(flow, notFetch(random), { d: true }), type },
        { flow, type },
      ];
    },
  },
  {
    name: "a tab disabled, then enabled",
    steps: ({ flow }) => {
      const id = hasSecondTab(flow) ? ADDED.tab : IDS.tab;
      return [
        { flow: changed(flow, id, { disabled: true }), type: "full" },
        { flow, type: "full" },
      ];
    },
  },
  {
    name: "a node removed, then put back",
    steps: ({ flow, random }) => {
      const type = partial(random);
      const gone = notFetch(random);
      return [
        { flow: flow.filter(({ id }) => id !== gone), type },
        { flow, type },
      ];
    },
  },
  {
    name: "re-imported as a copy",
    steps: ({ flow, random }) => [{ flow, type: random.pick(["full", "flows"] as const) }],
  },
];

/** Index of the kind that also changes all ids. */
export function changesIds(kind: RedeployKind): boolean {
  return kind.name === "re-imported as a copy";
}

/** Steps with the ids that the flow has now. */
export function placed(steps: readonly Step[], copies: number): Step[] {
  return steps.map(({ flow, type }) => ({ flow: copied(flow, copies), type }));
}
