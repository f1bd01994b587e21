export { holdsOf, judge } from "./judge.js";
export { DEFAULT_TAG_ORDER, keepsAtLeast, mayGo, tagChange } from "./rules.js";
export type { GovernAction, Verdict } from "./types.js";
