import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { sendAnswer } from "../kernel/answer.js";
import { Digests } from "../kernel/digests.js";
import { BadFault } from "../kernel/faults.js";
import { ContentFiles } from "../kernel/files.js";
import { BodyTooLarge, BadPath, ServerRequest } from "../kernel/request.js";
import type { SandboxKernel } from "../kernel/sandbox.js";
import { BadSettings } from "../kernel/settings.js";
import { BadInput } from "./input.js";
import { LiveStream } from "./live.js";
import { control, json } from "./routes.js";

/** The control API and the live page, on 127.0.0.1 only; they have no login. */
export class ControlServer {
  private readonly server: Server;
  private readonly live: LiveStream;
  private readonly files = new ContentFiles(tmpdir(), ".", new Digests(tmpdir()));

  constructor(private readonly kernel: SandboxKernel) {
    this.live = new LiveStream(kernel);
    this.server = createServer({ keepAliveTimeout: 65_000 }, (raw, response) => {
      void this.serve(raw, response);
    });
  }

  /** @returns the port; @throws the listen error, e.g. EADDRINUSE */
  listen(port: number): Promise<number> {
    return new Promise((resolve, reject) => {
      this.server.once("error", reject);
      this.server.listen(port, "127.0.0.1", () => resolve((this.server.address() as AddressInfo).port));
    });
  }

  close(): Promise<void> {
    this.live.close();
    return new Promise((resolve) => {
      this.server.close(() => resolve());
      this.server.closeAllConnections();
    });
  }

  private async serve(raw: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      if (raw.method === "GET" && raw.url === "/events") {
        this.live.join(response);
        return;
      }
      const answer = await control(new ServerRequest(raw, this.files, undefined), this.kernel).catch(errorAnswer);
      await sendAnswer(response, answer, this.files, undefined, { bytes: 0 });
      if (raw.method !== "GET") this.live.soon();
    } catch (error) {
      if (response.headersSent) raw.socket.destroy();
      else await sendAnswer(response, errorAnswer(error), this.files, undefined, { bytes: 0 });
    }
  }
}

function errorAnswer(error: unknown): ReturnType<typeof json> {
  const message = error instanceof Error ? error.message : String(error);
  if (
    error instanceof BadInput ||
    error instanceof BadFault ||
    error instanceof BadSettings ||
    error instanceof BadPath
  ) {
    return json({ error: message }, 400);
  }
  if (error instanceof BodyTooLarge) return json({ error: message }, 413);
  process.stderr.write(`sandbox: ${error instanceof Error ? (error.stack ?? message) : message}\n`);
  return json({ error: message }, 500);
}
