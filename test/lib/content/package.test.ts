import assert from "node:assert/strict";
import { contentPool } from "../../../lib/content/pool.js";
import type { ContentPool, PackageUpload } from "../../../lib/content/types.js";
import { LifecycleError } from "../../../lib/messages/error.js";
import { content, get, packageOf, sha256, SourceServer, TargetServer, TestTarget } from "./servers.js";
import { readStreamed } from "./zip-stream.js";

const PART = 64 * 1024;

describe("packages", () => {
  let source: SourceServer;
  let server: TargetServer;
  let pool: ContentPool;

  before(() => {
    pool = contentPool({ partSize: PART, threads: 1 });
  });
  after(() => pool.close());
  beforeEach(async () => {
    source = await new SourceServer().start();
    server = await new TargetServer().start();
  });
  afterEach(async () => {
    await source.close();
    await server.close();
  });

  function files(...sizes: number[]): string[] {
    return sizes.map((size, index) => {
      const path = `/file-${index}.bin`;
      source.files.set(path, content(size, index + 1));
      return path;
    });
  }

  async function send(paths: readonly string[], by = pool) {
    const target = new TestTarget(server);
    const receipt = await by.sendPackage(packageOf(source, target, paths, { finishSize: 4096 }));
    const zip = server.objects.get(target.key) ?? Buffer.alloc(0);
    assert.equal(receipt.size, zip.length);
    const read = readStreamed(zip);
    for (const [index, path] of paths.entries()) {
      assert.equal(read[index]?.path, `content${path}`);
      assert.equal(sha256(read[index]?.bytes ?? Buffer.alloc(0)), sha256(source.files.get(path) ?? Buffer.alloc(0)));
      assert.equal(receipt.digests[index]?.digests["SHA-256"], sha256(source.files.get(path) ?? Buffer.alloc(0)));
    }
    assert.equal(read.at(-1)?.path, "metadata.xml");
    return { receipt, zip, target };
  }

  it("goes in one PUT with its length when it is below one part", async () => {
    const big = contentPool({ threads: 1 });
    try {
      const { receipt } = await send(files(100_000, 0, 1), big);
      assert.equal(receipt.partsSent, 0);
      assert.equal(server.requests, 1);
      assert.equal(receipt.headers["preservica-progress-token"], "t-1");
    } finally {
      await big.close();
    }
  });

  it("gives the answer's headers of the completing call when it goes in parts", async () => {
    const { receipt, target } = await send(files(PART * 5));
    assert.equal(receipt.headers["preservica-progress-token"], "t-2");
    assert.equal(target.completed, 1);
    assert.ok(receipt.partsSent >= 6);
  });

  it("keeps empty files and single bytes between large ones", async () => {
    await send(files(0, PART * 3, 1, 0, PART * 2 + 1, 1));
  });

  it("is right at every border: one byte less, exactly, and one byte more than whole parts", async () => {
    const name = Buffer.byteLength("content/file-0.bin");
    for (const parts of [2, 3]) {
      for (const more of [-1, 0, 1]) await send(files(PART * parts - 30 - name + more));
    }
  });

  it("is right wherever a border cuts a local header, its CRC field included", async () => {
    const name = Buffer.byteLength("content/file-0.bin");
    // The second header begins `back` bytes before the end of part 3.
    for (let back = 0; back <= 50; back += 1) await send(files(PART * 3 - 30 - name - back, PART * 2));
  });

  it("lets many small entries share a part", async () => {
    const { receipt } = await send(files(...Array.from({ length: 60 }, (_, index) => 1_000 + index * 37), PART * 2));
    assert.ok(receipt.partsSent < 8);
  });

  it("sends the part with the first header only when the CRC behind it is known", async () => {
    await send(files(PART * 6));
    assert.notEqual(server.partRequests[0], 1);
  });

  it("repeats byte for byte, however the source cuts its chunks", async () => {
    const paths = files(PART * 3 + 17, 5, PART);
    const first = await send(paths);
    source.fault = (_request, response, bytes) => {
      response.writeHead(200, { "content-length": bytes.length });
      for (let at = 0; at < bytes.length; at += 977) response.write(bytes.subarray(at, at + 977));
      response.end();
      return true;
    };
    const inline = contentPool({ partSize: PART, threads: 1, hashing: "inline" });
    try {
      const second = await send(paths, inline);
      assert.ok(first.zip.equals(second.zip));
    } finally {
      await inline.close();
    }
  });

  it("uses ZIP64 fields for sizes and offsets that do not fit", async () => {
    const small = contentPool({ partSize: PART, threads: 1, zip64From: 100_000 });
    try {
      const { zip } = await send(files(99_999, 100_000, 5), small);
      assert.equal(zip.readUInt32LE(18), 99_999);
      assert.equal(zip.readUInt32LE(zip.length - 22 - 20), 0x07064b50);
    } finally {
      await small.close();
    }
  });

  it("takes entries from memory and names them in the digests", async () => {
    const target = new TestTarget(server);
    const bytes = content(1234);
    const upload = packageOf(source, target, files(PART * 2));
    upload.entries.unshift({ path: "first.txt", label: "note", bytes });
    const receipt = await pool.sendPackage(upload);
    assert.deepEqual(receipt.digests[0], {
      label: "note",
      path: "first.txt",
      size: 1234,
      digests: { "SHA-256": sha256(bytes) },
    });
    assert.equal(readStreamed(server.objects.get(target.key) ?? Buffer.alloc(0))[0]?.path, "first.txt");
  });

  it("computes the source's own algorithm too when a digest is expected", async () => {
    const [path = ""] = files(PART * 2);
    const upload = packageOf(source, new TestTarget(server), [path]);
    const md5 = "0".repeat(32);
    const [entry] = upload.entries;
    assert.ok(entry !== undefined && "open" in entry);
    entry.expected = { MD5: md5 };
    await assert.rejects(pool.sendPackage(upload), (error: unknown) => {
      assert.ok(error instanceof LifecycleError);
      assert.equal(error.code, "FIXITY_MISMATCH");
      assert.equal(error.details?.["algorithm"], "MD5");
      return true;
    });
    assert.equal(server.objects.size, 0);
  });

  it("refuses paths that could leave the package, and paths used twice", async () => {
    const [path = ""] = files(10);
    for (const bad of ["../x", "/x", "a//b", "a/./b", "C:\\x", "a\u0000b", "", "\ud800"]) {
      const upload = packageOf(source, new TestTarget(server), []);
      upload.entries.push({ path: bad, label: "x", bytes: Buffer.alloc(1) });
      await assert.rejects(pool.sendPackage(upload), { code: "INVALID_INPUT" });
    }
    const twice = packageOf(source, new TestTarget(server), [path, path]);
    await assert.rejects(pool.sendPackage(twice), { code: "INVALID_INPUT" });
  });

  it("tells how far it is, ending at the whole", async () => {
    const [path = ""] = files(PART * 4);
    const told: number[] = [];
    const upload = packageOf(source, new TestTarget(server), [path], {
      onBytes: (done, total) => told.push(done, total ?? 0),
    });
    await pool.sendPackage(upload);
    assert.deepEqual(told.slice(-2), [PART * 4, PART * 4]);
  });

  it("moves many packages at once over few threads", async () => {
    const two = contentPool({ partSize: PART, threads: 2 });
    try {
      const [path = ""] = files(PART * 5);
      const receipts = await Promise.all(
        Array.from({ length: 20 }, (_, index) =>
          two.sendPackage(packageOf(source, new TestTarget(server, `/package-${index}.zip`), [path])),
        ),
      );
      assert.equal(receipts.length, 20);
      for (let index = 0; index < 20; index += 1)
        readStreamed(server.objects.get(`/package-${index}.zip`) ?? Buffer.alloc(0));
    } finally {
      await two.close();
    }
  });

  it("reads content to prove a copy", async () => {
    const [path = ""] = files(3_000_001);
    const bytes = source.files.get(path) ?? Buffer.alloc(0);
    const result = await pool.read({
      open: async () => get(source.url + path),
      size: bytes.length,
      algorithms: ["SHA-256"],
      expected: { "SHA-256": sha256(bytes).toUpperCase() },
      signal: new AbortController().signal,
    });
    assert.deepEqual(result, { size: bytes.length, digests: { "SHA-256": sha256(bytes) } });
  });

  /** One file, sent as it is. */
  async function sendPlain(size: number, by: ContentPool, more: Partial<PackageUpload> = {}) {
    const target = new TestTarget(server);
    const [path = ""] = files(size);
    const upload = packageOf(source, target, [path], { format: "plain", finish: async () => [], ...more });
    const receipt = await by.sendPackage(upload);
    const want = source.files.get(path) ?? Buffer.alloc(0);
    assert.ok(server.objects.get(target.key)?.equals(want));
    assert.equal(receipt.size, want.length);
    assert.deepEqual(receipt.digests, [
      { label: "preservation/0", path: `content${path}`, size, digests: { "SHA-256": sha256(want) } },
    ]);
    return { receipt, upload };
  }

  it("sends one file as it is, whole or in parts, at every border", async () => {
    const big = contentPool({ threads: 1 });
    try {
      for (const size of [0, 1, 100_000]) assert.equal((await sendPlain(size, big)).receipt.partsSent, 0);
    } finally {
      await big.close();
    }
    for (const size of [1, PART - 1, PART, PART + 1, PART * 3 - 1, PART * 3, PART * 3 + 1]) {
      const { receipt } = await sendPlain(size, pool);
      assert.equal(receipt.partsSent, Math.ceil(size / PART));
    }
  });

  it("sends a plain file again when its answer was lost, because that starts nothing", async () => {
    const big = contentPool({ threads: 1, retry: { attempts: 3, baseMs: 1, capMs: 5 } });
    let lost = 0;
    server.fault = ({ response }) => {
      lost += 1;
      if (lost > 1) return false;
      response.destroy();
      return true;
    };
    try {
      await sendPlain(1000, big);
      assert.equal(lost, 2);
    } finally {
      await big.close();
    }
  });

  it("takes up a plain file in parts where it stood, and sends the rest only", async () => {
    const target = new TestTarget(server);
    const [path = ""] = files(PART * 6 + 7);
    const upload = packageOf(source, target, [path], { format: "plain", finish: async () => [] });
    server.fault = ({ part, response }) => {
      if (part !== 6) return false;
      response.writeHead(403).end();
      return true;
    };
    await assert.rejects(pool.sendPackage(upload), { code: "DENIED" });
    server.fault = () => false;
    const resume = upload.states.at(-1);
    assert.ok(resume !== undefined && resume.parts.length > 0);
    const again = await pool.sendPackage({ ...upload, resume });
    assert.equal(again.partsSkipped, resume.parts.length);
    assert.ok(server.objects.get(target.key)?.equals(source.files.get(path) ?? Buffer.alloc(0)));
  });

  it("refuses more than one file, and files at the end, where the bytes go as they are", async () => {
    const target = new TestTarget(server);
    const one = files(10);
    const plain = { format: "plain" } as const;
    await assert.rejects(pool.sendPackage(packageOf(source, target, files(1, 2), plain)), { code: "INVALID_INPUT" });
    await assert.rejects(pool.sendPackage(packageOf(source, target, one, plain)), { code: "INVALID_INPUT" });
  });
});
