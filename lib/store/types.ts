export type * from "./types/json.js";
export * from "./types/jobs.js";
export type * from "./types/handovers.js";
export * from "./types/runs.js";
export * from "./types/events.js";
export * from "./types/approvals.js";
export type * from "./types/store.js";
