import type { Show } from "../campaign/facts.js";
import type { OtmmReader, OtmmView } from "../readers/otmm.js";

/** OTMM's archive fields (seed data, category ACME.CATEGORY.ARCHIVE). */
export const ENTRY = {
  status: "ACME.FIELD.PRESERVATION STATUS",
  id: "ACME.FIELD.ARCHIVE ID",
  assetId: "ACME.FIELD.ARCHIVED ASSET ID",
  on: "ACME.FIELD.ARCHIVED ON",
  location: "ACME.FIELD.ARCHIVE LOCATION",
  link: "ACME.FIELD.ARCHIVE LINK",
  sha256: "ACME.FIELD.ARCHIVE SHA256",
  policy: "ACME.FIELD.ARCHIVE RETENTION POLICY",
  until: "ACME.FIELD.ARCHIVE RETENTION UNTIL",
  retention: "ACME.FIELD.ARCHIVE RETENTION STATUS",
  access: "ACME.FIELD.ARCHIVE ACCESS",
  syncedOn: "ACME.FIELD.ARCHIVE SYNCED ON",
} as const;
export const COLUMNS = {
  date: "ACME.COLUMN.EVENT DATE",
  type: "ACME.COLUMN.EVENT TYPE",
  agent: "ACME.COLUMN.EVENT AGENT",
  outcome: "ACME.COLUMN.EVENT OUTCOME",
} as const;

type Fields = OtmmView["fields"];
const PATIENCE_MS = 120_000;

/** Waits for a state that the flow brings about by itself; the limit is for loaded machines. */
export async function until(what: string, holds: () => Promise<boolean>): Promise<void> {
  const end = Date.now() + PATIENCE_MS;
  while (!(await holds())) {
    if (Date.now() > end) throw new Error(`${what} did not come in ${PATIENCE_MS / 1000} s`);
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}

/** Waits until OTMM shows something at an asset. */
export async function shows(
  otmm: OtmmReader,
  what: string,
  assetId: string,
  holds: (fields: Fields) => boolean,
): Promise<void> {
  await until(what, async () => holds((await otmm.asset(assetId)).fields));
}

/** Waits until OTMM shows something at every asset. */
export async function allShow(
  otmm: OtmmReader,
  assets: readonly { assetId: string }[],
  holds: (fields: Fields) => boolean,
  show: Show,
): Promise<void> {
  await until("the status of every archived asset", async () => {
    const found = new Map((await otmm.all()).map((asset) => [asset.id, asset.fields]));
    const done = assets.filter(({ assetId }) => holds(found.get(assetId) ?? {})).length;
    show("shown in OTMM", done, assets.length);
    return done === assets.length;
  });
}

/** Calendar day of a date that OTMM stores, in the zone of its calendar dates. */
export function onDay(value: unknown): string {
  if (typeof value !== "string" || value === "") return "";
  if (/^\d{4}-\d{2}-\d{2}$/.test(value)) return value;
  return new Intl.DateTimeFormat("en-CA", { timeZone: "Europe/Berlin" }).format(new Date(value));
}

/** The values of a table's column. */
export function column(fields: Fields, id: string): string[] {
  const values = fields[id];
  return Array.isArray(values) ? values : [];
}
