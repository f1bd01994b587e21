import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openStore, type LifecycleEvent, type LifecycleStore } from "../../../lib/store/index.js";

/** A folder that goes when the test ends. */
export function scratch(): { folder: string; file(name: string): string; remove(): void } {
  const folder = mkdtempSync(join(tmpdir(), "timeline-"));
  return {
    folder,
    file: (name) => join(folder, name),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

export function event(asset: string, type: string, more: Partial<LifecycleEvent> = {}): LifecycleEvent {
  return {
    assetKey: `otmm:dam:${asset}`,
    assetVersion: "1",
    type,
    at: "2026-03-01T10:00:00.000Z",
    basis: "witnessed",
    agent: "@content-lifecycle/node-red 0.1.0",
    outcome: "success",
    ...more,
  };
}

/** Opens a store for `work` and closes it, so that its file can be read and changed. */
export async function withStore<T>(file: string, work: (store: LifecycleStore) => Promise<T>): Promise<T> {
  const store = await openStore(file);
  try {
    return await work(store);
  } finally {
    await store.close();
  }
}

/** Ten events of two assets, each in a transaction of its own. */
export async function tenEvents(store: LifecycleStore): Promise<void> {
  for (let place = 1; place <= 10; place += 1) {
    await store.append([event(place % 2 === 1 ? "odd" : "even", `step ${place}`, { detail: { place } })]);
  }
}
