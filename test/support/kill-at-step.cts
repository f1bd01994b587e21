/**
 * Preloaded into a Node-RED under test: ends the process, as a power cut would, at the n-th durable step boundary, of all
 * (`KILL_AT_STEP`) or of those whose `node-type:step` begins so (`KILL_STEP`), or after a time (`KILL_AFTER_MS`).
 */
import { subscribe } from "node:diagnostics_channel";

const at = Number(process.env["KILL_AT_STEP"] ?? 0);
const of = process.env["KILL_STEP"] ?? "";
const afterMs = Number(process.env["KILL_AFTER_MS"] ?? 0);
let steps = 0;
if (at > 0) {
  subscribe("content-lifecycle:step", (note) => {
    const { nodeType, step } = note as { nodeType: string; step: string };
    if (`${nodeType}:${step}`.startsWith(of)) steps += 1;
    if (steps === at) process.kill(process.pid, "SIGKILL");
  });
}
if (afterMs > 0) setTimeout(() => process.kill(process.pid, "SIGKILL"), afterMs);
