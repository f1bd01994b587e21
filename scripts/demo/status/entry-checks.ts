import { differs } from "../campaign/facts.js";
import type { Check } from "../check.js";
import type { OtmmView } from "../readers/otmm.js";
import type { Good } from "./cast.js";
import { REQUEST_PAGE, type StatusFacts } from "./facts.js";
import { COLUMNS, column, ENTRY, onDay } from "./shown.js";

/** Checks of what OTMM shows of every archived asset, against what the archive says of it now. */

type Test = (facts: StatusFacts, asset: Good, entry: OtmmView["fields"], ref: string) => Promise<string[]>;

/** Runs a test over all archived assets, those that were destroyed only where `dead` says so. */
function each(test: Test, dead = false): (facts: StatusFacts) => Promise<string[]> {
  return async (facts) => {
    const problems: string[] = [];
    for (const asset of facts.good) {
      if (asset === facts.cast.destroyed && !dead) continue;
      const { fields } = await facts.otmm.asset(asset.assetId);
      const found = await test(facts, asset, fields, facts.refs.get(asset.sourceId) ?? "");
      problems.push(...found.map((problem) => `"${asset.name}": ${problem}`));
    }
    return problems;
  };
}
/** An asset that nobody changed but the flow. */
export function plain({ good, cast }: StatusFacts): Good {
  const changed = new Set(Object.values(cast));
  const found = good.find((asset) => !changed.has(asset));
  if (found === undefined) throw new Error("every archived asset was changed by somebody");
  return found;
}
const plainRef = (facts: StatusFacts): string => facts.refs.get(plain(facts).sourceId) ?? "";

export const identity: Check<StatusFacts> = {
  name: "identity",
  says: "OTMM shows archive id, the version it speaks of, day of ingest, digest, and the page where access is requested",
  problems: each(async (facts, asset, entry, ref) => {
    const ingest = (await facts.preservica.history(ref)).find(({ type }) => type === "Ingest");
    return [
      ...differs("archive id", entry[ENTRY.id], ref),
      ...differs("archived asset id", entry[ENTRY.assetId], asset.assetId),
      ...differs("archived on", onDay(entry[ENTRY.on]), onDay(ingest?.date)),
      ...differs("digest", entry[ENTRY.sha256], asset.sha256),
      ...differs("link", entry[ENTRY.link], `${REQUEST_PAGE}?asset=${ref}`),
    ];
  }, true),
  spoil: async (facts) => facts.otmm.edit(plain(facts).assetId, { [ENTRY.sha256]: "0".repeat(64) }),
};

export const location: Check<StatusFacts> = {
  name: "location",
  says: "OTMM shows the folder in which the archive keeps each asset, of the moved one the new folder",
  problems: each(async (facts, asset, entry, ref) => {
    const place = await facts.preservica.pathOf((await facts.preservica.asset(ref)).parent);
    const still = asset === facts.cast.moved ? [] : differs("folder in the archive", place, asset.archivePath);
    return [...differs("location", entry[ENTRY.location], place), ...still];
  }),
  spoil: async (facts) => {
    const { parent = "" } = await facts.preservica.asset(facts.refs.get(facts.cast.moved.sourceId) ?? "");
    await facts.preservica.move(plainRef(facts), parent);
  },
};

export const access: Check<StatusFacts> = {
  name: "access",
  says: "OTMM shows whether access is open, restricted or closed, as the security tag in the archive says; the changed tag too",
  problems: each(async (facts, asset, entry, ref) => {
    const { securityTag } = await facts.preservica.asset(ref);
    const level = securityTag === "open" ? "OPN" : securityTag === "closed" ? "CLS" : "RES";
    const tag = asset === facts.cast.tagged ? "closed" : asset.tag;
    return [...differs("tag in the archive", securityTag, tag), ...differs("access", entry[ENTRY.access], level)];
  }),
  spoil: async (facts) => facts.preservica.setTag(facts.refs.get(facts.cast.tagged.sourceId) ?? "", "internal"),
};

/** Years of a policy, by its name in the seed. */
const yearsOf = (policy: string): number => Number(/(\d+) years/.exec(policy)?.[1]);

export const retention: Check<StatusFacts> = {
  name: "retention",
  says: "OTMM shows policy, until when it runs from the archive's own start, and whether it runs, is over or held",
  problems: each(async (facts, asset, entry, ref) => {
    const [assigned] = await facts.preservica.retention(ref);
    if (assigned === undefined) return ["the archive has no policy on it"];
    const start = assigned.start.slice(0, 10);
    const until = `${Number(start.slice(0, 4)) + yearsOf(assigned.policy)}${start.slice(4)}`;
    const held = asset.holds.length > 0 || (await facts.preservica.legalHolds(ref)).length > 0;
    const state = held ? "HLD" : assigned.expired ? "EXP" : "RUN";
    return [
      ...differs("policy", entry[ENTRY.policy], assigned.policy),
      ...differs("until", onDay(entry[ENTRY.until]), until),
      ...differs("retention status", entry[ENTRY.retention], state),
    ];
  }),
  spoil: async (facts) => facts.otmm.edit(plain(facts).assetId, { [ENTRY.retention]: "EXP" }),
};

const TEN = 10;
const second = (instant: string): number => Math.floor(Date.parse(instant) / 1000);

export const events: Check<StatusFacts> = {
  name: "events",
  says: "OTMM's table holds the archive's last ten events, newest first, with date, type, agent and outcome in equal lengths",
  problems: each(async (facts, _asset, entry, ref) => {
    const told = (await facts.preservica.history(ref)).toSorted((a, b) => Date.parse(b.date) - Date.parse(a.date));
    const last = told.slice(0, TEN);
    const dates = column(entry, COLUMNS.date);
    const types = column(entry, COLUMNS.type);
    const lengths = Object.values(COLUMNS).map((id) => column(entry, id).length);
    return [
      ...(last.length === 0 ? ["the archive tells no history"] : []),
      ...differs("lengths", lengths.join(), lengths.map(() => last.length).join()),
      ...differs("dates", dates.map(second).join(), last.map(({ date }) => second(date)).join()),
      ...differs("agents", column(entry, COLUMNS.agent).join(), last.map(({ user }) => user).join()),
      ...last.flatMap(({ type }, row) =>
        types[row]?.startsWith(type) === true ? [] : [`type ${row + 1} is ${types[row]}, wanted ${type}`],
      ),
      ...differs("outcomes", [...new Set(column(entry, COLUMNS.outcome))].join(), "success"),
    ];
  }),
  spoil: async (facts) => facts.preservica.addIdentifier(plainRef(facts), "S3-Object", "spoilt"),
};

export const synced: Check<StatusFacts> = {
  name: "synced-on",
  says: "OTMM says of each archived asset when the archive was read, and that was in the last run",
  problems: each(async ({ fullRun }, _asset, entry) => {
    const read = second(String(entry[ENTRY.syncedOn]));
    return read >= Math.floor(fullRun.started / 1000) ? [] : [`read ${String(entry[ENTRY.syncedOn])}`];
  }, true),
  spoil: async (facts) => facts.otmm.edit(plain(facts).assetId, { [ENTRY.syncedOn]: "2026-11-16T09:00:00Z" }),
};
