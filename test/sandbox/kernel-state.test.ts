import assert from "node:assert/strict";
import { spawn, type ChildProcess } from "node:child_process";
import { mkdir, mkdtemp, readdir, rm, truncate, stat } from "node:fs/promises";
import { createInterface } from "node:readline";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DurableState } from "../../sandbox/kernel/state.js";

interface Notes {
  notes: Record<string, { text: string; tags: string[] }>;
  order: string[];
  count: number;
}
const empty = (): Notes => ({ notes: {}, order: [], count: 0 });

describe("sandbox kernel: durable state", () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "sandbox-state-"));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  /** What a start after a kill finds: the files as they are, the first state never closed. */
  const found = async (): Promise<Notes> => {
    const state = await DurableState.open(folder, "notes", empty);
    const copy = structuredClone(state.value);
    await state.close();
    return copy;
  };

  it("keeps what was set, deleted, pushed, sorted, spliced and cut", async () => {
    const state = await DurableState.open(folder, "notes", empty);
    await state.update((value) => {
      for (const id of ["c", "a", "b"]) {
        value.notes[id] = { text: id, tags: [] };
        value.order.push(id);
      }
    });
    await state.update((value) => value.order.sort());
    await state.update((value) => value.notes["a"]?.tags.push("x", "y"));
    await state.update((value) => {
      value.order.splice(0, 1);
      delete value.notes["b"];
      value.count += 5;
    });
    assert.equal(await state.update((value) => value.order.indexOf("c")), 1);
    assert.deepEqual(await found(), state.value);
    assert.deepEqual(state.value, {
      notes: { c: { text: "c", tags: [] }, a: { text: "a", tags: ["x", "y"] } },
      order: ["b", "c"],
      count: 5,
    });
    await state.update((value) => {
      value.notes = {};
      value.order.length = 0;
    });
    assert.deepEqual(await found(), { notes: {}, order: [], count: 5 });
    await state.close();
  });

  it("sees a change made to an object found elsewhere, and gives back plain objects", async () => {
    const state = await DurableState.open(folder, "notes", empty);
    const note = await state.update((value) => (value.notes["a"] = { text: "first", tags: [] }));
    const outside = state.value.notes["a"];
    assert.equal(outside, note);
    await state.update(() => {
      if (outside) outside.text = "second";
    });
    assert.equal((await found()).notes["a"]?.text, "second");
    await state.close();
  });

  it("drops a line that a kill has torn, whole, and goes on behind the last one", async () => {
    const state = await DurableState.open(folder, "notes", empty);
    await state.update((value) => void (value.count = 1));
    const journal = join(folder, (await readdir(folder)).find((file) => file.endsWith(".journal")) ?? "");
    const { size } = await stat(journal);
    await state.update((value) => {
      value.count = 2;
      value.order.push("torn");
    });
    await state.close();
    await truncate(journal, (await stat(journal)).size - 3);
    assert.deepEqual(await found(), { notes: {}, order: [], count: 1 });
    assert.equal((await stat(journal)).size, size);
    const next = await DurableState.open(folder, "notes", empty);
    await next.update((value) => void (value.count = 3));
    await next.close();
    assert.equal((await found()).count, 3);
  });

  it("starts a new snapshot when the journal has outgrown it, while changes go on", async () => {
    const state = await DurableState.open(folder, "notes", empty);
    const text = "x".repeat(20_000);
    const changeEach = (round: number): Promise<void>[] =>
      Array.from({ length: 50 }, (_, at) =>
        state.update((value) => {
          value.notes[`n${at}`] = { text: `${text}${round}`, tags: [] };
          value.count = round;
          value.order.push(`${round}/${at}`);
        }),
      );
    // A megabyte a round; changes of the next round come in while the last one is written.
    let writing: Promise<unknown> = Promise.resolve();
    for (let round = 0; round < 24; round++) [, writing] = [await writing, Promise.all(changeEach(round))];
    await writing;
    const files = await readdir(folder);
    assert.deepEqual(new Set(files.map((file) => file.split(".").at(-1))), new Set(["journal", "snapshot"]));
    assert.equal(files.length, 2);
    assert.ok(!files[0]?.includes(".1."), String(files));
    assert.deepEqual(await found(), state.value);
    await state.close();
  });

  it("refuses changes after it was closed, and asynchronous ones", async () => {
    const state = await DurableState.open(folder, "notes", empty);
    await assert.rejects(
      state.update(async () => undefined),
      /synchronous/,
    );
    await state.close();
    await assert.rejects(
      state.update((value) => value.count),
      /closing/,
    );
  });

  it("loses nothing acknowledged to kill -9, at any moment", async function () {
    this.timeout(60_000);
    await mkdir(folder, { recursive: true });
    let acknowledged = -1;
    for (let round = 0; round < 5; round++) {
      acknowledged = Math.max(acknowledged, await killedWriter(folder, 20 + round * 37));
      const value = await found();
      assert.ok(value.count >= acknowledged, `round ${round}: ${value.count} found, ${acknowledged} acknowledged`);
      assert.equal(value.order.length, value.count);
      assert.equal(Object.keys(value.notes).length, Math.min(value.count, 100));
      acknowledged = value.count;
    }
    assert.ok(acknowledged > 100, String(acknowledged));
  });
});

/** Runs a process that writes and tells what was acknowledged; kills it after so many acknowledgements. */
async function killedWriter(folder: string, killAfter: number): Promise<number> {
  const script = `
    const { DurableState } = require(${JSON.stringify(require.resolve("../../sandbox/kernel/state.js"))});
    (async () => {
      const state = await DurableState.open(${JSON.stringify(folder)}, "notes", () => ({ notes: {}, order: [], count: 0 }));
      for (;;) {
        const count = await state.update((value) => {
          value.notes["n" + (value.count % 100)] = { text: "x".repeat(30000), tags: [] };
          value.order.push("o");
          return (value.count += 1);
        });
        process.stdout.write(count + "\\n");
      }
    })();`;
  const child: ChildProcess = spawn(process.execPath, ["-e", script], { stdio: ["ignore", "pipe", "inherit"] });
  const ended = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  let seen = 0;
  let last = -1;
  if (!child.stdout) throw new Error("no output");
  for await (const line of createInterface({ input: child.stdout })) {
    last = Number(line);
    seen += 1;
    if (seen === killAfter) child.kill("SIGKILL");
  }
  await ended;
  return last;
}
