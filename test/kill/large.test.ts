import assert from "node:assert/strict";
import { MOST_DISK, MOST_MEMORY, pass } from "../long/large.js";
import { MIB } from "../long/measure.js";

describe("a large master", function () {
  this.timeout(400_000);
  it("of 100 MiB passes so by OPEX, too", async () => {
    const { problems, peak } = await pass(100 * MIB, "opex");
    assert.deepEqual(problems, []);
    assert.ok(peak > 0 && peak < MOST_MEMORY, `${peak} bytes of memory`);
  });

  it("of 300 MiB passes whole and proven in less than 350 MiB of memory, never whole on Node-RED's disk", async () => {
    const { problems, peak, disk } = await pass(300 * MIB);
    assert.deepEqual(problems, []);
    assert.ok(peak > 0 && peak < MOST_MEMORY, `${peak} bytes of memory`);
    assert.ok(disk < MOST_DISK, `${disk} bytes in Node-RED's folder`);
  });
});
