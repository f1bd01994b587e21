import type { TransformStep } from "../../../lib/mapping/types.js";
import { button, el, input, select } from "../dom.js";
import type { Text } from "../text.js";
import { STEP_MENU, STEP_SETTINGS, type StepSetting, settingText, stepOf } from "./steps.js";

interface StepEditor {
  element: HTMLElement;
  read: () => TransformStep;
}

/** The transformation steps of one row, in order: choose from the menu, fill the settings, remove, move up. */
export function stepList(
  text: Text,
  stored: readonly TransformStep[],
  lookups: () => string[],
  changed: () => void,
): { element: HTMLElement; read: () => TransformStep[] } {
  let editors: StepEditor[] = [];
  const steps = el("span", { class: "clc-indent" });
  const add = button(text("kit.steps.add"), { icon: "fa-plus", small: true });
  const element = el("span", { class: "clc-indent" }, steps, add);

  const draw = (): void => {
    steps.replaceChildren(...editors.map(({ element: one }) => one));
    steps.hidden = editors.length === 0;
  };
  const insert = (step: TransformStep): StepEditor => {
    const editor = stepEditor(text, step, lookups, changed, {
      remove: () => {
        editors = editors.filter((other) => other !== editor);
        draw();
        add.focus();
        changed();
      },
      up: () => {
        const at = editors.indexOf(editor);
        if (at < 1) return;
        editors = [...editors.slice(0, at - 1), editor, ...editors.slice(at - 1).filter((other) => other !== editor)];
        draw();
        changed();
      },
    });
    editors.push(editor);
    return editor;
  };
  add.addEventListener("click", () => {
    const editor = insert({ do: "trim" });
    draw();
    editor.element.querySelector("select")?.focus();
    changed();
  });
  for (const step of stored) insert(step);
  draw();
  return { element, read: () => editors.map((editor) => editor.read()) };
}

function stepEditor(
  text: Text,
  step: TransformStep,
  lookups: () => string[],
  changed: () => void,
  act: { remove: () => void; up: () => void },
): StepEditor {
  const menu = STEP_MENU.map((name) => ({ value: name as string, label: text(`kit.steps.${name}`) }));
  const chooser = select(menu, step.do, text("kit.steps.label"));
  chooser.classList.add("clc-narrow");
  const settings = el("span", { class: "clc-step-settings" });
  const up = button("", { icon: "fa-level-up", small: true, title: text("kit.steps.up") });
  const remove = button("", { icon: "fa-remove", small: true, title: text("kit.steps.remove") });
  up.addEventListener("click", act.up);
  remove.addEventListener("click", act.remove);
  let fields = new Map<string, HTMLInputElement | HTMLSelectElement>();
  let touched = false;

  const draw = (current: TransformStep): void => {
    fields = new Map();
    const shown = STEP_SETTINGS[current.do].map((setting) => {
      const field = settingField(text, setting, settingText(current, setting), lookups());
      field.addEventListener("change", () => {
        touched = true;
        changed();
      });
      fields.set(setting.name, field);
      return field;
    });
    settings.replaceChildren(...shown);
  };
  const chosen = (): TransformStep["do"] => STEP_MENU.find((name) => name === chooser.value) ?? step.do;
  chooser.addEventListener("change", () => {
    touched = true;
    draw(stepOf(chosen(), {}));
    changed();
  });
  draw(step);
  const read = (): TransformStep => {
    if (!touched) return step;
    return stepOf(chosen(), Object.fromEntries([...fields].map(([name, field]) => [name, field.value])));
  };
  return { element: el("span", { class: "clc-step" }, chooser, settings, up, remove), read };
}

function settingField(
  text: Text,
  setting: StepSetting,
  value: string,
  lookups: string[],
): HTMLInputElement | HTMLSelectElement {
  const label = text(`kit.steps.settings.${setting.name}`);
  if (setting.kind === "choice" || setting.kind === "lookup") {
    const choices = setting.kind === "lookup" ? lookups : (setting.choices ?? []);
    const all = choices.includes(value) ? choices : [value, ...choices];
    return select(
      all.map((choice) => ({ value: choice, label: choice === "" ? `(${label})` : choice })),
      value,
      label,
    );
  }
  const field = input(value, label, { title: label });
  if (setting.kind === "number") field.type = "number";
  return field;
}
