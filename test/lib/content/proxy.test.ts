import assert from "node:assert/strict";
import http from "node:http";
import https from "node:https";
import net from "node:net";
import type { AddressInfo } from "node:net";
import { contentPool } from "../../../lib/content/pool.js";
import type { ContentPool } from "../../../lib/content/types.js";
import { TEST_CERTIFICATE, TEST_KEY } from "./certificate.js";
import { content, get, packageOf, sha256, SourceServer, TargetServer, TestTarget } from "./servers.js";
import { readStreamed } from "./zip-stream.js";

/** A proxy that forwards absolute-form requests and opens tunnels, and asks for a password. */
class TestProxy {
  readonly seen: string[] = [];
  readonly #sockets = new Set<net.Socket>();
  readonly #server = http.createServer((request, response) => {
    if (!this.#allowed(request)) {
      response.writeHead(407).end();
      return;
    }
    this.seen.push(`${request.method ?? ""} ${request.url ?? ""}`);
    const onward = http.request(
      request.url ?? "",
      { method: request.method ?? "GET", headers: request.headers },
      (answer) => {
        response.writeHead(answer.statusCode ?? 0, answer.headers);
        answer.pipe(response);
      },
    );
    request.pipe(onward);
  });

  async start(): Promise<this> {
    this.#server.on("connection", (socket: net.Socket) => {
      this.#sockets.add(socket);
      socket.once("close", () => this.#sockets.delete(socket));
    });
    this.#server.on("connect", (request: http.IncomingMessage, client: net.Socket) => {
      if (!this.#allowed(request)) {
        client.end("HTTP/1.1 407 Proxy Authentication Required\r\n\r\n");
        return;
      }
      this.seen.push(`CONNECT ${request.url ?? ""}`);
      const [host = "", port = ""] = (request.url ?? "").split(":");
      const onward = net.connect(Number(port), host === "store.localhost" ? "127.0.0.1" : host, () => {
        client.write("HTTP/1.1 200 Connection established\r\n\r\n");
        onward.pipe(client);
        client.pipe(onward);
      });
      for (const socket of [client, onward]) socket.on("error", () => undefined);
    });
    await new Promise<void>((resolve) => {
      this.#server.listen(0, "127.0.0.1", resolve);
    });
    return this;
  }

  get url(): string {
    return `http://user:p%40ss@127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #allowed(request: http.IncomingMessage): boolean {
    return request.headers["proxy-authorization"] === `Basic ${Buffer.from("user:p@ss").toString("base64")}`;
  }
}

describe("through a proxy", () => {
  let proxy: TestProxy;
  let pool: ContentPool;

  before(async () => {
    proxy = await new TestProxy().start();
    pool = contentPool({ threads: 1, partSize: 256 * 1024, retry: { attempts: 1 } });
  });
  after(async () => {
    await pool.close();
    await proxy.close();
  });
  beforeEach(() => {
    proxy.seen.length = 0;
  });

  it("http goes in absolute form, both ways", async () => {
    const source = await new SourceServer().start();
    const server = await new TargetServer().start();
    source.files.set("/f", content(3_000_000));
    const target = new TestTarget(server);
    const upload = packageOf(source, target, []);
    upload.entries.push({
      path: "f",
      label: "f",
      open: async () => get(`${source.url}/f`, { proxy: proxy.url }),
      size: 3_000_000,
      algorithms: ["SHA-256"],
    });
    const part = target.part.bind(target);
    target.part = async (...question) => ({ ...(await part(...question)), proxy: proxy.url });
    await pool.sendPackage(upload);
    assert.equal(readStreamed(server.objects.get(target.key) ?? Buffer.alloc(0)).length, 2);
    assert.ok(proxy.seen.includes(`GET ${source.url}/f`));
    assert.equal(proxy.seen.filter((line) => line.startsWith("PUT http://")).length, server.partRequests.length);
    await source.close();
    await server.close();
  });

  it("https goes through a tunnel, encrypted to the target itself", async () => {
    const bytes = content(3_000_000);
    const store = https.createServer({ cert: TEST_CERTIFICATE, key: TEST_KEY }, (_request, response) => {
      response.writeHead(200, { "content-length": bytes.length }).end(bytes);
    });
    await new Promise<void>((resolve) => {
      store.listen(0, "127.0.0.1", resolve);
    });
    const { port } = store.address() as AddressInfo;
    const open = async () => get(`https://store.localhost:${port}/f`, { proxy: proxy.url, ca: TEST_CERTIFICATE });
    const result = await pool.read({
      open,
      size: bytes.length,
      algorithms: ["SHA-256"],
      signal: new AbortController().signal,
    });
    assert.equal(result.digests["SHA-256"], sha256(bytes));
    assert.deepEqual(proxy.seen, [`CONNECT store.localhost:${port}`]);
    store.closeAllConnections();
    await new Promise((resolve) => store.close(resolve));
  });

  it("a refusal of the proxy is told without its password", async () => {
    const open = async () => get("https://store.localhost:1/f", { proxy: proxy.url.replace("p%40ss", "wrong-secret") });
    await assert.rejects(
      pool.read({ open, algorithms: [], signal: new AbortController().signal }),
      (error: Error) => /proxy answered 407/.test(error.message) && !error.message.includes("secret"),
    );
  });
});
