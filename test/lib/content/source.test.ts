import assert from "node:assert/strict";
import type http from "node:http";
import https from "node:https";
import type { AddressInfo } from "node:net";
import { contentPool } from "../../../lib/content/pool.js";
import { retryAfterMs } from "../../../lib/content/retry.js";
import type { ContentPool, ReadRequest, ReadResult, Refusal } from "../../../lib/content/types.js";
import { LifecycleError, type ErrorCode } from "../../../lib/messages/error.js";
import { TEST_CERTIFICATE, TEST_KEY } from "./certificate.js";
import { content, get, sha256, SourceServer } from "./servers.js";

/** A break after more new bytes than this is not counted against the tries that remain. */
const MUCH = 2 * 1024 * 1024;
const RETRY = { attempts: 4, baseMs: 1, capMs: 5, maxWaitMs: 2_000 };

describe("sources", () => {
  let source: SourceServer;
  let pool: ContentPool;

  before(() => {
    pool = contentPool({ threads: 1, retry: RETRY });
  });
  after(() => pool.close());
  beforeEach(async () => {
    source = await new SourceServer().start();
  });
  afterEach(() => source.close());

  function read(path: string, more: Partial<ReadRequest> = {}): Promise<ReadResult> {
    const size = source.files.get(path)?.length;
    return pool.read({
      open: async () => get(source.url + path),
      ...(size === undefined ? {} : { size }),
      algorithms: ["SHA-256"],
      signal: new AbortController().signal,
      ...more,
    });
  }

  async function failsWith(code: ErrorCode, promise: Promise<unknown>): Promise<LifecycleError> {
    let found: LifecycleError | undefined;
    await assert.rejects(promise, (error: unknown) => {
      assert.ok(error instanceof LifecycleError);
      assert.equal(error.code, code, error.message);
      found = error;
      return true;
    });
    assert.ok(found !== undefined);
    return found;
  }

  /** Breaks the connection after `after` bytes of an answer, `times` times. */
  function breakAfter(after: number, times: number): void {
    let left = times;
    const { fault } = source;
    source.fault = (request, response, bytes) => {
      if (left === 0) return fault(request, response, bytes);
      left -= 1;
      const from = Number(/^bytes=(\d+)-$/.exec((source.ranges ? request.headers.range : undefined) ?? "")?.[1] ?? 0);
      response.writeHead(from > 0 ? 206 : 200, {
        "content-length": bytes.length - from,
        ...(source.etags ? { etag: `"${sha256(bytes).slice(0, 16)}"` } : {}),
        ...(from > 0 ? { "content-range": `bytes ${from}-${bytes.length - 1}/${bytes.length}` } : {}),
      });
      response.write(bytes.subarray(from, from + after), () => response.destroy());
      return true;
    };
  }

  for (const size of [300_000, 5_000_000]) {
    describe(`of ${size} bytes`, () => {
      const bytes = content(size);
      beforeEach(() => source.files.set("/a", bytes));

      it("continue a broken download where it ended, and go on hashing", async () => {
        breakAfter(Math.floor(size / 4), 2);
        assert.deepEqual(await read("/a"), { size, digests: { "SHA-256": sha256(bytes) } });
        assert.equal(source.log.length, 3);
        const [, second, third] = source.log;
        assert.match(second?.range ?? "", /^bytes=[1-9]\d*-$/);
        assert.equal(third?.headers["if-range"], `"${sha256(bytes).slice(0, 16)}"`);
      });

      it("start again where ranges are not honoured, and prove the known bytes the same", async () => {
        source.ranges = false;
        breakAfter(Math.floor(size / 2), 1);
        assert.deepEqual(await read("/a"), { size, digests: { "SHA-256": sha256(bytes) } });
      });

      it("refuse content that changed between two connections", async () => {
        source.ranges = false;
        source.etags = false;
        breakAfter(Math.floor(size / 2), 1);
        const other = content(size, 99);
        const { fault } = source;
        source.fault = (request, response, known) => {
          if (fault(request, response, known)) return true;
          response.writeHead(200, { "content-length": other.length }).end(other);
          return true;
        };
        const error = await failsWith("UPSTREAM", read("/a"));
        assert.match(error.message, /changed/);
        assert.equal(error.retryable, true);
      });

      it("name a content that always breaks SHORT_READ, with the counts", async () => {
        source.ranges = false;
        breakAfter(Math.floor(size / 2), 100);
        const error = await failsWith("SHORT_READ", read("/a"));
        assert.equal(error.details?.["expected"], size);
        assert.equal(source.log.length, RETRY.attempts + (size > MUCH ? 1 : 0));
      });

      it("name a content that is shorter or longer than its system states SHORT_READ, before any digest", async () => {
        for (const stated of [size - 1, size + 1]) {
          const expected = { "SHA-256": "0".repeat(64) } as const;
          await failsWith("SHORT_READ", read("/a", { size: stated, expected }));
        }
        assert.equal(source.log.length, 2);
      });

      it("count bodies without a length too", async () => {
        source.fault = (_request, response) => {
          response.writeHead(200);
          response.write(bytes.subarray(0, size - 10));
          response.end();
          return true;
        };
        await failsWith("SHORT_READ", read("/a"));
        source.fault = (_request, response) => {
          response.writeHead(200);
          response.write(bytes);
          response.end("more");
          return true;
        };
        await failsWith("SHORT_READ", read("/a"));
        source.fault = (_request, response) => {
          response.writeHead(200);
          response.end(bytes);
          return true;
        };
        assert.equal((await read("/a")).digests["SHA-256"], sha256(bytes));
      });

      it("tell a flipped bit from a short read", async () => {
        const flipped = Buffer.from(bytes);
        flipped[size - 1] = (flipped[size - 1] ?? 0) ^ 1;
        source.files.set("/a", flipped);
        const error = await failsWith("FIXITY_MISMATCH", read("/a", { expected: { "SHA-256": sha256(bytes) } }));
        assert.equal(error.details?.["expected"], sha256(bytes));
        assert.equal(error.details?.["computed"], sha256(flipped));
      });

      it("give up a peer that falls silent, and close its connection", async () => {
        const closed: Promise<unknown>[] = [];
        source.fault = (request, response, known) => {
          closed.push(new Promise((resolve) => request.socket.once("close", resolve)));
          response.writeHead(200, { "content-length": known.length });
          response.write(known.subarray(0, size / 2));
          return true;
        };
        await failsWith("TIMEOUT", read("/a", { open: async () => get(`${source.url}/a`, { idleMs: 1500 }) }));
        await Promise.all(closed);
        assert.equal(closed.length, size > MUCH ? 3 : 2);
        assert.equal(source.sockets.size, 0);
      });

      it("stop at once when asked, close the connection, and leave the pool usable", async () => {
        const stop = new AbortController();
        let closed: Promise<unknown> = Promise.resolve();
        const { fault } = source;
        source.fault = (request, response, known) => {
          closed = new Promise((resolve) => request.socket.once("close", resolve));
          response.writeHead(200, { "content-length": known.length });
          response.write(known.subarray(0, size / 2), () => stop.abort());
          return true;
        };
        const error = await failsWith("UPSTREAM", read("/a", { signal: stop.signal }));
        assert.equal(error.details?.["stopped"], true);
        assert.equal(error.retryable, true);
        await closed;
        source.fault = fault;
        assert.equal((await read("/a")).size, size);
      });
    });
  }

  it("name a login page in place of content", async () => {
    source.files.set("/a", content(5000));
    source.fault = (_request, response) => {
      response.writeHead(200, { "content-type": "text/html; charset=utf-8" }).end("<html>log in</html>");
      return true;
    };
    const error = await failsWith("SHORT_READ", read("/a"));
    assert.match(error.message, /login page/);
  });

  it("ask for a fresh token once after 401, in the middle too", async () => {
    const bytes = content(3_000_000);
    source.files.set("/a", bytes);
    breakAfter(1_500_000, 1);
    const { fault } = source;
    source.fault = (request, response, known) => {
      if (request.headers.authorization !== "fresh" && request.headers.range !== undefined) {
        response.writeHead(401).end("{}");
        return true;
      }
      return fault(request, response, known);
    };
    const refusals: (Refusal | undefined)[] = [];
    const open = async (refused?: Refusal) => {
      refusals.push(refused);
      return get(`${source.url}/a`, { headers: { authorization: refused === undefined ? "old" : "fresh" } });
    };
    // Each try opens anew; the token given after the refusal is the one that works.
    assert.equal((await read("/a", { open })).digests["SHA-256"], sha256(bytes));
    assert.deepEqual(refusals, [undefined, undefined, { status: 401 }]);
  });

  it("map what peers answer to codes", async () => {
    const answers: [number, string, ErrorCode][] = [
      [401, "", "DENIED"],
      [403, "", "DENIED"],
      [403, "<Error><Code>InvalidObjectState</Code></Error>", "ARCHIVED"],
      [404, "", "NOT_FOUND"],
      [423, "", "LOCKED"],
      [400, "", "UPSTREAM"],
      [500, "", "UPSTREAM"],
      [429, "", "THROTTLED"],
    ];
    source.files.set("/a", content(10));
    for (const [status, body, code] of answers) {
      source.fault = (_request, response) => {
        response.writeHead(status).end(body);
        return true;
      };
      const error = await failsWith(code, read("/a"));
      assert.equal(error.status, status);
    }
  });

  it("repeat after 503 as long as the peer asks, and hand on a wait that is too long", async () => {
    const bytes = content(10);
    source.files.set("/a", bytes);
    let busy = 2;
    source.fault = (_request, response) => {
      if (busy === 0) return false;
      busy -= 1;
      response.writeHead(503, { "retry-after": "0" }).end();
      return true;
    };
    assert.equal((await read("/a")).size, 10);
    source.fault = (_request, response) => {
      response.writeHead(503, { "retry-after": "3600" }).end();
      return true;
    };
    const error = await failsWith("THROTTLED", read("/a"));
    assert.equal(error.retryAfter, 3_600_000);
    assert.equal(error.retryable, true);
  });

  it("understand Retry-After as seconds and as a date", () => {
    const now = Date.parse("2026-01-01T00:00:00Z");
    assert.equal(retryAfterMs("7", now), 7_000);
    assert.equal(retryAfterMs("Thu, 01 Jan 2026 00:00:09 GMT", now), 9_000);
    assert.equal(retryAfterMs("Wed, 31 Dec 2025 00:00:00 GMT", now), 0);
    assert.equal(retryAfterMs("soon", now), undefined);
    assert.equal(retryAfterMs(undefined, now), undefined);
  });

  it("name a host that cannot be reached, without the query of the address", async () => {
    const { url } = source;
    await source.close();
    const error = await failsWith(
      "UNREACHABLE",
      read("/a", { open: async () => get(`${url}/a?X-Amz-Signature=secret`) }),
    );
    assert.ok(!error.message.includes("secret"));
    await source.start();
  });

  it("refuse content that comes encoded", async () => {
    source.files.set("/a", content(10));
    source.fault = (_request, response) => {
      response.writeHead(200, { "content-encoding": "gzip", "content-length": 10 }).end(content(10));
      return true;
    };
    await failsWith("UPSTREAM", read("/a"));
    assert.equal(source.log[0]?.headers["accept-encoding"], "identity");
  });

  describe("that redirect", () => {
    const bytes = content(2_000_000);
    let store: https.Server;
    let port: number;
    let hops: number;
    const seen: http.IncomingHttpHeaders[] = [];

    beforeEach(async () => {
      seen.length = 0;
      hops = 0;
      store = https.createServer({ cert: TEST_CERTIFICATE, key: TEST_KEY }, (request, response) => {
        seen.push(request.headers);
        if (hops > 0) {
          hops -= 1;
          response.writeHead(302, { location: "/again" }).end();
          return;
        }
        response.writeHead(200, { "content-length": bytes.length }).end(bytes);
      });
      await new Promise<void>((resolve) => {
        store.listen(0, "127.0.0.1", resolve);
      });
      ({ port } = store.address() as AddressInfo);
      source.files.set("/a", bytes);
      source.fault = (_request, response) => {
        response.writeHead(302, { location: `https://localhost:${port}/stored?sig=1` }).end();
        return true;
      };
    });
    afterEach(async () => {
      store.closeAllConnections();
      await new Promise((resolve) => store.close(resolve));
    });

    const open = (redirectHosts: string[]) => async () =>
      get(`${source.url}/a`, {
        headers: { Authorization: "Bearer t", Cookie: "JSESSIONID=1", "X-Requested-By": "1", otmmauthtoken: "t" },
        ca: TEST_CERTIFICATE,
        redirectHosts,
      });

    it("are followed over https to listed hosts, without anything that authorises us", async () => {
      hops = 2;
      const result = await read("/a", { open: open(["localhost"]) });
      assert.equal(result.digests["SHA-256"], sha256(bytes));
      assert.equal(seen.length, 3);
      for (const headers of seen) {
        for (const name of ["authorization", "cookie", "x-requested-by", "otmmauthtoken"])
          assert.equal(headers[name], undefined);
      }
    });

    it("are not followed to other hosts, by plain http, or more than three times", async () => {
      await failsWith("REFUSED", read("/a", { open: open(["elsewhere.example"]) }));
      await failsWith("REFUSED", read("/a", { open: open([]) }));
      assert.equal(seen.length, 0);
      hops = 3;
      await failsWith("REFUSED", read("/a", { open: open(["localhost"]) }));
      source.fault = (_request, response) => {
        response.writeHead(302, { location: `${source.url}/b` }).end();
        return true;
      };
      await failsWith("REFUSED", read("/a", { open: open(["127.0.0.1", new URL(source.url).host]) }));
    });

    it("are not trusted when nobody gave their certificate authority", async () => {
      const plain = async () => get(`${source.url}/a`, { redirectHosts: ["localhost"] });
      const error = await failsWith("UNREACHABLE", read("/a", { open: plain }));
      assert.match(error.message, /certificate/);
      assert.equal(error.retryable, false);
    });
  });
});
