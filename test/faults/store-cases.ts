import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { until } from "../support/helper.js";
import { type CampaignReaders, idsOf, smallCast } from "./campaign.js";
import type { FaultWorld } from "./world.js";

/** The n-th write to the store fails, and `times - 1` after it; in the process that `store-fault.cjs` is loaded into. */
export interface StoreCase {
  nth: number;
  times: number;
  how: "commit" | "pages";
}
export interface StoreResult {
  fired: boolean;
  problems: string[];
}

export function nameOfStoreCase({ nth, times, how }: StoreCase): string {
  return `write ${nth} to the store ${times === 1 ? "" : `and ${times - 1} more `}meets a full disk (${how})`;
}

let cases = 0;

/** One case: the example runs while the disk is full; once there is space everything ends as if nothing had happened. */
export async function storeCase(world: FaultWorld, readers: CampaignReaders, one: StoreCase): Promise<StoreResult> {
  const file = process.env["STORE_FAULT"];
  if (file === undefined) throw new Error("STORE_FAULT names no file");
  const cast = smallCast();
  writeFileSync(file, "");
  rmSync(`${file}.hit`, { force: true });
  await world.fresh();
  const before = await readers.before();
  await world.store();
  cases += 1;
  writeFileSync(
    file,
    JSON.stringify({ case: `case ${cases}`, from: one.nth, until: one.nth + one.times, how: one.how }),
  );
  const problems: string[] = [];
  const uncoded = (): string[] =>
    world
      .got("caught")
      .flatMap(({ error }) =>
        error?.code === "STORE_FULL" ? [] : [`told to Catch: ${error?.code} ${error?.message}`],
      );
  try {
    world.press(idsOf(cast));
    // A run that could not even be written down was told to Catch; a person presses Run again when there is space.
    await until(async () => (await world.newest()) !== undefined || world.got("caught").length > 0);
    if ((await world.newest()) === undefined) {
      await until(() => told(world));
      await spaceAgain(file, world, cast);
    }
    const run = await world.settled(90_000);
    problems.push(...(await readers.problems(cast, before, run)));
  } catch (error) {
    problems.push(error instanceof Error ? error.message : String(error));
  }
  problems.push(...uncoded());
  problems.push(...world.rejections.splice(0).map((reason) => `unhandled rejection: ${reason}`));
  return { fired: hits(file) > 0, problems };
}

function told(world: FaultWorld): boolean {
  return world.got("caught").some(({ error }) => error?.code === "STORE_FULL");
}

async function spaceAgain(file: string, world: FaultWorld, cast: ReturnType<typeof smallCast>): Promise<void> {
  writeFileSync(file, "");
  world.press(idsOf(cast));
  await until(async () => (await world.newest()) !== undefined);
}

function hits(file: string): number {
  try {
    return Number(readFileSync(`${file}.hit`, "utf8"));
  } catch {
    return 0;
  }
}
