/** Retention: calendar arithmetic with zones, and decisions by rule tables. Pure functions; no clock is read. */
export * from "./types.js";
export { exampleRules } from "./classes.js";
export { decideRetention } from "./decide.js";
export { retentionEnd, statedEnd, type RetentionEnd, type RetentionTerm } from "./end.js";
export { ruleProblems } from "./check.js";
export { calendarDate, isZone } from "./zone.js";
