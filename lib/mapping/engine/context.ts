import type { CompileOptions, MappingProfile, MappingSource, ProfileProblem, SourceNeed } from "../types.js";
import type { Read, Scope } from "./scope.js";

/** What compiling a profile collects on its way: mistakes, fields in use, sources to ask for, named values. */
export class CompileContext {
  readonly problems: ProfileProblem[] = [];
  readonly usedFields = new Set<string>();
  readonly needs = new Map<string, SourceNeed>();
  /** Named value -> slot of its row. */
  readonly named = new Map<string, number>();
  /** Named values that the row being compiled reads. */
  reads = new Set<string>();
  /** Row that is compiled now; undefined for the profile as a whole. */
  row: string | undefined;
  /** Table field of the row that is compiled now. */
  each: string | undefined;
  /** Compiled condition tables with the named values that they read. */
  readonly tables = new Map<string, { choose: (scope: Scope) => string | undefined; reads: ReadonlySet<string> }>();
  /** Condition tables being compiled: a table may not ask itself. */
  readonly openTables = new Set<string>();

  constructor(
    readonly profile: MappingProfile,
    readonly options: CompileOptions,
    /** Compiles a source; given from outside, because sources hold conditions and conditions hold sources. */
    private readonly compileSource: (source: MappingSource, context: CompileContext, where: string) => Read,
  ) {}

  read(source: MappingSource, where: string): Read {
    return this.compileSource(source, this, where);
  }

  mistake(field: string, message: string): void {
    this.problems.push(this.row === undefined ? { field, message } : { row: this.row, field, message });
  }

  need(need: SourceNeed): void {
    this.needs.set(need.key, need);
  }
}
