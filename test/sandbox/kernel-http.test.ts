import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { generatedBytes } from "../../sandbox/kernel/generated.js";
import { concatOf, inlineBytes, sliceOf } from "../../sandbox/kernel/bytes.js";
import { Digests } from "../../sandbox/kernel/digests.js";
import { ContentFiles } from "../../sandbox/kernel/files.js";
import type { StoredBytes } from "../../sandbox/kernel/types.js";
import { arrived, kernelStage, type KernelStage } from "./kernel-support.js";

describe("sandbox kernel: requests and content", () => {
  let stage: KernelStage;
  before(async () => {
    stage = await kernelStage();
  });
  after(() => stage.close());

  it("serves ranges of generated content, byte for byte the same from any start", async () => {
    const whole = (await arrived(`${stage.url}/content`)).body;
    assert.equal(whole.length, 3_000_000);
    for (const [start, end] of [
      [0, 1],
      [4095, 4097],
      [1_048_570, 1_048_590],
      [2_999_999, 3_000_000],
    ] as const) {
      const answer = await fetch(`${stage.url}/content`, { headers: { range: `bytes=${start}-${end - 1}` } });
      assert.deepEqual(Buffer.from(await answer.arrayBuffer()), whole.subarray(start, end));
      assert.deepEqual(generatedBytes(7, start, end), whole.subarray(start, end));
    }
    const pages = new Set(
      Array.from({ length: 700 }, (_, page) => whole.toString("latin1", page * 4096, page * 4096 + 4096)),
    );
    assert.equal(pages.size, 700);
    assert.notDeepEqual(generatedBytes(8, 0, 100), whole.subarray(0, 100));
  });

  it("answers HEAD with the length and no body", async () => {
    const answer = await fetch(`${stage.url}/nothing`, { method: "HEAD" });
    assert.deepEqual([answer.status, answer.headers.get("content-length"), await answer.text()], [404, "13", ""]);
  });

  it("reads forms and multipart bodies, file parts to the data folder", async () => {
    const form = await fetch(`${stage.url}/form`, {
      method: "POST",
      body: new URLSearchParams({ a: "1 & 2", ü: "é" }),
    });
    assert.deepEqual(await form.json(), [
      ["a", "1 & 2"],
      ["ü", "é"],
    ]);
    const file = generatedBytes(1, 0, 2_500_000);
    const body = new FormData();
    body.append("note", "line 1\r\n--not a boundary");
    body.append("file", new Blob([Buffer.from(file)], { type: "image/tiff" }), 'a "quoted" ü.tif');
    body.append("empty", new Blob([]), "empty.bin");
    const parts = await (await fetch(`${stage.url}/parts`, { method: "POST", body })).json();
    assert.deepEqual(parts, [
      {
        name: "note",
        kind: "inline",
        size: 24,
        text: "line 1\r\n--not a boundary",
        sha256: sha256("line 1\r\n--not a boundary"),
      },
      {
        name: "file",
        filename: 'a "quoted" ü.tif',
        contentType: "image/tiff",
        kind: "file",
        size: 2_500_000,
        sha256: sha256(file),
      },
      {
        name: "empty",
        filename: "empty.bin",
        contentType: "application/octet-stream",
        kind: "file",
        size: 0,
        text: "",
        sha256: sha256(""),
      },
    ]);
  });

  it("finds a boundary wherever the body is cut into chunks", async () => {
    const text = ["--B", 'Content-Disposition: form-data; name="a"; filename="f"', "", "x\r\n--", "--B--", ""].join(
      "\r\n",
    );
    for (const step of [1, 2, 3, 5, 7]) {
      const chunks = new ReadableStream<Uint8Array>({
        start(controller) {
          for (let at = 0; at < text.length; at += step) controller.enqueue(Buffer.from(text.slice(at, at + step)));
          controller.close();
        },
      });
      const init = {
        method: "POST",
        body: chunks,
        duplex: "half",
        headers: { "content-type": "multipart/form-data; boundary=B" },
      };
      const answer: unknown = await (await fetch(`${stage.url}/parts`, init)).json();
      assert.equal(Reflect.get((answer as object[])[0] ?? {}, "text"), "x\r\n--");
    }
  });

  it("answers 400 to broken bodies and paths, 413 to bodies that are too long", async () => {
    const headers = { "content-type": "multipart/form-data; boundary=B" };
    assert.equal(
      (await fetch(`${stage.url}/parts`, { method: "POST", headers, body: "--B\r\n\r\nnever ends" })).status,
      400,
    );
    assert.equal((await fetch(`${stage.url}/parts`, { method: "POST", body: "x" })).status, 400);
    assert.equal((await arrived(`${stage.url}/%zz`)).status, 400);
    assert.equal((await fetch(`${stage.url}/echo`, { method: "POST", body: Buffer.alloc(1_000_001) })).status, 413);
  });

  it("reads slices of concatenations of everything, and digests large content beside the main thread", async () => {
    const digests = new Digests(stage.dataDir);
    const files = new ContentFiles(stage.dataDir, "content/extra", digests);
    const written = await files.write(files.read({ kind: "generated", seed: 3, size: 900_000 }), ["md5", "sha1"]);
    const first = generatedBytes(3, 0, 900_000);
    assert.equal(written.digests["md5"], createHash("md5").update(first).digest("hex"));
    const mixed: StoredBytes = concatOf([
      inlineBytes("head"),
      sliceOf(written.bytes, 10, 500_000),
      { kind: "generated", seed: 4, size: 1_000_000 },
    ]);
    const whole = Buffer.concat([Buffer.from("head"), first.subarray(10, 500_010), generatedBytes(4, 0, 1_000_000)]);
    assert.deepEqual(await files.readAll(mixed), whole);
    assert.deepEqual(await files.readAll(sliceOf(mixed, 2, 600_000)), whole.subarray(2, 600_002));
    assert.equal(await files.digest(mixed, "sha256"), sha256(whole));
    await files.remove(mixed);
    await assert.rejects(files.readAll(written.bytes), /ENOENT/);
    await digests.close();
  });

  it("logs requests with what was refused, counts bytes, and gives out only what is asked for", async () => {
    stage.sandbox.kernel.log.clear();
    const { last } = (await stage.control("GET", "/log")).body;
    await arrived(`${stage.url}/hello?secret=no`);
    await arrived(`${stage.url}/undocumented`);
    await arrived(`${stage.url}/echo`, { method: "POST", body: Buffer.alloc(1000) });
    const { entries, totals } = (await stage.control("GET", `/log?since=${String(last)}&system=otmm`)).body;
    const told = (entries as Record<string, unknown>[]).map(
      ({ method, path, status, bytes, received, refused, user }) => ({
        method,
        path,
        status,
        bytes,
        received,
        refused,
        user,
      }),
    );
    assert.deepEqual(told, [
      { method: "GET", path: "/hello", status: 200, bytes: 11, received: 0, refused: undefined, user: "tester" },
      {
        method: "GET",
        path: "/undocumented",
        status: 404,
        bytes: 13,
        received: 0,
        refused: "no GET /undocumented",
        user: "tester",
      },
      { method: "POST", path: "/echo", status: 200, bytes: 1000, received: 1000, refused: undefined, user: "tester" },
    ]);
    const otmm: unknown = Reflect.get(totals as object, "otmm");
    assert.deepEqual(otmm, {
      requests: 3,
      refused: 1,
      errors: 1,
      faults: 0,
      bytesSent: 1024,
      bytesReceived: 1000,
      sentByPrefix: { "GET /hello": 11, "GET /undocumented": 13, "POST /echo": 1000 },
    });
    assert.equal(((await stage.control("GET", "/log?refused=1")).body["entries"] as object[]).length, 1);
  });

  it("keeps answering while it serves large content to a slow reader", async () => {
    stage.sandbox.kernel.faults.add({
      system: "otmm",
      kind: "slow",
      bytesPerSecond: 1_000_000,
      match: { path: "/content" },
    });
    const slow = arrived(`${stage.url}/content`, { giveUpAfterMs: 5_000 });
    const quick = await arrived(`${stage.url}/hello`);
    assert.equal(quick.status, 200);
    assert.equal((await slow).status, 200);
  });
});

function sha256(content: Buffer | string): string {
  return createHash("sha256").update(content).digest("hex");
}
