import { el } from "../editor-kit/dom.js";
import { fieldInput } from "../editor-kit/field-input.js";
import { chosenConnection, openInvalidFolds, prepareForm, switchParts } from "../editor-kit/form.js";
import { rowTable, type Rows } from "../editor-kit/rows.js";
import { keepOr } from "../editor-kit/same.js";
import { textOf } from "../editor-kit/text.js";
import { typedValue } from "../editor-kit/typed-value.js";
import { requiredWhen, rows, validator, wholeNumber } from "../editor-kit/validate.js";
import { type ChangeRow, type ValueType, migrate } from "./config.js";

const VALUE_TYPES = ["str", "msg", "flow", "global", "env", "jsonata"] as const;

let changes: Rows<ChangeRow>;
const changeRows = rows<ChangeRow>((row, node) =>
  row.field === "" ? node._("otmm-asset-update.errors.row-field") : true,
);

RED.nodes.registerType("otmm-asset-update", {
  category: "content lifecycle",
  color: "#8FB0CC",
  icon: "clc-otmm-update.svg",
  inputs: 1,
  outputs: 1,
  defaults: {
    name: { value: "" },
    version: { value: 1 },
    store: { value: "", type: "lifecycle-store", required: true },
    connection: { value: "", type: "otmm-connection", required: true },
    source: { value: "profile" },
    profile: {
      value: "",
      type: "mapping-profile",
      required: false,
      validate: requiredWhen((node) => node["source"] === "profile", "otmm-asset-update.errors.profile"),
    },
    rows: {
      value: [] as ChangeRow[],
      validate: validator(function (value) {
        if (this["source"] !== "rows") return true;
        if (!Array.isArray(value) || value.length === 0) return this._("otmm-asset-update.errors.rows");
        const verdict: unknown = changeRows.call(this, value as never);
        return verdict === true ? true : String(verdict);
      }),
    },
    joined: { value: true },
    asOf: { value: "" },
    queue: { value: "" },
    concurrency: { value: 4, validate: wholeNumber(1, 32) },
    attempts: { value: 5, validate: wholeNumber(1, 100) },
  },
  label() {
    return this.name || this._("otmm-asset-update.label");
  },
  labelStyle() {
    return this.name ? "node_label_italic" : "";
  },
  paletteLabel: "otmm asset update",
  outputLabels() {
    return this._("otmm-asset-update.outputs.updated");
  },
  oneditprepare() {
    const text = textOf(this);
    const connection = chosenConnection("otmm-connection");
    prepareForm("node-input", this, migrate({ ...this }));
    switchParts("node-input", "source");
    changes = rowTable<ChangeRow>(text, this.rows || [], {
      list: "clc-changes",
      addLabel: text("otmm-asset-update.rows.add"),
      blank: () => ({ field: "", value: "", valueType: "str" }),
      view(row, changed) {
        const field = fieldInput(text, connection, row.field, text("otmm-asset-update.rows.field"), changed);
        const value = typedValue(
          { value: row.value, type: row.valueType },
          [...VALUE_TYPES],
          text("otmm-asset-update.rows.value"),
          changed,
        );
        return {
          element: el("div", {}, field.element, value.element),
          attached: value.attached,
          focus: field.focus,
          read: () => {
            const typed = value.read();
            return { field: field.read(), value: typed.value, valueType: typed.type as ValueType };
          },
        };
      },
    });
    openInvalidFolds();
  },
  oneditsave() {
    this.rows = keepOr(this.rows, changes.read());
  },
});
