import type { ServerResponse } from "node:http";
import { SYSTEMS, type SandboxKernel } from "../kernel/sandbox.js";
import type { LogEntry } from "../kernel/types.js";

/** The page is told at most this often. */
const EVERY_MS = 250;
/** Requests shown per message; the page keeps the last ones of each system. */
const SHOWN = 60;

/** What the live page shows: one message of the event stream. */
export interface LiveView {
  now: string;
  systems: Record<string, { there: boolean; url?: string; summary?: Record<string, string | number>; totals?: object }>;
  faults: object[];
  entries: LogEntry[];
}

/** The state of the page; `entries` are those after `since`, the last SHOWN of each system. */
export function liveView(kernel: SandboxKernel, since: number): LiveView {
  const simulators = new Map(kernel.simulators());
  const systems: LiveView["systems"] = {};
  const entries: LogEntry[] = [];
  for (const system of SYSTEMS) {
    const simulator = simulators.get(system);
    if (!simulator) {
      systems[system] = { there: false };
      continue;
    }
    const { requests, refused, errors, faults, bytesSent, bytesReceived } = kernel.log.totalsOf(system);
    const totals = { requests, refused, errors, faults, bytesSent, bytesReceived };
    systems[system] = { there: true, url: kernel.url(system), summary: simulator.summary(), totals };
    entries.push(...kernel.log.entries({ since, system, limit: SHOWN }));
  }
  const faults = kernel.faults.list().filter((fault) => fault.remaining !== 0);
  return { now: kernel.clock.now().toISOString(), systems, faults, entries: entries.sort((a, b) => a.n - b.n) };
}

/** Server-sent events of the live page. */
export class LiveStream {
  private readonly open = new Set<ServerResponse>();
  private timer: NodeJS.Timeout | undefined;
  private shown = 0;
  private readonly stopListening: (() => void)[];

  constructor(private readonly kernel: SandboxKernel) {
    this.stopListening = [kernel.onChange(() => this.soon()), kernel.log.onEntry(() => this.soon())];
  }

  /** Sends the whole view now and changes from then on. */
  join(response: ServerResponse): void {
    response.writeHead(200, {
      "content-type": "text/event-stream",
      "cache-control": "no-store",
      connection: "keep-alive",
    });
    response.write(message(liveView(this.kernel, 0)));
    this.open.add(response);
    response.once("close", () => this.open.delete(response));
  }

  /** Something changed that is neither a request nor a system's state: clock, faults, settings. */
  soon(): void {
    if (this.open.size === 0 || this.timer) return;
    this.timer = setTimeout(() => {
      this.timer = undefined;
      const text = message(liveView(this.kernel, this.shown));
      this.shown = this.kernel.log.lastNumber;
      for (const response of this.open) if (response.writableLength < 1 << 20) response.write(text);
    }, EVERY_MS);
    this.timer.unref();
  }

  close(): void {
    clearTimeout(this.timer);
    for (const stop of this.stopListening) stop();
    for (const response of this.open) response.end();
  }
}

function message(view: LiveView): string {
  return `data: ${JSON.stringify(view)}\n\n`;
}
