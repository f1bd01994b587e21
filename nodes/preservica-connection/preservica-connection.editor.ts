import { prepareKeyWarning, prepareZones } from "../editor-kit/connection-form.js";
import { openInvalidFolds, prepareForm } from "../editor-kit/form.js";
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

RED.nodes.registerType("preservica-connection", {
  category: "config",
  color: "#93B48B",
  icon: "clc-preservica-connection.svg",
  defaults: {
    name: { value: "" },
    version: { value: 1 },
    key: { value: "", validate: connectionKey },
    url: { value: "", validate: webAddress },
    tenant: { value: "", validate: requiredWhen(() => true, "preservica-connection.errors.tenant") },
    zone: { value: Intl.DateTimeFormat().resolvedOptions().timeZone, validate: timeZone },
    ca: { value: "" },
    proxy: { value: "", validate: optionalWebAddress },
    idleSeconds: { value: 60, validate: wholeNumber(5, 3600) },
    concurrency: { value: 4, validate: wholeNumber(1, 64) },
    rate: { value: 20, validate: wholeNumber(0, 1000) },
    assumptions: { value: "{}", validate: jsonObject },
  },
  credentials: {
    username: { type: "text" },
    password: { type: "password" },
  },
  label() {
    const { name, key } = migrate({ ...this });
    return name || (key === "" ? this._("preservica-connection.label") : `Preservica ${key}`);
  },
  oneditprepare() {
    prepareForm("node-config-input", this, migrate({ ...this }));
    prepareKeyWarning(this.key);
    prepareZones();
    prepareTest(textOf(this), "preservica-connection", this.id);
    openInvalidFolds();
  },
});
