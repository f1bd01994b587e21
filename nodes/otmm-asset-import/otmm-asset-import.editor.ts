import { el } from "../editor-kit/dom.js";
import { fieldInput } from "../editor-kit/field-input.js";
import { chosenConnection, folderField, openInvalidFolds, prepareForm, switchParts } from "../editor-kit/form.js";
import { rowTable, type Rows } from "../editor-kit/rows.js";
import { keepOr } from "../editor-kit/same.js";
import { textOf } from "../editor-kit/text.js";
import { typedProperty, typedValue } from "../editor-kit/typed-value.js";
import { requiredWhen, rows, validator, wholeNumber } from "../editor-kit/validate.js";
import type { ChangeRow, ValueType } from "../otmm-asset-update/config.js";
import { migrate } from "./config.js";

const VALUE_TYPES = ["str", "msg", "flow", "global", "env", "jsonata"] as const;

let changes: Rows<ChangeRow>;
const changeRows = rows<ChangeRow>((row, node) =>
  row.field === "" ? node._("otmm-asset-import.errors.row-field") : true,
);

RED.nodes.registerType("otmm-asset-import", {
  category: "content lifecycle",
  color: "#8FB0CC",
  icon: "clc-otmm-import.svg",
  inputs: 1,
  outputs: 1,
  defaults: {
    name: { value: "" },
    version: { value: 1 },
    store: { value: "", type: "lifecycle-store", required: true },
    connection: { value: "", type: "otmm-connection", required: true },
    mode: { value: "asset" },
    role: { value: "access" },
    sameBy: { value: "source" },
    folder: {
      value: "",
      validate: requiredWhen((node) => node["mode"] === "asset", "otmm-asset-import.errors.folder"),
    },
    folderPath: { value: "" },
    model: {
      value: "ARTESIA.MODEL.DEFAULT",
      validate: requiredWhen((node) => node["mode"] === "asset", "otmm-asset-import.errors.model"),
    },
    policies: {
      value: "",
      validate: requiredWhen((node) => node["mode"] === "asset", "otmm-asset-import.errors.policies"),
    },
    target: { value: "asset.ids.otmm.assetId" },
    targetType: { value: "msg" },
    sourceField: { value: "", validate: requiredWhen(() => true, "otmm-asset-import.errors.source-field") },
    linkType: { value: "" },
    origin: { value: "asset.ids.otmm.assetId" },
    originType: { value: "msg" },
    timeoutMinutes: { value: 60, validate: wholeNumber(1, 1440) },
    source: { value: "rows" },
    profile: {
      value: "",
      type: "mapping-profile",
      required: false,
      validate: requiredWhen((node) => node["source"] === "profile", "otmm-asset-import.errors.profile"),
    },
    rows: {
      value: [] as ChangeRow[],
      validate: validator(function (value) {
        if (this["source"] !== "rows") return true;
        if (!Array.isArray(value)) return true;
        const verdict: unknown = changeRows.call(this, value as never);
        return verdict === true ? true : String(verdict);
      }),
    },
    queue: { value: "" },
    concurrency: { value: 2, validate: wholeNumber(1, 32) },
    attempts: { value: 5, validate: wholeNumber(1, 100) },
  },
  label() {
    return this.name || this._("otmm-asset-import.label");
  },
  labelStyle() {
    return this.name ? "node_label_italic" : "";
  },
  paletteLabel: "otmm asset import",
  outputLabels() {
    return this._("otmm-asset-import.outputs.imported");
  },
  oneditprepare() {
    const text = textOf(this);
    const connection = chosenConnection("otmm-connection");
    prepareForm("node-input", this, migrate({ ...this }));
    switchParts("node-input", "source");
    switchParts("node-input", "mode");
    for (const property of ["target", "origin"]) {
      typedProperty(property, VALUE_TYPES);
    }
    folderField(text, "folder", connection, "otmm-connection");
    changes = rowTable<ChangeRow>(text, this.rows || [], {
      list: "clc-changes",
      addLabel: text("otmm-asset-import.rows.add"),
      blank: () => ({ field: "", value: "", valueType: "str" }),
      view(row, changed) {
        const field = fieldInput(text, connection, row.field, text("otmm-asset-import.rows.field"), changed);
        const value = typedValue(
          { value: row.value, type: row.valueType },
          [...VALUE_TYPES],
          text("otmm-asset-import.rows.value"),
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
