import { differs, refOf } from "../campaign/facts.js";
import type { Check } from "../check.js";
import { loadManifest } from "../../../sandbox/seed/manifest.js";
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

export const later: Check<BroadcastFacts> = {
  name: "later-clip",
  says: "a clip that comes later is added to the archived asset by the next run, which refuses and fails nothing else than the first",
  problems: async (facts) => {
    const lonely = find(facts, ({ values }) => values.clips.length === 0);
    const orphan = loadManifest().scenarios["4"].mustNotMove.find(({ reason }) => reason === "clip without its master");
    if (orphan === undefined) return ["the manifest names no clip without its master"];
    const ref = await refOf(facts, lonely);
    const before = await facts.preservica.files(ref, "Preservation");
    // The editors find out which programme the clip was cut of.
    const { "BCT.FIELD.HOUSE NO": houseNo, "BCT.FIELD.TX STATUS": status } = (await facts.otmm.asset(lonely.assetId))
      .fields;
    await facts.otmm.edit(orphan.assetId, {
      "BCT.FIELD.HOUSE NO": String(houseNo),
      "BCT.FIELD.TX STATUS": String(status),
    });
    await facts.stage.control("POST", "clock", { advance: 2000 });
    const run = await facts.stage.run(() => undefined);
    if (spoilLater.has(facts.stage)) await facts.preservica.addAccess(ref, "twice.mp4", Buffer.from("the clip again"));
    const found = (await facts.preservica.representations(ref)).map(({ type, name }) => `${type} ${name}`);
    const { fields } = await facts.otmm.asset(orphan.assetId);
    const [carrier] = await facts.preservica.byIdentifier("OTMM-Part", orphan.assetId);
    const [clip] = await facts.preservica.files(ref, "Access");
    return [
      ...differs("failed", run.counts.failed, facts.run.counts.failed),
      ...differs("refused", run.counts.refused, facts.run.counts.refused - 1),
      ...differs("representations", found.join(", "), "Preservation Preservation, Access Clip"),
      ...differs("master", (await facts.preservica.files(ref, "Preservation"))[0]?.sha256, before[0]?.sha256),
      ...differs("asset of the clip", carrier?.ref, ref),
      ...differs("archive id in OTMM", fields["ACME.FIELD.ARCHIVE ID"], ref),
      ...differs("digest in OTMM", fields["ACME.FIELD.ARCHIVE SHA256"], clip?.sha256),
    ];
  },
  spoil: async (facts) => void spoilLater.add(facts.stage),
};
const spoilLater = new WeakSet<BroadcastFacts["stage"]>();
