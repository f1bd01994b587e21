import type { MappingRow } from "../../../lib/mapping/types.js";
import { captioned, el, input, labelled } from "../dom.js";
import { type LineList, lineList } from "../line-list.js";
import type { Around } from "./profile-parts.js";
import { testList } from "./test-line.js";

type Refusal = NonNullable<MappingRow["refuse"]>[number];

/** When the asset is refused, and with which reason: each line holds when all its tests do. */
export function refusalList(around: Around, stored: readonly Refusal[], changed: () => void): LineList<Refusal> {
  const { text } = around;
  return lineList<Refusal>(
    text,
    stored,
    {
      addLabel: text("kit.refusals.add"),
      removeLabel: text("kit.refusals.remove"),
      blank: () => ({ when: [], reason: "" }),
      view(refusal, edited) {
        const tests = testList(around, refusal.when, edited);
        const reason = input(refusal.reason, text("kit.refusals.reason"));
        reason.addEventListener("change", edited);
        return {
          element: el(
            "span",
            { class: "clc-box" },
            labelled(text("kit.refusals.reason"), reason),
            captioned(text("kit.refusals.when"), tests.element),
          ),
          read: () => ({ when: tests.read(), reason: reason.value.trim() }),
          attached: tests.attached,
          focus: () => reason.focus(),
        };
      },
    },
    changed,
  );
}
