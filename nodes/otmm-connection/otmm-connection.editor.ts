import { chooseField, prepareKeyWarning, prepareZones } from "../editor-kit/connection-form.js";
import { openInvalidFolds, prepareForm, switchParts } from "../editor-kit/form.js";
import { prepareTest } from "../editor-kit/test-connection.js";
import { textOf } from "../editor-kit/text.js";
import {
  connectionKey,
  jsonObject,
  optionalWebAddress,
  requiredWhen,
  timeZone,
  webAddress,
  wholeNumber,
} from "../editor-kit/validate.js";
import { migrate } from "./config.js";

RED.nodes.registerType("otmm-connection", {
  category: "config",
  color: "#8FB0CC",
  icon: "clc-otmm-connection.svg",
  defaults: {
    name: { value: "" },
    version: { value: 1 },
    key: { value: "", validate: connectionKey },
    url: { value: "", validate: webAddress },
    auth: { value: "session" },
    otdsUrl: {
      value: "",
      validate: requiredWhen((node) => node["auth"] === "otds", "otmm-connection.errors.otds-url"),
    },
    otdsResource: { value: "" },
    zone: { value: Intl.DateTimeFormat().resolvedOptions().timeZone, validate: timeZone },
    holdMode: { value: "undeclared" },
    holdField: {
      value: "",
      validate: requiredWhen((node) => node["holdMode"] === "field", "otmm-connection.errors.hold-field"),
    },
    holdValue: { value: "Y" },
    holdMatterField: { value: "" },
    ca: { value: "" },
    proxy: { value: "", validate: optionalWebAddress },
    idleSeconds: { value: 60, validate: wholeNumber(5, 3600) },
    concurrency: { value: 4, validate: wholeNumber(1, 64) },
    rate: { value: 20, validate: wholeNumber(0, 1000) },
    redirectHosts: { value: "" },
    assumptions: { value: "{}", validate: jsonObject },
  },
  credentials: {
    username: { type: "text" },
    password: { type: "password" },
    clientId: { type: "text" },
    clientSecret: { type: "password" },
  },
  label() {
    const { name, key } = migrate({ ...this });
    return name || (key === "" ? this._("otmm-connection.label") : `OTMM ${key}`);
  },
  oneditprepare() {
    const text = textOf(this);
    prepareForm("node-config-input", this, migrate({ ...this }));
    prepareKeyWarning(this.key);
    prepareZones();
    switchParts("node-config-input", "auth");
    switchParts("node-config-input", "holdMode");
    const own = () => ({ type: "otmm-connection", id: this.id });
    chooseField(text, "holdField", own);
    chooseField(text, "holdMatterField", own);
    prepareTest(text, "otmm-connection", this.id);
    openInvalidFolds();
  },
});
