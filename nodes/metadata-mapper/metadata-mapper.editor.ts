import { openInvalidFolds, prepareForm } from "../editor-kit/form.js";
import { wholeNumber } from "../editor-kit/validate.js";
import { migrate } from "./config.js";

RED.nodes.registerType("metadata-mapper", {
  category: "content lifecycle",
  color: "#C9B78F",
  icon: "clc-metadata-mapper.svg",
  inputs: 1,
  outputs: 2,
  defaults: {
    name: { value: "" },
    version: { value: 1 },
    store: { value: "", type: "lifecycle-store", required: true },
    profile: { value: "", type: "mapping-profile", required: true },
    lossReport: { value: true },
    queue: { value: "" },
    concurrency: { value: 4, validate: wholeNumber(1, 64) },
  },
  label() {
    return this.name || this._("metadata-mapper.label");
  },
  labelStyle() {
    return this.name ? "node_label_italic" : "";
  },
  paletteLabel: "metadata mapper",
  outputLabels(index) {
    return this._(index === 0 ? "metadata-mapper.outputs.mapped" : "metadata-mapper.outputs.rejected");
  },
  oneditprepare() {
    prepareForm("node-input", this, migrate({ ...this }));
    openInvalidFolds();
  },
});
