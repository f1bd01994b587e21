import { el, input } from "../editor-kit/dom.js";
import { openInvalidFolds, prepareForm } from "../editor-kit/form.js";
import { rowTable, type Rows } from "../editor-kit/rows.js";
import { keepOr } from "../editor-kit/same.js";
import { textOf } from "../editor-kit/text.js";
import { requiredWhen, rows, wholeNumber } from "../editor-kit/validate.js";
import { type LinkRow, migrate } from "./config.js";

let links: Rows<LinkRow>;

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
    way: { value: "xip" },
    verify: { value: "fixity" },
    folder: { value: "" },
    folderTag: { value: "closed", validate: requiredWhen(() => true, "preservica-ingest.errors.tag") },
    identifierAsset: { value: "OTMM-Asset", validate: requiredWhen(() => true, "preservica-ingest.errors.identifier") },
    identifierOriginal: {
      value: "OTMM-Original",
      validate: requiredWhen(() => true, "preservica-ingest.errors.identifier"),
    },
    links: {
      value: [] as LinkRow[],
      validate: rows<LinkRow>((row, node) =>
        row.type === "" || row.relation === "" ? node._("preservica-ingest.errors.link") : true,
      ),
    },
    firstLookSeconds: { value: 2, validate: wholeNumber(0, 3600) },
    longestLookSeconds: { value: 60, validate: wholeNumber(1, 86400) },
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
    const text = textOf(this);
    prepareForm("node-input", this, migrate({ ...this }));
    links = rowTable<LinkRow>(text, this.links || [], {
      list: "clc-links",
      addLabel: text("preservica-ingest.links.add"),
      blank: () => ({ type: "", relation: "" }),
      view(row, changed) {
        const type = input(row.type, text("preservica-ingest.links.type"), { spellcheck: "false" });
        const relation = input(row.relation, text("preservica-ingest.links.relation"), {
          spellcheck: "false",
          class: "clc-grow",
        });
        for (const field of [type, relation]) field.addEventListener("change", changed);
        return {
          element: el("div", {}, type, relation),
          focus: () => type.focus(),
          read: () => ({ type: type.value.trim(), relation: relation.value.trim() }),
        };
      },
    });
    openInvalidFolds();
  },
  oneditsave() {
    this.links = keepOr(this.links, links.read());
  },
});
