import { place } from "../editor-kit/dom.js";
import { chosenConnection, folderField, openInvalidFolds, prepareForm, switchParts } from "../editor-kit/form.js";
import { pickFields } from "../editor-kit/pick-field.js";
import type { Rows } from "../editor-kit/rows.js";
import { keepOr } from "../editor-kit/same.js";
import { textOf } from "../editor-kit/text.js";
import { requiredWhen, rows, wholeNumber } from "../editor-kit/validate.js";
import { type AcceptanceRule, type ChosenField, type ConditionRow, migrate, type PartRow } from "./config.js";
import { conditionTable, fieldTable, NO_VALUE, partTable, ruleTable } from "./tables.editor.js";

const VALUE_TYPES = ["str", "msg", "flow", "global", "env", "jsonata"] as const;

let conditions: Rows<ConditionRow>;
let rules: Rows<AcceptanceRule>;
let fields: Rows<ChosenField>;
let parts: Rows<PartRow>;
const joins = (node: Record<string, unknown>): boolean => (node["joinField"] ?? "") !== "";

import { typedProperty } from "../editor-kit/typed-value.js";
RED.nodes.registerType("otmm-asset-fetch", {
  category: "content lifecycle",
  color: "#8FB0CC",
  icon: "clc-otmm-fetch.svg",
  inputs: 1,
  outputs: 2,
  defaults: {
    name: { value: "" },
    version: { value: 1 },
    store: { value: "", type: "lifecycle-store", required: true },
    connection: { value: "", type: "otmm-connection", required: true },
    mode: { value: "search" },
    ids: { value: "payload" },
    idsType: { value: "msg" },
    keyword: { value: "" },
    conditions: {
      value: [] as ConditionRow[],
      validate: rows<ConditionRow>((row, node) => {
        if (row.field === "") return node._("otmm-asset-fetch.errors.condition-field");
        return row.value === "" && !NO_VALUE.has(row.operator)
          ? node._("otmm-asset-fetch.errors.condition-value")
          : true;
      }),
    },
    folder: {
      value: "",
      validate: requiredWhen((node) => node["mode"] === "folder", "otmm-asset-fetch.errors.folder"),
    },
    folderPath: { value: "" },
    subfolders: { value: true },
    collection: {
      value: "",
      validate: requiredWhen((node) => node["mode"] === "collection", "otmm-asset-fetch.errors.collection"),
    },
    collectionType: { value: "str" },
    allFields: { value: true },
    fields: {
      value: [] as ChosenField[],
      validate: requiredWhen((node) => node["allFields"] === false, "otmm-asset-fetch.errors.fields"),
    },
    master: { value: true },
    preview: { value: true },
    thumbnail: { value: false },
    onlyLatest: { value: true },
    skipDeleted: { value: true },
    skipExpired: { value: false },
    skipCheckedOut: { value: true },
    needMaster: { value: true },
    rules: {
      value: [] as AcceptanceRule[],
      validate: rows<AcceptanceRule>((row, node) => {
        if (row.field === "") return node._("otmm-asset-fetch.errors.rule-field");
        if (row.value === "" && !NO_VALUE.has(row.operator)) return node._("otmm-asset-fetch.errors.rule-value");
        return row.reason === "" ? node._("otmm-asset-fetch.errors.rule-reason") : true;
      }),
    },
    joinField: { value: "" },
    partField: { value: "", validate: requiredWhen(joins, "otmm-asset-fetch.errors.part-field") },
    mainPart: { value: "", validate: requiredWhen(joins, "otmm-asset-fetch.errors.main-part") },
    parts: {
      value: [] as PartRow[],
      validate: rows<PartRow>((row, node) => (row.value === "" ? node._("otmm-asset-fetch.errors.part-value") : true)),
    },
    agreeFields: { value: "" },
    pageSize: { value: 100, validate: wholeNumber(1, 1000) },
    maxUnacknowledged: { value: 100, validate: wholeNumber(1, 10000) },
    limit: { value: 0, validate: wholeNumber(0, 10000000) },
    queue: { value: "" },
  },
  label() {
    return this.name || this._(`otmm-asset-fetch.node-label.${this.mode}`);
  },
  labelStyle() {
    return this.name ? "node_label_italic" : "";
  },
  paletteLabel: "otmm asset fetch",
  outputLabels(index) {
    return this._(index === 0 ? "otmm-asset-fetch.outputs.asset" : "otmm-asset-fetch.outputs.summary");
  },
  oneditprepare() {
    const text = textOf(this);
    const connection = chosenConnection("otmm-connection");
    prepareForm("node-input", this, migrate({ ...this }));
    switchParts("node-input", "mode");
    for (const property of ["ids", "collection"]) {
      typedProperty(property, VALUE_TYPES);
    }
    folderField(text, "folder", connection, "otmm-connection");
    conditions = conditionTable(text, this.conditions || [], connection);
    rules = ruleTable(text, this.rules || [], connection);
    fields = fieldTable(text, this.fields || []);
    parts = partTable(text, this.parts || []);

    const chosen = place("clc-fields");
    const all = $("#node-input-allFields");
    const showFields = (): void => {
      chosen.hidden = all.is(":checked");
    };
    all.on("change", showFields);
    showFields();
    place("clc-fields-pick").addEventListener("click", () => {
      const now = fields.read();
      void pickFields(
        text,
        connection() ?? { type: "otmm-connection", id: "" },
        now.map(({ id }) => id),
        true,
      ).then((picked) => {
        if (picked === undefined) return;
        fields.replace(picked.map(({ id, label }) => ({ id, label })));
      });
    });
    openInvalidFolds();
  },
  oneditsave() {
    this.conditions = keepOr(this.conditions, conditions.read());
    this.rules = keepOr(this.rules, rules.read());
    this.fields = keepOr(this.fields, fields.read());
    this.parts = keepOr(this.parts, parts.read());
  },
});
