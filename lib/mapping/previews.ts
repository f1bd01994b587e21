import { compileProfile } from "./engine/compile.js";
import type { CompileOptions, MappingInput, MappingProfile, RowPreview } from "./types.js";

/** Input, result and problems of every row, by the engine that runs the flow; works on profiles with mistakes, too. */
export function previewAll(profile: MappingProfile, input: MappingInput, options: CompileOptions = {}): RowPreview[] {
  return compileProfile(profile, options).preview(input);
}

/** As `previewAll`, one row; undefined when the profile has no such row. */
export function previewRow(
  profile: MappingProfile,
  rowIndex: number,
  input: MappingInput,
  options: CompileOptions = {},
): RowPreview | undefined {
  return previewAll(profile, input, options)[rowIndex];
}
