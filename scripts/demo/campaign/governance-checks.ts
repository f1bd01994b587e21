import type { CampaignValues, MovingAsset } from "../../../sandbox/seed/manifest.js";
import type { Check } from "../check.js";
import { valuesIn } from "../readers/preservica.js";
import { retentionOf } from "./archive-checks.js";
import { type ArchiveFacts, type CampaignFacts, differs, each, one, refOf } from "./facts.js";

/** Checks of what governs an archived campaign asset: its policy, and the matters that hold it. */

const LIFECYCLE = "urn:clc:schema:lifecycle:1";
const STATUS = "ACME.FIELD.PRESERVATION STATUS";

/** Name of the archive's policy for each retention class of campaigns. */
export const POLICY: Readonly<Record<string, string>> = {
  "CAMP-5Y": "Campaign 5 years after end",
  "CAMP-10Y": "Campaign 10 years after end",
};

/** The archive runs the policy of the asset's class, and counts from the day that the source knows. */
export async function policyProblems(
  facts: ArchiveFacts<CampaignValues>,
  asset: MovingAsset<CampaignValues>,
): Promise<string[]> {
  const ref = await refOf(facts, asset);
  const assigned = await facts.preservica.retention(ref);
  const lifecycle = (await facts.preservica.asset(ref)).fragments[LIFECYCLE]?.[0] ?? "<none/>";
  return [
    ...differs("policy", assigned.map(({ policy }) => policy).join(), POLICY[asset.values.retentionClass]),
    ...differs("start in the archive", assigned[0]?.start.slice(0, 10), asset.retentionStart),
    ...differs("start in the metadata", retentionOf(lifecycle, "start"), asset.retentionStart),
  ];
}

/** The matters that hold the asset in OTMM hold the archived copy, and no other; its metadata names them. */
export async function holdProblems(
  facts: ArchiveFacts<CampaignValues>,
  asset: MovingAsset<CampaignValues>,
): Promise<string[]> {
  const ref = await refOf(facts, asset);
  const { fragments } = await facts.preservica.asset(ref);
  const stated = valuesIn(fragments[LIFECYCLE]?.[0] ?? "<none/>", "hold");
  const on = await facts.preservica.legalHolds(ref);
  return [
    ...differs("holds in the metadata", stated.join(), asset.holds.join()),
    ...differs("legal holds", on.join(), asset.holds.join()),
  ];
}

function held({ good }: CampaignFacts): MovingAsset<CampaignValues>[] {
  return good.filter(({ holds }) => holds.length > 0);
}

export const policy: Check<CampaignFacts> = {
  name: "policy",
  says: "the archive runs the policy of the class, and states the campaign's end as its start",
  problems: each(policyProblems),
  spoil: async (facts) =>
    facts.preservica.rewrite(await refOf(facts, one(facts)), LIFECYCLE, (xml) =>
      xml.replace(/(<(?:\w+:)?retention>[\s\S]*?<(?:\w+:)?start>)[^<]*/, "$12026-11-16"),
    ),
};

/** Whatever assets are looked at: their matters hold in the archive too, nothing else does, and none was released. */
export async function carriedHolds(facts: CampaignFacts): Promise<string[]> {
  const problems = await each(holdProblems)(facts);
  for (const asset of held(facts)) {
    const { fields } = await facts.otmm.asset(asset.assetId);
    problems.push(...differs(`${asset.name}: status in OTMM`, fields[STATUS], "PRE"));
  }
  return problems;
}

export const holds: Check<CampaignFacts> = {
  name: "holds",
  says: "what a matter holds in OTMM is held in the archive by the same matter, nothing else is, and none was released",
  problems: async (facts) => [...(await carriedHolds(facts)), ...differs("held assets", held(facts).length, 2)],
  spoil: async (facts) => {
    const [asset] = held(facts);
    if (asset !== undefined) await facts.preservica.liftHold(await refOf(facts, asset), asset.holds[0] ?? "");
  },
};
