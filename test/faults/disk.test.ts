import assert from "node:assert/strict";
import { nameOfStoreCase, type StoreCase, type StoreResult } from "./store-cases.js";
import { playStoreCases } from "./store-process.js";

/** A place in each kind of write: the run, its page, an intake, steps, ends, what is settled; and a disk that stays full for a while. */
const CASES: StoreCase[] = [
  { nth: 1, times: 1, how: "commit" },
  { nth: 2, times: 2, how: "commit" },
  { nth: 5, times: 3, how: "commit" },
  { nth: 9, times: 1, how: "commit" },
  { nth: 17, times: 6, how: "commit" },
  { nth: 24, times: 6, how: "commit" },
  { nth: 3, times: 10, how: "pages" },
];

describe("a full disk under the store", function () {
  this.timeout(500_000);
  let results: (StoreCase & StoreResult)[];
  before(async () => {
    results = await playStoreCases(CASES);
  });

  for (const [index, one] of CASES.entries()) {
    it(`is a coded error, loses nothing, and everything goes on by itself once there is space: ${nameOfStoreCase(one)}`, () => {
      assert.deepEqual(
        { fired: results[index]?.fired, problems: results[index]?.problems },
        { fired: true, problems: [] },
      );
    });
  }
});
