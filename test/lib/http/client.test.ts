import assert from "node:assert/strict";
import { createServer } from "node:net";
import { inspect } from "node:util";
import { brotliCompressSync, deflateSync, gzipSync } from "node:zlib";
import { LifecycleError, type ErrorCode } from "../../../lib/messages/error.js";
import { createHttp, secrets, type Http, type HttpAuth, type HttpOptions } from "../../../lib/http/index.js";
import { isRecord } from "../../../lib/http/shape.js";
import { client, json, serve, type Handler, type TestServer } from "./server.js";

/** The error of a call that must fail, checked for its code. */
async function failed(call: Promise<unknown>, code: ErrorCode): Promise<LifecycleError> {
  const thrown: unknown = await call.then(
    () => assert.fail("the call succeeded"),
    (error: unknown) => error,
  );
  assert.ok(thrown instanceof LifecycleError, `not a LifecycleError: ${inspect(thrown)}`);
  assert.equal(thrown.code, code, thrown.message);
  return thrown;
}

describe("the HTTP client", () => {
  let server: TestServer;
  const clients: Http[] = [];
  const open = async (handle: Handler, options: Partial<HttpOptions> = {}): Promise<Http> => {
    server = await serve(handle);
    const http = client(server, options);
    clients.push(http);
    return http;
  };
  afterEach(async () => {
    for (const http of clients.splice(0)) http.close();
    await server.close();
  });

  describe("requests", () => {
    it("encodes brackets, blanks and quotes in queries and keeps the base path", async () => {
      const http = await open((_request, response) => json(response, 200, { ok: true }));
      const answer = await http.request({
        method: "GET",
        path: "/assets",
        query: { ctx: '{"a":[1]}', f: "A B", none: undefined, n: [1, 2] },
        expect: "json",
      });
      assert.deepEqual(answer.json(), { ok: true });
      assert.equal(server.seen[0]?.url, "/base/assets?ctx=%7B%22a%22%3A%5B1%5D%7D&f=A%20B&n=1&n=2");
      assert.equal(server.seen[0]?.headers["user-agent"], "content-lifecycle/test");
      assert.equal(server.seen[0]?.headers.accept, "application/json");
    });

    it("sends forms, JSON and XML in their own content types", async () => {
      const http = await open((_request, response) => response.writeHead(204).end());
      await http.request({ method: "POST", path: "/form", form: { a: "1 & 2", b: undefined, c: true } });
      await http.request({ method: "PATCH", path: "/json", json: { ä: 1 } });
      await http.request({ method: "PUT", path: "/xml", xml: "<a>ü</a>" });
      assert.deepEqual(
        server.seen.map(({ headers, body }) => [headers["content-type"], body]),
        [
          ["application/x-www-form-urlencoded", "a=1+%26+2&c=true"],
          ["application/json; charset=UTF-8", '{"ä":1}'],
          ["application/xml; charset=UTF-8", "<a>ü</a>"],
        ],
      );
    });

    it("states the length of a DELETE's body, so that the server does not take it for a next request", async () => {
      const http = await open((_request, response) => response.writeHead(202).end());
      await http.request({ method: "DELETE", path: "/x", xml: "<a>ü</a>" });
      await http.request({ method: "GET", path: "/y" });
      assert.deepEqual(
        server.seen.map(({ headers, body }) => [headers["content-length"], body]),
        [
          ["9", "<a>ü</a>"],
          [undefined, ""],
        ],
      );
    });

    it("names the host, and a length also where a body is due and there is none", async () => {
      const http = await open((_request, response) => response.writeHead(204).end());
      await http.request({ method: "POST", path: "/checkout" });
      await http.request({ method: "GET", path: "/asset" });
      assert.deepEqual(
        server.seen.map(({ headers }) => [headers.host, headers["content-length"]]),
        [
          [new URL(server.url).host, "0"],
          [new URL(server.url).host, undefined],
        ],
      );
    });

    it("encodes what may not stand in a path or query as it is", async () => {
      const http = await open((_request, response) => json(response, 200, {}));
      await http.request({ method: "GET", path: "/straße/a b", query: { q: "it's" } });
      assert.equal(server.seen[0]?.url, "/base/stra%C3%9Fe/a%20b?q=it%27s");
    });

    for (const path of ["//evil.example/x", "x", "/a/../b", "/a/%2e%2E/b", "/a?b=c", "/a\\b"]) {
      it(`refuses the path ${path}`, async () => {
        const http = await open((_request, response) => json(response, 200, {}));
        await failed(http.request({ method: "GET", path }), "INVALID_INPUT");
        assert.equal(server.seen.length, 0);
      });
    }

    for (const baseUrl of ["ftp://host", "https://user:pass@host", "https://host/?a=b", "not an address"]) {
      it(`refuses the address ${baseUrl}`, async () => {
        await open((_request, response) => json(response, 200, {}));
        assert.throws(() => client(server, { baseUrl }), { code: "NOT_CONFIGURED" });
      });
    }

    it("ignores the proxy variables of the environment", async () => {
      const http = await open((_request, response) => json(response, 200, {}));
      process.env["http_proxy"] = "http://127.0.0.1:1";
      try {
        assert.equal((await http.request({ method: "GET", path: "/a" })).status, 200);
      } finally {
        delete process.env["http_proxy"];
      }
    });

    it("goes through the proxy of the connection, with the proxy's login", async () => {
      const http = await open((_request, response) => json(response, 200, { by: "proxy" }));
      const proxied = client(server, {
        baseUrl: "http://dam.example.invalid/base",
        tls: { proxy: server.url.replace("http://", "http://joe:p%40ss-word@") },
      });
      clients.push(proxied);
      await proxied.request({ method: "GET", path: "/a" });
      assert.equal(server.seen[0]?.url, "http://dam.example.invalid/base/a");
      assert.equal(
        server.seen[0]?.headers["proxy-authorization"],
        `Basic ${Buffer.from("joe:p@ss-word").toString("base64")}`,
      );
      assert.ok(http);
    });
  });

  describe("failures", () => {
    const statuses: [number, ErrorCode, boolean][] = [
      [400, "INVALID_INPUT", false],
      [401, "DENIED", false],
      [403, "DENIED", false],
      [404, "NOT_FOUND", false],
      [409, "CONFLICT", false],
      [423, "LOCKED", false],
      [429, "THROTTLED", true],
      [500, "UPSTREAM", true],
      [501, "UPSTREAM", false],
      [503, "THROTTLED", true],
    ];
    for (const [status, code, retryable] of statuses) {
      it(`maps HTTP ${status} to ${code}`, async () => {
        const http = await open((_request, response) =>
          json(response, status, { message: "because of   me" }, { "X-Request-Id": "r-17" }),
        );
        const error = await failed(http.request({ method: "POST", path: "/a", json: {} }), code);
        assert.equal(error.status, status);
        assert.equal(error.retryable, retryable);
        assert.equal(error.system, "otmm");
        assert.equal(error.details?.["requestId"], "r-17");
        assert.match(error.message, /because of me/);
      });
    }

    it("returns a status that the caller allows", async () => {
      const http = await open((_request, response) => json(response, 404, {}));
      assert.equal((await http.request({ method: "GET", path: "/a", allow: [404] })).status, 404);
    });

    it("says what to do when nothing listens", async () => {
      const http = await open((_request, response) => json(response, 200, {}), { retries: 0 });
      await server.close();
      const error = await failed(http.request({ method: "GET", path: "/a" }), "UNREACHABLE");
      assert.match(error.message, /nothing listens/);
      assert.equal(error.retryable, true);
    });

    it("says what to do when the peer speaks no HTTP", async () => {
      await open((_request, response) => json(response, 200, {}));
      const odd = createServer((socket) => socket.resume().end("SSH-2.0-OpenSSH_9.2\r\n"));
      await new Promise<void>((resolve) => odd.listen(0, "127.0.0.1", resolve));
      const address = odd.address();
      assert.ok(address !== null && typeof address === "object");
      const http = createHttp({
        system: "ecm",
        connection: "x",
        baseUrl: `http://127.0.0.1:${address.port}`,
        idleMs: 1000,
        concurrency: 1,
        retries: 0,
        userAgent: "t",
      });
      await failed(http.request({ method: "GET", path: "/a" }), "UPSTREAM");
      http.close();
      await new Promise((resolve) => odd.close(resolve));
    });

    it("says what to do when the port speaks no TLS", async () => {
      await open((_request, response) => json(response, 200, {}));
      const http = client(server, { baseUrl: server.url.replace("http:", "https:"), retries: 0 });
      clients.push(http);
      const error = await failed(http.request({ method: "GET", path: "/a" }), "UNREACHABLE");
      assert.match(error.message, /is it https at this port/);
      assert.equal(error.retryable, false);
    });

    it("refuses a login page that comes with 200 where data is expected", async () => {
      for (const type of ["text/html", "application/json"]) {
        const http = await open((_request, response) =>
          response.writeHead(200, { "Content-Type": type }).end("\n<!DOCTYPE html><html><form>Sign in</form></html>"),
        );
        const error = await failed(http.request({ method: "GET", path: "/a", expect: "json" }), "UPSTREAM");
        assert.match(error.message, /web page, not with data: is the address right, is there a single sign-on/);
        await server.close();
      }
    });

    it("refuses JSON that is none, or lacks what the caller needs", async () => {
      const http = await open((request, response) =>
        response
          .writeHead(200, { "Content-Type": "application/json" })
          .end(request.url === "/base/cut" ? '{"a":' : "[]"),
      );
      const cut = await http.request({ method: "GET", path: "/cut", expect: "json" });
      assert.throws(() => cut.json(), { code: "UPSTREAM" });
      const other = await http.request({ method: "GET", path: "/list", expect: "json" });
      assert.throws(() => other.json(isRecord), { code: "UPSTREAM" });
    });

    it("never follows a redirect, names where it pointed and does not send the token there", async () => {
      const other = await serve((_request, response) => json(response, 200, {}));
      const http = await open(
        (_request, response) => response.writeHead(302, { Location: `${other.url}/login?ticket=abcdef` }).end(),
        {
          auth: { headers: async () => ({ Authorization: "Bearer 0123456789" }), renew: async () => undefined },
        },
      );
      const error = await failed(http.request({ method: "GET", path: "/a" }), "UPSTREAM");
      assert.match(error.message, new RegExp(other.url));
      assert.doesNotMatch(error.message, /abcdef/);
      assert.equal(error.retryable, false);
      assert.equal(other.seen.length, 0);
      await other.close();
    });

    it("stops reading an answer that is too large, announced or not", async () => {
      for (const announced of [true, false]) {
        const http = await open((_request, response) => {
          response.writeHead(200, announced ? { "Content-Length": "5000" } : {});
          response.end(Buffer.alloc(5000, "x"));
        });
        const error = await failed(http.request({ method: "GET", path: "/a", maxBytes: 4096 }), "UPSTREAM");
        assert.match(error.message, /more than 4 KiB/);
        assert.equal(server.seen.length, 1);
        await server.close();
      }
    });

    it("unpacks what the server packed, in each form that it asks for", async () => {
      const packers = { gzip: gzipSync, deflate: deflateSync, br: brotliCompressSync };
      for (const [name, pack] of Object.entries(packers)) {
        const http = await open((request, response) => {
          assert.match(request.headers["accept-encoding"] ?? "", new RegExp(name));
          response.writeHead(200, { "Content-Encoding": name }).end(pack(Buffer.from('{"title":"Frühling"}')));
        });
        const answer = await http.request({ method: "GET", path: "/a", expect: "json" });
        assert.deepEqual(answer.json(), { title: "Frühling" });
      }
    });

    it("reports a packed body that is broken", async () => {
      const http = await open(
        (_request, response) => response.writeHead(200, { "Content-Encoding": "gzip" }).end("no gzip at all"),
        { retries: 0 },
      );
      await failed(http.request({ method: "GET", path: "/a" }), "UNREACHABLE");
    });

    it("stops at a small answer that unpacks into a large one", async () => {
      const bomb = gzipSync(Buffer.alloc(50_000_000));
      const http = await open((_request, response) =>
        response.writeHead(200, { "Content-Encoding": "gzip" }).end(bomb),
      );
      const error = await failed(http.request({ method: "GET", path: "/a", maxBytes: 1_000_000 }), "UPSTREAM");
      assert.match(error.message, /more than/);
    });

    it("reports a body that ends too early instead of taking it", async () => {
      const http = await open(
        (_request, response) => {
          response.writeHead(200, { "Content-Length": "100" });
          response.write("half");
          response.socket?.destroySoon();
        },
        { retries: 0 },
      );
      await failed(http.request({ method: "GET", path: "/a" }), "UNREACHABLE");
    });

    it("gives up when no byte comes, before and inside the answer, but not on a slow one", async () => {
      const http = await open(
        (request, response) => {
          if (request.url === "/base/inside") {
            response.writeHead(200, { "Content-Length": "10" });
            response.write("abc");
          }
          if (request.url !== "/base/drip") return;
          response.writeHead(200, { "Content-Length": "30" });
          let left = 30;
          const drip = setInterval(() => {
            response.write("x");
            left -= 1;
            if (left > 0) return;
            clearInterval(drip);
            response.end();
          }, 100);
        },
        { idleMs: 1500, retries: 0 },
      );
      for (const path of ["/silent", "/inside"]) {
        const error = await failed(http.request({ method: "GET", path }), "TIMEOUT");
        assert.equal(error.retryable, true);
      }
      assert.equal((await http.request({ method: "GET", path: "/drip" })).text(), "x".repeat(30));
    });

    it("throws the caller's reason when the caller aborts", async () => {
      const stop = new AbortController();
      const reason = new Error("redeploy");
      const http = await open(() => stop.abort(reason));
      await assert.rejects(http.request({ method: "GET", path: "/a", signal: stop.signal }), reason);
    });

    it("ends running and later calls when it is closed, and leaves no socket", async () => {
      const http = await open(() => http.close());
      await failed(http.request({ method: "GET", path: "/a" }), "UNREACHABLE");
      await failed(http.request({ method: "GET", path: "/a" }), "UNREACHABLE");
      assert.equal(server.seen.length, 1);
    });
  });

  describe("repetition", () => {
    const failingFirst =
      (times: number, status: number, headers: Record<string, string> = {}): Handler =>
      (_request, response) => {
        const fails = server.seen.length <= times;
        json(response, fails ? status : 200, {}, fails ? headers : {});
      };
    for (const status of [408, 429, 502, 503, 504]) {
      it(`repeats an idempotent request after HTTP ${status}`, async () => {
        const http = await open(failingFirst(2, status));
        assert.equal((await http.request({ method: "GET", path: "/a" })).status, 200);
        assert.equal(server.seen.length, 3);
      });
    }

    it("repeats after a broken connection", async () => {
      let calls = 0;
      const http = await open((request, response) => {
        calls += 1;
        if (calls === 1) request.socket.destroy();
        else json(response, 200, {});
      });
      assert.equal((await http.request({ method: "GET", path: "/a" })).status, 200);
    });

    it("never repeats a write unless the caller calls it idempotent", async () => {
      const http = await open(failingFirst(2, 503));
      await failed(http.request({ method: "POST", path: "/a", json: {} }), "THROTTLED");
      assert.equal(server.seen.length, 1);
      assert.equal((await http.request({ method: "POST", path: "/a", json: {}, idempotent: true })).status, 200);
    });

    it("ends after the set number of repetitions", async () => {
      const http = await open((_request, response) => json(response, 502, {}), { retries: 2 });
      await failed(http.request({ method: "GET", path: "/a" }), "UPSTREAM");
      assert.equal(server.seen.length, 3);
    });

    it("waits as long as Retry-After says, in seconds and as a date", async () => {
      for (const header of ["1", new Date(Date.parse("2026-11-16T09:00:01Z")).toUTCString()]) {
        const http = await open(
          failingFirst(1, 503, { "Retry-After": header, Date: "Mon, 16 Nov 2026 09:00:00 GMT" }),
          {
            retries: 2,
          },
        );
        const start = performance.now();
        await http.request({ method: "GET", path: "/a" });
        assert.ok(performance.now() - start >= 995, "a wait of a second");
        await server.close();
      }
    }).timeout(8000);

    it("does not wait for a Retry-After beyond the bound, but hands it on", async () => {
      const http = await open(failingFirst(1, 429, { "Retry-After": "3600" }));
      const error = await failed(http.request({ method: "GET", path: "/a" }), "THROTTLED");
      assert.equal(error.retryAfter, 3_600_000);
      assert.equal(server.seen.length, 1);
    });

    it("stops repeating for everyone when the server is down for everyone", async () => {
      const http = await open((_request, response) => json(response, 503, {}), { retries: 5, concurrency: 20 });
      await Promise.allSettled(Array.from({ length: 60 }, () => http.request({ method: "GET", path: "/a" })));
      assert.ok(server.seen.length < 60 + 30, `${server.seen.length} requests for 60 calls`);
    });
  });

  describe("login", () => {
    /** Numbered tokens; the server takes the newest only. */
    const numbered = (): { auth: HttpAuth; renewals: number; token: number } => {
      const state = {
        renewals: 0,
        token: 1,
        auth: {
          headers: async () => ({ Authorization: `Bearer token-number-${state.token}` }),
          renew: async () => {
            state.renewals += 1;
            await new Promise((resolve) => setImmediate(resolve));
            state.token += 1;
          },
        },
      };
      return state;
    };

    it("renews once for fifty callers whose session ended together", async () => {
      const state = numbered();
      const http = await open(
        (request, response) =>
          json(response, request.headers.authorization === "Bearer token-number-2" ? 200 : 401, {}),
        { auth: state.auth, concurrency: 50 },
      );
      const answers = await Promise.all(
        Array.from({ length: 50 }, () => http.request({ method: "POST", path: "/a", json: {} })),
      );
      assert.equal(answers.length, 50);
      assert.equal(state.renewals, 1);
    });

    it("gives up with DENIED when the fresh session is refused as well", async () => {
      const state = numbered();
      const http = await open((_request, response) => json(response, 401, {}), { auth: state.auth });
      await failed(http.request({ method: "GET", path: "/a" }), "DENIED");
      assert.equal(state.renewals, 1);
      assert.equal(server.seen.length, 2);
    });

    it("can log in through itself even when one call at once is allowed", async () => {
      let token = "";
      const auth: HttpAuth = {
        headers: async () => {
          if (token === "") token = (await http.request({ method: "POST", path: "/login", anonymous: true })).text();
          return { Authorization: token };
        },
        renew: async () => {
          token = "";
        },
      };
      const http: Http = await open(
        (request, response) => response.end(request.url === "/base/login" ? "fresh" : "ok"),
        { auth, concurrency: 1 },
      );
      assert.equal((await http.request({ method: "GET", path: "/a" })).text(), "ok");
      assert.equal(server.seen[0]?.headers.authorization, undefined);
      assert.equal(server.seen[1]?.headers.authorization, "fresh");
    });
  });

  describe("caps", () => {
    it("keeps calls at once below the cap", async () => {
      let running = 0;
      let most = 0;
      const http = await open(
        (_request, response) => {
          running += 1;
          most = Math.max(most, running);
          setImmediate(() => {
            running -= 1;
            json(response, 200, {});
          });
        },
        { concurrency: 3 },
      );
      await Promise.all(Array.from({ length: 30 }, () => http.request({ method: "GET", path: "/a" })));
      assert.ok(most <= 3, `${most} at once`);
    });

    it("keeps starts a second below the rate", async () => {
      const http = await open((_request, response) => json(response, 200, {}), { ratePerSecond: 50 });
      const start = performance.now();
      await Promise.all(Array.from({ length: 11 }, () => http.request({ method: "GET", path: "/a" })));
      assert.ok(performance.now() - start >= 195);
    });
  });

  describe("secrets", () => {
    it("appear nowhere in an error, however deep one looks", async () => {
      const canary = "canary-8f2b-secret";
      secrets.add(canary);
      const auth: HttpAuth = {
        headers: async () => ({ Authorization: `Bearer ${canary}`, Cookie: `JSESSIONID=${canary}` }),
        renew: async () => undefined,
      };
      const http = await open((_request, response) => json(response, 500, { message: `token ${canary} is broken` }), {
        auth,
        retries: 0,
      });
      const refused = await failed(
        http.request({ method: "POST", path: "/a", form: { password: canary } }),
        "UPSTREAM",
      );
      await server.close();
      const broken = await failed(
        http.request({ method: "POST", path: "/a", query: { token: canary } }),
        "UNREACHABLE",
      );
      for (const error of [refused, broken]) {
        assert.doesNotMatch(inspect(error, { depth: 20, showHidden: true }), new RegExp(canary));
        assert.doesNotMatch(JSON.stringify(error), new RegExp(canary));
      }
    });
  });
});
