import { el, input, labelled, select } from "../dom.js";
import type { RowView } from "../rows.js";
import type { Text } from "../text.js";

const UNITS = ["Y", "M", "W", "D"] as const;
const PERMANENT = "permanent";
/** A period of more than one unit, e.g. `P1Y6M`: written as it is. */
const OTHER = "other";
const SIMPLE = /^P(\d+)([YMWD])$/;

/** A period as number and unit, for people who do not write ISO 8601: "5 years" is `P5Y`. */
export function periodInput(text: Text, stored: string, changed: () => void): RowView<string> {
  const word = (key: string): string => text(`kit.rules.${key}`);
  const [, count = "", letter = ""] = SIMPLE.exec(stored) ?? [];
  const units = [...UNITS, PERMANENT, OTHER].map((value) => ({ value, label: word(`units.${value}`) }));
  const chosen = stored === PERMANENT ? PERMANENT : stored === "" ? "Y" : letter === "" ? OTHER : letter;
  const number = input(count, word("count"), { type: "number", min: "0", placeholder: "", class: "clc-count" });
  const unit = select(units, chosen, word("unit"));
  const other = input(chosen === OTHER ? stored : "", word("iso"), { spellcheck: "false", placeholder: "P1Y6M" });
  const show = (): void => {
    number.hidden = unit.value === PERMANENT || unit.value === OTHER;
    other.hidden = unit.value !== OTHER;
  };
  unit.addEventListener("change", show);
  for (const control of [number, unit, other]) control.addEventListener("change", changed);
  show();
  return {
    element: labelled(word("period"), el("span", { class: "clc-line-of" }, number, other, unit)),
    focus: () => (number.hidden ? unit : number).focus(),
    read() {
      if (unit.value === PERMANENT) return PERMANENT;
      if (unit.value === OTHER) return other.value.trim();
      return number.value.trim() === "" ? "" : `P${number.value.trim()}${unit.value}`;
    },
  };
}

/** `5 years`, `permanent`, or the period as it is written. */
export function periodWords(text: Text, period: string): string {
  if (period === PERMANENT) return text("kit.rules.units.permanent");
  const [, count, letter] = SIMPLE.exec(period) ?? [];
  return count === undefined ? period || "…" : `${count} ${text(`kit.rules.units.${letter}`)}`;
}
