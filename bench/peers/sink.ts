import { fork } from "node:child_process";
import { randomUUID } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { RunningServer } from "../servers.js";

/**
 * The sink and source for other people's clients: swallows uploads in S3's words (one PUT, or parts) and answers the
 * logins that the vendors' Python clients begin with. It checks nothing. Runs as a child process.
 */
const BLOCK = Buffer.alloc(1024 * 1024, "a block that is the same in every run; ");
const S3 = "http://s3.amazonaws.com/doc/2006-03-01/";

export async function startPeerServer(): Promise<RunningServer> {
  const child = fork(__filename, [], { stdio: ["ignore", "inherit", "inherit", "ipc"], execArgv: [] });
  const port = await new Promise<number>((resolve, reject) => {
    child.once("message", (message: { port: number }) => resolve(message.port));
    child.once("exit", (code) => reject(new Error(`the server for other clients ended (${String(code)})`)));
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

function answer(request: IncomingMessage, response: ServerResponse): void {
  const url = new URL(request.url ?? "/", "http://127.0.0.1");
  if (request.method === "GET" && url.pathname.startsWith("/bytes/")) {
    send(response, Number(url.pathname.slice("/bytes/".length)));
    return;
  }
  request.on("data", () => undefined);
  request.once("end", () => {
    const { type, body } = words(request.method ?? "GET", url);
    response.writeHead(200, {
      "content-type": type,
      "content-length": Buffer.byteLength(body),
      etag: '"0123456789abcdef0123456789abcdef"',
      "preservica-progress-token": randomUUID(),
    });
    response.end(body);
  });
}

function words(method: string, url: URL): { type: string; body: string } {
  const json = (body: object): { type: string; body: string } => ({
    type: "application/json",
    body: JSON.stringify(body),
  });
  const xml = (body: string): { type: string; body: string } => ({ type: "application/xml", body });
  if (url.pathname.endsWith("/sessions/oauth2/token"))
    return json({ token_info: { oauth_token: { accessToken: "bench", expiresIn: 3600 } } });
  if (url.pathname.includes("/accesstoken/"))
    return json({ success: true, token: randomUUID(), "refresh-token": randomUUID(), validFor: 15, user: "bench" });
  if (url.pathname.endsWith("/version"))
    return xml(
      `<VersionResponse xmlns="http://preservica.com/EntityAPI/v9.1"><CurrentVersion>9.1.0</CurrentVersion></VersionResponse>`,
    );
  if (url.pathname.endsWith("/user/details"))
    return json({ roles: ["ROLE_SDB_MANAGER_USER"], tenant: "BENCH", fullName: "Bench" });
  if (method === "POST" && url.searchParams.has("uploads"))
    return xml(
      `<InitiateMultipartUploadResult xmlns="${S3}"><Bucket>b</Bucket><Key>k</Key><UploadId>u</UploadId></InitiateMultipartUploadResult>`,
    );
  if (method === "POST" && url.searchParams.has("uploadId"))
    return xml(
      `<CompleteMultipartUploadResult xmlns="${S3}"><Bucket>b</Bucket><Key>k</Key><ETag>"e"</ETag></CompleteMultipartUploadResult>`,
    );
  return { type: "application/octet-stream", body: "" };
}

function send(response: ServerResponse, size: number): void {
  response.writeHead(200, { "content-length": size, "content-type": "application/octet-stream" });
  let left = size;
  const more = (): void => {
    while (left > 0) {
      const length = Math.min(left, BLOCK.length);
      left -= length;
      if (!response.write(BLOCK.subarray(0, length))) {
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

if (require.main === module) {
  const server = createServer(answer);
  server.keepAliveTimeout = 60_000;
  server.listen(0, "127.0.0.1", () => process.send?.({ port: (server.address() as AddressInfo).port }));
  process.once("disconnect", () => process.exit(0));
}
