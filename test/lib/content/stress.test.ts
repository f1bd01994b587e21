import assert from "node:assert/strict";
import net from "node:net";
import type { AddressInfo } from "node:net";
import { contentPool } from "../../../lib/content/pool.js";
import { LifecycleError } from "../../../lib/messages/error.js";
import { content, packageOf, sha256, SourceServer, TargetServer, TestTarget } from "./servers.js";
import { readStreamed } from "./zip-stream.js";

/** Repeatable chance: the same seed gives the same faults. */
function chance(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1103515245) + 12345) & 0x7fffffff;
    return Math.floor((state / 0x7fffffff) * below) % below;
  };
}

describe("packages under faults on both sides", () => {
  /** Which request meets which fault depends on timing, so a single round may fail as a whole; not most of them. */
  let arrived = 0;
  after(() => assert.ok(arrived >= 12, `${arrived} of 36 packages arrived`));

  for (let seed = 1; seed <= 12; seed += 1) {
    it(`arrive whole or fail with a code, seed ${seed}`, async () => {
      const pick = chance(seed);
      const source = await new SourceServer().start();
      const server = await new TargetServer().start();
      const partSize = 64 * 1024 + pick(100_000);
      const pool = contentPool({
        partSize,
        threads: 1 + pick(2),
        hashing: pick(2) === 0 ? "thread" : "inline",
        retry: { attempts: 6, baseMs: 1, capMs: 4, maxWaitMs: 100 },
      });
      const paths = Array.from({ length: 1 + pick(5) }, (_, index) => {
        source.files.set(`/f${index}`, content(pick(4) === 0 ? pick(2000) : pick(3_000_000), seed * 10 + index));
        return `/f${index}`;
      });
      source.ranges = pick(3) > 0;
      source.fault = (request, response, bytes) => {
        const from = source.ranges ? Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? "")?.[1] ?? 0) : 0;
        const body = bytes.subarray(from);
        const breakAt = pick(3) === 0 ? pick(body.length + 1) : body.length;
        response.writeHead(from > 0 ? 206 : 200, {
          etag: `"${bytes.length}"`,
          ...(pick(4) === 0 ? {} : { "content-length": body.length }),
          ...(from > 0 ? { "content-range": `bytes ${from}-${bytes.length - 1}/${bytes.length}` } : {}),
        });
        const piece = 1 + pick(200_000);
        for (let at = 0; at < breakAt; at += piece) response.write(body.subarray(at, Math.min(breakAt, at + piece)));
        if (breakAt < body.length) response.write("", () => response.destroy());
        else response.end();
        return true;
      };
      server.fault = ({ path, part, body, response }) => {
        const kind = pick(12);
        if (part === undefined || kind > 3) return false;
        if (kind === 0) response.writeHead(500).end();
        else if (kind === 1) response.destroy();
        else if (kind === 2) response.writeHead(503, { "retry-after": "0" }).end();
        else {
          server.store(path, part, body);
          response.destroy();
        }
        return true;
      };
      try {
        const ends = await Promise.allSettled(
          [0, 1, 2].map(async (index) => {
            const target = new TestTarget(server, `/p${index}.zip`);
            const receipt = await pool.sendPackage(packageOf(source, target, paths, { finishSize: 8192 }));
            const read = readStreamed(server.objects.get(target.key) ?? Buffer.alloc(0));
            for (const [at, path] of paths.entries()) {
              const expected = sha256(source.files.get(path) ?? Buffer.alloc(0));
              assert.equal(sha256(read[at]?.bytes ?? Buffer.alloc(0)), expected);
              assert.equal(receipt.digests[at]?.digests["SHA-256"], expected);
            }
          }),
        );
        for (const end of ends) {
          if (end.status === "rejected") assert.ok(end.reason instanceof LifecycleError, String(end.reason));
        }
        arrived += ends.filter((end) => end.status === "fulfilled").length;
      } finally {
        await pool.close();
        await source.close();
        await server.close();
      }
    });
  }
});

describe("a target that reads slowly or not at all", () => {
  const PART = 16 * 1024 * 1024;

  /** A raw server that reads its bodies in its own way and answers when it has read enough. */
  async function listening<T>(read: (socket: net.Socket) => void, use: (url: string) => Promise<T>): Promise<T> {
    const sockets = new Set<net.Socket>();
    const server = net.createServer({ pauseOnConnect: true }, (socket) => {
      sockets.add(socket);
      socket.on("error", () => undefined);
      socket.once("close", () => sockets.delete(socket));
      read(socket);
    });
    await new Promise<void>((resolve) => {
      server.listen(0, "127.0.0.1", resolve);
    });
    try {
      return await use(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    } finally {
      for (const socket of sockets) socket.destroy();
      server.close();
    }
  }

  async function sendTo(url: string, idleMs: number) {
    const source = await new SourceServer().start();
    source.files.set("/f", content(PART * 2));
    const target = new TestTarget(new TargetServer());
    const pool = contentPool({ partSize: PART, threads: 1, retry: { attempts: 2, baseMs: 1 } });
    target.begin = async () => "u";
    target.complete = async () => ({});
    target.part = async (_id, number) => ({ method: "PUT", url: `${url}/${number}`, headers: {}, idleMs });
    try {
      return await pool.sendPackage(packageOf(source, target, ["/f"]));
    } finally {
      await pool.close();
      await source.close();
    }
  }

  it("is given up when it takes no byte", async () => {
    await listening(
      () => undefined,
      (url) => assert.rejects(sendTo(url, 200), { code: "TIMEOUT" }),
    );
  });

  it("is waited for as long as it takes some", async () => {
    const slowly = (socket: net.Socket): void => {
      let left = 0;
      const step = setInterval(() => socket.resume(), 10);
      socket.on("data", (chunk: Buffer) => {
        const head = chunk.indexOf("\r\n\r\n");
        if (left === 0 && head >= 0) {
          left =
            Number(/content-length: (\d+)/i.exec(chunk.toString("latin1", 0, head))?.[1]) - (chunk.length - head - 4);
        } else left -= chunk.length;
        if (left === 0) socket.write('HTTP/1.1 200 OK\r\nETag: "e"\r\nContent-Length: 0\r\n\r\n');
        else socket.pause();
      });
      socket.once("close", () => clearInterval(step));
      socket.resume();
    };
    // A part takes 256 steps of 10 ms and more: far longer than the idle time.
    const receipt = await listening(slowly, (url) => sendTo(url, 1_000));
    assert.equal(receipt.partsSent, 3);
  }).timeout(30_000);
});
