import type { MappedMetadata } from "../../messages/asset.js";
import { LifecycleError } from "../../messages/error.js";
import { isZone } from "../../retention/zone.js";
import { ruleProblems } from "../../retention/check.js";
import { targetModule } from "../targets/index.js";
import type { PlacedRow } from "../targets/types.js";
import { typeCheck } from "../targets/value-types.js";
import {
  NAMED_VALUES,
  type CompiledMapping,
  type CompileOptions,
  type MappingInput,
  type MappingProfile,
  type MappingResult,
  type RowPreview,
  type SourceResolver,
  type TargetUse,
} from "../types.js";
import { CompileContext } from "./context.js";
import { inOrder } from "./order.js";
import { previewOf } from "./preview.js";
import { resolveSources } from "./resolve.js";
import { compileRow, type CompiledRow, type TypeCheck } from "./row.js";
import { Scope } from "./scope.js";
import { compileSource } from "./sources.js";

const NAME = /^[A-Za-z0-9][A-Za-z0-9._-]*$/;
const VERSION = /^\d+\.\d+\.\d+$/;

const CLEARS_NOTHING = "Only fields of OTMM can be emptied; other targets are made anew each time.";

type Assemble = (scope: Scope) => MappedMetadata;

/**
 * Compiles a profile once: all parsing, look-ups and validation happen here, `apply` only runs closures. Never throws:
 * mistakes are listed in `problems`, and using a profile with mistakes is INVALID_INPUT.
 */
export function compileProfile(profile: MappingProfile, options: CompileOptions = {}): CompiledMapping {
  const context = new CompileContext(profile, options, compileSource);
  checkWhole(profile, context);
  const rows = profile.rows.filter((row) => row.enabled !== false);
  rows.forEach((row, slot) => {
    if (row.to.target === NAMED_VALUES) context.named.set(row.to.field, slot);
  });
  const placed = new Map<string, PlacedRow[]>(profile.targets.map((use) => [use.name, []]));
  const compiled = rows.map((row, slot) => {
    context.row = row.id;
    const place = placeRow(profile, row, context);
    const made = compileRow(row, slot, place?.check, context);
    if (place !== undefined) placed.get(row.to.target)?.push({ ...place.placed, row, head: made, slot });
    return made;
  });
  context.row = undefined;
  const ordered = inOrder(compiled, context);
  const assemblers = profile.targets.map((use) => ({
    name: use.name,
    assemble: assembler(use, placed.get(use.name) ?? [], context),
  }));
  return new Mapping(profile, context, ordered, assemblers);
}

class Mapping implements CompiledMapping {
  readonly problems;
  readonly needs;
  readonly #known: ReadonlySet<string>;
  readonly #mark: MappedMetadata["profile"];

  constructor(
    readonly profile: MappingProfile,
    context: CompileContext,
    private readonly rows: readonly CompiledRow[],
    private readonly targets: readonly { name: string; assemble: Assemble }[],
  ) {
    this.problems = context.problems;
    this.needs = [...context.needs.values()];
    this.#known = new Set([...context.usedFields, ...(profile.ignored ?? [])]);
    this.#mark = { name: profile.name, version: profile.version };
  }

  apply(input: MappingInput): MappingResult {
    const first = this.problems[0];
    if (first !== undefined) {
      const place = first.row === undefined ? first.field : `row ${first.row}, ${first.field}`;
      const message = `The mapping profile "${this.profile.name}" cannot be used (${place}): ${first.message}`;
      throw new LifecycleError("INVALID_INPUT", message, { details: { problems: this.problems } });
    }
    const scope = this.#run(input, undefined);
    const metadata: Record<string, MappedMetadata> = {};
    for (const { name, assemble } of this.targets) metadata[name] = assemble(scope);
    const { problems } = scope;
    return new Result(metadata, problems, scope.fields, this.#known);
  }

  async applyAsync(input: MappingInput, resolver: SourceResolver): Promise<MappingResult> {
    if (this.needs.length === 0) return this.apply(input);
    return this.apply({ ...input, resolved: await resolveSources(this.needs, input, resolver) });
  }

  preview(input: MappingInput): RowPreview[] {
    const scope = this.#run(input, []);
    for (const { assemble } of this.targets) assemble(scope);
    return this.profile.rows.map((row) => previewOf(row, this.rows, scope, this.problems));
  }

  #run(input: MappingInput, inputs: [] | undefined): Scope {
    const scope = new Scope(input, input.zone ?? this.profile.zone, this.profile, this.#mark, this.rows.length);
    if (Number.isNaN(scope.now))
      throw new LifecycleError("INVALID_INPUT", `"${input.now}" is no instant for the mapping's present.`);
    scope.inputs = inputs;
    for (const row of this.rows) row.run(scope);
    return scope;
  }
}

/** The loss report is only made when somebody asks for it. */
class Result implements MappingResult {
  readonly ok: boolean;
  readonly #fields: Readonly<Record<string, unknown>>;
  readonly #known: ReadonlySet<string>;

  constructor(
    readonly metadata: MappingResult["metadata"],
    readonly problems: MappingResult["problems"],
    fields: Readonly<Record<string, unknown>>,
    known: ReadonlySet<string>,
  ) {
    this.#fields = fields;
    this.#known = known;
    this.ok = problems.every(isWarning);
  }
  get lost(): string[] {
    return Object.keys(this.#fields).filter((id) => !this.#known.has(id));
  }
}

function isWarning(problem: { level: string }): boolean {
  return problem.level === "warning";
}

/** What no single row is to blame for. */
function checkWhole(profile: MappingProfile, context: CompileContext): void {
  if (!NAME.test(profile.name))
    context.mistake("name", "Give the profile a name of letters, digits, dots, dashes and underscores.");
  if (!VERSION.test(profile.version)) context.mistake("version", "A version has three numbers, like 1.0.0.");
  if (profile.zone !== undefined && !isZone(profile.zone))
    context.mistake("zone", `"${profile.zone}" is not a known time zone.`);
  const names = new Set<string>([NAMED_VALUES]);
  for (const [index, use] of profile.targets.entries()) {
    if (names.has(use.name)) context.mistake(`targets[${index}].name`, `The target name ${use.name} is taken.`);
    names.add(use.name);
    for (const message of targetModule(use.kind).mistakes(use)) context.mistake(`targets[${index}]`, message);
    if (use.folder !== undefined && use.kind !== "fragment" && use.kind !== "dublin-core")
      context.mistake(`targets[${index}]`, "Only an XML document can describe a folder; take the member folder away.");
  }
  for (const problem of ruleProblems(profile.retention ?? [])) {
    context.mistake(`retention.${problem.rule}.${problem.field}`, problem.message);
  }
  const ids = new Set<string>();
  const values = new Set<string>();
  for (const row of profile.rows) {
    context.row = row.id;
    if (ids.has(row.id)) context.mistake("id", `Another row has the id ${row.id} as well.`);
    ids.add(row.id);
    if (row.to.target !== NAMED_VALUES || row.enabled === false) continue;
    if (row.to.field.trim() === "" || row.to.field.includes("."))
      context.mistake("to.field", "Give the value a name without dots.");
    if (values.has(row.to.field)) context.mistake("to.field", `Another row makes the value ${row.to.field} as well.`);
    values.add(row.to.field);
  }
  context.row = undefined;
}

function placeRow(
  profile: MappingProfile,
  row: MappingProfile["rows"][number],
  context: CompileContext,
): { placed: Pick<PlacedRow, "field" | "declaration">; check: TypeCheck | undefined } | undefined {
  if (row.to.target === NAMED_VALUES) {
    if (row.clear === true) context.mistake("clear", CLEARS_NOTHING);
    return undefined;
  }
  const use = profile.targets.find((target) => target.name === row.to.target);
  if (row.clear === true && use?.kind !== "otmm-fields") context.mistake("clear", CLEARS_NOTHING);
  if (use === undefined) {
    context.mistake("to.target", `The profile has no target ${row.to.target}.`);
    return undefined;
  }
  const place = targetModule(use.kind).place(use, row.to.field);
  if ("mistake" in place) {
    context.mistake("to.field", place.mistake);
    return undefined;
  }
  return { placed: place, check: typeCheck(place.declaration) };
}

function assembler(use: TargetUse, rows: readonly PlacedRow[], context: CompileContext): Assemble {
  const module = targetModule(use.kind);
  for (const field of module.describe(use).fields) {
    if (field.required === true && !rows.some((row) => row.field === field.field)) {
      context.mistake(`targets.${use.name}`, `${field.field} is required by ${use.name}, but no row fills it.`);
    }
  }
  const assemble = module.assembler(use, rows, (row, message) => {
    context.row = row.row.id;
    context.mistake("to.field", message);
    context.row = undefined;
  });
  const { folder } = use;
  return folder === undefined ? assemble : (scope) => ({ ...assemble(scope), folder });
}
