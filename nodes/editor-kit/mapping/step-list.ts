import type { TransformStep } from "../../../lib/mapping/types.js";
import { el, input, select } from "../dom.js";
import { type LineList, lineList } from "../line-list.js";
import type { RowView } from "../rows.js";
import type { Text } from "../text.js";
import { STEP_MENU, STEP_SETTINGS, type StepSetting, settingText, stepOf } from "./steps.js";

/** The transformation steps of one row, in order: choose from the menu, fill the settings. */
export function stepList(
  text: Text,
  stored: readonly TransformStep[],
  lookups: () => string[],
  changed: () => void,
): LineList<TransformStep> {
  return lineList<TransformStep>(
    text,
    stored,
    {
      addLabel: text("kit.steps.add"),
      removeLabel: text("kit.steps.remove"),
      upLabel: text("kit.steps.up"),
      blank: () => ({ do: "trim" }),
      view: (step, edited) => stepEditor(text, step, lookups, edited),
    },
    changed,
  );
}

function stepEditor(
  text: Text,
  step: TransformStep,
  lookups: () => string[],
  changed: () => void,
): RowView<TransformStep> {
  const menu = STEP_MENU.map((name) => ({ value: name as string, label: text(`kit.steps.${name}`) }));
  const chooser = select(menu, step.do, text("kit.steps.label"));
  chooser.classList.add("clc-narrow");
  const settings = el("span", { class: "clc-step-settings" });
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
  return { element: el("span", { class: "clc-step" }, chooser, settings), read, focus: () => chooser.focus() };
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
