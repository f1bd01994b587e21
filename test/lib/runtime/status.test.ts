import assert from "node:assert/strict";
import { setTimeout as pause } from "node:timers/promises";
import type { Node } from "node-red";
import { NodeStatus } from "../../../lib/runtime/status.js";

/** Longer than the pause between two changes of a status. */
const SHOWN_MS = 400;
const JOBS = ["a", "b", "c", "d"];

describe("the status of a durable node", () => {
  let shown: string[];
  let status: NodeStatus;

  beforeEach(() => {
    shown = [];
    const node = { status: ({ text }: { text: string }) => shown.push(text) } as unknown as Node;
    status = new NodeStatus(node);
  });
  afterEach(() => status.close());

  it("says how many jobs send how much of their bytes and how fast, in at most twenty characters", async () => {
    for (const job of JOBS) {
      status.begin(job);
      status.stage(job, "uploading");
      status.progress(job, 6_100_000, 10_000_000);
    }
    await pause(SHOWN_MS);
    const [text = ""] = shown.slice(-1);
    assert.match(text, /^4× ↑61% \d+(\.\d)? MB\/s$/);
    assert.ok(text.length <= 20, text);
  });

  it("says the step where no bytes move", async () => {
    for (const job of JOBS) {
      status.begin(job);
      status.stage(job, "ingesting");
    }
    await pause(SHOWN_MS);
    assert.deepEqual(shown, ["4× ingesting"]);
  });

  it("does not count a job that a person ended, whether it ran or waited", async () => {
    for (const job of JOBS) {
      status.begin(job);
      status.end(job, "waiting");
    }
    status.begin("a");
    status.cancelled("a");
    status.end("a", "stopped");
    status.cancelled("b");
    await pause(SHOWN_MS);
    assert.deepEqual(shown, ["2 waiting"]);
  });
});
