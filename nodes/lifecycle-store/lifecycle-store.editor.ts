import { openInvalidFolds, prepareForm } from "../editor-kit/form.js";
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
  },
  label() {
    return this.name || `${this._("lifecycle-store.label")} ${this.file}`;
  },
  oneditprepare() {
    prepareForm("node-config-input", this, migrate({ ...this }));
    openInvalidFolds();
  },
});
