import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startSandbox } from "../../sandbox/start.js";
import { arrived, echoSimulator, kernelStage, type KernelStage } from "./kernel-support.js";

describe("sandbox control API", () => {
  let stage: KernelStage;
  beforeEach(async () => {
    stage = await kernelStage();
  });
  afterEach(() => stage.close());

  const now = async (): Promise<number> => Date.parse(String((await stage.control("GET", "/clock")).body["now"]));

  it("starts at T0 and moves the clock by calendar months, days and milliseconds", async () => {
    assert.ok(Math.abs((await now()) - Date.parse("2026-11-16T09:00:00Z")) < 10_000);
    await stage.control("POST", "/clock", { set: "2027-01-31T12:00:00Z" });
    await stage.control("POST", "/clock", { advance: "P1M" });
    assert.ok(Math.abs((await now()) - Date.parse("2027-02-28T12:00:00Z")) < 10_000);
    await stage.control("POST", "/clock", { advance: 86_400_000 });
    await stage.control("POST", "/clock", { advance: "-PT1H" });
    assert.ok(Math.abs((await now()) - Date.parse("2027-03-01T11:00:00Z")) < 10_000);
  });

  it("rings alarms in order once the clock has passed them", async () => {
    const { clock } = stage.sandbox.kernel;
    const rung: string[] = [];
    const start = clock.now().getTime();
    clock.at(new Date(start + 7_200_000), () => rung.push("second"));
    clock.at(new Date(start + 3_600_000), () => rung.push("first"));
    clock.at(new Date(start + 86_400_000), () => rung.push("never"));
    await stage.control("POST", "/clock", { advance: "PT3H" });
    assert.deepEqual(rung, ["first", "second"]);
    await new Promise<void>((resolve) => clock.at(new Date(clock.now().getTime() + 20), resolve));
  });

  it("answers clear errors to input that makes no sense", async () => {
    const cases: [string, string, unknown, number, RegExp][] = [
      ["POST", "/clock", {}, 400, /set .* advance/],
      ["POST", "/clock", { advance: "1 day" }, 400, /ISO duration/],
      ["POST", "/clock", "{", 400, /no JSON/],
      ["POST", "/faults", { system: "otmm", kind: "explode" }, 400, /kind must be one of/],
      ["POST", "/faults", { system: "sap", kind: "drop" }, 400, /system must be one of/],
      ["POST", "/faults", { system: "otmm", kind: "status" }, 400, /needs a status/],
      ["POST", "/faults", { system: "otmm", kind: "lost", when: "request" }, 400, /request side/],
      ["POST", "/faults", { system: "otmm", kind: "drop", match: { path: "/[/" } }, 400, /match\.path/],
      ["POST", "/settings", { system: "otmm", volume: 11 }, 400, /no setting "volume"/],
      ["POST", "/settings", { system: "otmm", greeting: 11 }, 400, /is a string/],
      ["POST", "/settings", { system: "ecm", greeting: "x" }, 400, /not there/],
      ["GET", "/log?since=x", undefined, 400, /whole number/],
      ["GET", "/state?system=ecm", undefined, 404, /no ecm/],
      ["PUT", "/clock", {}, 405, /POST clock/],
      ["GET", "/nothing", undefined, 404, /no \/nothing/],
      ["DELETE", "/faults/f99", undefined, 404, /no fault f99/],
    ];
    for (const [method, path, body, status, text] of cases) {
      const answer = await stage.control(method, path, body);
      assert.equal(answer.status, status, `${method} ${path} ${JSON.stringify(answer.body)}`);
      assert.match(String(answer.body["error"]), text);
    }
  });

  it("sets, shows and removes faults", async () => {
    const set = await stage.control("POST", "/faults", {
      system: "otmm",
      kind: "status",
      status: 500,
      times: 0,
      match: { path: "/hello" },
    });
    assert.deepEqual([set.status, set.body["id"], set.body["remaining"]], [201, "f1", null]);
    assert.equal((await arrived(`${stage.url}/hello`)).status, 500);
    const [shown] = (await stage.control("GET", "/faults")).body["faults"] as Record<string, unknown>[];
    assert.deepEqual([shown?.["hit"], shown?.["seen"]], [1, 1]);
    assert.equal((await stage.control("DELETE", "/faults/f1")).status, 204);
    assert.equal((await arrived(`${stage.url}/hello`)).status, 200);
  });

  it("changes settings at once and keeps them, the clock and the state over a restart; a reset forgets all", async () => {
    await stage.control("POST", "/settings", { system: "otmm", greeting: "good day", list: ["b"] });
    await arrived(`${stage.url}/items`, { method: "POST", body: Buffer.from("kept") });
    await stage.control("POST", "/clock", { advance: "P1Y" });
    const before = await now();
    await stage.sandbox.close();
    const again = await startSandbox({ dataDir: stage.dataDir, factories: { otmm: echoSimulator } });
    assert.equal((await arrived(`${again.url("otmm")}/hello`)).body.toString(), "good day world");
    const state = async (): Promise<unknown> => (await fetch(`${again.control}/state?system=otmm`)).json();
    assert.deepEqual(await state(), { items: { kept: { text: "kept", count: 1 } }, order: ["kept"] });
    assert.ok(Math.abs(again.kernel.clock.now().getTime() - before) < 10_000);
    await fetch(`${again.control}/reset`, { method: "POST" });
    assert.deepEqual(await state(), { items: {}, order: [] });
    assert.equal((await arrived(`${again.url("otmm")}/hello`)).body.toString(), "hello world");
    assert.ok(Math.abs(again.kernel.clock.now().getTime() - Date.parse("2026-11-16T09:00:00Z")) < 10_000);
    await again.close();
  });

  it("shows a page without outside resources, and streams what happens", async () => {
    const page = await fetch(`${stage.sandbox.control}/`);
    const html = await page.text();
    assert.match(page.headers.get("content-type") ?? "", /text\/html/);
    assert.doesNotMatch(html, /https?:\/\/(?!127\.0\.0\.1)/);
    for (const name of ["page.css", "page.js"])
      assert.equal((await fetch(`${stage.sandbox.control}/${name}`)).status, 200);
    const stop = new AbortController();
    const stream = await fetch(`${stage.sandbox.control}/events`, { signal: stop.signal });
    const views: string[] = [];
    let called = false;
    for await (const chunk of stream.body?.pipeThrough(new TextDecoderStream()) ?? []) {
      views.push(chunk);
      if (views.join("").includes("/hello")) break;
      if (!called) await arrived(`${stage.url}/hello`);
      called = true;
    }
    stop.abort();
    assert.match(views[0] ?? "", /"Items":0/);
  });

  it("does not take requests from pages of other sites", async () => {
    const answer = await fetch(`${stage.sandbox.control}/reset`, {
      method: "POST",
      headers: { origin: "http://evil.example" },
    });
    assert.equal(answer.status, 400);
  });
});

describe("sandbox command", () => {
  let dataDir: string;
  beforeEach(async () => {
    dataDir = await mkdtemp(join(tmpdir(), "sandbox-main-"));
  });
  afterEach(() => rm(dataDir, { recursive: true, force: true }));

  const run = (args: string[]): Promise<{ code: number | null; out: string; err: string }> =>
    new Promise((resolve) => {
      const child = spawn(process.execPath, [require.resolve("../../sandbox/main.js"), ...args]);
      const texts = { out: "", err: "" };
      child.stdout.on("data", (chunk: Buffer) => {
        texts.out += chunk.toString();
        if (texts.out.includes("\n")) child.kill("SIGTERM");
      });
      child.stderr.on("data", (chunk: Buffer) => (texts.err += chunk.toString()));
      child.on("close", (code) => resolve({ code, ...texts }));
    });

  it("prints one ready line and ends cleanly on SIGTERM", async () => {
    const { code, out, err } = await run(["--port", "0", "--data", dataDir]);
    assert.deepEqual([code, err], [0, ""]);
    assert.equal(out.trim().split("\n").length, 1);
    const ready = JSON.parse(out) as Record<string, unknown>;
    assert.equal(ready["ready"], true);
    assert.deepEqual(Object.keys(ready["s3"] as object).sort(), [
      "accessKeyId",
      "endpoint",
      "region",
      "secretAccessKey",
    ]);
  });

  it("says which port is taken and exits 1", async () => {
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(0, "127.0.0.1", resolve));
    const { port } = other.address() as AddressInfo;
    const { code, out, err } = await run(["--port", String(port), "--data", dataDir]);
    other.close();
    assert.deepEqual([code, out], [1, ""]);
    assert.match(err, new RegExp(`port ${port} is taken`));
  });
});
