import { button, el } from "./dom.js";
import type { RowView } from "./rows.js";

export interface FoldedRow<Row> extends Required<RowView<Row>> {
  /** Shows faults below the line, whether the row is open or not. */
  fault: (messages: readonly string[], before?: readonly (Node | string)[]) => void;
}
export interface FoldedRowOptions<Row> {
  /** The line to read, of the row as it stands. */
  summary: (row: Row) => readonly (Node | string)[];
  /** Builds the fields; called once, when somebody opens the row. Its `read` tells the row as it stands. */
  editor: (changed: () => void) => RowView<Row>;
  /** Whether the row is switched off. */
  off?: (row: Row) => boolean;
}

/** A row as one line to read; behind it the fields to edit, which are only built when somebody opens the row. */
export function foldedRow<Row>(stored: Row, options: FoldedRowOptions<Row>, changed: () => void): FoldedRow<Row> {
  let editor: RowView<Row> | undefined;
  const read = (): Row => editor?.read() ?? stored;
  const line = button("", { small: true, class: "clc-line" });
  const fields = el("span", { class: "clc-indent", hidden: true });
  const result = el("span", { class: "clc-indent clc-result", hidden: true });
  const element = el("div", {}, line, fields, result);

  const summarise = (): void => {
    const row = read();
    line.replaceChildren(...options.summary(row));
    element.classList.toggle("clc-off", options.off?.(row) === true);
  };
  const toggle = (open: boolean): void => {
    line.setAttribute("aria-expanded", String(open));
    fields.hidden = !open;
    if (!open || editor !== undefined) return;
    editor = options.editor(() => {
      summarise();
      changed();
    });
    fields.append(editor.element);
    editor.attached?.();
  };
  line.addEventListener("click", () => toggle(fields.hidden !== false));
  line.setAttribute("aria-expanded", "false");
  summarise();
  return {
    element,
    read,
    attached: () => undefined,
    focus() {
      toggle(true);
      editor?.focus?.();
    },
    fault(messages, before = []) {
      const faults = [...new Set(messages)];
      element.classList.toggle("clc-invalid", faults.length > 0);
      result.hidden = before.length === 0 && faults.length === 0;
      result.replaceChildren(...before, ...faults.map((one) => el("span", { class: "clc-indent clc-problem" }, one)));
    },
  };
}
