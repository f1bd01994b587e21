import { button, el } from "./dom.js";
import type { RowView } from "./rows.js";
import type { Text } from "./text.js";

export interface LineListOptions<Value> {
  addLabel: string;
  removeLabel: string;
  /** Given where the order counts: each line gets a button that moves it up. */
  upLabel?: string;
  /** Fewest lines; the last ones cannot be removed. Default 0. */
  least?: number;
  /** A small word between two lines, e.g. "or". */
  between?: string;
  blank: () => Value;
  view: (value: Value, changed: () => void) => RowView<Value>;
}

/** The lines of one row: alternatives, steps, tests. A list inside a list, hence without numbers and dragging. */
export type LineList<Value> = Required<Pick<RowView<Value[]>, "element" | "read" | "attached" | "focus">>;

interface Line<Value> {
  view: RowView<Value>;
  element: HTMLElement;
}

/** Builds a list of lines with real buttons to add, remove and, where the order counts, move up. */
export function lineList<Value>(
  text: Text,
  stored: readonly Value[],
  options: LineListOptions<Value>,
  changed: () => void,
): LineList<Value> {
  let lines: Line<Value>[] = [];
  const place = el("span", { class: "clc-indent" });
  const add = button(options.addLabel, { icon: "fa-plus", small: true });

  const draw = (): void => {
    const parts = lines.flatMap(({ element }, index) =>
      index === 0 || options.between === undefined
        ? [element]
        : [el("span", { class: "clc-caption" }, options.between), element],
    );
    place.replaceChildren(...parts);
    place.hidden = lines.length === 0;
  };
  const up = (line: Line<Value>, keep: HTMLButtonElement): void => {
    const at = lines.indexOf(line);
    if (at < 1) return;
    lines = [...lines.slice(0, at - 1), line, ...lines.slice(at - 1).filter((other) => other !== line)];
    draw();
    keep.focus();
    changed();
  };
  const insert = (value: Value): Line<Value> => {
    const view = options.view(value, changed);
    const remove = button("", { icon: "fa-remove", small: true, title: options.removeLabel });
    const line: Line<Value> = { view, element: el("span", { class: "clc-line-of" }, view.element) };
    if (options.upLabel !== undefined) {
      const raise = button("", { icon: "fa-level-up", small: true, title: options.upLabel });
      raise.addEventListener("click", () => up(line, raise));
      line.element.append(raise);
    }
    remove.addEventListener("click", () => {
      if (lines.length <= (options.least ?? 0)) return;
      lines = lines.filter((other) => other !== line);
      draw();
      add.focus();
      changed();
    });
    line.element.append(remove);
    lines.push(line);
    return line;
  };
  add.addEventListener("click", () => {
    const { view } = insert(options.blank());
    draw();
    view.attached?.();
    view.focus?.();
    changed();
  });
  for (const value of stored) insert(value);
  draw();
  return {
    element: el("span", { class: "clc-indent" }, place, add),
    read: () => lines.map(({ view }) => view.read()),
    attached: () => lines.forEach(({ view }) => view.attached?.()),
    focus: () => (lines[0]?.view.focus ?? (() => add.focus()))(),
  };
}
