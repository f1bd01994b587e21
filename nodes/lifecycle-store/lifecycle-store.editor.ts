import { openInvalidFolds, prepareForm, switchParts } from "../editor-kit/form.js";
import { validator, wholeNumber } from "../editor-kit/validate.js";
import { FILE_NAME, migrate } from "./config.js";

RED.nodes.registerType("lifecycle-store", {
  category: "config",
  color: "#B9AE98",
  icon: "clc-lifecycle-store.svg",
  defaults: {
    name: { value: "" },
    version: { value: 1 },
    file: {
      value: "lifecycle.db",
      validate: validator(function (value) {
        return FILE_NAME.test(String(value)) ? true : this._("lifecycle-store.errors.file");
      }),
    },
    retentionDays: { value: 90, validate: wholeNumber(0, 36500) },
    anchor: { value: "store" },
    anchorFile: {
      value: "",
      validate: validator(function (value) {
        return this["anchor"] !== "file" || String(value).trim() !== "" || this._("lifecycle-store.errors.anchor-file");
      }),
    },
  },
  label() {
    return this.name || `${this._("lifecycle-store.label")} ${this.file}`;
  },
  oneditprepare() {
    prepareForm("node-config-input", this, migrate({ ...this }));
    switchParts("node-config-input", "anchor");
    openInvalidFolds();
  },
});
