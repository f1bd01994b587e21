import type { EventEmitter } from "node:events";
import { createRequire } from "node:module";
import { setTimeout as pause } from "node:timers/promises";
import type { NodeInitializer } from "node-red";
import helper from "node-red-node-test-helper";
import { assertAgents } from "./told.js";

/** Which Node-RED the suite runs on: environment variable NODE_RED, 5 (default) or 4. */
export const major = process.env["NODE_RED"] === "4" ? 4 : 5;
const red = createRequire(__filename).resolve(`node-red-${major}`);
helper.init(red);
export { helper };

let userDir = "";
const [settings, unload] = [helper.settings.bind(helper), helper.unload.bind(helper)];
helper.settings = (given) => {
  userDir = given.userDir ?? "";
  return settings(given);
};
/** As the helper's own; then every event that the flow's nodes wrote is held against what an event must say of its agent. */
helper.unload = async () => {
  await unload();
  if (userDir !== "") assertAgents(userDir);
};

/** A core node of that very Node-RED, e.g. `common/25-catch`, to be listed in `helper.load`. */
export function coreNode(path: string): NodeInitializer {
  return createRequire(red)(`@node-red/nodes/core/${path}`) as NodeInitializer;
}

/** Tells each time that a node calls this method of its own, with what it gives first. */
export function whenCalled(node: EventEmitter, method: "status" | "warn", tell: (given: unknown) => void): void {
  node.on(`call:${method}`, (call: { args: unknown[] }) => tell(call.args[0]));
}

/** Resolves when `holds` does; fails after `limit` milliseconds with what was waited for. */
export async function until(holds: () => boolean | Promise<boolean>, limit = 60_000): Promise<void> {
  const end = Date.now() + limit;
  while (!(await holds())) {
    if (Date.now() > end) throw new Error(`Waited ${limit} ms in vain for: ${holds.toString()}`);
    await pause(20);
  }
}
