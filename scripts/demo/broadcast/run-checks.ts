import { differs, refOf } from "../campaign/facts.js";
import type { Check } from "../check.js";
import { type BroadcastFacts, find } from "./facts.js";

/** Checks of what OTMM shows of the clips, of what stays, and of a clip that comes later. */

export const clipsShown: Check<BroadcastFacts> = {
  name: "clips-in-otmm",
  says: "OTMM shows the archive id at each clip too, with the clip's own id and digest",
  problems: async (facts) => {
    const problems: string[] = [];
    for (const asset of facts.good) {
      for (const clip of asset.values.clips) {
        const { fields } = await facts.otmm.asset(clip.assetId);
        const its = (what: string): string => `${clip.name}: ${what}`;
        problems.push(
          ...differs(its("status"), fields["ACME.FIELD.PRESERVATION STATUS"], "PRE"),
          ...differs(its("archive id"), fields["ACME.FIELD.ARCHIVE ID"], await refOf(facts, asset)),
          ...differs(its("archived asset id"), fields["ACME.FIELD.ARCHIVED ASSET ID"], clip.assetId),
          ...differs(its("archive SHA256"), fields["ACME.FIELD.ARCHIVE SHA256"], clip.sha256),
        );
      }
    }
    return problems;
  },
  spoil: async (facts) => {
    const [clip] = find(facts, ({ values }) => values.clips.length > 1).values.clips;
    await facts.otmm.edit(clip?.assetId ?? "", { "ACME.FIELD.ARCHIVE ID": "0d8a5f1e-0000-5000-8000-000000000001" });
  },
};

/** What the flow's own words must hold for each reason of the manifest. */
const WORDS: Record<string, RegExp> = {
  "not the master or clip": /neither final master nor clip/i,
  "contract forbids keeping": /return or destroy.*a person has to decide/i,
  "not aired": /not aired/i,
  "clip without its master": /no "FIN" of .* without it this part is not archived/i,
  "parts do not agree": /do not agree: .*EMBARGO UNTIL.* a person has to decide/i,
};

export const reasons: Check<BroadcastFacts> = {
  name: "reasons",
  says: "promos, distribution files, unaired programmes, forbidden contracts, lonely clips and disagreeing parts are refused, each with its own reason",
  problems: async (facts) => {
    const jobs = await facts.stage.jobs(`run=${facts.run.id}`);
    return facts.bad.flatMap((wrong) => {
      const job = jobs.find(({ assetKey, error }) => assetKey.endsWith(wrong.originalId) && error !== undefined);
      const message = job?.error?.message ?? "nothing";
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

export const alone: Check<BroadcastFacts> = {
  name: "alone",
  says: "a master without clip is preserved alone, and its timeline says that there is no access copy",
  problems: async (facts) => {
    const lonely = find(facts, ({ values }) => values.clips.length === 0);
    const accession = (await facts.timeline(lonely.originalId)).find(({ type }) => type === "accession");
    return [
      ...differs(
        `${lonely.name}: access files`,
        (await facts.preservica.files(await refOf(facts, lonely), "Access")).length,
        0,
      ),
      ...(/no access representation/.test(JSON.stringify(accession?.detail))
        ? []
        : [`${lonely.name}: nobody was told that there is no access copy`]),
    ];
  },
  spoil: async (facts) => {
    const lonely = find(facts, ({ values }) => values.clips.length === 0);
    await facts.preservica.addAccess(await refOf(facts, lonely), "spoilt.mp4", Buffer.from("a clip of something else"));
  },
};
