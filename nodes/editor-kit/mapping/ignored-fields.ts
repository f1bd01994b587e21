import { button, el, place } from "../dom.js";
import { fieldInput } from "../field-input.js";
import { type LineList, lineList } from "../line-list.js";
import { fieldsOf, pickFields } from "../pick-field.js";
import type { Around } from "./profile-parts.js";

export interface IgnoredFields {
  read: () => string[];
  write: (fields: readonly string[]) => void;
}

/** Source fields that are left out on purpose: chosen from the system's list, or typed one by one. */
export function ignoredFields(around: Around, changed: () => void): IgnoredFields {
  const { text } = around;
  const home = place("clc-profile-ignored");
  const choose = button(text("kit.ignored.pick"), { icon: "fa-list", small: true });
  const build = (fields: readonly string[]): LineList<string> =>
    lineList<string>(
      text,
      fields,
      {
        addLabel: text("kit.ignored.add"),
        removeLabel: text("kit.rows.remove"),
        blank: () => "",
        view: (id, edited) => fieldInput(text, around.connection, id, text("kit.mapping.field"), edited),
      },
      changed,
    );
  let list = build([]);
  const write = (fields: readonly string[]): void => {
    list = build(fields);
    home.replaceChildren(el("div", { class: "clc-row" }, list.element, choose));
  };
  const read = (): string[] => list.read().filter((id) => id !== "");
  const pick = async (): Promise<void> => {
    const endpoint = around.connection() ?? { type: "otmm-connection", id: "" };
    const chosen = await pickFields(text, endpoint, read(), true);
    if (chosen === undefined) return;
    // What the system's list does not know (any more) could not be ticked off: it stays.
    const listed = new Set((await fieldsOf(text, endpoint)).map(({ id }) => id));
    const picked = new Set(chosen.map(({ id }) => id));
    const kept = read().filter((id) => picked.has(id) || !listed.has(id));
    write([...new Set([...kept, ...picked])]);
    changed();
  };
  choose.addEventListener("click", () => void pick());
  write([]);
  return { read, write };
}
