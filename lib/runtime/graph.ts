import type { NodeAPI } from "node-red";

/** What the walk needs of a node's configuration in the flow file. */
interface FlowNode {
  id: string;
  type: string;
  d?: boolean;
  wires?: string[][];
  links?: string[];
  mode?: string;
  /** Tab. */
  z?: string;
  /** Of a tab. */
  disabled?: boolean;
  /** Of our durable nodes. */
  store?: string;
  queue?: string;
}

/** Where a message goes from an output. */
export interface Successors {
  /** Durable queues that it reaches before anything else takes it over. */
  queues: ReadonlySet<string>;
  /** Nodes on the way to them, or at the end, that keep something of the message and pass it on. */
  passing: ReadonlySet<string>;
  /** Some of them belong to a node that is switched off: nobody can take the message until it is enabled again. */
  blocked: boolean;
}

/**
 * Which durable queues a message can reach from an output before anything else takes it over. `undefined` when the
 * wires cannot tell (a subflow, a link call or its return, a node that is not in the flow file): then only time can
 * settle a hand-over.
 */
export class FlowGraph {
  readonly #nodes = new Map<string, FlowNode>();
  readonly #queueOf: (nodeId: string) => string | undefined;
  readonly #passes: (nodeId: string) => boolean;

  constructor(
    RED: NodeAPI,
    queueOf: (nodeId: string) => string | undefined,
    passes: (nodeId: string) => boolean = () => false,
  ) {
    RED.nodes.eachNode((node) => {
      const config = node as unknown as FlowNode;
      this.#nodes.set(config.id, config);
    });
    this.#queueOf = queueOf;
    this.#passes = passes;
  }

  durableSuccessors(nodeId: string, port: number): Successors | undefined {
    const start = this.#nodes.get(nodeId);
    if (start === undefined) return undefined;
    return this.#behind(start.wires?.[port] ?? [], () => this.#mayMatterBehindCalls());
  }

  /** @param returned whether it matters where a link call goes on that the message returns to */
  #behind(first: readonly string[], returned: () => boolean): Successors | undefined {
    const queues = new Set<string>();
    const passing = new Set<string>();
    let blocked = false;
    const seen = new Set<string>();
    const open = [...first];
    for (let id = open.pop(); id !== undefined; id = open.pop()) {
      if (seen.has(id)) continue;
      seen.add(id);
      const queue = this.#queueOf(id);
      if (queue !== undefined) {
        queues.add(queue);
        continue;
      }
      const node = this.#nodes.get(id);
      if (node === undefined) return undefined;
      if (this.#isOff(node)) {
        if (node.store === undefined || node.queue === undefined) continue;
        queues.add(node.queue.trim() || node.id);
        blocked = true;
        continue;
      }
      if (node.type.startsWith("subflow:") || node.type === "link call") return undefined;
      if (node.type === "link out") {
        if (node.mode !== "return") open.push(...(node.links ?? []));
        else if (returned()) return undefined;
      }
      if (this.#passes(id)) passing.add(id);
      open.push(...(node.wires ?? []).flat());
    }
    return { queues, passing, blocked };
  }

  /** Whether anything behind any link call takes messages in; the wires do not tell which call a message came by. */
  #mayMatterBehindCalls(): boolean {
    const calls = [...this.#nodes.values()].filter((node) => node.type === "link call" && !this.#isOff(node));
    const behind = this.#behind(
      calls.flatMap(({ wires = [] }) => wires.flat()),
      () => false,
    );
    return behind === undefined || behind.queues.size + behind.passing.size > 0;
  }

  #isOff({ d, z }: FlowNode): boolean {
    return d === true || (z !== undefined && this.#nodes.get(z)?.disabled === true);
  }
}
