import { type MappingSource, type MappingTest, TEST_OPERATORS, type TestOperator } from "../../../lib/mapping/types.js";
import { el, input, select } from "../dom.js";
import { type LineList, lineList } from "../line-list.js";
import type { RowView } from "../rows.js";
import { valuesOf, valuesText } from "../values.js";
import type { Around } from "./profile-parts.js";
import { sourceInput } from "./source-input.js";
import { testMistake } from "./test-check.js";

type Compared = "nothing" | "values" | "date" | "source";
const COMPARED: { [Operator in TestOperator]: Compared } = {
  "one-of": "values",
  "not-one-of": "values",
  set: "nothing",
  "not-set": "nothing",
  after: "date",
  before: "date",
  begun: "date",
  "not-begun": "date",
  "same-as": "source",
  "different-from": "source",
};
const BLANK_SOURCE: MappingSource = { kind: "field", id: "" };

/** Tests that must all hold, one a line: a source, an operator, and what it is compared with. */
export function testList(around: Around, stored: readonly MappingTest[], changed: () => void): LineList<MappingTest> {
  const { text } = around;
  return lineList<MappingTest>(
    text,
    stored,
    {
      addLabel: text("kit.tests.add"),
      removeLabel: text("kit.tests.remove"),
      between: text("kit.tests.and"),
      blank: () => ({ of: BLANK_SOURCE, is: "one-of", values: [] }),
      view: (test, edited) => testLine(around, test, edited),
    },
    changed,
  );
}

function testLine(around: Around, stored: MappingTest, changed: () => void): RowView<MappingTest> {
  const { text } = around;
  const source = (of: MappingSource): ReturnType<typeof sourceInput> =>
    sourceInput(text, of, around.parts, around.connection, () => edited());
  const of = source(stored.of);
  const other = source(stored.other ?? BLANK_SOURCE);
  const operators = TEST_OPERATORS.map((value) => ({ value, label: text(`kit.tests.${value}`) }));
  const operator = select(operators, stored.is, text("kit.tests.operator"));
  operator.classList.add("clc-narrow");
  const values = input(valuesText(stored.values ?? []), text("kit.tests.values"), { spellcheck: "false" });
  const fault = el("span", { class: "clc-problem clc-break-before", role: "alert", hidden: true });
  let touched = false;

  const is = (): TestOperator => TEST_OPERATORS.find((one) => one === operator.value) ?? stored.is;
  const read = (): MappingTest => {
    if (!touched) return stored;
    const made: MappingTest = { of: of.read(), is: is() };
    const given = valuesOf(values.value);
    switch (COMPARED[made.is]) {
      case "nothing":
        return made;
      case "values":
        return { ...made, values: given };
      case "date":
        return given.length === 0 ? made : { ...made, values: given };
      case "source":
        return { ...made, other: other.read() };
    }
  };
  const show = (): void => {
    const compared = COMPARED[is()];
    values.hidden = compared === "nothing" || compared === "source";
    values.placeholder = text(compared === "date" ? "kit.tests.date" : "kit.tests.values");
    values.setAttribute("aria-label", values.placeholder);
    other.element.hidden = compared !== "source";
    const mistake = touched ? testMistake(read()) : undefined;
    fault.hidden = mistake === undefined;
    fault.textContent = mistake === undefined ? "" : text(`kit.tests.errors.${mistake}`);
  };
  const edited = (): void => {
    touched = true;
    show();
    changed();
  };
  for (const control of [operator, values]) control.addEventListener("change", edited);
  show();
  return {
    element: el("span", { class: "clc-test" }, of.element, operator, values, other.element, fault),
    read,
    focus: of.focus,
    attached() {
      of.attached();
      other.attached();
    },
  };
}
