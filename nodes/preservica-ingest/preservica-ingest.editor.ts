import { openInvalidFolds, prepareForm } from "../editor-kit/form.js";
import { wholeNumber } from "../editor-kit/validate.js";

RED.nodes.registerType("preservica-ingest", {
  category: "content lifecycle",
  color: "#93B48B",
  icon: "clc-preservica-ingest.svg",
  inputs: 1,
  outputs: 1,
  defaults: {
    name: { value: "" },
    version: { value: 1 },
    store: { value: "", type: "lifecycle-store", required: true },
    connection: { value: "", type: "preservica-connection", required: true },
    verify: { value: "stated" },
    ingestHours: { value: 24, validate: wholeNumber(1, 720) },
    pollSeconds: { value: 15, validate: wholeNumber(1, 3600) },
    queue: { value: "" },
    concurrency: { value: 2, validate: wholeNumber(1, 32) },
    attempts: { value: 5, validate: wholeNumber(1, 100) },
  },
  label() {
    return this.name || this._("preservica-ingest.label");
  },
  labelStyle() {
    return this.name ? "node_label_italic" : "";
  },
  paletteLabel: "preservica ingest",
  outputLabels() {
    return this._("preservica-ingest.outputs.preserved");
  },
  oneditprepare() {
    prepareForm();
    openInvalidFolds();
  },
});
