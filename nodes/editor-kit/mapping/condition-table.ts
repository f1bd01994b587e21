import {
  type ConditionInput,
  type ConditionLine,
  type ConditionTable,
  type MappingProfile,
  type MappingTest,
  type ProfileProblem,
} from "../../../lib/mapping/types.js";
import { captioned, el, input, labelled, select } from "../dom.js";
import { type FoldedRow, foldedRow } from "../folded-row.js";
import { type LineList, lineList } from "../line-list.js";
import { rowTable, type RowView } from "../rows.js";
import { valuesOf, valuesText } from "../values.js";
import { byName } from "./by-name.js";
import { sourceInput } from "./source-input.js";
import type { Around } from "./profile-parts.js";
import { testList } from "./test-line.js";

const INPUT_TYPES = ["code", "date", "text"] as const;

/** A condition table under its name, as one row of the form. */
export interface NamedTable {
  name: string;
  table: ConditionTable;
}

export function namedTables(profile: MappingProfile): NamedTable[] {
  return Object.entries(profile.conditions ?? {}).map(([name, table]) => ({ name, table }));
}

export function conditionsOf(tables: readonly NamedTable[]): Record<string, ConditionTable> {
  return byName(tables.map(({ name, table }) => ({ name, value: table })));
}

export interface ConditionTables {
  read: () => NamedTable[];
  replace: (tables: readonly NamedTable[]) => void;
  /** Shows what the engine found wrong below the table that it concerns. */
  show: (problems: readonly ProfileProblem[]) => void;
}

/** The condition tables of a profile: one line each, opened to edit. */
export function conditionTables(around: Around, stored: readonly NamedTable[], changed: () => void): ConditionTables {
  const { text } = around;
  const known = new Map<RowView<NamedTable>, FoldedRow<NamedTable>>();
  const rows = rowTable<NamedTable>(text, stored, {
    list: "clc-profile-conditions",
    addLabel: text("kit.conditions.add"),
    blank: () => ({ name: "", table: { inputs: [], lines: [], otherwise: "" } }),
    changed,
    view(named, edited) {
      const view = foldedRow<NamedTable>(
        named,
        {
          summary: ({ name, table }) => [
            el("b", {}, name || "…"),
            `: ${[...new Set(table.lines.map(({ value }) => value))].join(", ") || "…"} · `,
            `${text("kit.conditions.otherwise")} ${table.otherwise || "–"}`,
          ],
          editor: (touch) => tableEditor(around, named, touch),
        },
        edited,
      );
      known.set(view, view);
      return view;
    },
  });
  return {
    read: rows.read,
    replace: rows.replace,
    show(problems) {
      for (const view of rows.views()) {
        const start = `conditions.${view.read().name}.`;
        known.get(view)?.fault(problems.filter(({ field }) => field.startsWith(start)).map(({ message }) => message));
      }
    },
  };
}

function tableEditor(around: Around, { name, table }: NamedTable, changed: () => void): RowView<NamedTable> {
  const { text } = around;
  const word = (key: string): string => text(`kit.conditions.${key}`);
  let touched = false;
  const edited = (): void => {
    touched = true;
    changed();
  };
  const called = input(name, word("name"), { spellcheck: "false" });
  const otherwise = input(table.otherwise, word("otherwise"), { spellcheck: "false" });
  const unknown = input(table.unknown ?? "", word("unknown"), {
    spellcheck: "false",
    placeholder: word("unknown-empty"),
  });
  const inputs = lineList<ConditionInput>(
    text,
    table.inputs,
    {
      addLabel: word("add-input"),
      removeLabel: word("remove-input"),
      blank: () => ({ from: { kind: "field", id: "" }, type: "text" }),
      view: (one, touch) => inputLine(around, one, touch),
    },
    edited,
  );
  const lines = lineList<ConditionLine>(
    text,
    table.lines,
    {
      addLabel: word("add-line"),
      removeLabel: word("remove-line"),
      upLabel: text("kit.rows.up"),
      blank: () => ({ when: [[]], value: "" }),
      view: (one, touch) => valueLine(around, one, touch),
    },
    edited,
  );
  for (const control of [called, otherwise, unknown]) control.addEventListener("change", edited);
  return {
    element: el(
      "span",
      { class: "clc-editor" },
      el("span", { class: "clc-indent" }, labelled(word("name"), called)),
      captioned(word("inputs"), inputs.element),
      captioned(word("lines"), lines.element),
      el("span", { class: "clc-indent" }, labelled(word("otherwise"), otherwise), labelled(word("unknown"), unknown)),
    ),
    attached() {
      inputs.attached();
      lines.attached();
    },
    focus: () => called.focus(),
    read() {
      if (!touched) return { name, table };
      const { unknown: _before, ...rest } = table;
      const given = unknown.value.trim();
      return {
        name: called.value.trim(),
        table: {
          ...rest,
          inputs: inputs.read(),
          lines: lines.read(),
          otherwise: otherwise.value.trim(),
          ...(given === "" ? {} : { unknown: given }),
        },
      };
    },
  };
}

/** One input that must be known before any line is looked at. */
function inputLine(around: Around, stored: ConditionInput, changed: () => void): RowView<ConditionInput> {
  const { text } = around;
  const word = (key: string): string => text(`kit.conditions.${key}`);
  let touched = false;
  const from = sourceInput(text, stored.from, around.parts, around.connection, () => edited());
  const types = INPUT_TYPES.map((value) => ({ value, label: word(`types.${value}`) }));
  const type = select(types, stored.type, word("type"));
  type.classList.add("clc-narrow");
  const known = input(valuesText(stored.known ?? []), word("known"), { spellcheck: "false" });
  const missing = el("input", { type: "checkbox" });
  missing.checked = stored.missing === "allowed";
  const show = (): void => {
    known.hidden = type.value !== "code";
  };
  const edited = (): void => {
    touched = true;
    show();
    changed();
  };
  for (const control of [type, known, missing]) control.addEventListener("change", edited);
  show();
  return {
    element: el("span", { class: "clc-test" }, from.element, type, known, el("label", {}, missing, word("may-miss"))),
    attached: from.attached,
    focus: from.focus,
    read() {
      if (!touched) return stored;
      const chosen = INPUT_TYPES.find((one) => one === type.value) ?? stored.type;
      return {
        from: from.read(),
        type: chosen,
        ...(chosen === "code" ? { known: valuesOf(known.value) } : {}),
        ...(missing.checked ? { missing: "allowed" as const } : {}),
      };
    },
  };
}

/** One line: a value, and the groups of tests of which one must hold. */
function valueLine(around: Around, stored: ConditionLine, changed: () => void): RowView<ConditionLine> {
  const { text } = around;
  const word = (key: string): string => text(`kit.conditions.${key}`);
  const value = input(stored.value, word("value"), { spellcheck: "false" });
  value.addEventListener("change", changed);
  const groups: LineList<MappingTest[]> = lineList<MappingTest[]>(
    text,
    stored.when,
    {
      addLabel: word("add-group"),
      removeLabel: word("remove-group"),
      between: word("or"),
      blank: () => [],
      view: (tests, edited) => testList(around, tests, edited),
    },
    changed,
  );
  return {
    element: el("span", { class: "clc-box" }, labelled(word("value"), value), captioned(word("when"), groups.element)),
    attached: groups.attached,
    focus: () => value.focus(),
    read: () => ({ when: groups.read(), value: value.value.trim() }),
  };
}
