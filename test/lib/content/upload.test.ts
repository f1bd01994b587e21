import assert from "node:assert/strict";
import { fork } from "node:child_process";
import http from "node:http";
import path from "node:path";
import { contentPool } from "../../../lib/content/pool.js";
import type { ContentPool, PackageUpload, UploadState } from "../../../lib/content/types.js";
import { LifecycleError, type ErrorCode } from "../../../lib/messages/error.js";
import {
  content,
  EndlessServer,
  etagOf,
  packageOf,
  sha256,
  SourceServer,
  TargetServer,
  TestTarget,
} from "./servers.js";
import { readStreamed } from "./zip-stream.js";

const PART = 64 * 1024;
const RETRY = { attempts: 4, baseMs: 1, capMs: 5, maxWaitMs: 2_000 };

describe("uploads", () => {
  let source: SourceServer;
  let server: TargetServer;
  let pool: ContentPool;
  let target: TestTarget;

  before(() => {
    pool = contentPool({ partSize: PART, threads: 1, retry: RETRY });
  });
  after(() => pool.close());
  beforeEach(async () => {
    source = await new SourceServer().start();
    server = await new TargetServer().start();
    target = new TestTarget(server);
    source.files.set("/small", content(1000));
    source.files.set("/large", content(PART * 10 + 5));
  });
  afterEach(async () => {
    await source.close();
    await server.close();
  });

  /** Packages that go whole need parts of the usual size. */
  async function sendWhole(one: PackageUpload) {
    const usual = contentPool({ threads: 1, retry: RETRY });
    try {
      return await usual.sendPackage(one);
    } finally {
      await usual.close();
    }
  }
  const upload = (file: string, more: Partial<PackageUpload> = {}) =>
    packageOf(source, target, [file], { finishSize: 4096, ...more });
  const small = (more: Partial<PackageUpload> = {}) => upload("/small", more);

  function arrived(file: string): void {
    const [first] = readStreamed(server.objects.get(target.key) ?? Buffer.alloc(0));
    assert.equal(sha256(first?.bytes ?? Buffer.alloc(0)), sha256(source.files.get(file) ?? Buffer.alloc(0)));
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

  /** Answers the given part otherwise, `times` times. */
  function faultOnPart(part: number, times: number, answer: (response: http.ServerResponse) => void): void {
    let left = times;
    server.fault = (put) => {
      if (put.part !== part || left === 0) return false;
      left -= 1;
      answer(put.response);
      return true;
    };
  }

  it("renew the token once when it ends in the middle", async () => {
    server.fault = ({ part, request, response }) => {
      if (part !== undefined && part > 4 && request.headers.authorization === "Bearer one") {
        response.writeHead(401).end();
        return true;
      }
      return false;
    };
    await pool.sendPackage(upload("/large"));
    assert.ok(target.refusals.length >= 1);
    assert.ok(target.refusals.every((refusal) => refusal.status === 401));
    arrived("/large");
  });

  it("renew a token whose end S3 tells by 400 ExpiredToken", async () => {
    faultOnPart(3, 1, (response) => response.writeHead(400).end("<Error><Code>ExpiredToken</Code></Error>"));
    await pool.sendPackage(upload("/large"));
    assert.deepEqual(target.refusals, [{ status: 400 }]);
    arrived("/large");
  });

  it("end DENIED when the fresh token is refused too", async () => {
    server.fault = ({ response }) => {
      response.writeHead(401).end();
      return true;
    };
    await failsWith("DENIED", pool.sendPackage(upload("/large")));
  });

  it("repeat a part after 500, 503 with Retry-After, 429 and a closed connection", async () => {
    const faults: ((response: http.ServerResponse) => void)[] = [
      (response) => response.writeHead(500).end(),
      (response) => response.writeHead(503, { "retry-after": "0" }).end("<Error><Code>SlowDown</Code></Error>"),
      (response) => response.writeHead(429, { "retry-after": new Date(0).toUTCString() }).end(),
      (response) => response.destroy(),
      (response) => response.writeHead(200).end('<?xml version="1.0"?>\n<Error><Code>InternalError</Code></Error>'),
    ];
    for (const fault of faults) {
      faultOnPart(4, 2, fault);
      await pool.sendPackage(upload("/large"));
      arrived("/large");
    }
  });

  it("send a part again when only its answer was lost", async () => {
    let lost = false;
    server.fault = ({ path, part, body, response }) => {
      if (part !== 4 || lost) return false;
      lost = true;
      server.store(path, part, body);
      response.destroy();
      return true;
    };
    const receipt = await pool.sendPackage(upload("/large"));
    assert.equal(server.partRequests.filter((part) => part === 4).length, 2);
    assert.equal(receipt.partsSent, 11);
    arrived("/large");
  });

  it("leave the upload in place when a part fails for good, so that it can be taken up again", async () => {
    faultOnPart(5, 100, (response) => response.writeHead(500).end());
    const failing = upload("/large");
    const error = await failsWith("UPSTREAM", pool.sendPackage(failing));
    assert.equal(error.retryable, true);
    assert.equal(target.aborted.length, 0);
    assert.equal(server.uploads.size, 1);
    assert.ok((failing.states.at(-1)?.parts.length ?? 0) >= 1);
  });

  it("hand on a Retry-After that is longer than it may wait", async () => {
    faultOnPart(2, 100, (response) => response.writeHead(503, { "retry-after": "7200" }).end());
    assert.equal((await failsWith("THROTTLED", pool.sendPackage(upload("/large")))).retryAfter, 7_200_000);
  });

  it("do not send a whole package again when nobody knows whether it arrived", async () => {
    server.fault = ({ response }) => {
      response.destroy();
      return true;
    };
    const error = await failsWith("UNREACHABLE", sendWhole(small()));
    assert.equal(error.details?.["outcome"], "unknown");
    assert.equal(server.requests, 1);
  });

  it("send a whole package again after a refusal to begin", async () => {
    let busy = 2;
    server.fault = ({ response }) => {
      if (busy === 0) return false;
      busy -= 1;
      response.writeHead(503, { "retry-after": "0" }).end();
      return true;
    };
    await sendWhole(small());
    arrived("/small");
  });

  it("accept the empty ETag that Ceph answers, but not an answer without one", async () => {
    target.complete = async () => ({});
    server.fault = ({ path, part, body, response }) => {
      server.store(path, part, body);
      response.writeHead(200, { etag: "" }).end();
      return true;
    };
    await pool.sendPackage(upload("/large"));
    server.fault = ({ response }) => {
      response.writeHead(200).end();
      return true;
    };
    await failsWith("UPSTREAM", pool.sendPackage(upload("/large")));
  });

  it("end with the error that completing gives, and leave the upload", async () => {
    target.complete = async () => {
      throw new LifecycleError("UPSTREAM", "The upload could not be completed (HTTP 200 InternalError).", {
        status: 200,
      });
    };
    const error = await failsWith("UPSTREAM", pool.sendPackage(upload("/large")));
    assert.equal(error.status, 200);
    assert.equal(target.aborted.length, 0);
  });

  it("give up a target that falls silent, and close its connections", async () => {
    target.idleMs = 150;
    server.fault = () => true;
    await failsWith("TIMEOUT", pool.sendPackage(upload("/large")));
    const open = [...server.sockets].map((socket) => new Promise((resolve) => socket.once("close", resolve)));
    await Promise.all(open);
    assert.equal(server.sockets.size, 0);
  });

  it("stop source and target at once when asked", async () => {
    const stop = new AbortController();
    let parts = 0;
    server.fault = ({ part }) => {
      if (part === undefined) return false;
      parts += 1;
      if (parts === 4) stop.abort();
      return true;
    };
    const error = await failsWith("UPSTREAM", pool.sendPackage(upload("/large", { signal: stop.signal })));
    assert.equal(error.details?.["stopped"], true);
    await Promise.all([...server.sockets].map((socket) => new Promise((resolve) => socket.once("close", resolve))));
    server.fault = () => false;
    await pool.sendPackage(upload("/large"));
    arrived("/large");
  });

  it("stop with the caller's own coded reason", async () => {
    const reason = new LifecycleError("ON_HOLD", "A hold was placed.");
    await failsWith("ON_HOLD", pool.sendPackage(upload("/large", { signal: AbortSignal.abort(reason) })));
  });

  it("end with the caller's error when its last files cannot be made", async () => {
    const finish = async (): Promise<never> => {
      throw new LifecycleError("INVALID_INPUT", "A late value stayed open.");
    };
    await failsWith("INVALID_INPUT", pool.sendPackage(upload("/large", { finish })));
    await failsWith("INVALID_INPUT", sendWhole(small({ finish })));
  });

  describe("taken up again", () => {
    /** Stops after six parts are at the target; gives the state that was saved last. */
    async function interrupted(): Promise<UploadState> {
      const stop = new AbortController();
      server.fault = ({ path, part, body, response }) => {
        if (part === undefined) return false;
        const stored = [...server.uploads.values()][0];
        if ((stored?.size ?? 0) >= 6) {
          stop.abort();
          return true;
        }
        server.store(path, part, body);
        response.writeHead(200, { etag: etagOf(body) }).end();
        return true;
      };
      const first = upload("/large", { signal: stop.signal });
      await failsWith("UPSTREAM", pool.sendPackage(first));
      server.fault = () => false;
      server.partRequests.length = 0;
      const state = first.states.at(-1);
      assert.ok(state !== undefined);
      assert.ok(state.parts.length >= 1);
      return state;
    }

    it("send only the parts that are missing", async () => {
      const state = await interrupted();
      const receipt = await pool.sendPackage(upload("/large", { resume: state }));
      assert.equal(receipt.partsSkipped, state.parts.length);
      assert.equal(receipt.partsSent + receipt.partsSkipped, 11);
      const known = new Set(state.parts.map((part) => part.number));
      assert.ok(server.partRequests.every((part) => !known.has(part)));
      arrived("/large");
    });

    it("send nothing but the end when all parts are there", async () => {
      target.complete = async () => {
        throw new LifecycleError("UNREACHABLE", "The answer was lost.");
      };
      const first = upload("/large");
      await failsWith("UNREACHABLE", pool.sendPackage(first));
      const state = first.states.at(-1);
      assert.ok(state !== undefined);
      assert.equal(state.parts.length, 11);
      const again = new TestTarget(server);
      const receipt = await pool.sendPackage({ ...upload("/large"), target: again, resume: state });
      assert.equal(receipt.partsSent, 0);
      assert.equal(receipt.partsSkipped, 11);
      arrived("/large");
    });

    it("send every part again from the first that differs, the held first one included", async () => {
      const state = await interrupted();
      const changed = Buffer.from(source.files.get("/large") ?? Buffer.alloc(0));
      changed[PART * 4 + 100] = (changed[PART * 4 + 100] ?? 0) ^ 1;
      source.files.set("/large", changed);
      await pool.sendPackage(upload("/large", { resume: state }));
      const equal = state.parts.filter((part) => part.number > 1 && part.number <= 4).length;
      assert.equal(server.partRequests.length, 11 - equal);
      arrived("/large");
    });

    it("begin a new upload when the target no longer knows the old one", async () => {
      const state = await interrupted();
      server.uploads.clear();
      const again = upload("/large", { resume: state });
      const receipt = await pool.sendPackage(again);
      assert.equal(receipt.partsSent, 11);
      assert.notEqual(again.states[0]?.uploadId, state.uploadId);
      assert.deepEqual(again.states[0]?.parts, []);
      arrived("/large");
    });
  });

  describe("and their state", () => {
    it("is durable after the beginning before any part goes, and whole before the end", async () => {
      let begun = false;
      const early: number[] = [];
      server.fault = ({ part }) => {
        if (!begun) early.push(part ?? 0);
        return false;
      };
      const one = upload("/large", {
        onState: async (state) => {
          one.states.push(state);
          if (state.parts.length === 0) {
            await new Promise((resolve) => setImmediate(resolve));
            begun = true;
          }
        },
      });
      let atEnd: UploadState | undefined;
      const complete = target.complete.bind(target);
      target.complete = async (id, parts) => {
        atEnd = one.states.at(-1);
        return complete(id, parts);
      };
      await pool.sendPackage(one);
      assert.deepEqual(early, []);
      assert.equal(atEnd?.parts.length, 11);
      assert.deepEqual(
        atEnd?.parts.map((part) => part.number),
        Array.from({ length: 11 }, (_, index) => index + 1),
      );
    });

    it("ends the upload when it cannot be saved", async () => {
      const full = async (): Promise<never> => {
        throw new LifecycleError("STORE_FULL", "The disk of the store is full.");
      };
      await failsWith("STORE_FULL", pool.sendPackage(upload("/large", { onState: full })));
    });
  });

  describe("and their threads", () => {
    it("fail repeatably when a thread ends, and go on with a new one", async () => {
      const fragile = contentPool({
        partSize: PART,
        threads: 1,
        retry: RETRY,
        workerFile: path.join(__dirname, "fragile-worker.js"),
      });
      try {
        source.files.set("/poison", content(10));
        const doomed = [upload("/poison"), upload("/large")].map((one) => fragile.sendPackage(one));
        for (const end of doomed) assert.equal((await failsWith("UPSTREAM", end)).retryable, true);
        await fragile.sendPackage(upload("/large"));
        arrived("/large");
      } finally {
        await fragile.close();
      }
    });

    it("end with the pool: what runs is stopped, what comes is refused", async () => {
      const short = contentPool({ partSize: PART, threads: 1 });
      const began = new Promise<void>((resolve) => {
        server.fault = () => {
          resolve();
          return true;
        };
      });
      const running = short.sendPackage(upload("/large"));
      const stopped = failsWith("UPSTREAM", running);
      await began;
      await short.close();
      assert.equal((await stopped).details?.["stopped"], true);
      await failsWith("NOT_CONFIGURED", short.sendPackage(upload("/large")));
    });

    it("let a process end by itself when they are idle, and keep memory bounded", async () => {
      const servers = await new EndlessServer().start();
      const child = fork(path.join(__dirname, "memory-child.js"), [servers.url], {
        stdio: ["ignore", "inherit", "inherit", "ipc"],
        execArgv: [],
      });
      const grown = await new Promise<number>((resolve, reject) => {
        let mebibytes: number | undefined;
        child.once("message", (message: { grown: number }) => {
          mebibytes = message.grown;
        });
        child.once("exit", (code) => {
          if (code === 0 && mebibytes !== undefined) resolve(mebibytes);
          else reject(new Error(`the child ended with ${String(code)}`));
        });
      });
      await servers.close();
      assert.ok(grown < 100, `grew by ${grown} MiB`);
    }).timeout(60_000);
  });
});
