import { differs } from "../campaign/facts.js";
import type { Check } from "../check.js";
import type { OtmmView } from "../readers/otmm.js";
import type { StatusFacts } from "./facts.js";
import { ENTRY } from "./shown.js";
import { TRIGGERS } from "./webhooks.js";

/** Checks of how changes were noticed, and of what must not have changed. */

export const webhooks: Check<StatusFacts> = {
  name: "webhooks",
  says: "Preservica's challenge is met; forged calls are refused, doubled and late ones change nothing",
  problems: async ({ subscribed, called }) => [
    ...differs("subscriptions", subscribed.toSorted().join(), [...TRIGGERS].toSorted().join()),
    ...differs("answers to forged calls", called.forged.join(), "401,401,401"),
    ...differs("answers to a doubled call", called.doubled.join(), "200,200"),
    ...differs("answer to a late call", called.late, 200),
    ...called.changed.map((id) => `${id} was changed in OTMM by a forged, doubled or late call`),
  ],
  spoil: async ({ called }) => void called.forged.splice(1, 1, 200),
};

export const ownWrites: Check<StatusFacts> = {
  name: "own-writes",
  says: "the flow's own write-backs are no changes: the watch told what people did, and no archive run came of it",
  problems: async ({ runs, jobs, down, good }) => {
    const watched = new Set(runs.filter(({ queue }) => queue === "sync-watch").map(({ id }) => id));
    const told = jobs
      .filter(({ queue, run }) => queue === "sync-status" && watched.has(run))
      // Whether the watch had begun when a person made the false claim is chance.
      .filter(({ assetKey }) => !assetKey.endsWith(down.claim.assetId))
      .map(({ assetKey, assetVersion }) => `${assetKey}#v${assetVersion}`);
    const people = [down.version, down.copy, down.edited].map(
      ({ originalId, version }) => `otmm:dam:${originalId}#v${version}`,
    );
    const ingests = jobs.filter(({ nodeType, state }) => nodeType === "preservica-ingest" && state === "done");
    return [
      ...differs("told by the watch", told.toSorted().join(), people.toSorted().join()),
      ...differs("archive runs", runs.filter(({ queue }) => queue === "campaign-fetch").length, 1),
      ...differs("assets taken into the archive", ingests.length, good.length),
    ];
  },
  spoil: async (facts) => {
    // As if the watch had told a write-back of ours.
    const own = facts.jobs.find(({ queue }) => queue === "sync-show");
    const watch = facts.runs.find(({ queue }) => queue === "sync-watch");
    if (own !== undefined && watch !== undefined) facts.jobs.push({ ...own, queue: "sync-status", run: watch.id });
  },
};

export const untouched: Check<StatusFacts> = {
  name: "nothing-else",
  says: "nothing else was touched: never archived assets, also the one that somebody edited, are as people left them; the archive holds nothing more",
  problems: async (facts) => {
    const problems: string[] = [];
    const shown = new Map((await facts.otmm.all()).map((asset) => [asset.id, asset]));
    const left = new Map([[facts.down.edited.id, facts.down.edited]]);
    for (const { assetId, name, reason } of facts.bad) {
      const was = left.get(assetId) ?? facts.before.otmm.get(assetId);
      const is = shown.get(assetId);
      if (was === undefined || is === undefined) continue;
      problems.push(...differs(`"${name}" (${reason}): last change`, is.lastUpdated, was.lastUpdated));
      if (assetId !== facts.down.claim.assetId && is.fields[ENTRY.id] !== undefined)
        problems.push(`"${name}" (${reason}) looks archived`);
    }
    const known = new Set([...facts.before.archive, ...facts.refs.values()]);
    for (const { ref, type, title } of await facts.preservica.below())
      if (type === "IO" && !known.has(ref)) problems.push(`"${title}" is new in the archive`);
    return problems;
  },
  spoil: async (facts) => facts.otmm.edit(facts.down.edited.id, { [ENTRY.status]: "NOT" }),
};

export const contradiction: Check<StatusFacts> = {
  name: "contradiction",
  says: "what OTMM calls archived and the archive does not know is left as it is, and told with its reason",
  problems: async ({ jobs, otmm, down: { claim }, fullRun }) => {
    const { fields, lastUpdated } = await otmm.asset(claim.assetId);
    const told = jobs.find(
      ({ run, state, queue }) => run === fullRun.id && state === "failed" && queue === "sync-none",
    );
    return [
      ...differs("archive id", fields[ENTRY.id], claim.id),
      ...differs("last change", lastUpdated, claim.lastUpdated),
      ...(told?.error?.message.includes("the archive does not know it") === true ? [] : ["nobody was told"]),
    ];
  },
  spoil: async ({ otmm, down: { claim } }) => otmm.edit(claim.assetId, { [ENTRY.id]: "0".repeat(36) }),
};

/** What OTMM shows, but for when the archive was read. */
function shown({ fields, latest }: OtmmView): string {
  const { [ENTRY.syncedOn]: _read, ...others } = fields;
  return JSON.stringify([latest, others]);
}

export const again: Check<StatusFacts> = {
  name: "again",
  says: "reading everything again changes nothing but the time of reading, and ends: found = done + refused + failed",
  problems: async (facts) => {
    const { found, done, refused, failed, running, waiting } = facts.fullRun.counts;
    const older = new Set(facts.older.map(({ assetId }) => assetId));
    const changed = (await facts.otmm.all()).filter((asset) => {
      const before = facts.settled.get(asset.id);
      return !older.has(asset.id) && (before === undefined || shown(before) !== shown(asset));
    });
    return [
      ...differs("sum", done + refused + failed, found),
      ...differs("on its way", running + waiting, 0),
      ...differs("failed", failed, ["contradiction"].length),
      ...changed.map(({ name }) => `"${name}" changed`),
    ];
  },
  spoil: async ({ otmm, bad }) => {
    const last = bad.findLast(({ extraVersion }) => !extraVersion);
    await otmm.edit(last?.assetId ?? "", { "ACME.FIELD.DESCRIPTION": "touched by the full run" });
  },
};
