import type { InUse } from "../../lib/disposition/may-release.js";
import { el, input } from "../editor-kit/dom.js";
import { chosenConnection, folderField, openInvalidFolds, prepareForm, switchParts } from "../editor-kit/form.js";
import { rowTable, type Rows } from "../editor-kit/rows.js";
import { keepOr } from "../editor-kit/same.js";
import { textOf } from "../editor-kit/text.js";
import { requiredWhen, rows, timeZone, wholeNumber } from "../editor-kit/validate.js";
import { migrate } from "./config.js";

let inUse: Rows<InUse>;

RED.nodes.registerType("disposition", {
  category: "content lifecycle",
  color: "#C9A3A3",
  icon: "clc-disposition.svg",
  inputs: 1,
  outputs: 3,
  defaults: {
    name: { value: "" },
    version: { value: 1 },
    store: { value: "", type: "lifecycle-store", required: true },
    act: { value: "release" },
    source: { value: "", type: "otmm-connection", required: true },
    archive: { value: "", type: "preservica-connection", required: true },
    how: { value: "archive-folder" },
    folder: {
      value: "",
      validate: requiredWhen(({ act, how }) => act !== "destroy" && how !== "delete", "disposition.errors.folder"),
    },
    folderPath: { value: "" },
    statusField: { value: "" },
    statusValue: {
      value: "",
      validate: requiredWhen(
        ({ act, how, statusField }) =>
          act !== "destroy" && how !== "delete" && typeof statusField === "string" && statusField !== "",
        "disposition.errors.status",
      ),
    },
    inUse: {
      value: [] as InUse[],
      validate: rows<InUse>((row, node) =>
        row.field === "" || row.values.length === 0 ? node._("disposition.errors.in-use") : true,
      ),
    },
    deleteSource: { value: false },
    lookSeconds: { value: 60, validate: wholeNumber(1, 86400) },
    zone: { value: Intl.DateTimeFormat().resolvedOptions().timeZone, validate: timeZone },
    queue: { value: "" },
    concurrency: { value: 2, validate: wholeNumber(1, 32) },
    attempts: { value: 5, validate: wholeNumber(1, 100) },
  },
  label() {
    return this.name || this._("disposition.label");
  },
  labelStyle() {
    return this.name ? "node_label_italic" : "";
  },
  paletteLabel: "disposition",
  outputLabels(index) {
    const output = index === 0 ? "disposed" : index === 1 ? "refused" : "awaiting";
    return this._(`disposition.outputs.${output}`);
  },
  oneditprepare() {
    const text = textOf(this);
    prepareForm("node-input", this, migrate({ ...this }));
    switchParts("node-input", "act");
    switchParts("node-input", "how");
    folderField(text, "folder", chosenConnection("otmm-connection", "source"), "otmm-connection");
    inUse = rowTable<InUse>(text, this.inUse || [], {
      list: "clc-in-use",
      addLabel: text("disposition.in-use.add"),
      blank: () => ({ field: "", values: [] }),
      view(row, changed) {
        const field = input(row.field, text("disposition.in-use.field"), { spellcheck: "false" });
        const values = input(row.values.join(", "), text("disposition.in-use.values"), { spellcheck: "false" });
        for (const control of [field, values]) control.addEventListener("change", changed);
        return {
          element: el("div", {}, field, values),
          focus: () => field.focus(),
          read: () => ({
            field: field.value.trim(),
            values: values.value
              .split(",")
              .map((value) => value.trim())
              .filter((value) => value !== ""),
          }),
        };
      },
    });
    openInvalidFolds();
  },
  oneditsave() {
    this.inUse = keepOr(this.inUse, inUse.read());
  },
});
