import assert from "node:assert/strict";
import { broadcastKills } from "../long/kill-broadcast.js";
import { campaignKills } from "../long/kill-campaign.js";
import { destroyKills } from "../long/kill-destroy.js";
import { type KillPlay, killRounds } from "../long/kill-rounds.js";
import { transferKills } from "../long/kill-transfer.js";

describe("a Node-RED that is killed again and again", () => {
  const holds = async (play: KillPlay, wanted: number, seed = 20261116): Promise<void> => {
    const { rounds, problems } = await killRounds(play, wanted, { seed, say: () => undefined });
    assert.deepEqual(problems, []);
    assert.equal(rounds, wanted);
  };

  it("loses nothing and doubles nothing over the whole demo (5 seeded rounds; more in npm run test:long)", () =>
    holds(campaignKills("xip"), 5));

  it("loses nothing and doubles nothing when the content goes by OPEX (2 seeded rounds)", () =>
    holds(campaignKills("opex"), 2, 20261117));

  it("puts master and clips into one asset, wholly or not at all (2 seeded rounds; more in npm run test:long)", () =>
    holds(broadcastKills, 2, 20261118));

  it("releases only what the archive proves, once, with one receipt (2 seeded rounds; more in npm run test:long)", () =>
    holds(transferKills, 2));

  it("destroys only what two persons approved, wholly, with one certificate (3 seeded rounds; more in npm run test:long)", () =>
    holds(destroyKills, 3));
});
