import assert from "node:assert/strict";
import { type CampaignFacts, campaignArchive } from "../../scripts/demo/scenario-01.js";
import { Stage } from "../../scripts/demo/stage.js";

const version = process.env["NODE_RED"] === "4" ? 4 : 5;

describe(`scenario 1 on Node-RED ${version}: ${campaignArchive.title}`, () => {
  let stage: Stage;
  let facts: CampaignFacts;

  before(async () => {
    stage = await Stage.open({ example: campaignArchive.example, version });
    facts = await campaignArchive.play(stage, () => undefined);
  });
  after(() => stage.close());

  for (const check of campaignArchive.checks) {
    it(check.says, async () => {
      assert.deepEqual(await check.problems(facts), []);
    });
  }

  // Spoiling is the same on every Node-RED: the checks look at the systems.
  if (version === 5) {
    for (const check of campaignArchive.checks) {
      it(`notices when "${check.name}" no longer holds`, async () => {
        await check.spoil(facts);
        assert.notDeepEqual(await check.problems(facts), []);
      });
    }
  }
});
