import { differs } from "../campaign/facts.js";
import type { Check } from "../check.js";
import { MATTER, NEW_UNTIL } from "./acts.js";
import type { Good } from "./cast.js";
import { MADE_UP, type StatusFacts } from "./facts.js";
import { COLUMNS, column, ENTRY, onDay } from "./shown.js";

/** Checks of what changed in the archive or in OTMM, one by one. */

const refIn = (facts: StatusFacts, { sourceId }: Good): string => facts.refs.get(sourceId) ?? "";

export const held: Check<StatusFacts> = {
  name: "hold",
  says: "a legal hold that was set in the archive while the flow was down shows in OTMM",
  problems: async (facts) => {
    const { fields } = await facts.otmm.asset(facts.cast.held.assetId);
    const on = await facts.preservica.legalHolds(refIn(facts, facts.cast.held));
    return [
      ...differs("holds in the archive", on.join(), MATTER),
      ...differs("status", fields[ENTRY.status], "HLD"),
      ...differs("retention status", fields[ENTRY.retention], "HLD"),
    ];
  },
  spoil: async (facts) => facts.preservica.liftHold(refIn(facts, facts.cast.held), MATTER),
};

export const expired: Check<StatusFacts> = {
  name: "expiry",
  says: "a period that ran out by itself while the flow was down shows as expired, with the day that the corrected start gives",
  problems: async (facts) => {
    const { fields } = await facts.otmm.asset(facts.cast.expiring.assetId);
    const [assigned] = await facts.preservica.retention(refIn(facts, facts.cast.expiring));
    return [
      ...differs("expired in the archive", assigned?.expired, true),
      ...differs("status", fields[ENTRY.status], "PRE"),
      ...differs("until", onDay(fields[ENTRY.until]), NEW_UNTIL),
      ...differs("retention status", fields[ENTRY.retention], "EXP"),
    ];
  },
  spoil: async (facts) => facts.otmm.edit(facts.cast.expiring.assetId, { [ENTRY.retention]: "RUN" }),
};

export const destroyed: Check<StatusFacts> = {
  name: "destroyed",
  says: "an asset that was destroyed in the archive shows as destroyed: no place, access or retention any more, but id, digest and history",
  problems: async (facts) => {
    const { destroyed: asset } = facts.cast;
    const { fields } = await facts.otmm.asset(asset.assetId);
    const gone = [ENTRY.location, ENTRY.access, ENTRY.policy, ENTRY.until, ENTRY.retention];
    return [
      ...differs("only a tombstone in the archive", await facts.preservica.destroyed(refIn(facts, asset)), true),
      ...differs("status", fields[ENTRY.status], "DST"),
      ...gone.flatMap((id) => differs(id, fields[id], undefined)),
      ...differs("digest", fields[ENTRY.sha256], asset.sha256),
      ...differs("newest event", column(fields, COLUMNS.type)[0]?.startsWith("Deleted"), true),
    ];
  },
  spoil: async (facts) => facts.otmm.edit(facts.cast.destroyed.assetId, { [ENTRY.location]: "somewhere" }),
};

export const versions: Check<StatusFacts> = {
  name: "new-version",
  says: "a new version does not look archived though it inherited its predecessor's fields; the archived version still does",
  problems: async (facts) => {
    const { versioned } = facts.cast;
    const { fields, latest } = await facts.otmm.asset(facts.down.version.id);
    const { status, ...others } = ENTRY;
    const earlier = await facts.otmm.asset(versioned.assetId);
    return [
      ...differs("latest", latest, true),
      ...differs("inherited", facts.down.version.fields[ENTRY.id], refIn(facts, versioned)),
      ...differs("status", fields[status], "NOT"),
      ...Object.values(others).flatMap((id) => differs(id, fields[id], undefined)),
      ...Object.values(COLUMNS).flatMap((id) => differs(id, column(fields, id).length, 0)),
      ...differs("status of the archived version", earlier.fields[ENTRY.status], "PRE"),
      ...differs("id of the archived version", earlier.fields[ENTRY.id], refIn(facts, versioned)),
    ];
  },
  spoil: async (facts) => facts.otmm.edit(facts.down.version.id, { [ENTRY.id]: "0".repeat(36) }),
};

export const reimport: Check<StatusFacts> = {
  name: "re-import",
  says: "bytes that are archived and are brought in again do not look archived; OTMM warns and names the archived copy",
  problems: async (facts) => {
    const { fields } = await facts.otmm.asset(facts.down.copy.id);
    const warning = column(fields, COLUMNS.type).join();
    const ref = refIn(facts, facts.cast.copied);
    return [
      ...differs("status", fields[ENTRY.status], "NOT"),
      ...differs("archive id", fields[ENTRY.id], undefined),
      ...differs("outcome", column(fields, COLUMNS.outcome).join(), "warning"),
      ...(warning.includes(ref) ? [] : [`the warning "${warning}" does not name ${ref}`]),
    ];
  },
  spoil: async (facts) => facts.otmm.edit(facts.down.copy.id, { [ENTRY.id]: "0".repeat(36) }),
};

/** By the seed: what an older run left in the archive, by the name of OTMM's entry. */
const OLDER: Record<string, { retention: string; access?: string }> = {
  "herbst-undated.jpg": { retention: "NST" },
  "herbst-disputed.jpg": { retention: "HLD" },
  "herbst-banner.png": { retention: "EXP" },
  "herbst-portrait.jpg": { retention: "RUN", access: "CLS" },
  "herbst-press.jpg": { retention: "RUN", access: "OPN" },
};

export const olderRun: Check<StatusFacts> = {
  name: "older-run",
  says: "the full run brings entries of an older archive run into step: released, held, expired, not started, destroyed; what a version inherited or somebody made up is emptied",
  problems: async (facts) => {
    const problems: string[] = [];
    for (const { assetId, name, archiveRef, outcome } of facts.older) {
      const { fields } = await facts.otmm.asset(assetId);
      const claims = MADE_UP.includes(outcome);
      const status = claims ? "NOT" : outcome === "destroyed" ? "DST" : "REL";
      const { retention, access } = OLDER[name] ?? {};
      problems.push(
        ...differs(`"${name}": status`, fields[ENTRY.status], status),
        ...differs(`"${name}": archive id`, fields[ENTRY.id], claims ? undefined : archiveRef),
        ...(retention === undefined ? [] : differs(`"${name}": retention`, fields[ENTRY.retention], retention)),
        ...(access === undefined ? [] : differs(`"${name}": access`, fields[ENTRY.access], access)),
      );
    }
    return problems;
  },
  spoil: async (facts) => facts.otmm.edit(facts.older[0]?.assetId ?? "", { [ENTRY.status]: "PRE" }),
};
