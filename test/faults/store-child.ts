import { CampaignReaders } from "./campaign.js";
import { storeCase, type StoreCase } from "./store-cases.js";
import { FaultWorld } from "./world.js";

/**
 * Plays the cases given as JSON in the first argument and prints one line of JSON for each; with `"all"` it goes through
 * every write until a run comes through in which nothing was left to fail.
 */
async function main(): Promise<void> {
  const given = process.argv[2] ?? "[]";
  const world = await FaultWorld.open();
  const readers = new CampaignReaders(world);
  const play = async (one: StoreCase): Promise<boolean> => {
    const result = await storeCase(world, readers, one);
    process.stdout.write(`${JSON.stringify({ ...one, ...result })}\n`);
    return result.fired;
  };
  if (given === "all") {
    for (const times of [1, 6]) {
      for (let nth = 1; await play({ nth, times, how: "commit" });) nth += 1;
    }
  } else {
    for (const one of JSON.parse(given) as StoreCase[]) await play(one);
  }
  await world.close();
}

main().then(
  () => process.exit(0),
  (error: unknown) => {
    process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
    process.exit(1);
  },
);
