import type { Registry } from "../registry.js";
import type { AssetRecord, FieldDefinition, FolderRecord, StoredValue } from "../types.js";

/** What a search looks at: an asset version or a folder. */
export type Candidate = AssetRecord | FolderRecord;

export function isAsset(candidate: Candidate): candidate is AssetRecord {
  return "originalId" in candidate;
}

const SYSTEM_VALUES: Record<string, (asset: AssetRecord) => StoredValue | undefined> = {
  "ARTESIA.FIELD.ASSET NAME": (asset) => asset.name,
  "ARTESIA.FIELD.ASSET ID": (asset) => asset.id,
  "ARTESIA.FIELD.ORIGINAL ASSET ID": (asset) => asset.originalId,
  "ARTESIA.FIELD.IS LATEST VERSION": (asset) => (asset.latest ? "Y" : "N"),
  "ARTESIA.FIELD.MIME TYPE": (asset) => asset.master?.mime,
  "ARTESIA.FIELD.CONTENT TYPE": (asset) => asset.contentType,
  "ARTESIA.FIELD.CONTENT SIZE": (asset) => asset.master?.size,
  "ARTESIA.FIELD.DATE IMPORTED": (asset) => asset.imported,
  "ARTESIA.FIELD.DATE LAST UPDATED": (asset) => asset.updated,
  "ARTESIA.FIELD.VERSION": (asset) => asset.version,
  "ARTESIA.FIELD.CREATED BY": (asset) => asset.importer,
};

const FOLDER_VALUES: Record<string, (folder: FolderRecord) => StoredValue | undefined> = {
  "ARTESIA.FIELD.ASSET NAME": (folder) => folder.name,
  "ARTESIA.FIELD.ASSET ID": (folder) => folder.id,
  "ARTESIA.FIELD.ORIGINAL ASSET ID": (folder) => folder.id,
  "ARTESIA.FIELD.IS LATEST VERSION": () => "Y",
  "ARTESIA.FIELD.DATE IMPORTED": (folder) => folder.created,
  "ARTESIA.FIELD.DATE LAST UPDATED": (folder) => folder.updated,
  "ARTESIA.FIELD.CREATED BY": (folder) => folder.creator,
};

/** All values of a field, column or system field, as a list; empty when there is none. */
export function valuesOf(candidate: Candidate, fieldId: string): (string | number)[] {
  const value =
    (isAsset(candidate) ? SYSTEM_VALUES[fieldId]?.(candidate) : FOLDER_VALUES[fieldId]?.(candidate)) ??
    candidate.values[fieldId];
  if (value === undefined) return [];
  return Array.isArray(value) ? value : [value];
}

/** What a person sees for a value: display names of domains, otherwise the value itself. */
export function shown(registry: Registry, field: FieldDefinition | undefined, value: string | number): string {
  return (field?.domain !== undefined && registry.display(field.domain, String(value))) || String(value);
}
