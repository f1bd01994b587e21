import { ask, type Endpoint } from "./api.js";
import { openDialog } from "./dialog.js";
import { el, input } from "./dom.js";
import type { Text } from "./text.js";

/** A field of a system as its connection lists it. */
export interface FieldInfo {
  id: string;
  label: string;
  type: string;
  /** Category or model in which people know it. */
  group?: string;
}

/** Fetched lists, by connection: a form asks once while the page is open and the connection unchanged. */
const cache = new Map<string, Promise<FieldInfo[]>>();

/** The connection's fields, from its system; asked once a minute at most. */
export async function fieldsOf(text: Text, endpoint: Endpoint): Promise<FieldInfo[]> {
  const key = `${endpoint.type}/${endpoint.id}`;
  const known = cache.get(key);
  if (known !== undefined) return await known;
  const asked = ask<{ fields: FieldInfo[] }>(text, endpoint, "fields").then(({ fields }) => fields);
  cache.set(key, asked);
  asked.catch(() => cache.delete(key));
  setTimeout(() => cache.delete(key), 60_000);
  return await asked;
}

/**
 * Lets a person choose fields from the live list, with a search box.
 *
 * @param chosen ids that are chosen already
 * @param many   several may be chosen
 * @returns the chosen fields, undefined when cancelled
 */
export async function pickFields(
  text: Text,
  endpoint: Endpoint,
  chosen: readonly string[],
  many: boolean,
): Promise<FieldInfo[] | undefined> {
  const picked = new Set(chosen);
  let all: FieldInfo[] = [];
  const confirmed = await openDialog(text, text(many ? "kit.fields.title-many" : "kit.fields.title"), (dialog) => {
    dialog.ready(false);
    dialog.main.append(el("p", { class: "clc-muted", role: "status" }, text("kit.dialog.loading")));
    fieldsOf(text, endpoint).then(
      (fields) => {
        all = fields;
        const toggle = (id: string): void => {
          if (!many) picked.clear();
          if (picked.has(id)) picked.delete(id);
          else picked.add(id);
          dialog.ready(picked.size > 0 || many);
        };
        dialog.main.replaceChildren(...optionList(text, fields, picked, toggle, many ? undefined : dialog.confirm));
        dialog.ready(picked.size > 0 || many);
        dialog.main.querySelector("input")?.focus();
      },
      (error: Error) => dialog.fail(error.message),
    );
  });
  if (!confirmed) return undefined;
  return all.filter(({ id }) => picked.has(id));
}

/** A search box above a list box: arrow keys move, Enter or Space chooses, a double click confirms. */
function optionList(
  text: Text,
  fields: readonly FieldInfo[],
  picked: ReadonlySet<string>,
  toggle: (id: string) => void,
  confirm: (() => void) | undefined,
): HTMLElement[] {
  const listId = "clc-field-options";
  const search = input("", text("kit.fields.search"), {
    role: "combobox",
    "aria-expanded": "true",
    "aria-controls": listId,
    "aria-autocomplete": "list",
  });
  const list = el("div", {
    class: "clc-body clc-options",
    role: "listbox",
    id: listId,
    "aria-label": text("kit.fields.title"),
  });
  const count = el("p", { class: "clc-muted", role: "status" });
  let shown: FieldInfo[] = [];
  let active = 0;

  const mark = (): void => {
    [...list.children].forEach((option, index) => {
      option.classList.toggle("clc-active", index === active);
      option.setAttribute("aria-selected", String(picked.has(option.getAttribute("data-id") ?? "")));
    });
    const current = list.children[active];
    if (current === undefined) search.removeAttribute("aria-activedescendant");
    else {
      search.setAttribute("aria-activedescendant", current.id);
      current.scrollIntoView({ block: "nearest" });
    }
  };
  const choose = (index: number): void => {
    const field = shown[index];
    if (field === undefined) return;
    active = index;
    toggle(field.id);
    mark();
  };
  const draw = (): void => {
    const words = search.value.toLowerCase().split(/\s+/);
    shown = fields.filter((field) => {
      const known = `${field.label} ${field.id} ${field.group ?? ""}`.toLowerCase();
      return words.every((word) => known.includes(word));
    });
    active = 0;
    list.replaceChildren(
      ...shown.map((field, index) => {
        const option = el(
          "div",
          { role: "option", id: `${listId}-${index}`, "data-id": field.id },
          field.label,
          el("small", {}, `${field.id} · ${field.type}`),
        );
        option.addEventListener("click", () => choose(index));
        if (confirm !== undefined) option.addEventListener("dblclick", confirm);
        return option;
      }),
    );
    count.textContent = text("kit.fields.count", { shown: shown.length, all: fields.length });
    mark();
  };
  search.addEventListener("input", draw);
  search.addEventListener("keydown", (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1, PageDown: 10, PageUp: -10 }[event.key];
    if (step !== undefined) {
      active = Math.max(0, Math.min(shown.length - 1, active + step));
      mark();
    } else if (event.key === "Enter") {
      const isChosen = picked.has(shown[active]?.id ?? "");
      if (!isChosen || confirm === undefined) choose(active);
      if (confirm !== undefined) confirm();
    } else return;
    event.preventDefault();
  });
  draw();
  return [search, list, count];
}
