import { openInvalidFolds, prepareForm } from "../editor-kit/form.js";
import { textOf } from "../editor-kit/text.js";
import { validator } from "../editor-kit/validate.js";
import { typedProperty } from "../editor-kit/typed-value.js";
import { migrate, OUTCOMES } from "./config.js";

RED.nodes.registerType("lifecycle-event", {
  category: "content lifecycle",
  color: "#B9AE98",
  icon: "clc-lifecycle-event.svg",
  inputs: 1,
  outputs: 1,
  defaults: {
    name: { value: "" },
    version: { value: 1 },
    store: { value: "", type: "lifecycle-store", required: true },
    about: { value: "asset" },
    aboutType: { value: "msg" },
    event: {
      value: "",
      validate: validator(function (value) {
        return value === "" ? this._("lifecycle-event.errors.event") : true;
      }),
    },
    eventType: { value: "str" },
    outcome: { value: "success" },
    outcomeType: { value: "str" },
    detail: { value: "{}" },
    detailType: { value: "json" },
    at: { value: "" },
    atType: { value: "str" },
    basis: { value: "reported" },
    system: { value: "" },
    onlyChanges: { value: false },
  },
  label() {
    return this.name || (this.eventType === "str" && this.event) || this._("lifecycle-event.label");
  },
  labelStyle() {
    return this.name ? "node_label_italic" : "";
  },
  paletteLabel: "lifecycle event",
  outputLabels() {
    return this._("lifecycle-event.outputs.written");
  },
  oneditprepare() {
    const text = textOf(this);
    prepareForm("node-input", this, migrate({ ...this }));
    const outcomes = OUTCOMES.map((value) => ({ value, label: text(`lifecycle-event.outcomes.${value}`) }));
    const fields = {
      about: ["msg", "str", "flow", "global", "jsonata"],
      event: ["str", "msg", "flow", "global", "jsonata"],
      outcome: [
        { value: "str", label: text("lifecycle-event.one-of"), options: outcomes },
        "msg",
        "flow",
        "global",
        "jsonata",
      ],
      detail: ["json", "msg", "flow", "global", "jsonata"],
      at: ["str", "msg", "flow", "global", "jsonata"],
    } as const;
    for (const [property, types] of Object.entries(fields)) {
      typedProperty(property, types);
    }
    openInvalidFolds();
  },
});
