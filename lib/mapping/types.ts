/** The words of the mapper: what a profile is, and what compiling and applying one gives. */
export * from "./profile-types.js";
export * from "./run-types.js";
