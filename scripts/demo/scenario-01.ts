import { access, bytes, folder, identifiers, links, present, tag, title, values } from "./campaign/archive-checks.js";
import { type CampaignFacts, gather, look } from "./campaign/facts.js";
import { holds, policy } from "./campaign/governance-checks.js";
import { again, newVersion, nothingElse, reasons, reconciles, shown, strict } from "./campaign/run-checks.js";
import type { Scenario } from "./check.js";

export type { Before, CampaignFacts } from "./campaign/facts.js";

/** Scenario 1: approved final assets of ended campaigns go from OTMM to Preservica, and OTMM shows where they are. */
export const campaignArchive: Scenario<CampaignFacts> & { look: typeof look; gather: typeof gather } = {
  number: 1,
  title: "ended campaigns go from OTMM to Preservica",
  example: "otmm-preservica/01-campaign-archive.json",
  look,
  gather,
  async play(stage, show) {
    const before = await look(stage);
    await stage.control("POST", "clock", { advance: 2000 });
    await stage.run((counts) => show("assets", counts.found - counts.running - counts.waiting, counts.found));
    return gather(stage, before, show);
  },
  checks: [
    present,
    folder,
    title,
    values,
    tag,
    identifiers,
    bytes,
    access,
    links,
    policy,
    holds,
    shown,
    nothingElse,
    reasons,
    reconciles,
    again,
    newVersion,
    strict,
  ],
};
