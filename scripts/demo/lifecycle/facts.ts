import { execFile } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { promisify } from "node:util";
import { type CampaignValues, loadManifest, type MovingAsset } from "../../../sandbox/seed/manifest.js";
import { type NodeRedUser, PACKAGE_ROOT } from "../../node-red.js";
import { type ArchiveFacts, look, type Show } from "../campaign/facts.js";
import type { Stage } from "../stage.js";
import { Departments, type Report, RECORDS } from "./departments.js";

export type Good = MovingAsset<CampaignValues>;

/** What the checks of scenario 8 look at. */
export interface LifecycleFacts extends ArchiveFacts<CampaignValues> {
  stage: Stage;
  /** Those who ask, each as a user of Node-RED of their own. */
  departments: Departments;
  /** Somebody who was admitted although no user of Node-RED is known by that name; only when spoilt. */
  admitted?: NodeRedUser;
  /** Assets to which something happened after they were archived. */
  touched: Record<Part, Good>;
  /** Files that were taken for somebody outside: exports of one asset, a backup of the store, an anchor, all events. */
  files: { json: string; premis: string; backup: string; anchor: string; all: string };
}

/** What each of these assets is for. */
export const PARTS = {
  /** Its rights end early: the tag in the archive is tightened. */
  tightened: "ete-soleil.jpg",
  /** Its rights become known: a looser tag is left to a person. */
  loosened: "ete-plage.jpg",
  /** Withdrawn after it was archived. */
  withdrawn: "ete-source.tif",
  /** An archivist closes it in the archive. */
  closed: "ete-dossier.pdf",
  /** Changed twice while Node-RED was down. */
  unwatched: "ete-banniere-1.png",
  /** Archived in its third version. */
  versions: "ete-parasol.jpg",
  /** One of its events is erased. */
  erased: "ete-film.mp4",
} as const;
export type Part = keyof typeof PARTS;

/** Day on which the tightened asset's rights end: before the present of the seed. */
export const RIGHTS_ENDED = "2026-10-30T23:00:00Z";

const CAMPAIGN = "LUM-2024-ETE";
const STATUS = "ACME.FIELD.APPROVAL STATUS";
const LIMIT_MS = 120_000;
const run = promisify(execFile);

/** Takes stock, lets people change things in both systems, cuts Node-RED off for a while, and takes stock again. */
export async function liveOn(stage: Stage, show: Show): Promise<LifecycleFacts> {
  const { mustMove, mustNotMove } = loadManifest().scenarios["1"];
  const good = mustMove.filter(({ group }) => group === CAMPAIGN);
  const before = await look(stage);
  const departments = new Departments(stage);
  const touched = partsOf(good);
  await advance(stage, 2);
  const counted = (label: string) => (counts: { found: number; running: number; waiting: number }) =>
    show(label, counts.found - counts.running - counts.waiting, counts.found);
  await stage.run(counted("first stock"));

  await advance(stage, 2);
  const [otmm, preservica] = [await stage.otmm(), await stage.preservica()];
  await otmm.edit(touched.tightened.assetId, { "ACME.FIELD.RIGHTS END": RIGHTS_ENDED });
  await otmm.edit(touched.loosened.assetId, { "ACME.FIELD.USAGE RIGHTS": "OWN" });
  await otmm.edit(touched.withdrawn.assetId, { [STATUS]: "WDR" });
  const closed = await preservica.byIdentifier("OTMM-Asset", touched.closed.sourceId);
  await preservica.setTag(closed[0]?.ref ?? "", "closed");
  await advance(stage, 2);
  await stage.press("Look now");
  await told(departments, touched.tightened, ({ type }) => type === "rights ended");
  await told(departments, touched.loosened, ({ type }) => type === "tag kept");
  await told(departments, touched.withdrawn, ({ detail }) => detail?.["status"] === "WDR");

  await stage.nodeRed.stop();
  await otmm.edit(touched.unwatched.assetId, { [STATUS]: "REV" });
  await advance(stage, 3600);
  // An hour later the session is over.
  await (await stage.otmm()).edit(touched.unwatched.assetId, { [STATUS]: "REJ" });
  await advance(stage, 3600);
  await stage.restart();
  await told(departments, touched.unwatched, ({ detail }) => detail?.["status"] === "REJ");
  const last = await stage.run(counted("second stock"));
  await told(departments, touched.closed, ({ detail }) => detail?.["tag"] === "closed");

  await eraseOne(departments, touched.erased);
  return {
    stage,
    otmm: await stage.otmm(),
    preservica: await stage.preservica(),
    departments,
    touched,
    good,
    bad: mustNotMove.filter(({ group }) => group === CAMPAIGN),
    run: last,
    before,
    files: await taken(stage, departments, touched.tightened),
    assets: good.length,
  };
}

function partsOf(good: readonly Good[]): Record<Part, Good> {
  const found = Object.entries(PARTS).map(([part, name]) => {
    const asset = good.find((one) => one.name === name);
    if (asset === undefined) throw new Error(`the manifest names no ${name}`);
    return [part, asset] as const;
  });
  return Object.fromEntries(found) as Record<Part, Good>;
}

async function advance(stage: Stage, seconds: number): Promise<void> {
  await stage.control("POST", "clock", { advance: seconds * 1000 });
}

/** Resolves once the asset's timeline tells of it. */
async function told(
  departments: Departments,
  asset: Good,
  what: (event: Report["timeline"][number]) => boolean,
): Promise<void> {
  for (const end = Date.now() + LIMIT_MS; ;) {
    const { timeline } = await departments.ask(RECORDS, keyOf(asset));
    if (timeline.some(what)) return;
    if (Date.now() > end) throw new Error(`${asset.name}: the timeline does not tell of ${what.toString()}`);
    await pause(200);
  }
}

export function keyOf({ originalId }: { originalId: string }): string {
  return `otmm:dam:${originalId}`;
}

/** A person has what one event said erased, as somebody may ask for it. */
async function eraseOne(departments: Departments, asset: Good): Promise<void> {
  const { timeline } = await departments.ask(RECORDS, keyOf(asset));
  const event = timeline.find(({ type }) => type === "status stated");
  await departments.send(RECORDS, "POST", "erase", { seq: event?.seq, reason: "request 4711" });
}

/** Exports of one asset from the page, and backup, anchor and all events as an auditor takes them away. */
async function taken(stage: Stage, departments: Departments, asset: Good): Promise<LifecycleFacts["files"]> {
  const folder = join(stage.folder, "taken");
  mkdirSync(folder);
  const keep = (name: string, text: string): string => {
    writeFileSync(join(folder, name), text);
    return join(folder, name);
  };
  const json = keep("timeline.json", (await departments.page(keyOf(asset), "json")).text);
  const premis = keep("premis.xml", (await departments.page(keyOf(asset), "premis")).text);
  const { anchor } = (await departments.send(RECORDS, "POST", "anchors")) as { anchor: object };
  const { file: backup } = (await departments.send(RECORDS, "POST", "backup")) as { file: string };
  const { stdout } = await command("export", backup, "--all");
  return { json, premis, backup, anchor: keep("anchor.json", JSON.stringify(anchor)), all: keep("all.json", stdout) };
}

/** The package's own command, as an auditor without Node-RED runs it. */
export async function command(...args: string[]): Promise<{ code: number; stdout: string }> {
  const main = join(PACKAGE_ROOT, "dist/bin/content-lifecycle.js");
  try {
    const { stdout } = await run(process.execPath, [main, ...args], { maxBuffer: 64 * 1024 * 1024 });
    return { code: 0, stdout };
  } catch (thrown) {
    const { code, stdout } = thrown as { code: number; stdout: string };
    return { code, stdout };
  }
}
