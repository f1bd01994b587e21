import { chosenConnection, folderField, openInvalidFolds, prepareForm } from "../editor-kit/form.js";
import { textOf } from "../editor-kit/text.js";
import { wholeNumber } from "../editor-kit/validate.js";
import { migrate } from "./config.js";

RED.nodes.registerType("otmm-asset-watch", {
  category: "content lifecycle",
  color: "#8FB0CC",
  icon: "clc-otmm-watch.svg",
  inputs: 1,
  outputs: 1,
  defaults: {
    name: { value: "" },
    version: { value: 1 },
    store: { value: "", type: "lifecycle-store", required: true },
    connection: { value: "", type: "otmm-connection", required: true },
    beginning: { value: "now" },
    folder: { value: "" },
    folderPath: { value: "" },
    keyword: { value: "" },
    onlyLatest: { value: true },
    skipDeleted: { value: true },
    master: { value: true },
    preview: { value: true },
    thumbnail: { value: false },
    intervalSeconds: { value: 60, validate: wholeNumber(1, 86400) },
    overlapMinutes: { value: 10, validate: wholeNumber(0, 720) },
    pageSize: { value: 100, validate: wholeNumber(1, 1000) },
    maxUnacknowledged: { value: 100, validate: wholeNumber(1, 10000) },
    queue: { value: "" },
  },
  label() {
    return this.name || this._("otmm-asset-watch.label");
  },
  labelStyle() {
    return this.name ? "node_label_italic" : "";
  },
  paletteLabel: "otmm asset watch",
  inputLabels() {
    return this._("otmm-asset-watch.inputs.look");
  },
  outputLabels() {
    return this._("otmm-asset-watch.outputs.changed");
  },
  oneditprepare() {
    prepareForm("node-input", this, migrate({ ...this }));
    folderField(textOf(this), "folder", chosenConnection("otmm-connection"), "otmm-connection");
    openInvalidFolds();
  },
});
