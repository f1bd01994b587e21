import assert from "node:assert/strict";
import { killRounds } from "../long/kill-rounds.js";

describe("a Node-RED that is killed again and again", () => {
  it("loses nothing and doubles nothing over the whole demo (5 seeded rounds; more in npm run test:long)", async () => {
    const { rounds, problems } = await killRounds(5, 20261116, () => undefined);
    assert.deepEqual(problems, []);
    assert.equal(rounds, 5);
  });
});
