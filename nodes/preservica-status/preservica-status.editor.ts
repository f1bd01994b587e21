import { openInvalidFolds, prepareForm } from "../editor-kit/form.js";
import { requiredWhen, wholeNumber } from "../editor-kit/validate.js";
import { migrate } from "./config.js";

RED.nodes.registerType("preservica-status", {
  category: "content lifecycle",
  color: "#93B48B",
  icon: "clc-preservica-status.svg",
  inputs: 1,
  outputs: 2,
  defaults: {
    name: { value: "" },
    version: { value: 1 },
    store: { value: "", type: "lifecycle-store", required: true },
    connection: { value: "", type: "preservica-connection", required: true },
    identifierAsset: {
      value: "OTMM-Asset",
      validate: requiredWhen(() => true, "preservica-status.errors.identifier"),
    },
    identifierOriginal: {
      value: "OTMM-Original",
      validate: requiredWhen(() => true, "preservica-status.errors.identifier"),
    },
    referenceField: { value: "" },
    versionField: { value: "" },
    openTags: { value: "open" },
    queue: { value: "" },
    concurrency: { value: 4, validate: wholeNumber(1, 64) },
    attempts: { value: 5, validate: wholeNumber(1, 100) },
  },
  label() {
    return this.name || this._("preservica-status.label");
  },
  labelStyle() {
    return this.name ? "node_label_italic" : "";
  },
  paletteLabel: "preservica status",
  outputLabels(index) {
    return this._(index === 0 ? "preservica-status.outputs.status" : "preservica-status.outputs.not-archived");
  },
  oneditprepare() {
    prepareForm("node-input", this, migrate({ ...this }));
    openInvalidFolds();
  },
});
