/**
 * Preloaded into a Node-RED under test: ends the process, as a power cut would, at the n-th durable step boundary
 * (`KILL_AT_STEP`), of all or of those whose `node-type:step` begins so (`KILL_STEP`); at the first that has one of these
 * names (`KILL_NAMES`, one a line); or after a time (`KILL_AFTER_MS`); whatever comes first. Where it is told files, it
 * writes the names down that came by (`STEPS_SEEN`), and the one at which it ended the process (`STEPS_HIT`).
 */
import { subscribe } from "node:diagnostics_channel";
import { appendFileSync } from "node:fs";

const { KILL_AT_STEP, KILL_STEP = "", KILL_NAMES, KILL_AFTER_MS, STEPS_SEEN, STEPS_HIT } = process.env;
const at = Number(KILL_AT_STEP ?? 0);
const afterMs = Number(KILL_AFTER_MS ?? 0);
const wanted = new Set(KILL_NAMES?.split("\n"));
/** What stands in a name for the id of a thing: the boundary is the same whichever asset it is of. */
const IDS = /\b[0-9a-f][0-9a-f-]{14,}\b/g;
const seen = new Set<string>();
let steps = 0;

function write(file: string | undefined, name: string): void {
  if (file !== undefined) appendFileSync(file, `${name}\n`);
}

subscribe("content-lifecycle:step", (note) => {
  const { nodeType, step } = note as { nodeType: string; step: string };
  const name = `${nodeType}:${step}`.replace(IDS, "*");
  if (!seen.has(name)) write(STEPS_SEEN, name);
  seen.add(name);
  if (name.startsWith(KILL_STEP)) steps += 1;
  if ((at === 0 || steps !== at) && !wanted.has(name)) return;
  write(STEPS_HIT, name);
  process.kill(process.pid, "SIGKILL");
});
if (afterMs > 0) setTimeout(() => process.kill(process.pid, "SIGKILL"), afterMs);
