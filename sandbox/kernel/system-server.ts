import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { sendAnswer } from "./answer.js";
import type { Fault, Faults } from "./faults.js";
import type { RequestLog } from "./log.js";
import { BadMultipart } from "./multipart.js";
import { BadPath, BodyTooLarge, ServerRequest } from "./request.js";
import { ConnectionGone, cut, stalled } from "./request-faults.js";
import type { SandboxAnswer, SandboxClock, SandboxFiles, SandboxSystem, Simulator } from "./types.js";

/** What a system's listener needs of the sandbox around it. */
export interface ServerParts {
  system: SandboxSystem;
  files: SandboxFiles;
  faults: Faults;
  log: RequestLog;
  clock: SandboxClock;
}

/** The HTTP listener of one system: reads requests, applies faults, lets the simulator answer, logs. */
export class SystemServer {
  private readonly server: Server;
  private simulator: Simulator | undefined;

  constructor(private readonly parts: ServerParts) {
    this.server = createServer(
      { keepAliveTimeout: 65_000, requestTimeout: 0, maxHeaderSize: 64 << 10 },
      (raw, response) => {
        void this.serve(raw, response);
      },
    );
  }

  /** @returns the port; @throws the listen error, e.g. EADDRINUSE */
  listen(port: number): Promise<number> {
    return new Promise((resolve, reject) => {
      this.server.once("error", reject);
      this.server.listen(port, "127.0.0.1", 1024, () => resolve((this.server.address() as AddressInfo).port));
    });
  }

  /** Without a simulator (while a reset runs) requests are answered 503. */
  use(simulator: Simulator | undefined): void {
    this.simulator = simulator;
  }

  close(): Promise<void> {
    return new Promise((resolve) => {
      this.server.close(() => resolve());
      this.server.closeAllConnections();
    });
  }

  private async serve(raw: IncomingMessage, response: ServerResponse): Promise<void> {
    const { system, files, faults, log, clock } = this.parts;
    const started = performance.now();
    const at = clock.now().toISOString();
    const url = raw.url ?? "/";
    const mark = url.indexOf("?");
    const fault = faults.take(system, raw.method ?? "GET", url);
    const sent = { bytes: 0 };
    let request: ServerRequest | undefined;
    let answered = false;
    response.once("close", () =>
      log.add({
        at,
        system,
        method: raw.method ?? "GET",
        path: mark < 0 ? url : url.slice(0, mark),
        query: mark < 0 ? "" : url.slice(mark + 1),
        status: answered && response.headersSent ? response.statusCode : 0,
        bytes: sent.bytes,
        received: request?.received ?? 0,
        ms: Math.round((performance.now() - started) * 10) / 10,
        ...(request?.refused === undefined ? {} : { refused: request.refused }),
        ...(fault === undefined ? {} : { fault: `${fault.id} ${fault.kind}` }),
        ...(request?.user === undefined ? {} : { user: request.user }),
      }),
    );
    try {
      if (fault) await beforeProcessing(raw, fault);
      request = new ServerRequest(raw, files, fault?.when === "request" ? fault : undefined);
      const answer = ownAnswer(fault) ?? (await this.process(request, response));
      if (fault?.kind === "lost") {
        cut(raw, fault);
        return;
      }
      answered = true;
      await sendAnswer(response, answer, files, fault, sent);
    } catch (error) {
      if (error instanceof ConnectionGone || raw.socket.destroyed) return;
      if (response.headersSent) raw.socket.destroy();
      else {
        answered = true;
        await sendAnswer(response, errorAnswer(error), files, undefined, sent);
      }
    }
  }

  private process(request: ServerRequest, response: ServerResponse): Promise<SandboxAnswer> {
    if (!this.simulator)
      return Promise.resolve({ status: 503, headers: { "retry-after": "1" }, body: "the sandbox is being reset" });
    return this.simulator.handle(request, response);
  }
}

/** Request-side faults that need no body, and answers that never start. */
async function beforeProcessing(raw: IncomingMessage, fault: Fault): Promise<void> {
  if (fault.when !== "request" || (fault.afterBytes ?? 0) > 0) return;
  if (fault.kind === "stall") await stalled(raw, fault);
  if (fault.kind === "drop" || fault.kind === "reset") {
    cut(raw, fault);
    throw new ConnectionGone(`cut by fault ${fault.id}`);
  }
}

function ownAnswer(fault: Fault | undefined): SandboxAnswer | undefined {
  if (fault?.kind !== "status" && fault?.kind !== "body") return undefined;
  return { status: fault.status ?? 200, headers: fault.headers ?? {}, body: fault.body ?? "" };
}

function errorAnswer(error: unknown): SandboxAnswer {
  const headers = { "content-type": "application/json" };
  const message = error instanceof Error ? error.message : String(error);
  if (error instanceof BodyTooLarge) return { status: 413, headers, body: JSON.stringify({ error: message }) };
  if (error instanceof BadPath || error instanceof BadMultipart)
    return { status: 400, headers, body: JSON.stringify({ error: message }) };
  process.stderr.write(`sandbox: ${error instanceof Error ? (error.stack ?? message) : message}\n`);
  return { status: 500, headers, body: JSON.stringify({ error: `the sandbox failed: ${message}` }) };
}
