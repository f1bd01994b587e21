import { type MappingProfile, type MappingRow, NAMED_VALUES } from "../../../lib/mapping/types.js";

/** A mistake that the form can see without the runtime; `row` counts from 1. */
export interface FormMistake {
  row?: number;
  key: string;
}

const NAME = /^[A-Za-z0-9][A-Za-z0-9._-]*$/;
const VERSION = /^\d+\.\d+\.\d+$/;

/**
 * First look at a profile while it is edited: names, version, complete rows, unique row ids. The engine's full check
 * (fields of targets, limits, look-ups) runs in the runtime and shows beside the rows.
 */
export function checkProfile(profile: MappingProfile): FormMistake[] {
  const mistakes: FormMistake[] = [];
  if (!NAME.test(profile.name)) mistakes.push({ key: "profile-name" });
  if (!VERSION.test(profile.version)) mistakes.push({ key: "profile-version" });
  const targets = new Set([NAMED_VALUES, ...profile.targets.map(({ name }) => name)]);
  if (targets.size !== profile.targets.length + 1) mistakes.push({ key: "target-twice" });
  const ids = new Set<string>();
  profile.rows.forEach((row, index) => {
    const key = rowMistake(row, targets, ids);
    ids.add(row.id);
    if (key !== undefined) mistakes.push({ row: index + 1, key });
  });
  return mistakes;
}

function rowMistake(row: MappingRow, targets: ReadonlySet<string>, ids: ReadonlySet<string>): string | undefined {
  if (row.id === "") return "row-id";
  if (ids.has(row.id)) return "row-id-twice";
  if (row.from.length === 0 || row.from.some(isEmpty)) return "row-source";
  if (!targets.has(row.to.target)) return "row-target";
  if (row.to.field === "") return "row-field";
  return undefined;
}

function isEmpty(source: MappingRow["from"][number]): boolean {
  if (source.kind === "fixed") return false;
  return Object.values(source).some((member) => member === "");
}
