import type { SandboxSystem } from "./types.js";

/**
 * What goes wrong. With N = `afterBytes`:
 * - `status`, `body`: an answer of the fault's own; the request is not processed
 * - `drop`, `reset`: the connection ends (FIN, RST) after N bytes
 * - `stall`: nothing more after N bytes, for `delayMs` or for ever
 * - `truncate`: the answer ends after N bytes (default: half), Content-Length as if whole; or cleanly, without one, when `chunked`
 * - `corrupt`: one bit of byte N is flipped · `slow`: `bytesPerSecond`, after `delayMs`
 * - `lost`: the request is processed, then the connection ends without an answer
 * - `excess`: N more bytes (default 16) than the content has, with a Content-Length that includes them
 */
export type FaultKind = (typeof FAULT_KINDS)[number];
export const FAULT_KINDS = [
  "status",
  "body",
  "drop",
  "reset",
  "stall",
  "truncate",
  "corrupt",
  "slow",
  "lost",
  "excess",
] as const;

/** Kinds that can hit the request's body while it is read. */
const REQUEST_KINDS: readonly FaultKind[] = ["drop", "reset", "stall", "corrupt", "slow"];

export interface FaultMatch {
  method?: string;
  /** Part of path and query, or a regular expression between slashes. */
  path?: string;
  /** Only the nth matching request, counted from 1 and from when the fault was set. */
  nth?: number;
  /** The nth matching request and those after it: something broke and stays broken. */
  from?: number;
}

/** A fault as asked for. */
export interface FaultOrder {
  system: SandboxSystem;
  kind: FaultKind;
  match?: FaultMatch;
  /** "request": while the body is read; default "answer". */
  when?: "request" | "answer";
  status?: number;
  headers?: Record<string, string>;
  body?: string;
  /** How many requests it hits; 0 = for ever; default 1. */
  times?: number;
  afterBytes?: number;
  bytesPerSecond?: number;
  delayMs?: number;
  chunked?: boolean;
}

export interface Fault extends FaultOrder {
  id: string;
  /** Matching requests seen. */
  seen: number;
  /** Requests hit. */
  hit: number;
  /** Hits left; null = for ever. */
  remaining: number | null;
}

/** The order is no fault; the control API answers 400 with the message. */
export class BadFault extends Error {}

/** The faults in force. The first that fits a request hits it. */
export class Faults {
  private faults: Fault[] = [];
  private next = 1;

  /** @throws BadFault */
  add(order: FaultOrder): Fault {
    check(order);
    const times = order.times ?? 1;
    const fault: Fault = { ...order, id: `f${this.next++}`, seen: 0, hit: 0, remaining: times === 0 ? null : times };
    this.faults.push(fault);
    return fault;
  }

  list(): Fault[] {
    return this.faults;
  }

  remove(id: string): boolean {
    const before = this.faults.length;
    this.faults = this.faults.filter((fault) => fault.id !== id);
    return this.faults.length < before;
  }

  clear(): void {
    this.faults = [];
  }

  /** The fault that hits this request, counted as used. */
  take(system: SandboxSystem, method: string, pathAndQuery: string): Fault | undefined {
    let taken: Fault | undefined;
    for (const fault of this.faults) {
      if (fault.remaining === 0 || fault.system !== system || !fits(fault.match ?? {}, method, pathAndQuery)) continue;
      fault.seen += 1;
      if (taken || (fault.match?.nth !== undefined && fault.seen !== fault.match.nth)) continue;
      if (fault.match?.from !== undefined && fault.seen < fault.match.from) continue;
      fault.hit += 1;
      if (fault.remaining !== null) fault.remaining -= 1;
      taken = fault;
    }
    return taken;
  }
}

function fits(match: FaultMatch, method: string, pathAndQuery: string): boolean {
  if (match.method !== undefined && match.method.toUpperCase() !== method) return false;
  if (match.path === undefined) return true;
  const pattern = /^\/(.*[^\\])\/([a-z]*)$/.exec(match.path);
  // "/a/" may be meant as a path: it is one unless it holds a sign that only expressions use.
  if (pattern?.[1] !== undefined && /[\\^$.*+?()[\]{}|]/.test(pattern[1]))
    return new RegExp(pattern[1], pattern[2]).test(pathAndQuery);
  return pathAndQuery.includes(match.path);
}

const SYSTEMS: readonly SandboxSystem[] = ["otmm", "preservica", "ecm", "s3"];
const NUMBERS = ["status", "times", "afterBytes", "bytesPerSecond", "delayMs"] as const;
const KNOWN = new Set([...NUMBERS, "system", "kind", "match", "when", "headers", "body", "chunked"] as string[]);

function check(order: FaultOrder): void {
  for (const key of Object.keys(order))
    if (!KNOWN.has(key)) throw new BadFault(`unknown field "${key}"; known: ${[...KNOWN].join(", ")}`);
  if (!SYSTEMS.includes(order.system)) throw new BadFault(`system must be one of ${SYSTEMS.join(", ")}`);
  if (!FAULT_KINDS.includes(order.kind)) throw new BadFault(`kind must be one of ${FAULT_KINDS.join(", ")}`);
  for (const name of NUMBERS) {
    const value = order[name];
    if (value !== undefined && !(Number.isInteger(value) && value >= 0))
      throw new BadFault(`${name} must be a whole number, not ${String(value)}`);
  }
  if (order.when !== undefined && order.when !== "request" && order.when !== "answer")
    throw new BadFault('when must be "request" or "answer"');
  if (order.when === "request" && !REQUEST_KINDS.includes(order.kind))
    throw new BadFault(`on the request side only ${REQUEST_KINDS.join(", ")}`);
  if (order.kind === "status" && order.status === undefined) throw new BadFault("kind status needs a status");
  if (order.status !== undefined && (order.status < 200 || order.status > 599))
    throw new BadFault("status must be 200 to 599");
  if (order.kind === "slow" && !order.bytesPerSecond && !order.delayMs)
    throw new BadFault("kind slow needs bytesPerSecond or delayMs");
  checkMatch(order.match ?? {});
}

function checkMatch(match: FaultMatch): void {
  if (typeof match !== "object") throw new BadFault("match must be an object { method?, path?, nth?, from? }");
  for (const key of Object.keys(match))
    if (!["method", "path", "nth", "from"].includes(key)) throw new BadFault(`unknown field "match.${key}"`);
  for (const name of ["nth", "from"] as const) {
    const value = match[name];
    if (value !== undefined && !(Number.isInteger(value) && value > 0))
      throw new BadFault(`match.${name} must be 1 or more`);
  }
  try {
    fits(match, match.method ?? "", "");
  } catch (error) {
    throw new BadFault(`match.path: ${String(error)}`);
  }
}
