import type { LifecycleAsset, MappedMetadata } from "../messages/asset.js";
import type { ValueForm } from "./targets/forms.js";
import type { MappingProfile, TargetFieldDeclaration, TargetKind } from "./profile-types.js";

/** A mistake in the profile itself, found at deploy or import. */
export interface ProfileProblem {
  /** Row id; absent when the profile as a whole is meant. */
  row?: string;
  /** Column or member, e.g. `to.field`, `steps[1].table`, `lookups.rights`. */
  field: string;
  message: string;
}

/** What one row met in one asset. */
export interface MappingProblem {
  level: "error" | "warning";
  row: string;
  /** `target: field`. */
  field: string;
  /** The offending value, shortened to 200 characters. */
  value?: string;
  /** What is wrong and what to do. */
  message: string;
}

/** Everything that a mapping may look at; no clock, no environment is read besides. */
export interface MappingInput {
  asset: LifecycleAsset;
  msg?: Readonly<Record<string, unknown>>;
  /** ISO instant: the present of this mapping. */
  now: string;
  run?: string;
  /** Zone that the asset's connection declares for calendar dates; wins over the profile's zone. */
  zone?: string;
  /** Values of the sources that need asking, by `SourceNeed.key`; filled by `applyAsync`. */
  resolved?: ReadonlyMap<string, unknown>;
}

/** A source that the caller has to ask for (context stores, environment, JSONata). */
export type SourceNeed =
  | { key: string; kind: "flow" | "global"; name: string; store?: string }
  | { key: string; kind: "env"; name: string }
  | { key: string; kind: "jsonata"; evaluate: JsonataEvaluate };

/** Answers of the host for `applyAsync`. */
export interface SourceResolver {
  flow?(key: string, store?: string): unknown;
  global?(key: string, store?: string): unknown;
  env?(name: string): unknown;
}

export type JsonataEvaluate = (message: Readonly<Record<string, unknown>>) => unknown;

export interface CompileOptions {
  /** Parses a JSONata expression, throws when it is wrong. In Node-RED: prepare- and evaluateJSONataExpression. */
  prepareJsonata?(expression: string): JsonataEvaluate;
}

export interface MappingResult {
  /** By target name; incomplete where problems are errors. */
  metadata: Record<string, MappedMetadata>;
  /** Every problem of this asset at once. Any `error`: reject. */
  problems: MappingProblem[];
  /** True when no problem is an error. */
  ok: boolean;
  /** Source fields with a value that no row uses. */
  lost: string[];
}

export interface RowPreview {
  row: string;
  /** What the source gave, before the steps. */
  input: PreviewValue;
  /** What would be written. */
  result: PreviewValue;
  problems: MappingProblem[];
  /** Mistakes in the row itself. */
  mistakes: ProfileProblem[];
}
export type PreviewValue = string | string[] | null;

export interface CompiledMapping {
  readonly profile: MappingProfile;
  /** Mistakes in the profile; with any, `apply` throws INVALID_INPUT. */
  readonly problems: readonly ProfileProblem[];
  /** What must be asked before `apply`; empty for most profiles. */
  readonly needs: readonly SourceNeed[];
  /** @throws LifecycleError INVALID_INPUT when the profile has mistakes */
  apply(input: MappingInput): MappingResult;
  /** Asks for `needs`, then applies. */
  applyAsync(input: MappingInput, resolver: SourceResolver): Promise<MappingResult>;
  /** Row by row, for the live view; works on profiles with mistakes, too. */
  preview(input: MappingInput): RowPreview[];
}

/** A target as pickers and validation see it. */
export interface TargetDescription {
  kind: TargetKind;
  label: string;
  schema?: string;
  root?: string;
  /** Known fields, in the order in which they are written. */
  fields: TargetFieldDescription[];
  /** Fields beyond the list are allowed when they have this form, e.g. `Identifier/<type>`. */
  patterns: TargetFieldDescription[];
}
export interface TargetFieldDescription extends TargetFieldDeclaration {
  label: string;
  help?: string;
  /** Form of the text, in schemas that ship. */
  form?: ValueForm;
  /** In schemas that ship: each value gets all elements of the path for itself. */
  alone?: boolean;
}
