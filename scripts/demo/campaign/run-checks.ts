import { readFileSync } from "node:fs";
import { join } from "node:path";
import { PACKAGE_ROOT } from "../../node-red.js";
import type { Check } from "../check.js";
import { type ArchiveFacts, type CampaignFacts, differs, each, one, refOf } from "./facts.js";

/** Checks of what OTMM shows, of what must not have moved, and of further runs. */

const REPLACES = "http://purl.org/dc/terms/replaces";

export const shown: Check<ArchiveFacts> = {
  name: "otmm",
  says: "OTMM shows archive id, status and digest, and names the version",
  problems: each(async (facts, asset) => {
    const { fields, latest } = await facts.otmm.asset(asset.assetId);
    return [
      ...differs("latest", latest, true),
      ...differs("status", fields["ACME.FIELD.PRESERVATION STATUS"], "PRE"),
      ...differs("archive id", fields["ACME.FIELD.ARCHIVE ID"], await refOf(facts, asset)),
      ...differs("archived asset id", fields["ACME.FIELD.ARCHIVED ASSET ID"], asset.assetId),
      ...differs("archive SHA256", fields["ACME.FIELD.ARCHIVE SHA256"], asset.sha256),
      ...differs("archive location", fields["ACME.FIELD.ARCHIVE LOCATION"], asset.archivePath),
    ];
  }),
  spoil: async (facts) => facts.otmm.edit(one(facts).assetId, { "ACME.FIELD.ARCHIVE SHA256": "0".repeat(64) }),
};

export const nothingElse: Check<ArchiveFacts> = {
  name: "nothing-else",
  says: "nothing else moved: no other asset in the archive, no wrong candidate touched in OTMM",
  problems: async (facts) => {
    const problems: string[] = [];
    const wanted = new Set(facts.good.map(({ sourceId }) => sourceId));
    for (const { ref, type, title: name } of await facts.preservica.below()) {
      if (type !== "IO") continue;
      if (facts.before.archive.has(ref)) continue;
      const ids = (await facts.preservica.identifiers(ref))["OTMM-Asset"] ?? [];
      if (ids.some((id) => wanted.has(id))) continue;
      problems.push(`"${name}" (${ids.join()}) is in the archive`);
    }
    for (const wrong of facts.bad) {
      if ((await facts.preservica.byIdentifier("OTMM-Asset", `${wrong.originalId}#v${wrong.version}`)).length > 0) {
        problems.push(`"${wrong.name}" was archived although: ${wrong.reason}`);
      }
      const is = (await facts.otmm.all()).find(({ id }) => id === wrong.assetId);
      const was = facts.before.otmm.get(wrong.assetId);
      if (is?.fields["ACME.FIELD.PRESERVATION STATUS"] === "PRE")
        problems.push(`"${wrong.name}" is marked as preserved in OTMM`);
      if (was !== undefined && is !== undefined && was.lastUpdated !== is.lastUpdated)
        problems.push(`"${wrong.name}" was changed in OTMM`);
    }
    return problems;
  },
  spoil: async (facts) => {
    const wrong = facts.bad.find(({ extraVersion }) => !extraVersion);
    if (wrong !== undefined) await facts.otmm.edit(wrong.assetId, { "ACME.FIELD.PRESERVATION STATUS": "PRE" });
  },
};

/** Word of each reason in the manifest that the flow's own words must hold. */
const WORDS: Record<string, RegExp> = {
  "damaged: zero bytes": /empty \(0 bytes\)/,
  "damaged: MD5": /MD5 of the bytes that came is .*, the source states .*damaged/,
  deleted: /deleted in OTMM/,
  "not approved final": /not approved as final/i,
  // What is latest of it is a draft.
  "not latest version": /not approved as final/i,
  "checked out": /checked out by/,
  "approved version differs": /approval is for another version/,
  "campaign contradictory": /end date is not in the past: contradiction/,
};
/** The search asks for ended campaigns: these are not even candidates. */
const NOT_SEARCHED = ["campaign running", "campaign cancelled"];

export const reasons: Check<CampaignFacts> = {
  name: "reasons",
  says: "every wrong candidate that the search found is refused with its own reason",
  problems: async (facts) => {
    const jobs = await facts.stage.jobs(`run=${facts.run.id}`);
    return facts.bad
      .filter(({ reason, extraVersion }) => !extraVersion && !NOT_SEARCHED.includes(reason))
      .flatMap((wrong) => {
        const told = jobs.find((job) => job.assetKey.endsWith(wrong.originalId) && job.error !== undefined);
        const message = told?.error?.message ?? "nothing";
        return WORDS[wrong.reason]?.test(message) === true
          ? []
          : [`"${wrong.name}" (${wrong.reason}) is told as: ${message}`];
      });
  },
  spoil: async (facts) => {
    const [wrong] = facts.bad;
    // What was never among the candidates has no reason on record: as if a candidate had been dropped in silence.
    if (wrong !== undefined) facts.bad.push({ ...wrong, originalId: "0".repeat(40), name: "dropped in silence" });
  },
};

export const reconciles: Check<ArchiveFacts> = {
  name: "reconciles",
  says: "found = done + refused + failed, and nothing is on its way",
  problems: async (facts) => {
    const { found, done, refused, failed, waiting, running } = facts.run.counts;
    return [
      ...differs("done", done, facts.good.length),
      ...differs("waiting and running", waiting + running, 0),
      ...differs("sum", done + refused + failed, found),
    ];
  },
  spoil: async (facts) => {
    facts.run.counts.found += 1;
  },
};

export const again: Check<ArchiveFacts> = {
  name: "again",
  says: "running again changes nothing",
  problems: async (facts) => {
    const archive = async (): Promise<string> => {
      const states = [];
      for (const asset of facts.good) {
        const ref = await refOf(facts, asset);
        states.push([ref, (await facts.preservica.eventTypes(ref)).length, (await facts.preservica.links(ref)).length]);
      }
      return JSON.stringify([states, (await facts.preservica.below()).length]);
    };
    const otmm = async (): Promise<Map<string, string>> =>
      new Map((await facts.otmm.all()).map(({ id, name, lastUpdated }) => [id, `${name} ${lastUpdated}`]));
    const [archiveBefore, otmmBefore] = [await archive(), await otmm()];
    await facts.stage.control("POST", "clock", { advance: 2000 });
    if (spoilAgain.has(facts.stage))
      await facts.otmm.edit(one(facts).assetId, { "ACME.FIELD.ARCHIVE SHA256": "1".repeat(64) });
    await facts.stage.run(() => undefined);
    const changed = [...(await otmm())]
      .filter(([id, state]) => otmmBefore.get(id) !== state)
      .map(([, state]) => `${state} changed in OTMM`);
    return [...((await archive()) === archiveBefore ? [] : ["the archive changed"]), ...changed];
  },
  spoil: async (facts) => void spoilAgain.add(facts.stage),
};
const spoilAgain = new WeakSet<ArchiveFacts["stage"]>();

export const newVersion: Check<CampaignFacts> = {
  name: "new-version",
  says: "a new version becomes a new asset that replaces the earlier one",
  problems: async (facts) => {
    const earlier = facts.good.find(({ name }) => name.endsWith(".jpg")) ?? one(facts);
    const current = await facts.otmm.latest(earlier.originalId);
    const [archived] = await facts.preservica.byIdentifier("OTMM-Asset", `${current.originalId}#v${current.version}`);
    const media = readFileSync(join(PACKAGE_ROOT, "dist/sandbox/seed/media/spring-1.jpg"));
    const next = await facts.otmm.checkIn(
      current.id,
      current.name,
      Buffer.concat([media, Buffer.from(`edition ${current.version + 1}`)]),
    );
    await facts.otmm.edit(next.id, { "ACME.FIELD.APPROVED VERSION": String(next.version) });
    await facts.stage.run(() => undefined);
    const found = await facts.preservica.byIdentifier("OTMM-Asset", `${next.originalId}#v${next.version}`);
    const second = found[0]?.ref;
    if (second === undefined) return ["the new version is not in the archive"];
    if (spoilVersion.has(facts.stage)) await facts.preservica.dropLinks(second, REPLACES);
    const replaced = (await facts.preservica.links(second)).filter(
      ({ type, direction }) => type === REPLACES && direction === "From",
    );
    const { fields } = await facts.otmm.asset(next.id);
    return [
      ...differs("replaces", replaced.map(({ ref }) => ref).join(), archived?.ref),
      ...differs("archive id in OTMM", fields["ACME.FIELD.ARCHIVE ID"], second),
      ...differs("archived asset id", fields["ACME.FIELD.ARCHIVED ASSET ID"], next.id),
      ...differs(
        "copies of the earlier one",
        (await facts.preservica.byIdentifier("OTMM-Asset", earlier.sourceId)).length,
        1,
      ),
    ];
  },
  spoil: async (facts) => void spoilVersion.add(facts.stage),
};
const spoilVersion = new WeakSet<CampaignFacts["stage"]>();

export const strict: Check<Pick<ArchiveFacts, "stage" | "otmm">> = {
  name: "strict",
  says: "the strict sandbox refused no request over the whole run",
  problems: async (facts) => {
    const { entries } = (await facts.stage.control("GET", "log?refused=1&limit=5")) as {
      entries: { method: string; path: string; refused: string }[];
    };
    return entries.map(({ method, path, refused }) => `${method} ${path}: ${refused}`);
  },
  spoil: async (facts) => {
    await facts.otmm.undocumented();
  },
};
