import { button, el } from "./dom.js";
import type { Text } from "./text.js";

/** What a row shows and how it is read back. */
export interface RowView<Row> {
  element: HTMLElement;
  read: () => Row;
  /** Called once the row stands in the page: widgets that measure themselves start here. */
  attached?: () => void;
  /** Where the cursor goes when the row is new. */
  focus?: () => void;
}
export interface RowsOptions<Row> {
  /** Id of the `<ol>`. Never `node-input-<property>`: the editor would overwrite the property with the list's text. */
  list: string;
  height?: number | "auto";
  /** A fresh row for the add button. */
  blank: (rows: readonly Row[]) => Row;
  /** Builds the row's fields; `changed` is to be called after each edit. */
  view: (row: Row, changed: () => void) => RowView<Row>;
  addLabel: string;
  /** A copy of a row; default: a deep copy. */
  copy?: (row: Row, rows: readonly Row[]) => Row;
  changed?: (rows: readonly Row[]) => void;
}
export interface Rows<Row> {
  read: () => Row[];
  replace: (rows: readonly Row[]) => void;
  /** Views in the order on the screen. */
  views: () => RowView<Row>[];
}

interface Held<Row> {
  row: Row;
  view?: RowView<Row>;
  isNew?: boolean;
}

/**
 * A table of rows on the editor's own editableList (as Switch and Change have it): numbered, sortable by drag and by
 * keys, with copy and remove on each row. All buttons are real buttons, so the table works without a mouse.
 */
export function rowTable<Row>(text: Text, stored: readonly Row[], options: RowsOptions<Row>): Rows<Row> {
  const list = $(`#${options.list}`);
  list.closest(".clc-rows").attr("role", "group");
  let quiet = true;

  const items = (): JQuery[] =>
    list
      .editableList("items")
      .toArray()
      .map((item) => $(item));
  const held = (item: JQuery): Held<Row> => item.data("data") as Held<Row>;
  const views = (): RowView<Row>[] => items().flatMap((item) => held(item).view ?? []);
  const read = (): Row[] => views().map((view) => view.read());
  const renumber = (): void => {
    items().forEach((item, index) =>
      item
        .find(".clc-number")
        .first()
        .text(index + 1),
    );
  };
  const changed = (): void => {
    renumber();
    if (!quiet) options.changed?.(read());
  };
  const add = (row: Row, isNew: boolean): void => {
    list.editableList("addItem", { row, isNew } satisfies Held<Row>);
  };

  const tools = (container: JQuery, entry: Held<Row>): HTMLElement => {
    const item = (): JQuery => container.closest("li");
    const move = (by: -1 | 1, keep: HTMLButtonElement): void => {
      const other = by < 0 ? item().prev("li") : item().next("li");
      if (other.length === 0) return;
      if (by < 0) item().insertBefore(other);
      else item().insertAfter(other);
      keep.focus();
      changed();
    };
    const up = button("", { icon: "fa-arrow-up", small: true, title: text("kit.rows.up") });
    const down = button("", { icon: "fa-arrow-down", small: true, title: text("kit.rows.down") });
    const copy = button("", { icon: "fa-clone", small: true, title: text("kit.rows.copy") });
    const remove = button("", { icon: "fa-remove", small: true, title: text("kit.rows.remove") });
    up.addEventListener("click", () => move(-1, up));
    down.addEventListener("click", () => move(1, down));
    copy.addEventListener("click", () => {
      const row = entry.view?.read() ?? entry.row;
      const made = options.copy?.(row, read()) ?? (JSON.parse(JSON.stringify(row)) as Row);
      const original = item();
      add(made, true);
      items().at(-1)?.closest("li").insertAfter(original);
      changed();
    });
    remove.addEventListener("click", () => {
      const next = item().next("li").length > 0 ? item().next("li") : item().prev("li");
      list.editableList("removeItem", entry);
      next.find("button, input, select").first().trigger("focus");
    });
    return el("span", { class: "clc-tools" }, up, down, copy, remove);
  };

  list.editableList<Held<Row> | Record<string, never>>({
    addButton: options.addLabel,
    height: options.height ?? "auto",
    sortable: true,
    removable: false,
    scrollOnAdd: false,
    addItem(container, _index, given) {
      const entry = given as Held<Row>;
      if (!("row" in given)) {
        entry.row = options.blank(read());
        entry.isNew = true;
      }
      const view = options.view(entry.row, changed);
      entry.view = view;
      view.element.classList.add("clc-row");
      view.element.prepend(el("span", { class: "clc-number", "aria-hidden": "true" }));
      view.element.append(tools(container, entry));
      container.append(view.element);
      view.attached?.();
      if (entry.isNew === true && !quiet) view.focus?.();
      changed();
    },
    removeItem: changed,
    sortItems: changed,
  });
  const replace = (rows: readonly Row[]): void => {
    quiet = true;
    list.editableList("empty");
    for (const row of rows) add(row, false);
    quiet = false;
    changed();
  };
  replace(stored);
  return { read, replace, views };
}
