import {
  type ConditionTable,
  type MappingProfile,
  type MappingRow,
  type MappingTest,
  NAMED_VALUES,
} from "../../../lib/mapping/types.js";
import { ruleMistake } from "../retention/rule-check.js";
import { isEmptySource, testMistake } from "./test-check.js";

/** A mistake that the form can see without the runtime. */
export interface FormMistake {
  /** Row of the mapping, from 1. */
  row?: number;
  /** Name of the condition table or retention rule that is meant. */
  part?: string;
  /** Key of the reason in the catalogue. */
  key: string;
}

const NAME = /^[A-Za-z0-9][A-Za-z0-9._-]*$/;
const VERSION = /^\d+\.\d+\.\d+$/;

/**
 * First look at a profile while it is edited: names, version, complete rows, tests, tables and rules, unique row ids. The
 * engine's full check (fields of targets, limits, look-ups) runs in the runtime and shows beside the rows.
 */
export function checkProfile(profile: MappingProfile): FormMistake[] {
  const mistakes: FormMistake[] = [];
  if (!NAME.test(profile.name)) mistakes.push({ key: "mapping-profile.errors.profile-name" });
  if (!VERSION.test(profile.version)) mistakes.push({ key: "mapping-profile.errors.profile-version" });
  const targets = new Set([NAMED_VALUES, ...profile.targets.map(({ name }) => name)]);
  if (targets.size !== profile.targets.length + 1) mistakes.push({ key: "mapping-profile.errors.target-twice" });
  const ids = new Set<string>();
  profile.rows.forEach((row, index) => {
    const key = rowMistake(row, targets, ids);
    ids.add(row.id);
    if (key !== undefined) mistakes.push({ row: index + 1, key });
  });
  for (const [part, table] of Object.entries(profile.conditions ?? {})) {
    const key = part === "" ? "mapping-profile.errors.table-name" : tableMistake(table);
    if (key !== undefined) mistakes.push({ part, key });
  }
  for (const rule of profile.retention ?? []) {
    const key = ruleMistake(rule);
    if (key !== undefined) mistakes.push({ part: rule.name, key });
  }
  return mistakes;
}

function rowMistake(row: MappingRow, targets: ReadonlySet<string>, ids: ReadonlySet<string>): string | undefined {
  if (row.id === "") return "mapping-profile.errors.row-id";
  if (ids.has(row.id)) return "mapping-profile.errors.row-id-twice";
  if (row.from.length === 0 || row.from.some(isEmptySource)) return "mapping-profile.errors.row-source";
  if (!targets.has(row.to.target)) return "mapping-profile.errors.row-target";
  if (row.to.field === "") return "mapping-profile.errors.row-field";
  for (const { when, reason } of row.refuse ?? []) {
    if (reason === "") return "mapping-profile.errors.refuse-reason";
    if (when.length === 0) return "mapping-profile.errors.refuse-when";
  }
  return testsMistake([...(row.onlyIf ?? []), ...(row.refuse ?? []).flatMap(({ when }) => when)]);
}

/** A line's value and `otherwise` may be empty: then there is no value. */
function tableMistake({ inputs, lines }: ConditionTable): string | undefined {
  if (inputs.some(({ from }) => isEmptySource(from))) return "mapping-profile.errors.table-input";
  if (inputs.some(({ type, known }) => type === "code" && (known ?? []).length === 0))
    return "mapping-profile.errors.table-known";
  // A line without tests would hold for every asset.
  if (lines.some(({ when }) => when.length === 0 || when.some((group) => group.length === 0)))
    return "mapping-profile.errors.table-when";
  return testsMistake(lines.flatMap(({ when }) => when.flat()));
}

function testsMistake(tests: readonly MappingTest[]): string | undefined {
  const mistake = tests.map(testMistake).find((one) => one !== undefined);
  return mistake === undefined ? undefined : `kit.tests.errors.${mistake}`;
}
