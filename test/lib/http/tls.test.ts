import assert from "node:assert/strict";
import { createServer, type Server } from "node:https";
import { connect } from "node:net";
import { createServer as createProxy, type Server as Proxy } from "node:http";
import { createHttp, type Http, type HttpTls } from "../../../lib/http/index.js";
import { LifecycleError } from "../../../lib/messages/error.js";
import { selfSigned } from "./certificate.js";

describe("the HTTP client over TLS", () => {
  const { key, cert } = selfSigned();
  const clients: Http[] = [];
  let server: Server;
  let url = "";
  before(async () => {
    server = createServer({ key, cert }, (request, response) => response.end(request.headers.authorization ?? "none"));
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const address = server.address();
    assert.ok(address !== null && typeof address === "object");
    url = `https://127.0.0.1:${address.port}`;
  });
  afterEach(() => {
    for (const client of clients.splice(0)) client.close();
  });
  after((done) => {
    server.close(() => done());
    server.closeAllConnections();
  });

  const open = (tls: HttpTls): Http => {
    const auth = { headers: async () => ({ Authorization: "Bearer inner-token-1" }), renew: async () => undefined };
    const http = createHttp({
      system: "otmm",
      connection: "dam",
      baseUrl: url,
      tls,
      auth,
      idleMs: 2000,
      concurrency: 2,
      retries: 0,
      userAgent: "t",
    });
    clients.push(http);
    return http;
  };

  it("trusts the connection's private CA", async () => {
    assert.equal((await open({ ca: cert }).request({ method: "GET", path: "/" })).text(), "Bearer inner-token-1");
  });

  it("says what to do when the certificate is signed by an unknown authority, and does not call that transient", async () => {
    await assert.rejects(open({}).request({ method: "GET", path: "/" }), (error) => {
      assert.ok(error instanceof LifecycleError);
      assert.equal(error.code, "UNREACHABLE");
      assert.equal(error.retryable, false);
      assert.match(error.message, /private CA's certificate/);
      return true;
    });
  });

  it("tunnels through the proxy, which sees its own login but neither path nor token", async () => {
    const seen: string[] = [];
    const proxy: Proxy = createProxy();
    proxy.on("connect", (request, socket) => {
      seen.push(`${request.url} ${JSON.stringify(request.headers)}`);
      const onward = connect(Number(new URL(url).port), "127.0.0.1", () => {
        socket.write("HTTP/1.1 200 Connection Established\r\n\r\n");
        socket.pipe(onward).pipe(socket);
      });
      onward.on("close", () => socket.destroy());
      socket.on("error", () => onward.destroy());
    });
    await new Promise<void>((resolve) => proxy.listen(0, "127.0.0.1", resolve));
    const address = proxy.address();
    assert.ok(address !== null && typeof address === "object");
    const http = open({ ca: cert, proxy: `http://joe:proxy-pass@127.0.0.1:${address.port}` });
    assert.equal((await http.request({ method: "GET", path: "/secret-path" })).text(), "Bearer inner-token-1");
    assert.equal(seen.length, 1);
    assert.match(seen[0] ?? "", new RegExp(Buffer.from("joe:proxy-pass").toString("base64")));
    assert.doesNotMatch(seen[0] ?? "", /inner-token|secret-path/);
    // Ends only when no tunnel is left behind.
    await new Promise((resolve) => proxy.close(resolve));
  });
});
