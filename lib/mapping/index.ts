/**
 * Metadata mapping: a profile (table of source, transformation, target field) is compiled once into closures and then
 * applied to assets. Plain TypeScript; what only a host knows (JSONata, context stores, environment) is given from outside.
 */
export * from "./types.js";
export { compileProfile } from "./engine/compile.js";
export { resolveSources } from "./engine/resolve.js";
export { segmentOf } from "./engine/step-text.js";
export { previewAll, previewRow } from "./previews.js";
export { profileFromCsv } from "./profile/csv-read.js";
export { profileToCsv } from "./profile/csv-write.js";
export { parseProfile, profileFromJson, profileToJson, type ParsedProfile } from "./profile/json.js";
export {
  DEFAULT_PROFILES,
  defaultProfiles,
  loadDefaultProfile,
  type DefaultProfileName,
  type ProfileEntry,
} from "./profiles/index.js";
export { availableTargets, describeTarget } from "./targets/index.js";
