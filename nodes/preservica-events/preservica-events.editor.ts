import { saveSecret, showSecret } from "../editor-kit/optional-secret.js";
import { openInvalidFolds, prepareForm } from "../editor-kit/form.js";
import { optionalWebAddress, wholeNumber } from "../editor-kit/validate.js";
import { migrate } from "./config.js";

RED.nodes.registerType("preservica-events", {
  category: "content lifecycle",
  color: "#93B48B",
  icon: "clc-preservica-events.svg",
  inputs: 0,
  outputs: 1,
  credentials: { secret: { type: "password" } },
  defaults: {
    name: { value: "" },
    version: { value: 1 },
    store: { value: "", type: "lifecycle-store", required: true },
    connection: { value: "", type: "preservica-connection", required: true },
    pollSeconds: { value: 60, validate: wholeNumber(1, 86_400) },
    sweepMinutes: { value: 60, validate: wholeNumber(0, 44_640) },
    settleSeconds: { value: 30, validate: wholeNumber(0, 3600) },
    overlapMinutes: { value: 2, validate: wholeNumber(0, 1440) },
    folder: { value: "" },
    ownUser: { value: "" },
    subscribe: { value: false },
    publicUrl: { value: "", validate: optionalWebAddress },
    origin: { value: "" },
    identifierAsset: { value: "OTMM-Asset" },
    identifierOriginal: { value: "OTMM-Original" },
    queue: { value: "" },
  },
  label() {
    return this.name || this._("preservica-events.label");
  },
  labelStyle() {
    return this.name ? "node_label_italic" : "";
  },
  paletteLabel: "preservica events",
  outputLabels() {
    return this._("preservica-events.outputs.change");
  },
  oneditprepare() {
    prepareForm("node-input", this, migrate({ ...this }));
    showSecret(this);
    openInvalidFolds();
  },
  oneditsave() {
    return saveSecret(this);
  },
});
