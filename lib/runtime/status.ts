import type { Node, NodeStatusFill, NodeStatusShape } from "node-red";
import type { Circuit } from "./circuit.js";
import { steadyNow } from "./steady-clock.js";

/** Status changes are sent at most this often: each one travels to every open editor. */
const MIN_INTERVAL_MS = 250;

interface Progress {
  done: number;
  total: number | undefined;
  since: number;
  stage: string;
}

const BYTES = ["B", "kB", "MB", "GB", "TB"] as const;

/** `14:05:30`, in this machine's zone. */
function clockTime(steady: number): string {
  return new Date(Date.now() + steady - steadyNow()).toTimeString().slice(0, 8);
}

/** `1.2 GB`, decimal units, at most four characters of number. */
export function formatBytes(bytes: number): string {
  let value = bytes;
  let unit = 0;
  while (value >= 1000 && unit < BYTES.length - 1) {
    value /= 1000;
    unit += 1;
  }
  return `${value >= 100 || unit === 0 ? Math.round(value) : value.toFixed(1)} ${BYTES[unit] ?? ""}`;
}

/**
 * What a durable node shows below itself: what it does now, or percentage and rate of what it sends; else why its queue
 * is paused and when it tries again; else what waits, else how the last work ended. Blue dot = working, yellow ring =
 * waiting, green dot = fine, red ring = failed. Short, as there is little room below a node.
 */
export class NodeStatus {
  readonly #node: Node;
  readonly #running = new Map<string, Progress>();
  readonly #waiting = new Set<string>();
  #done = 0;
  #refused = 0;
  #failed = 0;
  /** Code of the last failure, until something ends well again. */
  #failure: string | undefined;
  #paused: Circuit["paused"];
  #timer: NodeJS.Timeout | undefined;
  #shown = "";

  constructor(node: Node) {
    this.#node = node;
  }

  begin(job: string): void {
    this.#waiting.delete(job);
    this.#running.set(job, { done: 0, total: undefined, since: Date.now(), stage: "" });
    this.#later();
  }
  stage(job: string, stage: string): void {
    const progress = this.#running.get(job);
    if (progress === undefined) return;
    progress.stage = stage;
    progress.done = 0;
    progress.total = undefined;
    progress.since = Date.now();
    this.#later();
  }
  progress(job: string, done: number, total: number | undefined): void {
    const progress = this.#running.get(job);
    if (progress === undefined) return;
    progress.done = done;
    progress.total = total;
    this.#later();
  }
  end(job: string, how: "done" | "refused" | "waiting" | { failed: string } | "stopped"): void {
    this.#running.delete(job);
    if (how === "waiting") this.#waiting.add(job);
    else if (how === "done") this.#done += 1;
    else if (how === "refused") this.#refused += 1;
    else if (typeof how === "object") {
      this.#failed += 1;
      this.#failure = how.failed;
    }
    if (how === "done") this.#failure = undefined;
    this.#later();
  }
  failed(code: string): void {
    this.#failure = code;
    this.#later();
  }
  /** The queue is paused, or not any more. */
  paused(why: Circuit["paused"]): void {
    this.#paused = why;
    this.#later();
  }
  /** A person ended the job: it neither runs nor waits. */
  cancelled(job: string): void {
    this.#running.delete(job);
    this.#waiting.delete(job);
    this.#later();
  }
  close(): void {
    clearTimeout(this.#timer);
  }

  #later(): void {
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      this.#show();
    }, MIN_INTERVAL_MS).unref();
  }

  #show(): void {
    const [fill, shape, text] = this.#now();
    const key = `${fill}|${shape}|${text}`;
    if (key === this.#shown) return;
    this.#shown = key;
    this.#node.status({ fill, shape, text });
  }

  #now(): [NodeStatusFill, NodeStatusShape, string] {
    if (this.#running.size > 0) return ["blue", "dot", this.#work()];
    if (this.#waiting.size > 0) return ["yellow", "ring", this.#rest()];
    if (this.#failure !== undefined) return ["red", "ring", this.#failure];
    const refused = this.#refused > 0 ? `, ${this.#refused} refused` : "";
    const failed = this.#failed > 0 ? `, ${this.#failed} failed` : "";
    return ["green", "dot", `${this.#done} done${refused}${failed}`];
  }

  #rest(): string {
    if (this.#paused === undefined) return `${this.#waiting.size} waiting`;
    return `${this.#paused.code} ${clockTime(this.#paused.until)}`;
  }

  #work(): string {
    let done = 0;
    let total = 0;
    let rate = 0;
    let stage = "";
    for (const progress of this.#running.values()) {
      stage = progress.stage || stage;
      if (progress.total === undefined) continue;
      done += progress.done;
      total += progress.total;
      rate += progress.done / Math.max(0.25, (Date.now() - progress.since) / 1000);
    }
    const many = this.#running.size > 1 ? `${this.#running.size}× ` : "";
    // Bytes are counted on their way into the target, so the arrow says as much as a word.
    const now = total > 0 ? `↑${Math.floor((100 * done) / total)}% ${formatBytes(rate)}/s` : stage || "working";
    return `${many}${now}`;
  }
}
