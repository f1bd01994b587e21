import { callBack } from "../readers/archivist.js";
import type { OtmmReader } from "../readers/otmm.js";
import type { Stage } from "../stage.js";
import { until } from "./shown.js";

/** The example's node that is called back. */
export const EVENTS_NODE = "ca05000000000022";
export const TRIGGERS = ["FULL_TEXT_INDEXED", "MOVED", "CHANGED_SECURITY_DESCRIPTOR"] as const;

/** Answers to calls that Preservica did not send, or sent before, and what they changed. */
export interface CallBacks {
  /** Signed with another secret, signed for another body, not signed. */
  forged: number[];
  /** The same event twice. */
  doubled: number[];
  /** Years after it happened. */
  late: number;
  /** Assets that OTMM changed meanwhile. */
  changed: string[];
}

/** Calls the flow's address as a forger and as a network that repeats itself would, and looks what OTMM shows then. */
export async function callBacks(
  stage: Stage,
  otmm: OtmmReader,
  address: string,
  secret: string,
  ref: string,
): Promise<CallBacks> {
  const event = (trigger: string, timestamp: string) => ({
    tenant: stage.ready.preservica.tenant,
    trigger,
    timestamp,
    events: [{ entityType: "IO", entityRef: ref }],
  });
  const state = async () => new Map((await otmm.all()).map(({ id, lastUpdated }) => [id, lastUpdated]));
  const readings = async () => (await stage.runs()).filter(({ queue }) => queue === "sync-events");
  await quiet(stage);
  const before = await state();
  const { now } = (await stage.control("GET", "clock")) as { now: string };
  const moved = event("MOVED", now);
  const forged = [
    await callBack(address, "another secret", moved),
    await callBack(address, "${PRESERVICA_WEBHOOK_SECRET}", moved),
    await callBack(address, "", moved),
  ];
  const known = new Set((await readings()).map(({ id }) => id));
  const doubled = [await callBack(address, secret, moved), await callBack(address, secret, moved)];
  const late = await callBack(address, secret, event("CHANGED_SECURITY_DESCRIPTOR", "2020-01-01T00:00:00.000Z"));
  await until("the reading that the calls ask for", async () =>
    (await readings()).some(({ id, state: is }) => !known.has(id) && is === "done"),
  );
  await quiet(stage);
  const changed = [...(await state())].filter(([id, at]) => before.get(id) !== at).map(([id]) => id);
  return { forged, doubled, late, changed };
}

/** Resolves when no reading of the archive and nothing that came of one is under way. */
export async function quiet(stage: Stage): Promise<void> {
  await until("the flow's rest", async () =>
    (await stage.runs()).every(({ state, counts }) => state !== "running" && counts.running + counts.waiting === 0),
  );
}
