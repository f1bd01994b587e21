import { el, input } from "../editor-kit/dom.js";
import { openInvalidFolds, prepareForm, switchParts } from "../editor-kit/form.js";
import { rowTable, type Rows } from "../editor-kit/rows.js";
import { keepOr } from "../editor-kit/same.js";
import { textOf } from "../editor-kit/text.js";
import { typedProperty, typedValue } from "../editor-kit/typed-value.js";
import { requiredWhen, rows, wholeNumber } from "../editor-kit/validate.js";
import { type ConditionRow, migrate, VALUE_TYPES, type ValueType } from "./config.js";

let conditions: Rows<ConditionRow>;

RED.nodes.registerType("preservica-fetch", {
  category: "content lifecycle",
  color: "#93B48B",
  icon: "clc-preservica-fetch.svg",
  inputs: 1,
  outputs: 2,
  defaults: {
    name: { value: "" },
    version: { value: 1 },
    store: { value: "", type: "lifecycle-store", required: true },
    connection: { value: "", type: "preservica-connection", required: true },
    mode: { value: "search" },
    ids: {
      value: "payload",
      validate: requiredWhen(
        ({ mode }) => mode === "identifiers" || mode === "references",
        "preservica-fetch.errors.ids",
      ),
    },
    idsType: { value: "msg" },
    identifierType: {
      value: "OTMM-Asset",
      validate: requiredWhen(({ mode }) => mode === "identifiers", "preservica-fetch.errors.identifier"),
    },
    text: { value: "%" },
    conditions: {
      value: [] as ConditionRow[],
      validate: rows<ConditionRow>((row, node) =>
        row.field === "" ? node._("preservica-fetch.errors.condition") : true,
      ),
    },
    folder: {
      value: "",
      validate: requiredWhen(({ mode }) => mode === "folder", "preservica-fetch.errors.folder"),
    },
    folderType: { value: "str" },
    subfolders: { value: true },
    origin: { value: "" },
    identifierAsset: { value: "OTMM-Asset" },
    identifierOriginal: { value: "OTMM-Original" },
    fragments: { value: "urn:clc:schema:lifecycle:1" },
    content: { value: "access" },
    pageSize: { value: 100, validate: wholeNumber(1, 1000) },
    limit: { value: 0, validate: wholeNumber(0, 1_000_000) },
    maxUnacknowledged: { value: 100, validate: wholeNumber(1, 10_000) },
    queue: { value: "" },
  },
  label() {
    return this.name || this._("preservica-fetch.label");
  },
  labelStyle() {
    return this.name ? "node_label_italic" : "";
  },
  paletteLabel: "preservica fetch",
  outputLabels(index) {
    return this._(index === 0 ? "preservica-fetch.outputs.asset" : "preservica-fetch.outputs.summary");
  },
  oneditprepare() {
    const text = textOf(this);
    prepareForm("node-input", this, migrate({ ...this }));
    switchParts("node-input", "mode");
    for (const property of ["ids", "folder"]) {
      typedProperty(property, VALUE_TYPES);
    }
    conditions = rowTable<ConditionRow>(text, this.conditions || [], {
      list: "clc-conditions",
      addLabel: text("preservica-fetch.conditions.add"),
      blank: () => ({ field: "", value: "", valueType: "str" }),
      view(row, changed) {
        const name = input(row.field, text("preservica-fetch.conditions.field"), { spellcheck: "false" });
        name.addEventListener("change", changed);
        const value = typedValue(
          { value: row.value, type: row.valueType },
          [...VALUE_TYPES],
          text("preservica-fetch.conditions.value"),
          changed,
        );
        return {
          element: el("div", {}, name, value.element),
          attached: value.attached,
          focus: () => name.focus(),
          read: () => {
            const read = value.read();
            return { field: name.value.trim(), value: read.value, valueType: read.type as ValueType };
          },
        };
      },
    });
    openInvalidFolds();
  },
  oneditsave() {
    this.conditions = keepOr(this.conditions, conditions.read());
  },
});
