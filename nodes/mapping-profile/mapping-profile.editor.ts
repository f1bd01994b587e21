import { checkProfile } from "../editor-kit/mapping/profile-check.js";
import { openProfileForm, type ProfileForm } from "../editor-kit/mapping/profile-form.js";
import { openInvalidFolds, prepareForm } from "../editor-kit/form.js";
import { keepOr } from "../editor-kit/same.js";
import { textOf } from "../editor-kit/text.js";
import { validator } from "../editor-kit/validate.js";
import type { MappingProfile } from "../../lib/mapping/types.js";
import { BLANK_PROFILE, migrate } from "./config.js";

let form: ProfileForm;

RED.nodes.registerType("mapping-profile", {
  category: "config",
  color: "#C9B78F",
  icon: "clc-mapping-profile.svg",
  defaults: {
    name: { value: "" },
    version: { value: 1 },
    profile: {
      value: BLANK_PROFILE,
      validate: validator(function (value) {
        const mistake = checkProfile(value as MappingProfile)[0];
        if (mistake === undefined) return true;
        const reason = this._(mistake.key);
        if (mistake.row !== undefined) return this._("kit.errors.row", { row: mistake.row, reason });
        return mistake.part === undefined ? reason : `${mistake.part || "…"}: ${reason}`;
      }),
    },
  },
  label() {
    return this.name || `${this.profile.name} ${this.profile.version}`;
  },
  oneditprepare() {
    prepareForm("node-config-input", this, migrate({ ...this }));
    form = openProfileForm(textOf(this), this.id, this.profile || BLANK_PROFILE);
    openInvalidFolds();
  },
  oneditsave() {
    this.profile = keepOr(this.profile, form.read());
    form.close();
  },
  oneditcancel() {
    form.close();
  },
});
