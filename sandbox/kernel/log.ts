import type { LogEntry, SandboxSystem } from "./types.js";

/** Entries kept in memory; totals go on counting. */
const KEPT = 200_000;
/** Different path prefixes counted; the rest goes to "other". */
const PREFIXES = 1000;

export interface SystemTotals {
  requests: number;
  refused: number;
  errors: number;
  faults: number;
  bytesSent: number;
  bytesReceived: number;
  /** Body bytes sent by "<METHOD> /first/second/third". */
  sentByPrefix: Record<string, number>;
}

export interface LogQuery {
  since?: number;
  system?: string;
  limit?: number;
  refused?: boolean;
}

/** Every request that was answered or cut, in the order in which they ended. */
export class RequestLog {
  /** Ring: entry n lies at (n - 1) % KEPT. */
  private ring: LogEntry[] = [];
  private last = 0;
  private first = 1;
  private totals = new Map<SandboxSystem, SystemTotals>();
  private readonly listeners = new Set<(entry: LogEntry) => void>();

  add(entry: Omit<LogEntry, "n">): void {
    const numbered: LogEntry = { n: ++this.last, ...entry, query: withoutSecrets(entry.query) };
    this.ring[(numbered.n - 1) % KEPT] = numbered;
    this.count(numbered);
    for (const listener of this.listeners) listener(numbered);
  }

  /** Entries after `since`, oldest first; the newest `limit` of them. */
  entries({ since = 0, system, limit = 1000, refused = false }: LogQuery = {}): LogEntry[] {
    const from = Math.max(since + 1, this.first, this.last - KEPT + 1);
    const found: LogEntry[] = [];
    for (let n = this.last; n >= from && found.length < limit; n--) {
      const entry = this.ring[(n - 1) % KEPT];
      if (!entry || (system !== undefined && entry.system !== system) || (refused && entry.refused === undefined))
        continue;
      found.push(entry);
    }
    return found.toReversed();
  }

  get lastNumber(): number {
    return this.last;
  }

  totalsOf(system: SandboxSystem): SystemTotals {
    const known = this.totals.get(system);
    if (known) return known;
    const fresh = { requests: 0, refused: 0, errors: 0, faults: 0, bytesSent: 0, bytesReceived: 0, sentByPrefix: {} };
    this.totals.set(system, fresh);
    return fresh;
  }

  /** Forgets entries and totals; numbers go on. */
  clear(): void {
    this.ring = [];
    this.first = this.last + 1;
    this.totals = new Map();
  }

  /** @returns a function that ends the subscription */
  onEntry(listener: (entry: LogEntry) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  private count(entry: LogEntry): void {
    const totals = this.totalsOf(entry.system);
    totals.requests += 1;
    totals.bytesSent += entry.bytes;
    totals.bytesReceived += entry.received;
    if (entry.refused !== undefined) totals.refused += 1;
    if (entry.fault !== undefined) totals.faults += 1;
    if (entry.status >= 400 || entry.status === 0) totals.errors += 1;
    const prefix = `${entry.method} /${entry.path.split("/").slice(1, 4).join("/")}`;
    const { sentByPrefix } = totals;
    const key = prefix in sentByPrefix || Object.keys(sentByPrefix).length < PREFIXES ? prefix : "other";
    sentByPrefix[key] = (sentByPrefix[key] ?? 0) + entry.bytes;
  }
}

/** Parameters that let whoever reads them in: signatures, tokens, passwords. */
const SECRET =
  /((?:^|&)(?:X-Amz-Signature|X-Amz-Credential|X-Amz-Security-Token|password|token|access_token|secret)=)[^&]*/gi;

function withoutSecrets(query: string): string {
  return query === "" ? query : query.replace(SECRET, "$1…");
}
