import type { MappingProfile, MappingRow, ProfileProblem, RowPreview } from "../../../lib/mapping/types.js";
import type { LifecycleAsset } from "../../../lib/messages/asset.js";
import { type Endpoint, send } from "../api.js";
import { place } from "../dom.js";
import type { Rows } from "../rows.js";
import type { Text } from "../text.js";
import { lookupRows, type LookupTable, lookupTables, lookupsOf, targetTable } from "./parts.js";
import { prepareSample } from "./sample.js";
import { type MappingTable, mappingTable } from "./table.js";
import { drawTargetLists } from "./target-lists.js";
import { prepareTransfer } from "./transfer.js";

export interface ProfileForm {
  read(): MappingProfile;
  /** Stops what still runs when the form goes away. */
  close(): void;
}

/** Members that have no table of their own in the form. */
const REST = ["conditions", "retention", "ignored"] as const;
const PREVIEW_MS = 400;

/** Fills the form of a mapping profile and keeps previews and pickers up to date while it is edited. */
export function openProfileForm(text: Text, nodeId: string, stored: MappingProfile): ProfileForm {
  const endpoint: Endpoint = { type: "mapping-profile", id: nodeId };
  const simple = simpleFields();
  const rest = restField(text, () => changed());
  let base = stored;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let asked = 0;
  let open = true;
  let table: MappingTable | undefined;
  let targets: Rows<MappingProfile["targets"][number]> | undefined;
  let lookups: Rows<LookupTable> | undefined;

  const sample = prepareSample(text, endpoint, () => changed());
  const parts = {
    targets: () => (targets?.read() ?? base.targets).map(({ name }) => name),
    lookups: () => (lookups?.read() ?? []).map(({ name }) => name),
    conditionTables: () => Object.keys(rest.read().conditions ?? {}),
    namedValues: () => table?.namedValues() ?? [],
  };
  const read = (): MappingProfile => {
    const made: Record<string, unknown> = { ...base, ...simple.read(), targets: targets?.read() ?? base.targets };
    for (const name of REST) delete made[name];
    Object.assign(made, rest.read());
    const tables = lookupsOf(lookups?.read() ?? []);
    if (Object.keys(tables).length > 0 || base.lookups !== undefined) made["lookups"] = tables;
    made["rows"] = (table?.read() ?? base.rows) satisfies MappingRow[];
    return Object.fromEntries(
      Object.entries(made).filter(([, value]) => value !== undefined),
    ) as unknown as MappingProfile;
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
      sample.say(answer.problems.filter(({ row }) => row === undefined).map(({ message }) => message));
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
    rest.write(profile);
    targets?.replace(profile.targets);
    lookups?.replace(lookupTables(profile));
    table?.replace(profile.rows);
    targetsChanged();
  };

  simple.write(stored);
  rest.write(stored);
  targets = targetTable(text, stored.targets, () => targetsChanged());
  lookups = lookupRows(text, lookupTables(stored), changed);
  table = mappingTable(text, stored.rows, parts, sample.connection, changed);
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
      description: description.value.trim() || undefined,
      zone: zone.value.trim() || undefined,
    }),
    onChange(changed: () => void): void {
      for (const field of [name, version, description, zone]) field.addEventListener("change", changed);
    },
  };
}

/** Condition tables, retention rules and ignored fields as the JSON they are; what does not parse is not taken. */
function restField(text: Text, changed: () => void) {
  const box = place("clc-profile-rest") as HTMLTextAreaElement;
  const fault = place("clc-profile-rest-error");
  let current: Partial<MappingProfile> = {};
  box.addEventListener("change", () => {
    try {
      const parsed = JSON.parse(box.value === "" ? "{}" : box.value) as Partial<MappingProfile>;
      current = Object.fromEntries(
        Object.entries(parsed).filter(([name]) => (REST as readonly string[]).includes(name)),
      );
      fault.textContent = "";
      changed();
    } catch {
      fault.textContent = text("kit.errors.json");
    }
  });
  return {
    write(profile: MappingProfile): void {
      current = Object.fromEntries(
        REST.flatMap((name) => (profile[name] === undefined ? [] : [[name, profile[name]]])),
      );
      box.value = JSON.stringify(current, null, 2);
      fault.textContent = "";
    },
    read: () => current,
  };
}
