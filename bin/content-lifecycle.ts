#!/usr/bin/env node
/**
 * `content-lifecycle`: what can be asked of a lifecycle store without Node-RED. Exit codes: 0 = fine, 1 = the timeline
 * is not intact, or nothing was found, 2 = the question could not be answered.
 */
const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
if (major > 22 || (major === 22 && minor >= 9)) {
  // Loaded only now: older versions of Node.js may not even read it.
  void import("./command-line.js").then(async ({ main }) => {
    process.exitCode = await main(process.argv.slice(2));
  });
} else {
  console.error(
    `content-lifecycle needs Node.js 22.9 or newer, and 22.13 to read a store; this is ${process.versions.node}.`,
  );
  process.exitCode = 2;
}
