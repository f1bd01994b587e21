import { type MappingProfile, TARGET_KINDS, type TargetKind, type TargetUse } from "../../../lib/mapping/types.js";
import { captioned, el, input, select } from "../dom.js";
import { rowTable, type Rows } from "../rows.js";
import { same } from "../same.js";
import type { Text } from "../text.js";
import { byName } from "./by-name.js";
import { targetFields } from "./target-fields.js";

export interface LookupTable {
  name: string;
  entries: Record<string, string>;
}

/** The profile's look-up tables as rows. */
export function lookupTables(profile: MappingProfile): LookupTable[] {
  return Object.entries(profile.lookups ?? {}).map(([name, entries]) => ({ name, entries }));
}

export function lookupsOf(tables: readonly LookupTable[]): Record<string, Record<string, string>> {
  return byName(tables.map(({ name, entries }) => ({ name, value: entries })));
}

/** `OWN = Own work`, one entry a line; the first `=` divides. */
export function entriesOf(lines: string): Record<string, string> {
  const entries = lines.split("\n").flatMap((line) => {
    const at = line.indexOf("=");
    return at < 1 ? [] : [[line.slice(0, at).trim(), line.slice(at + 1).trim()]];
  });
  return Object.fromEntries(entries) as Record<string, string>;
}

export function linesOf(entries: Readonly<Record<string, string>>): string {
  return Object.entries(entries)
    .map(([value, result]) => `${value} = ${result}`)
    .join("\n");
}

/** Targets of the profile: short name, kind, schema, root and folder of fragments; declared fields. */
export function targetTable(text: Text, stored: readonly TargetUse[], changed: () => void): Rows<TargetUse> {
  return rowTable<TargetUse>(text, stored, {
    list: "clc-profile-targets",
    addLabel: text("kit.mapping.add-target"),
    blank: () => ({ name: "", kind: "dublin-core" }),
    changed,
    view(use, edited) {
      const name = input(use.name, text("kit.mapping.target-name"), { class: "clc-narrow" });
      const kinds = TARGET_KINDS.map((value) => ({ value: value as string, label: text(`kit.targets.${value}`) }));
      const kind = select(kinds, use.kind, text("kit.mapping.target-kind"));
      const schema = input(use.schema ?? "", text("kit.mapping.schema"), { spellcheck: "false" });
      const root = input(use.root ?? "", text("kit.mapping.root"), { class: "clc-narrow", spellcheck: "false" });
      const folder = input(use.folder === undefined ? "" : String(use.folder), text("kit.mapping.target-folder"), {
        type: "number",
        min: "1",
        class: "clc-narrow",
        title: text("kit.mapping.target-folder-hint"),
      });
      let touched = false;
      const fields = targetFields(text, use.fields ?? [], () => {
        touched = true;
        edited();
      });
      const declared = captioned(text("kit.mapping.fields"), fields.element);
      const show = (): void => {
        schema.hidden = root.hidden = folder.hidden = kind.value !== "fragment";
        declared.hidden = kind.value !== "fragment" && kind.value !== "otmm-fields";
      };
      for (const field of [name, kind, schema, root, folder])
        field.addEventListener("change", () => (show(), edited()));
      show();
      return {
        element: el("div", {}, name, kind, schema, root, folder, el("span", { class: "clc-indent" }, declared)),
        focus: () => name.focus(),
        read() {
          const chosen = TARGET_KINDS.find((one) => one === kind.value) satisfies TargetKind | undefined;
          const listed = touched ? filled(fields.read()) : use.fields;
          const made: TargetUse = {
            name: name.value.trim(),
            kind: chosen ?? use.kind,
            ...(schema.value.trim() === "" ? {} : { schema: schema.value.trim() }),
            ...(root.value.trim() === "" ? {} : { root: root.value.trim() }),
            ...(folder.value === "" ? {} : { folder: Number(folder.value) }),
            ...(listed === undefined ? {} : { fields: listed }),
          };
          return same(made, use) ? use : made;
        },
      };
    },
  });
}

function filled<Value>(list: Value[]): Value[] | undefined {
  return list.length === 0 ? undefined : list;
}

/** Look-up tables, one entry a line. */
export function lookupRows(text: Text, stored: readonly LookupTable[], changed: () => void): Rows<LookupTable> {
  return rowTable<LookupTable>(text, stored, {
    list: "clc-profile-lookups",
    addLabel: text("kit.mapping.add-lookup"),
    blank: () => ({ name: "", entries: {} }),
    changed,
    view(table, edited) {
      const name = input(table.name, text("kit.mapping.lookup-name"));
      const lines = el("textarea", {
        rows: "4",
        spellcheck: "false",
        "aria-label": text("kit.mapping.lookup-lines"),
        placeholder: "OWN = Own work",
      });
      lines.value = linesOf(table.entries);
      const before = lines.value;
      for (const field of [name, lines]) field.addEventListener("change", edited);
      return {
        element: el("div", {}, name, el("span", { class: "clc-indent" }, lines)),
        focus: () => name.focus(),
        read: () => ({
          name: name.value.trim(),
          entries: lines.value === before ? table.entries : entriesOf(lines.value),
        }),
      };
    },
  });
}
