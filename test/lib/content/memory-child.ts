import { sharedPool } from "../../../lib/content/pool.js";

/**
 * A process that moves 256 MiB between the servers of its parent (`argv[2]`), tells by how many MiB it grew beyond a
 * first small transfer, and must then end by itself although the pool's threads still stand.
 */
const MIB = 1024 * 1024;
const url = process.argv[2] ?? "";

function move(size: number): Promise<unknown> {
  return sharedPool().sendPackage({
    entries: [
      {
        path: "content/file",
        label: "preservation/0",
        open: async () => ({ method: "GET", url: `${url}/${size}`, headers: {}, idleMs: 30_000 }),
        size,
        algorithms: ["SHA-256"],
      },
    ],
    finishSize: 1024,
    finish: async () => [{ path: "metadata.xml", bytes: Buffer.from("<x/>") }],
    modified: new Date(0),
    target: {
      put: async () => ({ method: "PUT", url: `${url}/put`, headers: {}, idleMs: 30_000 }),
      begin: async () => "upload",
      part: async (_id, number) => ({ method: "PUT", url: `${url}/${number}`, headers: {}, idleMs: 30_000 }),
      complete: async () => ({}),
      abort: async () => undefined,
    },
    onState: async () => undefined,
    signal: new AbortController().signal,
  });
}

async function measure(): Promise<void> {
  await move(100_000);
  const before = process.memoryUsage.rss();
  let most = before;
  const watch = setInterval(() => {
    most = Math.max(most, process.memoryUsage.rss());
  }, 10);
  await move(256 * MIB);
  clearInterval(watch);
  process.send?.({ grown: Math.round((most - before) / MIB) });
  process.disconnect();
}

void measure();
