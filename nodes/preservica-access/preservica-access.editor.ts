import { saveSecret, showSecret } from "../editor-kit/optional-secret.js";
import { openInvalidFolds, prepareForm, switchParts } from "../editor-kit/form.js";
import { optionalWebAddress, requiredWhen, wholeNumber } from "../editor-kit/validate.js";
import { migrate } from "./config.js";

RED.nodes.registerType("preservica-access", {
  category: "content lifecycle",
  color: "#93B48B",
  icon: "clc-preservica-access.svg",
  inputs: 1,
  outputs: 2,
  credentials: { secret: { type: "password" } },
  defaults: {
    name: { value: "" },
    version: { value: 1 },
    store: { value: "", type: "lifecycle-store", required: true },
    connection: { value: "", type: "preservica-connection", required: true },
    mode: { value: "link" },
    minutes: { value: 60, validate: wholeNumber(1, 44_640) },
    oneTime: { value: false },
    download: { value: false },
    publicUrl: { value: "", validate: optionalWebAddress },
    tags: { value: "open, internal", validate: requiredWhen(() => true, "preservica-access.errors.tags") },
    refuseHeld: { value: true },
    identifierAsset: { value: "OTMM-Asset" },
    identifierOriginal: { value: "OTMM-Original" },
  },
  label() {
    return this.name || this._("preservica-access.label");
  },
  labelStyle() {
    return this.name ? "node_label_italic" : "";
  },
  paletteLabel: "preservica access",
  outputLabels(index) {
    return this._(index === 0 ? "preservica-access.outputs.granted" : "preservica-access.outputs.refused");
  },
  oneditprepare() {
    prepareForm("node-input", this, migrate({ ...this }));
    switchParts("node-input", "mode");
    showSecret(this);
    openInvalidFolds();
  },
  oneditsave() {
    return saveSecret(this);
  },
});
