import { type CampaignFacts, campaignArchive } from "../../scripts/demo/scenario-01.js";
import { FAN_OUT_QUEUE } from "./flows.js";

/** Checks whose subject a kill or a deploy could harm; the others of the scenario play further runs of their own. */
const MUST_HOLD: readonly string[] = [
  "present",
  "folder",
  "values",
  "tag",
  "bytes",
  "access",
  "identifiers",
  "links",
  "policy",
  "holds",
  "otmm",
  "nothing-else",
  "reconciles",
];

/** What is wrong with the end state of the example, read back from the systems. */
export async function campaignProblems(facts: CampaignFacts): Promise<string[]> {
  const problems: string[] = [];
  for (const check of campaignArchive.checks.filter(({ name }) => MUST_HOLD.includes(name))) {
    problems.push(...(await check.problems(facts)).map((problem) => `${check.name}: ${problem}`));
  }
  return problems;
}

/** Each asset that was found must have gone through the second mapper of the fan-out, once. */
export async function fanOutProblems(facts: CampaignFacts): Promise<string[]> {
  const beside = await facts.stage.jobs(`run=${facts.run.id}&queue=${FAN_OUT_QUEUE}`);
  const keys = new Set(beside.filter(({ state }) => state === "done").map(({ assetKey }) => assetKey));
  const lost = facts.good.filter(({ originalId }) => !keys.has(`otmm:dam:${originalId}`));
  return [
    ...lost.map(({ name }) => `"${name}" did not go through the second mapper`),
    ...(beside.length === keys.size ? [] : [`the second mapper had ${beside.length} jobs for ${keys.size} assets`]),
  ];
}
