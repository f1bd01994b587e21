import assert from "node:assert/strict";
import { generatedBytes } from "../../sandbox/kernel/generated.js";
import type { FaultOrder } from "../../sandbox/kernel/faults.js";
import { arrived, CONTENT, kernelStage, type EchoState, type KernelStage } from "./kernel-support.js";

describe("sandbox kernel: faults", () => {
  let stage: KernelStage;
  const whole = generatedBytes(7, 0, CONTENT.size);
  before(async () => {
    stage = await kernelStage();
  });
  after(() => stage.close());
  afterEach(() => stage.sandbox.kernel.faults.clear());

  const fault = (order: Omit<FaultOrder, "system">): void => {
    stage.sandbox.kernel.faults.add({ system: "otmm", ...order });
  };
  const items = (): EchoState["items"] => {
    const [echo] = stage.sandbox.kernel.simulators();
    assert.ok(echo);
    return (echo[1].state() as EchoState).items;
  };

  it("answers a status of its own with headers, so many times, then steps aside", async () => {
    fault({ kind: "status", status: 503, headers: { "retry-after": "7" }, times: 2, match: { path: "/hello" } });
    for (let i = 0; i < 2; i++) {
      const answer = await arrived(`${stage.url}/hello`);
      assert.deepEqual([answer.status, answer.headers["retry-after"]], [503, "7"]);
    }
    assert.equal((await arrived(`${stage.url}/hello`)).status, 200);
    assert.equal((await arrived(`${stage.url}/content`)).status, 200);
  });

  it("answers a body of its own without processing the request", async () => {
    fault({
      kind: "body",
      body: "<html>Please sign in</html>",
      headers: { "content-type": "text/html" },
      match: { method: "POST" },
    });
    const answer = await arrived(`${stage.url}/items`, { method: "POST", body: Buffer.from("never") });
    assert.deepEqual([answer.status, answer.body.toString()], [200, "<html>Please sign in</html>"]);
    assert.equal(items()["never"], undefined);
  });

  it("hits the nth match, by method and by expression", async () => {
    fault({ kind: "status", status: 500, match: { method: "get", path: "/^\\/hello\\?n=\\d$/", nth: 3 } });
    const statuses: (number | undefined)[] = [];
    for (let n = 1; n <= 4; n++) {
      await arrived(`${stage.url}/hello?n=x`);
      statuses.push((await arrived(`${stage.url}/hello?n=${n}`)).status);
    }
    assert.deepEqual(statuses, [200, 200, 500, 200]);
  });

  it("hits the nth match and all after it, until it is taken away", async () => {
    fault({ kind: "status", status: 500, times: 0, match: { path: "/hello", from: 2 } });
    const statuses: (number | undefined)[] = [];
    for (let n = 1; n <= 3; n++) statuses.push((await arrived(`${stage.url}/hello`)).status);
    stage.sandbox.kernel.faults.clear();
    statuses.push((await arrived(`${stage.url}/hello`)).status);
    assert.deepEqual(statuses, [200, 500, 500, 200]);
  });

  it("processes a request and loses its answer", async () => {
    fault({ kind: "lost" });
    const answer = await arrived(`${stage.url}/items`, { method: "POST", body: Buffer.from("lost answer") });
    assert.deepEqual([answer.status, answer.error], [undefined, "ECONNRESET"]);
    assert.equal(items()["lost answer"]?.count, 1);
  });

  it("drops and resets connections before or inside an answer", async () => {
    for (const kind of ["drop", "reset"] as const) {
      fault({ kind });
      assert.deepEqual((await arrived(`${stage.url}/hello`)).error, "ECONNRESET");
      fault({ kind, afterBytes: 100_000 });
      const answer = await arrived(`${stage.url}/content`);
      assert.equal(answer.error, "ECONNRESET");
      assert.equal(answer.status, 200);
      // A reset throws away what the caller has not read yet.
      assert.ok(kind === "reset" ? answer.body.length <= 100_000 : answer.body.length === 100_000);
    }
  });

  it("cuts a connection while the request is read", async () => {
    fault({ kind: "reset", when: "request", afterBytes: 50_000 });
    const answer = await arrived(`${stage.url}/echo`, { method: "POST", body: whole.subarray(0, 900_000) });
    assert.ok(answer.error === "ECONNRESET" || answer.error === "EPIPE", answer.error);
    fault({ kind: "drop", when: "request" });
    assert.equal((await arrived(`${stage.url}/hello`)).error, "ECONNRESET");
  });

  it("truncates with the full Content-Length, or cleanly without one", async () => {
    fault({ kind: "truncate", afterBytes: 1_234_567 });
    const cut = await arrived(`${stage.url}/content`);
    assert.deepEqual([cut.headers["content-length"], cut.body.length, cut.error], ["3000000", 1_234_567, "ECONNRESET"]);
    fault({ kind: "truncate", afterBytes: 1_234_567, chunked: true });
    const clean = await arrived(`${stage.url}/content`);
    assert.deepEqual(
      [clean.headers["content-length"], clean.body.length, clean.error],
      [undefined, 1_234_567, undefined],
    );
    assert.deepEqual(clean.body, whole.subarray(0, 1_234_567));
  });

  it("flips one bit of an answer or of a request", async () => {
    fault({ kind: "corrupt", afterBytes: 2_000_000 });
    const { body } = await arrived(`${stage.url}/content`);
    const different = [...body.keys()].filter((at) => body[at] !== whole[at]);
    assert.deepEqual(different, [2_000_000]);
    fault({ kind: "corrupt", when: "request", afterBytes: 3 });
    const echoed = await arrived(`${stage.url}/echo`, { method: "POST", body: Buffer.from("abcdef") });
    assert.equal(echoed.body.toString(), "abceef");
  });

  it("adds bytes that the content does not have", async () => {
    fault({ kind: "excess", afterBytes: 10 });
    const answer = await arrived(`${stage.url}/hello`);
    assert.deepEqual(
      [answer.body.toString(), answer.headers["content-length"], answer.error],
      ["hello worldxxxxxxxxxx", "21", undefined],
    );
  });

  it("slows an answer down", async () => {
    fault({ kind: "slow", bytesPerSecond: 6_000_000, delayMs: 100 });
    const answer = await arrived(`${stage.url}/content`);
    assert.deepEqual(answer.body, whole);
    assert.ok(answer.ms >= 550, String(answer.ms));
  });

  it("stalls for a time, or until the caller gives up", async () => {
    fault({ kind: "stall", afterBytes: 500_000, delayMs: 300 });
    const late = await arrived(`${stage.url}/content`);
    assert.deepEqual(late.body, whole);
    assert.ok(late.ms >= 300, String(late.ms));
    fault({ kind: "stall", afterBytes: 5 });
    const stuck = await arrived(`${stage.url}/hello`, { giveUpAfterMs: 200 });
    assert.equal(stuck.body.toString(), "hello");
    fault({ kind: "stall", when: "request" });
    assert.equal((await arrived(`${stage.url}/hello`, { giveUpAfterMs: 200 })).status, undefined);
    assert.equal((await arrived(`${stage.url}/hello`)).status, 200);
  });
});
