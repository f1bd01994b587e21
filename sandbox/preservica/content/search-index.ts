import type { SandboxContext } from "../../kernel/types.js";
import type { EntityRecord, RetentionPolicy } from "../model.js";
import type { Repository } from "../repository.js";
import type { Governance } from "../retention/governance.js";
import type { PreservicaSettings } from "../settings.js";
import { fragmentValues } from "./index-fields.js";

/** What search knows of one folder or asset: the state it had when it was last indexed. */
export interface IndexDocument {
  ref: string;
  type: "SO" | "IO";
  securityTag: string;
  fields: ReadonlyMap<string, readonly string[]>;
  /** Lower-case text of everything searchable. */
  text: string;
}

/** The search index: it follows changes only after a delay on the sandbox clock. Kept in memory, built again at the start. */
export class SearchIndex {
  private readonly documents = new Map<string, IndexDocument>();
  private readonly pending = new Set<string>();

  constructor(
    private readonly context: SandboxContext,
    private readonly settings: PreservicaSettings,
    private readonly repository: Repository,
    private readonly governance: Governance,
  ) {
    this.rebuild();
    repository.onChange((record) => this.schedule(record));
  }

  all(): IterableIterator<IndexDocument> {
    return this.documents.values();
  }

  /** First value of a field as it is indexed now. */
  value(ref: string, field: string): string | undefined {
    return this.documents.get(ref)?.fields.get(field)?.[0];
  }

  /** Brings records into the index at once: an ingest's last step, and seed data. */
  refresh(...refs: string[]): void {
    for (const ref of refs) this.take(ref);
  }

  /** Indexes everything anew, but for assets whose ingest has not come to that yet. */
  rebuild(): void {
    this.documents.clear();
    for (const record of this.repository.all())
      if (record.type === "SO" || record.indexed !== undefined) this.take(record.ref);
  }

  private schedule(record: EntityRecord): void {
    if (record.type === "IO" && record.indexed === undefined) return;
    if (this.pending.has(record.ref)) return;
    this.pending.add(record.ref);
    this.context.clock.at(new Date(this.context.clock.now().getTime() + this.settings.indexDelayMs), () => {
      this.pending.delete(record.ref);
      const before = this.documents.get(record.ref)?.fields.get("xip.parent_ref")?.[0];
      this.take(record.ref);
      const after = this.documents.get(record.ref)?.fields.get("xip.parent_ref")?.[0];
      if (record.type === "SO" && before !== after)
        for (const below of this.repository.descendants(record.ref)) this.take(below.ref);
      this.context.changed();
    });
  }

  private take(ref: string): void {
    const record = this.repository.folder(ref) ?? this.repository.asset(ref);
    if (!record || record.deleted !== undefined) this.documents.delete(ref);
    else this.documents.set(ref, this.document(record));
  }

  private document(record: EntityRecord): IndexDocument {
    const { values, text } = fragmentValues(record);
    const ancestors = this.repository.ancestors(record);
    const fields = new Map<string, string[]>([
      ["xip.reference", [record.ref]],
      ["xip.title", [record.title]],
      ["xip.document_type", [record.type]],
      ["xip.security_descriptor", [record.securityTag]],
      ["xip.created", [record.created]],
      ["xip.identifier", record.identifiers.map((identifier) => identifier.value)],
      ["xip.parent_hierarchy", ancestors],
      ...values,
    ]);
    if (record.description !== undefined) fields.set("xip.description", [record.description]);
    if (record.parent !== undefined) fields.set("xip.parent_ref", [record.parent]);
    const top = ancestors.at(-1);
    if (top !== undefined) fields.set("xip.top_level_so", [top]);
    if (record.type === "IO") addAssetFields(fields, record, (ref) => this.governance.policy(ref));
    const words = [...fields]
      .filter(([key]) => !["xip.parent_hierarchy", "xip.created"].includes(key))
      .flatMap(([, list]) => list);
    return {
      ref: record.ref,
      type: record.type,
      securityTag: record.securityTag,
      fields,
      text: [...words, text].join(" ").toLowerCase(),
    };
  }
}

function addAssetFields(
  fields: Map<string, string[]>,
  asset: Extract<EntityRecord, { type: "IO" }>,
  policyOf: (ref: string) => RetentionPolicy | undefined,
): void {
  const generations = asset.contentObjects.flatMap((content) =>
    content.generations.filter((generation) => generation.active),
  );
  const preserved = asset.representations
    .filter((representation) => representation.type === "Preservation")
    .flatMap((representation) => representation.contentObjects);
  const bitstreams = asset.contentObjects
    .filter((content) => preserved.includes(content.ref))
    .flatMap((content) =>
      content.generations.filter((generation) => generation.active).flatMap((generation) => generation.bitstreams),
    );
  fields.set("xip.format_group_r_Display", [...new Set(generations.map((generation) => generation.formatGroup))]);
  fields.set("xip.content_type_r_Display", [...new Set(generations.map((generation) => generation.format.mediaType))]);
  fields.set(
    "xip.bitstream_names_r_Preservation",
    bitstreams.map((bitstream) => bitstream.filename),
  );
  fields.set("xip.size_r_Preservation", [String(bitstreams.reduce((sum, bitstream) => sum + bitstream.size, 0))]);
  fields.set(
    "xip.retention_policy_assignment_ref",
    asset.retention.map((assignment) => assignment.policy),
  );
  fields.set(
    "xip.retention_policy_assignment_name",
    asset.retention.map((assignment) => policyOf(assignment.policy)?.name ?? ""),
  );
  fields.set(
    "xip.legal_hold_ref",
    asset.holds.map((assignment) => assignment.hold),
  );
}
