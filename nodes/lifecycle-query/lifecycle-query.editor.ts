import { openInvalidFolds, prepareForm, switchParts } from "../editor-kit/form.js";
import { prepareZones } from "../editor-kit/connection-form.js";
import { type Validator, validator } from "../editor-kit/validate.js";
import { typedProperty } from "../editor-kit/typed-value.js";
import { migrate } from "./config.js";

const VALUE_TYPES = ["msg", "str", "flow", "global", "env", "jsonata"] as const;

/** An IANA zone, or nothing: then the machine's zone counts. */
const optionalZone: Validator = validator(function (value) {
  if (typeof value !== "string" || value === "") return true;
  try {
    return Intl.DateTimeFormat("en", { timeZone: value }) ? true : this._("kit.errors.zone");
  } catch {
    return this._("kit.errors.zone");
  }
});

RED.nodes.registerType("lifecycle-query", {
  category: "content lifecycle",
  color: "#B9AE98",
  icon: "clc-lifecycle-query.svg",
  inputs: 1,
  outputs: 2,
  defaults: {
    name: { value: "" },
    version: { value: 1 },
    store: { value: "", type: "lifecycle-store", required: true },
    mode: { value: "report" },
    asset: { value: "payload" },
    assetType: { value: "msg" },
    run: { value: "lifecycle.run" },
    runType: { value: "msg" },
    format: { value: "object" },
    zone: { value: "", validate: optionalZone },
  },
  label() {
    return this.name || this._(`lifecycle-query.node-label.${this.mode}`);
  },
  labelStyle() {
    return this.name ? "node_label_italic" : "";
  },
  paletteLabel: "lifecycle query",
  outputLabels(index) {
    return this._(index === 0 ? "lifecycle-query.outputs.found" : "lifecycle-query.outputs.missing");
  },
  oneditprepare() {
    prepareForm("node-input", this, migrate({ ...this }));
    for (const property of ["asset", "run"]) {
      typedProperty(property, VALUE_TYPES);
    }
    switchParts("node-input", "mode");
    prepareZones();
    openInvalidFolds();
  },
});
