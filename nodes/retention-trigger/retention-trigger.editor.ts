import type { RetentionRule } from "../../lib/retention/types.js";
import { field, place } from "../editor-kit/dom.js";
import { openInvalidFolds, prepareForm } from "../editor-kit/form.js";
import { blankRule, ruleView } from "../editor-kit/retention/rule.js";
import { ruleMistake } from "../editor-kit/retention/rule-check.js";
import { rowTable, type Rows } from "../editor-kit/rows.js";
import { keepOr } from "../editor-kit/same.js";
import { textOf } from "../editor-kit/text.js";
import { rows, timeZone, wholeNumber } from "../editor-kit/validate.js";
import { migrate } from "./config.js";
import { tryPart } from "./try.editor.js";

let table: Rows<RetentionRule>;

RED.nodes.registerType("retention-trigger", {
  category: "content lifecycle",
  color: "#C9A3A3",
  icon: "clc-retention-trigger.svg",
  inputs: 1,
  outputs: 3,
  defaults: {
    name: { value: "" },
    version: { value: 1 },
    store: { value: "", type: "lifecycle-store", required: true },
    zone: { value: Intl.DateTimeFormat().resolvedOptions().timeZone, validate: timeZone },
    rules: {
      value: [] as RetentionRule[],
      validate: rows<RetentionRule>((rule, node) => {
        const mistake = ruleMistake(rule);
        return mistake === undefined ? true : node._(mistake);
      }),
    },
    queue: { value: "" },
    concurrency: { value: 4, validate: wholeNumber(1, 64) },
  },
  label() {
    return this.name || this._("retention-trigger.label");
  },
  labelStyle() {
    return this.name ? "node_label_italic" : "";
  },
  paletteLabel: "retention trigger",
  outputLabels(index) {
    const output = index === 0 ? "due" : index === 1 ? "not-yet" : "held";
    return this._(`retention-trigger.outputs.${output}`);
  },
  oneditprepare() {
    const text = textOf(this);
    prepareForm("node-input", this, migrate({ ...this }));
    let refresh = (): void => undefined;
    table = rowTable<RetentionRule>(text, this.rules || [], {
      list: "clc-retention-rules",
      addLabel: text("kit.rules.add"),
      blank: blankRule,
      view: (rule, changed) => ruleView(text, rule, changed),
      changed: () => refresh(),
    });
    ({ refresh } = tryPart(text, place("clc-retention-try"), { type: "retention-trigger", id: this.id }, () => ({
      rules: table.read(),
      zone: field("node-input", "zone").value,
    })));
    openInvalidFolds();
  },
  oneditsave() {
    this.rules = keepOr(this.rules, table.read());
  },
});
