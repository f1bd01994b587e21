import type { MappedMetadata } from "../../messages/asset.js";
import type { RowHead, Scope } from "../engine/scope.js";
import type {
  MappingRow,
  TargetDescription,
  TargetFieldDeclaration,
  TargetFieldDescription,
  TargetUse,
} from "../types.js";

/** A field of a target as values are checked against it. */
export type FieldRule = TargetFieldDeclaration & Pick<TargetFieldDescription, "form" | "alone">;

/** A row that writes into this target, and where its result is. */
export interface PlacedRow {
  readonly row: MappingRow;
  readonly head: RowHead;
  readonly slot: number;
  /** In the target's own spelling. */
  readonly field: string;
  readonly declaration: FieldRule;
}

/** One kind of target: its fields, their limits, and how results become metadata. */
export interface TargetModule {
  describe(use: TargetUse): TargetDescription;
  /** What is wrong with this use of the target, as sentences. */
  mistakes(use: TargetUse): string[];
  /** The field that a row means, or why there is none. */
  place(use: TargetUse, field: string): { field: string; declaration: FieldRule } | { mistake: string };
  /** @param mistake tells of rows that cannot stand together */
  assembler(
    use: TargetUse,
    rows: readonly PlacedRow[],
    mistake: (row: PlacedRow, message: string) => void,
  ): (scope: Scope) => MappedMetadata;
}
