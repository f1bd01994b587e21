import { openInvalidFolds, prepareForm, switchParts } from "../editor-kit/form.js";
import { requiredWhen, wholeNumber } from "../editor-kit/validate.js";
import { typedProperty } from "../editor-kit/typed-value.js";
import { migrate, TAG_ORDER, VALUE_TYPES } from "./config.js";

RED.nodes.registerType("preservica-govern", {
  category: "content lifecycle",
  color: "#93B48B",
  icon: "clc-preservica-govern.svg",
  inputs: 1,
  outputs: 1,
  defaults: {
    name: { value: "" },
    version: { value: 1 },
    store: { value: "", type: "lifecycle-store", required: true },
    connection: { value: "", type: "preservica-connection", required: true },
    action: { value: "tag" },
    value: { value: "", validate: requiredWhen(() => true, "preservica-govern.errors.value") },
    valueType: { value: "str" },
    tagOrder: {
      value: TAG_ORDER,
      validate: requiredWhen(({ action }) => action === "tag", "preservica-govern.errors.order"),
    },
    replace: { value: false },
    create: { value: false },
    identifierAsset: { value: "OTMM-Asset" },
    identifierOriginal: { value: "OTMM-Original" },
    queue: { value: "" },
    concurrency: { value: 2, validate: wholeNumber(1, 32) },
    attempts: { value: 5, validate: wholeNumber(1, 100) },
  },
  label() {
    return this.name || this._(`preservica-govern.actions.${this.action || "tag"}`);
  },
  labelStyle() {
    return this.name ? "node_label_italic" : "";
  },
  paletteLabel: "preservica govern",
  outputLabels() {
    return this._("preservica-govern.outputs.done");
  },
  oneditprepare() {
    prepareForm("node-input", this, migrate({ ...this }));
    switchParts("node-input", "action");
    typedProperty("value", VALUE_TYPES);
    openInvalidFolds();
  },
});
