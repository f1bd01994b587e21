import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import {
  type CampaignValues,
  loadManifest,
  type MovingAsset,
  type StayingAsset,
} from "../../../sandbox/seed/manifest.js";
import { type ArchiveFacts, type Before, look, type Show } from "../campaign/facts.js";
import type { RunView, Stage } from "../stage.js";

export type Good = MovingAsset<CampaignValues>;

/** A paper as the flow wrote it into a file. */
export interface Paper {
  kind: string;
  number: string;
  subject: { key: string; version: string };
  issued: { utc: string };
  sections: { title: string; rows: { name: string; value: string }[] }[];
}
/** One event of the flow's timeline, as the admin API tells it. */
export interface Told {
  type: string;
  at: string;
  outcome: string;
  system?: string;
  object?: string;
  detail?: Record<string, unknown>;
}

/** What the checks of scenario 7 look at; `good` is what is due, whether it may be released or not. */
export interface TransferFacts extends ArchiveFacts<CampaignValues> {
  /** Due, and free: released at the end. */
  released: Good[];
  /** Due, but held or shared: copied, and otherwise as before. */
  kept: Good[];
  /** Id of the folder that the example's disposition node releases into. */
  archiveFolder: string;
  /** Folder of the files that the flow wrote. */
  papers: string;
  timeline(originalId: string): Promise<Told[]>;
  /** A signed-in person erases what the timeline of an asset says. */
  erase(originalId: string): Promise<void>;
}

/** Id of the folder that the example's disposition node releases into. */
const ARCHIVED = "02fa5b81ee7310798dcf01e78134bbd6eb60421a";
/** Campaign whose period is over at the seed's present. */
const DUE = "AF-2021-SPR";
const CANCELLED = "AF-2025-CXL";

/** An approved asset without any date: the cancelled campaign never ended. */
async function approveOneWithoutDate(stage: Stage): Promise<void> {
  const draft = loadManifest().scenarios["1"].mustNotMove.find(({ group }) => group === CANCELLED);
  if (draft === undefined) throw new Error("the manifest names no cancelled campaign");
  const otmm = await stage.otmm();
  await otmm.edit(draft.assetId, { "ACME.FIELD.APPROVAL STATUS": "APF", "ACME.FIELD.APPROVED VERSION": "1" });
}

/** Sets the scene; resolves with both systems as they are before the flow runs. */
export async function prepared(stage: Stage): Promise<Before> {
  await approveOneWithoutDate(stage);
  const before = await look(stage);
  await stage.control("POST", "clock", { advance: 2000 });
  return before;
}

/** Both runs, a day's run and the next one, and what the checks need. */
export async function transfer(stage: Stage, show: Show): Promise<TransferFacts> {
  const before = await prepared(stage);
  const counted = (label: string) => (counts: { found: number; running: number; waiting: number }) =>
    show(label, counts.found - counts.running - counts.waiting, counts.found);
  const run = await stage.run(counted("first run"));
  await stage.control("POST", "clock", { advance: 2000 });
  await stage.run(counted("second run"));
  return await transferFacts(stage, before, run);
}

/** What the checks look at. @param run the first of both runs */
export async function transferFacts(stage: Stage, before: Before, run: RunView): Promise<TransferFacts> {
  const { mustMove, mustNotMove } = loadManifest().scenarios["1"];
  const good = mustMove.filter(({ group }) => group === DUE);
  const notDue = mustMove.filter(({ group }) => group !== DUE).map((asset) => staying(asset));
  return {
    stage,
    otmm: await stage.otmm(),
    preservica: await stage.preservica(),
    good,
    released: good.filter(({ neverReleased }) => !neverReleased),
    kept: good.filter(({ neverReleased }) => neverReleased),
    bad: [
      ...mustNotMove.map((wrong) => (wrong.group === CANCELLED ? { ...wrong, reason: "no date" } : wrong)),
      ...notDue,
    ],
    run,
    before,
    archiveFolder: ARCHIVED,
    papers: join(stage.nodeRed.userDir, "receipts"),
    timeline: async (originalId) => {
      const asset = encodeURIComponent(`otmm:dam:${originalId}`);
      const answer = await stage.nodeRed.admin(
        "GET",
        `content-lifecycle/stores/${stage.storeId}/timeline?asset=${asset}`,
      );
      return ((await answer.json()) as { timeline: Told[] }).timeline;
    },
    erase: async (originalId) => {
      const body = { asset: `otmm:dam:${originalId}`, reason: "spoilt" };
      await stage.nodeRed.admin("POST", `content-lifecycle/stores/${stage.storeId}/erase`, body);
    },
    assets: good.length,
  };
}

function staying({ assetId, originalId, version, name, group, holds }: Good): StayingAsset {
  const reason = holds.length > 0 ? "held and not due" : "not due";
  return { assetId, originalId, version, name, group, reason, extraVersion: false };
}

/** Papers that the flow wrote, by the key of the asset that they speak of. */
export function papersIn(folder: string): Map<string, Paper[]> {
  const found = new Map<string, Paper[]>();
  for (const name of readdirSync(folder)) {
    const paper = JSON.parse(readFileSync(join(folder, name), "utf8")) as Paper;
    found.set(paper.subject.key, [...(found.get(paper.subject.key) ?? []), paper]);
  }
  return found;
}
