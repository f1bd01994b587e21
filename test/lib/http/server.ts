import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { createHttp, type Http, type HttpOptions } from "../../../lib/http/index.js";

export type Handler = (request: IncomingMessage, response: ServerResponse, body: string) => void;

/** A small real server on the loopback, with everything that reached it. */
export interface TestServer {
  url: string;
  seen: { method: string; url: string; headers: IncomingMessage["headers"]; body: string }[];
  handle: Handler;
  sockets(): Promise<number>;
  close(): Promise<void>;
}

export async function serve(handle: Handler): Promise<TestServer> {
  const server: Server = createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on("data", (part: Buffer) => parts.push(part));
    request.on("end", () => {
      const body = Buffer.concat(parts).toString("utf8");
      test.seen.push({ method: request.method ?? "", url: request.url ?? "", headers: request.headers, body });
      test.handle(request, response, body);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address: AddressInfo | string | null = server.address();
  if (address === null || typeof address === "string") throw new Error("the server has no port");
  const test: TestServer = {
    url: `http://127.0.0.1:${address.port}`,
    seen: [],
    handle,
    sockets: () =>
      new Promise((resolve, reject) =>
        server.getConnections((error, count) => (error === null ? resolve(count) : reject(error))),
      ),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  return test;
}

/** Answers with JSON. */
export function json(
  response: ServerResponse,
  status: number,
  value: unknown,
  headers: Record<string, string> = {},
): void {
  response.writeHead(status, { "Content-Type": "application/json", ...headers }).end(JSON.stringify(value));
}

/** A client for a test: short waits, otherwise as in production. */
export function client(server: TestServer, options: Partial<HttpOptions> = {}): Http {
  return createHttp({
    system: "otmm",
    connection: "dam",
    baseUrl: `${server.url}/base`,
    idleMs: 2000,
    concurrency: 8,
    retries: 3,
    userAgent: "content-lifecycle/test",
    backoff: { baseMs: 1, capMs: 4 },
    ...options,
  });
}
