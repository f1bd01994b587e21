import { holdsIn } from "../systems/holds.js";
import type { HoldAnswer } from "../systems/port.js";
import type { SystemRegistry } from "../systems/registry.js";
import type { KnownPlace } from "./places.js";

/** What one place said about holds, with the connection that was asked. */
export type AskedHold = HoldAnswer & { connection: string; id: string };

/**
 * Asks every known place whether anything holds the asset, now and all at once. A place that no deployed connection
 * reaches, and an asset that is known nowhere, is `unknown`, which counts as held (RECORDS.md 3).
 *
 * @throws LifecycleError NOT_CONFIGURED while a connection is being deployed
 */
export async function askHolds(
  places: readonly KnownPlace[],
  systems: Pick<SystemRegistry, "get">,
): Promise<AskedHold[]> {
  if (places.length === 0) {
    const why = "the asset carries no id of any system, so nobody could be asked";
    return [{ state: "unknown", system: "otmm", connection: "", id: "", at: new Date().toISOString(), why }];
  }
  return await Promise.all(
    places.map(async (place): Promise<AskedHold> => ({
      ...(await holdsIn(systems, place, place.asset)),
      connection: place.connection,
      id: place.id,
    })),
  );
}

/** What holds the asset, in words; empty only when every place answered that nothing does. */
export function heldBy(answers: readonly AskedHold[]): string[] {
  return answers.flatMap((answer) => {
    const where = answer.connection === "" ? "" : `${answer.system} ${answer.connection}: `;
    switch (answer.state) {
      case "clear":
        return [];
      case "held":
        return answer.matters.map((matter) => `${where}${matter}`);
      case "unknown":
        return [`${where}not known, which counts as held (${answer.why})`];
    }
  });
}
