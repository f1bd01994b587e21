/**
 * Metadata mapping: a profile (table of source, transformation, target field) compiled once into closures.
 *
 *   compileProfile(profile, options?): CompiledMapping      // never throws; mistakes are in .problems
 *   compiled.apply(input): MappingResult                    // synchronous
 *   compiled.applyAsync(input, resolver): Promise<MappingResult>
 *   previewRow(profile, rowIndex, input, options?): RowPreview
 *   previewAll(profile, input, options?): RowPreview[]
 *   describeTarget(use | kind): TargetDescription           // for pickers
 *   parseProfile(json: unknown): { profile?, problems }     // strict JSON validation
 *   profileFromCsv(text): { profile?, problems } / profileToCsv(profile): string
 *   profileFromJson(text) / profileToJson(profile)
 *   defaultProfiles(): ProfileEntry[] / loadDefaultProfile(name): MappingProfile
 */
export * from "./types.js";
export { compileProfile } from "./engine/compile.js";
export { resolveSources } from "./engine/resolve.js";
export { segmentOf } from "./engine/step-text.js";
export { availableTargets, describeTarget } from "./targets/index.js";
