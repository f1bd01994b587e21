import { retentionOf } from "../campaign/archive-checks.js";
import { differs, each, refOf } from "../campaign/facts.js";
import { holdProblems, policyProblems } from "../campaign/governance-checks.js";
import type { Check } from "../check.js";
import { type Good, type TransferFacts } from "./facts.js";

/** Checks of scenario 7: what was released, what was not, and why. */

const LIFECYCLE = "urn:clc:schema:lifecycle:1";
const STATUS = "ACME.FIELD.PRESERVATION STATUS";
const EXPIRY = "ARTESIA.FIELD.EXPIRATION DATE";

export function first<Item>(assets: readonly Item[]): Item {
  const [asset] = assets;
  if (asset === undefined) throw new Error("the manifest names no asset of this kind");
  return asset;
}
/** Runs a test over some assets; problems are named by the asset. */
const over =
  (which: (facts: TransferFacts) => Good[], test: (facts: TransferFacts, asset: Good) => Promise<string[]>) =>
  async (facts: TransferFacts): Promise<string[]> =>
    each((_facts, asset: Good) => test(facts, asset))({ ...facts, good: which(facts) });

export const policy: Check<TransferFacts> = {
  name: "policy",
  says: "the archive runs the policy of the class, and states the campaign's end as its start",
  problems: over(
    ({ good }) => good,
    async (facts, asset) => {
      const { fragments } = await facts.preservica.asset(await refOf(facts, asset));
      const until = retentionOf(fragments[LIFECYCLE]?.[0] ?? "<none/>", "until");
      return [...(await policyProblems(facts, asset)), ...differs("kept through", until, "2026-02-28")];
    },
  ),
  spoil: async (facts) =>
    facts.preservica.rewrite(await refOf(facts, first(facts.good.slice(5))), LIFECYCLE, (xml) =>
      xml.replace(/(<(?:\w+:)?retention>[\s\S]*?<(?:\w+:)?start>)[^<]*/, "$12026-11-16"),
    ),
};

export const holds: Check<TransferFacts> = {
  name: "holds",
  says: "the matter that holds an asset holds the archived copy too, as a legal hold and in its metadata",
  problems: async (facts) => {
    const held = facts.kept.filter((asset) => asset.holds.length > 0);
    const problems = held.length === 0 ? ["the manifest names no held asset"] : [];
    for (const asset of held)
      problems.push(...(await holdProblems(facts, asset)).map((problem) => `${asset.name}: ${problem}`));
    return problems;
  },
  spoil: async (facts) => {
    const held = first(facts.kept.filter((asset) => asset.holds.length > 0));
    await facts.preservica.liftHold(await refOf(facts, held), held.holds[0] ?? "");
  },
};

export const released: Check<TransferFacts> = {
  name: "released",
  says: "what is due and free stands in OTMM's archive folder alone, expired, marked as released",
  problems: over(
    (facts) => facts.released,
    async (facts, asset) => {
      const { fields } = await facts.otmm.asset(asset.assetId);
      const now = Date.parse(((await facts.stage.control("GET", "clock")) as { now: string }).now);
      const expiry = Date.parse(String(fields[EXPIRY]));
      return [
        ...differs("folders", (await facts.otmm.parents(asset.assetId)).join(), facts.archiveFolder),
        ...differs("status", fields[STATUS], "REL"),
        ...(expiry <= now ? [] : [`expiry is ${String(fields[EXPIRY])}`]),
      ];
    },
  ),
  spoil: async (facts) => facts.otmm.edit(first(facts.released).assetId, { [STATUS]: "PRE" }),
};

export const findable: Check<TransferFacts> = {
  name: "findable",
  says: "OTMM still finds the entry, tells where the archived copy is, and shows the preview",
  problems: async (facts) => {
    const found = new Map((await facts.otmm.all()).map((asset) => [asset.id, asset]));
    return over(
      (all) => all.released,
      async (all, asset) => {
        const entry = found.get(asset.assetId);
        if (entry === undefined) return ["OTMM's search does not find it any more"];
        const shown = [
          ...differs("archive id", entry.fields["ACME.FIELD.ARCHIVE ID"], await refOf(all, asset)),
          ...differs("archived asset id", entry.fields["ACME.FIELD.ARCHIVED ASSET ID"], asset.assetId),
          ...differs("archive SHA256", entry.fields["ACME.FIELD.ARCHIVE SHA256"], asset.sha256),
          ...differs("archive location", entry.fields["ACME.FIELD.ARCHIVE LOCATION"], asset.archivePath),
        ];
        if (asset.preview === null) return shown;
        const preview = await all.otmm.preview(asset.assetId);
        return [...shown, ...differs("SHA-256 of the preview", preview.sha256, asset.preview.sha256)];
      },
    )(facts);
  },
  spoil: async (facts) =>
    facts.otmm.edit(first(facts.released.slice(1)).assetId, { "ACME.FIELD.ARCHIVE ID": "0".repeat(36) }),
};

export const kept: Check<TransferFacts> = {
  name: "kept",
  says: "what is held or shared with a running campaign is copied, and stays where it was in OTMM",
  problems: async (facts) => {
    const wanted = ["held", "shared"].length;
    const problems = differs("due assets that may not be released", facts.kept.length, wanted);
    for (const asset of facts.kept) {
      const { fields } = await facts.otmm.asset(asset.assetId);
      const folders = await facts.otmm.parents(asset.assetId);
      problems.push(
        ...differs(`${asset.name}: status`, fields[STATUS], "PRE"),
        ...differs(`${asset.name}: archive id`, fields["ACME.FIELD.ARCHIVE ID"], await refOf(facts, asset)),
        ...differs(`${asset.name}: expiry`, fields[EXPIRY], undefined),
        ...differs(`${asset.name}: in the archive folder`, folders.includes(facts.archiveFolder), false),
        ...differs(`${asset.name}: folders`, folders.length, asset.holds.length > 0 ? 1 : 2),
      );
    }
    return problems;
  },
  spoil: async (facts) => facts.otmm.edit(first(facts.kept).assetId, { [STATUS]: "REL" }),
};

export const order: Check<TransferFacts> = {
  name: "order",
  says: "archived and accepted first, released afterwards; what may not be released was refused with its reason",
  problems: async (facts) => {
    const problems: string[] = [];
    for (const asset of facts.released) {
      const told = await facts.timeline(asset.originalId);
      const accepted = told.findIndex(({ type, outcome }) => type === "accession" && outcome === "success");
      const release = told.findIndex(({ type }) => type === "source released");
      if (accepted < 0 || release < accepted) problems.push(`${asset.name}: released before it was accepted`);
    }
    for (const asset of facts.kept) {
      const told = await facts.timeline(asset.originalId);
      const said = JSON.stringify(told.filter(({ type }) => /release refused|retention decision/.test(type)));
      const wanted = asset.holds[0] ?? "shared";
      if (!said.includes(wanted)) problems.push(`${asset.name}: nothing says ${wanted}`);
      if (told.some(({ type }) => type === "source released")) problems.push(`${asset.name}: was released`);
    }
    return problems;
  },
  // Nothing tells any more that it was released, or when.
  spoil: async (facts) => facts.erase(first(facts.released).originalId),
};

export const settled: Check<TransferFacts> = {
  name: "settled",
  says: "found = done + refused + failed, and nothing is on its way",
  problems: async ({ run: { counts } }) => [
    ...differs("sum", counts.done + counts.refused + counts.failed, counts.found),
    ...differs("waiting and running", counts.waiting + counts.running, 0),
  ],
  spoil: async (facts) => void (facts.run.counts.found += 1),
};
