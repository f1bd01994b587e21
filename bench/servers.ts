import { fork, type ChildProcess } from "node:child_process";
import http from "node:http";
import type { AddressInfo } from "node:net";

/**
 * Minimal servers for the benchmarks, each in a process of its own so that only the sockets are shared with what is
 * measured. The source answers `GET /<bytes>`, the sink swallows any PUT. Run as a child: `servers.js source|sink`.
 */
export type ServerRole = "source" | "sink";

export interface RunningServer {
  url: string;
  close(): Promise<void>;
}

/** Starts one server in a child process; resolves when it listens. */
export async function startServer(role: ServerRole): Promise<RunningServer> {
  const child: ChildProcess = fork(__filename, [role], {
    stdio: ["ignore", "inherit", "inherit", "ipc"],
    execArgv: [],
  });
  const port = await new Promise<number>((resolve, reject) => {
    child.once("message", (message: { port: number }) => resolve(message.port));
    child.once("exit", (code) => reject(new Error(`the ${role} server ended (${String(code)})`)));
  });
  return {
    url: `http://127.0.0.1:${port}`,
    close: () =>
      new Promise((resolve) => {
        child.removeAllListeners("exit");
        child.once("exit", () => resolve());
        child.disconnect();
      }),
  };
}

const BLOCK = Buffer.alloc(1024 * 1024, "a block that is the same in every run; ");

/** Sends `size` bytes of one repeated block, as fast as the connection takes them. */
function serveSource(request: http.IncomingMessage, response: http.ServerResponse): void {
  const size = Number((request.url ?? "/0").slice(1));
  response.writeHead(200, { "content-length": size, etag: `"${size}"` });
  let left = size;
  const more = (): void => {
    while (left > 0) {
      const length = Math.min(left, BLOCK.length);
      left -= length;
      if (!response.write(length === BLOCK.length ? BLOCK : BLOCK.subarray(0, length))) {
        response.once("drain", more);
        return;
      }
    }
    response.end();
  };
  response.once("close", () => {
    left = 0;
  });
  more();
}

function serveSink(request: http.IncomingMessage, response: http.ServerResponse): void {
  request.on("data", () => undefined);
  request.once("end", () => response.writeHead(200, { etag: '"e"', "content-length": 0 }).end());
}

function serve(role: ServerRole): void {
  const server = http.createServer(role === "source" ? serveSource : serveSink);
  server.keepAliveTimeout = 60_000;
  server.listen(0, "127.0.0.1", () => process.send?.({ port: (server.address() as AddressInfo).port }));
  process.once("disconnect", () => process.exit(0));
}

if (require.main === module) {
  serve(process.argv[2] === "sink" ? "sink" : "source");
}
