import assert from "node:assert/strict";
import { createPreservica } from "../../lib/preservica/index.js";
import type { JsonObject, LifecycleStore } from "../../lib/store/types.js";
import { migrate } from "../../nodes/preservica-events/config.js";
import { Memory } from "../../nodes/preservica-events/memory.js";
import { ChangeReader } from "../../nodes/preservica-events/read.js";
import { PreservicaStage } from "./preservica-stage.js";

/** The part of the store that a memory asks. */
class Cursors {
  readonly #kept = new Map<string, JsonObject>();
  cursor(name: string): Promise<JsonObject | undefined> {
    return Promise.resolve(this.#kept.get(name));
  }
  setCursor(name: string, cursor: JsonObject): Promise<void> {
    this.#kept.set(name, cursor);
    return Promise.resolve();
  }
}

describe("reading what changed in the archive", () => {
  let stage: PreservicaStage;
  before(async () => {
    stage = await PreservicaStage.open();
  });
  after(() => stage.close());

  it("tells an asset that changes again within a run by the next run, because a run's second message of it is left out", async () => {
    const { tenant = "", username = "", password = "" } = stage.sandbox.ready.preservica ?? {};
    const client = createPreservica({
      connection: "archive",
      baseUrl: stage.sandbox.url("preservica"),
      tenant,
      credentials: () => ({ username, password }),
    });
    const cursors = new Cursors();
    const memory = new Memory("changes", () => Promise.resolve(cursors as unknown as LifecycleStore));
    const reader = new ChangeReader(memory);
    const config = migrate({ sweepMinutes: 0, origin: "dam" });
    const { key } = stage.seeded(1);
    /** Reads a whole run; `meanwhile` happens after its first page. @returns what the pages told of the asset */
    const read = async (id: string, meanwhile?: () => Promise<unknown>): Promise<string[]> => {
      const told: string[] = [];
      let cursor: JsonObject | undefined = {};
      for (let page = 0; cursor !== undefined; page += 1) {
        const { assets, cursor: next } = await reader.page(client, config, { id, cursor });
        told.push(...assets.filter((one) => one.key === key).map((one) => String(one.source?.["change.kinds"])));
        if (page === 0) await meanwhile?.();
        cursor = next;
      }
      return told;
    };
    const ref = await stage.refOf(1);
    const setTag = (tag: string): Promise<void> =>
      stage.putText(`/api/entity/information-objects/${ref}/security-descriptor?includeDescendants=false`, tag);
    const shows = async (tag: string): Promise<void> => {
      while ((await stage.reader.asset(ref)).tag !== tag) await new Promise(setImmediate);
    };

    assert.deepEqual(await read("first"), []);
    await setTag("restricted");
    await shows("restricted");
    const again = async (): Promise<void> => {
      await setTag("closed");
      await shows("closed");
    };
    assert.deepEqual(await read("second", again), ["tag"]);
    assert.deepEqual(await read("third"), ["tag"]);
    assert.deepEqual(await read("fourth"), []);
  });
});
