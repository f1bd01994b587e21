import assert from "node:assert/strict";
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { StoreFile } from "../../lib/store/store-file.js";

/** A person by the name of the sign-in, somebody at an editor without sign-in, or this software with its version. */
const AGENT = /^user:.|^editor \(not signed in\)$|@content-lifecycle\/node-red \d+\.\d+\.\d+/;

/**
 * Holds every event in the stores of a user directory against what an event must say of its agent (RECORDS, rule 15).
 *
 * @returns how many events there were
 */
export function assertAgents(userDir: string): number {
  const folder = join(userDir, "content-lifecycle");
  if (!existsSync(folder)) return 0;
  let events = 0;
  for (const name of readdirSync(folder).filter((one) => one.endsWith(".db"))) {
    const store = opened(join(folder, name));
    if (store === undefined) continue;
    try {
      for (const { seq, payload } of store.frames()) {
        if (payload === null) continue;
        const { type, agent } = JSON.parse(payload) as { type: string; agent: string };
        assert.match(agent, AGENT, `event ${seq} (${type}) in ${name} names no software with its version`);
        events += 1;
      }
    } finally {
      store.close();
    }
  }
  return events;
}

/** A store that somebody still works on, or that a test spoilt, is left alone. */
function opened(file: string): StoreFile | undefined {
  try {
    return new StoreFile(file);
  } catch {
    return undefined;
  }
}
