import assert from "node:assert/strict";
import type { Scenario } from "../../scripts/demo/check.js";
import { playable } from "../../scripts/demo/playable.js";
import { Stage } from "../../scripts/demo/stage.js";

/** Plays a scenario once on a real Node-RED; each of its checks must hold, and must turn red when its subject is spoilt. */
export function describeScenario<Facts>(scenario: Scenario<Facts>): void {
  const version = process.env["NODE_RED"] === "4" ? 4 : 5;

  describe(`scenario ${scenario.number} on Node-RED ${version}: ${scenario.title}`, () => {
    let stage: Stage;
    let facts: Facts;

    before(async () => {
      stage = await Stage.open({ ...playable(scenario).stage, version });
      // What takes long is played once, on the newer Node-RED.
      if (version === 4) await scenario.lighten?.(stage);
      facts = await scenario.play(stage, () => undefined);
    });
    after(() => stage.close());

    for (const check of scenario.checks) {
      it(check.says, async () => {
        assert.deepEqual(await check.problems(facts), []);
      });
    }

    // Spoiling is the same on every Node-RED: the checks look at the systems.
    if (version === 5) {
      for (const check of scenario.checks) {
        it(`notices when "${check.name}" no longer holds`, async () => {
          // An earlier spoil may have turned it red already: what counts is what its own adds.
          const before = await check.problems(facts);
          await check.spoil(facts);
          const added = (await check.problems(facts)).filter((problem) => !before.includes(problem));
          assert.notDeepEqual(added, []);
        });
      }
    }
  });
}
