import type { MappingSource } from "../../../lib/mapping/types.js";
import { type LineList, lineList } from "../line-list.js";
import { sourceInput } from "./source-input.js";
import type { Around } from "./profile-parts.js";

/** Alternatives of a row: "A, else B". */
export function sourceList(
  { text, parts, connection }: Around,
  stored: readonly MappingSource[],
  changed: () => void,
): LineList<MappingSource> {
  return lineList<MappingSource>(
    text,
    stored,
    {
      addLabel: text("kit.mapping.add-source"),
      removeLabel: text("kit.mapping.remove-source"),
      least: 1,
      blank: () => ({ kind: "field", id: "" }),
      view: (source, edited) => sourceInput(text, source, parts, connection, edited),
    },
    changed,
  );
}
