import { randomUUID } from "node:crypto";
import type { Archivist } from "../readers/archivist.js";
import type { OtmmReader, OtmmView } from "../readers/otmm.js";
import { PreservicaReader } from "../readers/preservica.js";
import type { Stage } from "../stage.js";
import type { Cast, Good } from "./cast.js";
import { COLUMNS, column, ENTRY, onDay, shows, until } from "./shown.js";

/** What people do in both systems. Nothing here is the flow's. */

const LIFECYCLE = "urn:clc:schema:lifecycle:1";
export const MATTER = "MAT-2026-017";
/** With ten years the asset is kept through the day after the seed's present. */
export const NEW_START = "2016-11-17";
export const NEW_UNTIL = "2026-11-17";
const LONG_AGO = "2010-01-01";
export const NEW_TAG = "closed";
const QUARANTINE = "_Quarantine";
const THREE_DAYS_MS = 3 * 86_400_000;

/** Sessions of people who look into both systems; they do not outlive hours that pass. */
export interface Sessions {
  otmm: OtmmReader;
  preservica: PreservicaReader;
}
interface People extends Sessions {
  stage: Stage;
  archivist: Archivist;
  cast: Cast;
  refs: Map<string, string>;
}
/** An asset that OTMM calls archived and that the archive does not know, as it was left. */
export interface Claim {
  assetId: string;
  id: string;
  lastUpdated: string;
}
export interface DownActs {
  claim: Claim;
  /** Checked in over `cast.versioned`. */
  version: OtmmView;
  /** Brought in anew with the bytes of `cast.copied`. */
  copy: OtmmView;
  /** Never archived; a person changed its title. */
  edited: OtmmView;
}

export async function signIn(stage: Stage): Promise<Sessions> {
  const manager = { username: "manager.one", password: "archive-Manager-0001" };
  return {
    otmm: await stage.otmm(),
    preservica: await PreservicaReader.login({ ...stage.ready.preservica, ...manager }),
  };
}

/** Before the flow knows it: a person, or a fault, made OTMM call an asset archived. */
export async function contradict(otmm: OtmmReader, assetId: string): Promise<Claim> {
  const id = randomUUID();
  await otmm.edit(assetId, { [ENTRY.status]: "PRE", [ENTRY.id]: id, [ENTRY.assetId]: assetId });
  return { assetId, id, lastUpdated: (await otmm.asset(assetId)).lastUpdated };
}

function refIn({ refs }: People, { sourceId }: Good): string {
  return refs.get(sourceId) ?? "";
}

/** The day from which the archive counts. */
async function correctStart(preservica: PreservicaReader, ref: string, day: string): Promise<void> {
  await preservica.rewrite(ref, LIFECYCLE, (xml) =>
    xml.replace(/(<(?:\w+:)?retention>[\s\S]*?<(?:\w+:)?start>)[^<]*/, `$1${day}`),
  );
}

/** Archivists at work while the flow runs; each change must show by a call back. */
export async function actWhileUp(people: People): Promise<void> {
  const { preservica, otmm, cast } = people;
  await correctStart(preservica, refIn(people, cast.expiring), NEW_START);
  const folder = (await preservica.below()).find(({ type, title }) => type === "SO" && title === QUARANTINE);
  await preservica.move(refIn(people, cast.moved), folder?.ref ?? "");
  await preservica.setTag(refIn(people, cast.tagged), NEW_TAG);
  await shows(otmm, "the changed tag", cast.tagged.assetId, (fields) => fields[ENTRY.access] === "CLS");
  await shows(otmm, "the new place", cast.moved.assetId, (fields) => fields[ENTRY.location] === QUARANTINE);
  await shows(otmm, "the earlier end", cast.expiring.assetId, (fields) => onDay(fields[ENTRY.until]) === NEW_UNTIL);
}

/** Everything that sends no call back, or sends it to nobody, because Node-RED is down; then Node-RED starts again. */
export async function actWhileDown(people: People, claim: Claim, bystander: string): Promise<DownActs & Sessions> {
  const { stage, archivist, cast } = people;
  await stage.nodeRed.stop();
  await archivist.hold(refIn(people, cast.held), MATTER);
  const ended = refIn(people, cast.destroyed);
  await correctStart(people.preservica, ended, LONG_AGO);
  await until("the end of the period", async () =>
    (await people.preservica.retention(ended)).every(({ expired }) => expired),
  );
  await archivist.destroy(ended);
  await stage.control("POST", "clock", { advance: THREE_DAYS_MS });
  const { otmm, preservica } = await signIn(stage);
  const version = await otmm.checkIn(cast.versioned.assetId, cast.versioned.name, Buffer.from("another edition"));
  const [folder = ""] = await otmm.parents(cast.copied.assetId);
  const copy = await otmm.bringIn(folder, "brought in again.tif", await otmm.masterBytes(cast.copied.assetId));
  await otmm.edit(bystander, { "OTMM.CUSTOM.FIELD_TITLE": "A title that somebody changed" });
  const edited = await otmm.asset(bystander);
  await stage.restart();
  await shows(otmm, "the hold", cast.held.assetId, (fields) => fields[ENTRY.retention] === "HLD");
  await shows(otmm, "the destruction", cast.destroyed.assetId, (fields) => fields[ENTRY.status] === "DST");
  await shows(otmm, "the expiry", cast.expiring.assetId, (fields) => fields[ENTRY.retention] === "EXP");
  await shows(otmm, "the new version's own state", version.id, (fields) => fields[ENTRY.status] === "NOT");
  await shows(otmm, "the warning", copy.id, (fields) => column(fields, COLUMNS.outcome).includes("warning"));
  return { claim, version, copy, edited, otmm, preservica };
}
