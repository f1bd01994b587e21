import assert from "node:assert/strict";
import type { FaultOrder } from "../../sandbox/kernel/faults.js";
import type { Before } from "../../scripts/demo/scenario-01.js";
import { CampaignReaders, idsOf, type Cast } from "./campaign.js";
import type { FlowChanges } from "./flow.js";
import { FaultWorld, type RunResult } from "./world.js";

export interface Play {
  cast: Cast;
  faults?: FaultOrder[];
  changes?: FlowChanges;
}

/** What the tests of one file share: a world that lives as long as the file, and the oracle on its end state. */
export interface Scene {
  readonly world: FaultWorld;
  readonly readers: CampaignReaders;
  /** Both systems and the flow anew, the faults set; nothing runs yet. */
  prepare(play: Play): Promise<void>;
  /** Prepares, presses Run, and waits until nothing moves any more. */
  play(play: Play, limit?: number): Promise<RunResult>;
  /** Demands that everything ended as if nothing had happened. */
  holds(cast: Cast, run?: RunResult): Promise<void>;
  /** How the job of a node for an asset ended: its state, or the code of its error. */
  outcome(nodeType: string, assetName: string): Promise<string>;
  /** Lifts all faults, replays what is broken, waits. */
  repair(): Promise<RunResult>;
  /** How often an asset is in the archive. */
  archived(sourceId: string): Promise<number>;
}

/** Registers the hooks of a describe block; everything is there from its `before` on. */
export function scene(): Scene {
  const held: { world?: FaultWorld; readers?: CampaignReaders; before?: Before } = {};
  before(async function () {
    this.timeout(120_000);
    held.world = await FaultWorld.open();
    held.readers = new CampaignReaders(held.world);
  });
  afterEach(() => {
    assert.deepEqual(held.world?.rejections.splice(0), [], "unhandled rejections");
  });
  after(async () => held.world?.close());

  const there = <T>(value: T | undefined): T => {
    if (value === undefined) throw new Error("the scene is not open yet");
    return value;
  };
  const made: Scene = {
    get world() {
      return there(held.world);
    },
    get readers() {
      return there(held.readers);
    },
    async prepare({ faults = [], changes = {} }) {
      await made.world.fresh(changes);
      held.before = await made.readers.before();
      made.world.kernel.log.clear();
      for (const fault of faults) made.world.fault(fault);
    },
    async play(play, limit) {
      await made.prepare(play);
      return await made.world.run(idsOf(play.cast), limit);
    },
    async holds(cast, run) {
      const last = run ?? (await made.world.settled());
      const problems = await made.readers.problems(cast, there(held.before), last);
      assert.deepEqual(problems.length === 0 ? [] : [...problems, ...(await made.world.brokenJobs())], []);
    },
    async outcome(nodeType, assetName) {
      const jobs = (await made.world.jobs()).filter((job) => job.nodeType === nodeType && job.assetName === assetName);
      return jobs.map(({ state, error }): string => (error === undefined ? state : error.code)).join();
    },
    async repair() {
      made.world.kernel.faults.clear();
      await made.world.replay();
      return await made.world.settled();
    },
    async archived(sourceId) {
      return (await (await made.readers.preservica()).byIdentifier("OTMM-Asset", sourceId)).length;
    },
  };
  return made;
}
