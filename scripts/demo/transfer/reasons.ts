import { differs } from "../campaign/facts.js";
import type { Check } from "../check.js";
import { first } from "./checks.js";
import type { TransferFacts } from "./facts.js";

/** Word of each reason that the flow's own refusal must hold. */
const WORDS: Record<string, RegExp> = {
  "damaged: zero bytes": /empty \(0 bytes\)/,
  "damaged: MD5": /MD5 of the bytes that came is .*, the source states .*damaged/,
  deleted: /deleted in OTMM/,
  "not latest version": /not the latest version/,
  "checked out": /checked out by/,
  "approved version differs": /approval is for another version/,
  "no date": /no retention rule fits/i,
};
/** Last day through which each campaign is kept that is not due: its end, and the period of its class. */
const KEPT_THROUGH: Record<string, string> = {
  "LUM-2024-ETE": "2034-08-31",
  "AF-2026-WIN": "2032-01-31",
  "AF-2026-BAD": "2031-12-31",
};

export const reasons: Check<TransferFacts> = {
  name: "reasons",
  says: "every wrong candidate has its reason: not due with the day, no date, damaged, checked out, another version approved",
  problems: async (facts) => {
    const jobs = await facts.stage.jobs(`run=${facts.run.id}`);
    const problems: string[] = [];
    for (const wrong of facts.bad) {
      // Drafts are not even candidates.
      const approval = facts.before.otmm.get(wrong.assetId)?.fields["ACME.FIELD.APPROVAL STATUS"];
      if (wrong.extraVersion || (approval !== undefined && approval !== "APF")) continue;
      const words = WORDS[wrong.reason];
      if (words === undefined) {
        problems.push(...(await notDueProblems(facts, wrong)));
        continue;
      }
      const told = jobs.filter(({ assetKey }) => assetKey.endsWith(wrong.originalId));
      const messages = told.flatMap(({ error }) => (error === undefined ? [] : [error.message])).join(" ");
      if (!words.test(messages))
        problems.push(`"${wrong.name}" (${wrong.reason}) is told as: ${messages || "nothing"}`);
    }
    return problems;
  },
  spoil: async (facts) => facts.erase(first(facts.bad.filter(({ reason }) => reason === "not due")).originalId),
};

/** "Not yet" is no refusal, but stands on the timeline with its day. */
async function notDueProblems(
  { timeline }: TransferFacts,
  { originalId, name, reason, group }: TransferFacts["bad"][number],
): Promise<string[]> {
  const told = (await timeline(originalId)).find(({ type }) => type === "retention decision");
  return [
    ...differs(`"${name}" (${reason})`, told?.detail?.["outcome"], reason === "held and not due" ? "held" : "not-yet"),
    ...differs(`"${name}": kept through`, told?.detail?.["until"], KEPT_THROUGH[group] ?? "a day"),
  ];
}
