import { refOf } from "../../scripts/demo/campaign/facts.js";
import { retentionTransfer } from "../../scripts/demo/scenario-07.js";
import { Stage } from "../../scripts/demo/stage.js";
import { prepared, transferFacts, type TransferFacts } from "../../scripts/demo/transfer/facts.js";
import { patient, withoutCredentials } from "./flows.js";
import { type KillPlay, MORTAL, pressed } from "./kill-rounds.js";
import { papersOnce } from "./papers.js";

/** Beginnings of the named step boundaries of a release, and of the hold that is carried over. */
const STEPS = ["disposition:order", "disposition:released", "disposition:end", "preservica-govern:"] as const;
const LAST_MS = 240_000;
/** A check that presses Run again: it belongs to the scenario, not to its kills. */
const AGAIN = "again";

/**
 * Scenario 7 in both of its runs. While Node-RED is dead, whatever was released must be proven in the archive; in the
 * end the scenario's own checks must hold, with one receipt and one event for each release.
 */
export const transferKills: KillPlay = {
  steps: STEPS,
  async begin(_nth, env) {
    const { example, users } = retentionTransfer;
    const stage = await Stage.open({ example, execArgv: MORTAL, env, ...(users === undefined ? {} : { users }) });
    try {
      await stage.nodeRed.deploy(withoutCredentials(patient(stage.flow)));
      const before = await prepared(stage);
      await pressed(stage);
      const facts = async (): Promise<TransferFacts> => {
        const run = (await stage.runs()).filter(({ nodeType }) => nodeType === "otmm-asset-fetch").at(-1);
        if (run === undefined) throw new Error("no run is in the store");
        return transferFacts(stage, before, run);
      };
      const known = await facts();
      const proven = new Set<string>();
      return {
        stage,
        work: (limitMs) => bothRuns(stage, limitMs),
        meanwhile: () => unprovenReleases(stage, known, proven),
        ended: async () => {
          await bothRuns(stage, LAST_MS);
          return await endProblems(await facts());
        },
      };
    } catch (error) {
      await stage.close();
      throw error;
    }
  },
};

/** A day's run and the next one, which releases what could not be released before. */
async function bothRuns(stage: Stage, limitMs: number): Promise<void> {
  const settled = (): Promise<unknown> =>
    stage.settled(
      () => true,
      () => undefined,
      limitMs,
    );
  await settled();
  if ((await stage.runs()).length > 1) return;
  await stage.control("POST", "clock", { advance: 2000 });
  await pressed(stage);
  await settled();
}

/**
 * What OTMM shows as released, or begun to be, although the archive does not prove it: one copy with the source's
 * digest, its retention running from the campaign's end; and whatever may not be released at all.
 */
async function unprovenReleases(stage: Stage, known: TransferFacts, proven: Set<string>): Promise<string[]> {
  // Logged in anew each time: a session may end with a day that passes.
  const facts = { ...known, otmm: await stage.otmm(), preservica: await stage.preservica() };
  const problems: string[] = [];
  for (const asset of facts.good) {
    if (proven.has(asset.assetId) || !(await begun(facts, asset.assetId))) continue;
    if (!facts.released.includes(asset)) {
      problems.push(`"${asset.name}" may not be released, and is`);
      continue;
    }
    const copies = await facts.preservica.byIdentifier("OTMM-Asset", asset.sourceId);
    if (copies.length !== 1) {
      problems.push(`"${asset.name}" is released with ${copies.length} copies in the archive`);
      continue;
    }
    const ref = await refOf(facts, asset);
    const files = await facts.preservica.files(ref, "Preservation");
    if (!files.some(({ sha256 }) => sha256 === asset.sha256))
      problems.push(`"${asset.name}" is released, and the archive's copy differs`);
    const starts = (await facts.preservica.retention(ref)).map(({ start }) => start.slice(0, 10));
    if (!starts.includes(asset.retentionStart ?? ""))
      problems.push(`"${asset.name}" is released, and its retention does not run`);
    proven.add(asset.assetId);
  }
  return problems;
}

async function begun({ otmm, archiveFolder }: TransferFacts, assetId: string): Promise<boolean> {
  const { fields } = await otmm.asset(assetId);
  return (
    fields["ACME.FIELD.PRESERVATION STATUS"] === "REL" ||
    fields["ARTESIA.FIELD.EXPIRATION DATE"] !== undefined ||
    (await otmm.parents(assetId)).includes(archiveFolder)
  );
}

async function endProblems(facts: TransferFacts): Promise<string[]> {
  await papersOnce(facts.papers, facts.released.length);
  const problems: string[] = [];
  for (const check of retentionTransfer.checks.filter(({ name }) => name !== AGAIN))
    problems.push(...(await check.problems(facts)).map((problem) => `${check.name}: ${problem}`));
  for (const { name, originalId } of facts.released) {
    const told = await facts.timeline(originalId);
    const times = told.filter(({ type }) => type === "source released").length;
    if (times !== 1) problems.push(`"${name}": ${times} releases are on the timeline`);
  }
  return problems;
}
