import assert from "node:assert/strict";
import { killRounds } from "../long/kill-rounds.js";

describe("a Node-RED that is killed again and again", () => {
  it("loses nothing and doubles nothing over the whole demo (5 seeded rounds; more in npm run test:long)", async () => {
    const { rounds, problems } = await killRounds(5, 20261116, () => undefined, "xip");
    assert.deepEqual(problems, []);
    assert.equal(rounds, 5);
  });

  it("loses nothing and doubles nothing when the content goes by OPEX (2 seeded rounds)", async () => {
    const { rounds, problems } = await killRounds(2, 20261117, () => undefined, "opex");
    assert.deepEqual(problems, []);
    assert.equal(rounds, 2);
  });
});
