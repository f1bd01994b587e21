import type { MappingProfile, ProfileProblem, RowPreview } from "../../../lib/mapping/types.js";
import type { LifecycleAsset } from "../../../lib/messages/asset.js";
import { type Endpoint, send } from "../api.js";
import { place } from "../dom.js";
import type { RetentionRule } from "../../../lib/retention/types.js";
import type { Rows } from "../rows.js";
import type { Text } from "../text.js";
import { conditionsOf, type ConditionTables, conditionTables, namedTables } from "./condition-table.js";
import { ignoredFields } from "./ignored-fields.js";
import { lookupRows, type LookupTable, lookupTables, lookupsOf, targetTable } from "./parts.js";
import type { Around } from "./profile-parts.js";
import { profileRules } from "./retention-rules.js";
import { prepareSample } from "./sample.js";
import { type MappingTable, mappingTable } from "./table.js";
import { drawTargetLists } from "./target-lists.js";
import { prepareTransfer } from "./transfer.js";

export interface ProfileForm {
  read(): MappingProfile;
  /** Stops what still runs when the form goes away. */
  close(): void;
}

const PREVIEW_MS = 400;

/** Fills the form of a mapping profile and keeps previews and pickers up to date while it is edited. */
export function openProfileForm(text: Text, nodeId: string, stored: MappingProfile): ProfileForm {
  const endpoint: Endpoint = { type: "mapping-profile", id: nodeId };
  const simple = simpleFields();
  let base = stored;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let asked = 0;
  let open = true;
  let table: MappingTable | undefined;
  let targets: Rows<MappingProfile["targets"][number]> | undefined;
  let lookups: Rows<LookupTable> | undefined;
  let conditions: ConditionTables | undefined;
  let rules: Rows<RetentionRule> | undefined;

  const sample = prepareSample(text, endpoint, () => changed());
  const parts = {
    targets: () => (targets?.read() ?? base.targets).map(({ name }) => name),
    lookups: () => (lookups?.read() ?? []).map(({ name }) => name),
    conditionTables: () => (conditions?.read() ?? []).map(({ name }) => name),
    namedValues: () => table?.namedValues() ?? [],
  };
  const around: Around = { text, parts, connection: sample.connection };
  const ignored = ignoredFields(around, () => changed());
  const read = (): MappingProfile => {
    const { description: _description, zone: _zone, ...rest } = base;
    const made: MappingProfile = { ...rest, ...simple.read(), targets: targets?.read() ?? base.targets };
    setOrKeep(made, "lookups", lookupsOf(lookups?.read() ?? []));
    setOrKeep(made, "conditions", conditionsOf(conditions?.read() ?? []));
    setOrKeep(made, "retention", rules?.read() ?? []);
    setOrKeep(made, "ignored", ignored.read());
    made.rows = table?.read() ?? base.rows;
    return made;
  };
  const preview = async (): Promise<void> => {
    const turn = ++asked;
    const asset = sample.asset();
    try {
      const answer = await send<Preview>(text, endpoint, "preview", {
        profile: read(),
        ...(asset === undefined ? {} : { asset }),
      });
      if (!open || turn !== asked) return;
      table?.show(answer.rows, answer.problems);
      conditions?.show(answer.problems);
      sample.say(answer.problems.filter((problem) => !hasPlace(problem)).map(({ message }) => message));
    } catch (error) {
      if (open && turn === asked) sample.fail(error instanceof Error ? error.message : String(error));
    }
  };
  const changed = (): void => {
    clearTimeout(timer);
    if (open && table !== undefined) timer = setTimeout(() => void preview(), PREVIEW_MS);
  };
  const targetsChanged = (): void => {
    drawTargetLists(text, endpoint, targets?.read() ?? base.targets);
    changed();
  };
  const fill = (profile: MappingProfile): void => {
    base = profile;
    simple.write(profile);
    ignored.write(profile.ignored ?? []);
    targets?.replace(profile.targets);
    lookups?.replace(lookupTables(profile));
    conditions?.replace(namedTables(profile));
    rules?.replace(profile.retention ?? []);
    table?.replace(profile.rows);
    targetsChanged();
  };

  simple.write(stored);
  ignored.write(stored.ignored ?? []);
  targets = targetTable(text, stored.targets, () => targetsChanged());
  lookups = lookupRows(text, lookupTables(stored), changed);
  conditions = conditionTables(around, namedTables(stored), changed);
  rules = profileRules(around, stored.retention ?? [], changed);
  table = mappingTable(around, stored.rows, changed);
  simple.onChange(changed);
  prepareTransfer(text, endpoint, read, fill);
  targetsChanged();
  return {
    read,
    close() {
      open = false;
      clearTimeout(timer);
    },
  };
}

interface Preview {
  rows: RowPreview[];
  problems: ProfileProblem[];
  asset?: LifecycleAsset;
}

/** Name, version, description and zone of the profile. */
function simpleFields() {
  const name = place("clc-profile-name") as HTMLInputElement;
  const version = place("clc-profile-version") as HTMLInputElement;
  const description = place("clc-profile-description") as HTMLInputElement;
  const zone = place("clc-profile-zone") as HTMLInputElement;
  return {
    write(profile: MappingProfile): void {
      name.value = profile.name;
      version.value = profile.version;
      description.value = profile.description ?? "";
      zone.value = profile.zone ?? "";
    },
    read: () => ({
      name: name.value.trim(),
      version: version.value.trim(),
      ...(description.value.trim() === "" ? {} : { description: description.value.trim() }),
      ...(zone.value.trim() === "" ? {} : { zone: zone.value.trim() }),
    }),
    onChange(changed: () => void): void {
      for (const field of [name, version, description, zone]) field.addEventListener("change", changed);
    },
  };
}

/** Whether a problem is told at a row or table of the form and need not be told for the profile as a whole. */
function hasPlace({ row, field }: ProfileProblem): boolean {
  return row !== undefined || field.startsWith("conditions.");
}

/** Sets a member of the profile; an empty one only where the stored profile has the member at all. */
function setOrKeep<K extends "lookups" | "conditions" | "retention" | "ignored">(
  profile: MappingProfile,
  key: K,
  value: NonNullable<MappingProfile[K]>,
): void {
  if (Object.keys(value).length > 0 || profile[key] !== undefined) profile[key] = value;
}
