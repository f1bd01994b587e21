import { createHash } from "node:crypto";
import { exampleFlow } from "../../scripts/demo/stage.js";
import { campaignArchive } from "../../scripts/demo/scenario-01.js";

export type FlowNode = ReturnType<typeof exampleFlow>[number];
export type Flow = FlowNode[];

/** Ids of the example that its variants speak of. */
export const IDS = {
  tab: "ca01000000000001",
  fetch: "ca01000000000020",
  map: "ca01000000000030",
  ingest: "ca01000000000040",
  update: "ca01000000000050",
} as const;
/** Ids of what the variants add. */
export const ADDED = {
  tab: "ca01000000000002",
  out: "ca0100000000002a",
  in: "ca0100000000002b",
  copyMap: "ca01000000000031",
} as const;
/** Queue of the second mapper of the fan-out. */
export const FAN_OUT_QUEUE = "campaign-map-2";
/** The durable nodes of the example, in the order of the wires. */
export const DURABLE: readonly string[] = [IDS.fetch, IDS.map, IDS.ingest, IDS.update];

/** Silence after an upload whose answer was lost, before it is sent again; the sandbox shows an ingest at once. */
const LOST_ANSWER_MS = 8_000;

/** The flow; where a deploy or a kill falls between an upload and its answer, it does not wait for minutes. */
export function patient(flow: Flow): Flow {
  return changed(flow, "clc-preservica", { assumptions: JSON.stringify({ lostAnswerMs: LOST_ANSWER_MS }) });
}

/** The example, patient. */
export function campaignFlow(): Flow {
  return patient(exampleFlow(campaignArchive.example));
}

/** The flow with some properties of one node changed. */
export function changed(flow: Flow, id: string, changes: Partial<FlowNode>): Flow {
  return flow.map((node) => (node.id === id ? { ...node, ...changes } : node));
}

/** The fetch's output also goes to a second mapper: one output, two durable nodes. */
export function withFanOut(flow: Flow): Flow {
  const mapper = flow.find(({ id }) => id === IDS.map);
  if (mapper === undefined) throw new Error("The example has no mapper.");
  return [
    ...flow.map((node) =>
      node.id === IDS.fetch ? { ...node, wires: [[IDS.map, ADDED.copyMap], ["ca01000000000060"]] } : node,
    ),
    { ...mapper, id: ADDED.copyMap, name: "map beside", queue: FAN_OUT_QUEUE, y: 260, wires: [[], []] },
  ];
}

/** Ingest and update stand on a second tab, reached by link nodes. */
export function onTwoTabs(flow: Flow): Flow {
  const moved: readonly string[] = [IDS.ingest, IDS.update, "ca01000000000062"];
  const at = { x: 100, y: 100 };
  return [
    { id: ADDED.tab, type: "tab", label: "01 downstream", disabled: false, info: "" },
    ...flow.map((node) => {
      if (moved.includes(node.id)) return { ...node, z: ADDED.tab };
      return node.id === IDS.map ? { ...node, wires: [[ADDED.out], ["ca01000000000061"]] } : node;
    }),
    {
      id: ADDED.out,
      type: "link out",
      z: IDS.tab,
      name: "to the archive",
      mode: "link",
      links: [ADDED.in],
      ...at,
      wires: [],
    },
    {
      id: ADDED.in,
      type: "link in",
      z: ADDED.tab,
      name: "from the mapper",
      links: [ADDED.out],
      ...at,
      wires: [[IDS.ingest]],
    },
  ];
}

/** Default queues: each node's own id. */
export function withDefaultQueues(flow: Flow): Flow {
  return flow.map((node) => ("queue" in node ? { ...node, queue: "" } : node));
}

/** New id of a node in the nth copy; ids of connections, profiles and the store stay. */
export function copiedId(id: string, nth: number): string {
  return nth === 0 ? id : createHash("sha1").update(`${id} copy ${nth}`).digest("hex").slice(0, 16);
}

/** The flow as if it had been exported, deleted and imported as a copy: every id of tabs and nodes is new. */
export function copied(flow: Flow, nth: number): Flow {
  const ids = new Map(
    flow.filter(({ id }) => !id.startsWith("clc-")).map(({ id }) => [id, copiedId(id, nth)] as const),
  );
  const fresh = (value: unknown): unknown => {
    if (typeof value === "string") return ids.get(value) ?? value;
    return Array.isArray(value) ? value.map(fresh) : value;
  };
  const linked = ["id", "z", "wires", "links"];
  return flow.map(
    (node) =>
      Object.fromEntries(
        Object.entries(node).map(([name, value]) => [name, linked.includes(name) ? fresh(value) : value]),
      ) as FlowNode,
  );
}

/** The flow for generated assets alone: found by their names' beginning. */
export function bulkFlow(flow: Flow, prefix: string, more: Partial<FlowNode> = {}): Flow {
  const conditions = [{ field: "ARTESIA.FIELD.ASSET NAME", operator: "contains", value: prefix, valueType: "str" }];
  return changed(flow, IDS.fetch, { conditions, ...more });
}

/** The flow without secrets, as the editor sends it once they are known: sent again they would count as a change. */
export function withoutCredentials(flow: Flow): Flow {
  return flow.map(({ credentials: _credentials, ...node }) => node);
}
