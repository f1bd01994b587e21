import { until } from "../support/helper.js";
import { idsOf, smallCast } from "./campaign.js";
import { scene } from "./scene.js";

const DAY = 86_400_000;

/** Moves the clock of this process, as a person or a time server would; returns what puts it right again. */
function moveClock(by: number): () => void {
  const Real = Date;
  class Moved extends Real {
    constructor(...given: unknown[]) {
      super(...((given.length === 0 ? [Real.now() + by] : given) as [number]));
    }
    static override now(): number {
      return Real.now() + by;
    }
  }
  globalThis.Date = Moved as DateConstructor;
  return () => {
    globalThis.Date = Real;
  };
}

describe("clocks that jump while assets are on their way", function () {
  this.timeout(240_000);
  const faults = scene();

  for (const [says, by] of [
    ["forward", DAY],
    ["back", -DAY],
  ] as const) {
    it(`does not hold up or double anything when Node-RED's clock jumps a day ${says}, and again when it is put right`, async () => {
      const cast = smallCast();
      await faults.prepare({
        cast,
        // One job waits for the archive, the other for its next attempt.
        faults: [
          { system: "preservica", kind: "status", status: 500, match: { method: "PUT", path: "package.upload" } },
        ],
      });
      await faults.world.settings("preservica", { ingestMs: 1_500 });
      faults.world.press(idsOf(cast));
      const waiting = async (): Promise<number> =>
        (await faults.world.jobs()).filter(({ state }) => state === "waiting").length;
      await until(async () => (await waiting()) === 2);
      const steady = faults.world.kernel.clock.now();
      const back = moveClock(by);
      try {
        await faults.world.kernel.setClock(steady);
        await until(() => faults.world.got("archived").length >= 1);
        const later = faults.world.kernel.clock.now();
        back();
        await faults.world.kernel.setClock(later);
        await faults.holds(cast, await faults.world.settled());
      } finally {
        back();
      }
    });

    it(`does not hold up or double anything when the systems' clocks are a day ${by > 0 ? "ahead" : "behind"}`, async () => {
      const cast = smallCast();
      await faults.prepare({ cast });
      // The simulated archive measures its work by its clock: set back in the middle, it would really take a day longer.
      await faults.world.kernel.setClock(new Date(Date.now() + by));
      await faults.holds(cast, await faults.world.run(idsOf(cast)));
    });
  }

  it("does not hold up or double anything when the systems' clocks jump a day forward in the middle", async () => {
    const cast = smallCast();
    await faults.prepare({ cast });
    faults.world.press(idsOf(cast));
    await until(() =>
      faults.world.log("preservica").some(({ method, path }) => method === "PUT" && path.endsWith(".zip")),
    );
    await faults.world.kernel.setClock(new Date(Date.now() + DAY));
    await faults.holds(cast, await faults.world.settled());
  });
});
