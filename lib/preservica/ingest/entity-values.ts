import type { LifecycleAsset, MappedMetadata, MappedValue } from "../../messages/asset.js";
import { invalid } from "./invalid.js";

/** Kind of the mapping's target whose values are properties of the archived asset. */
export const ENTITY_KIND = "preservica-entity";

/** Values of all entity targets together, as lists. */
export function entityValues(asset: LifecycleAsset): Map<string, string[]> {
  const entries = Object.values(asset.metadata ?? {}).filter((entry: MappedMetadata) => entry.kind === ENTITY_KIND);
  if (entries.length === 0) {
    throw invalid(
      "The message carries no metadata for Preservica; put a metadata-mapper with a preservica-entity target before this node.",
    );
  }
  const values = new Map<string, string[]>();
  for (const entry of entries) {
    for (const [field, value] of Object.entries(entry.values))
      values.set(field, [...(values.get(field) ?? []), ...asList(value)]);
  }
  return values;
}

function asList(value: MappedValue): string[] {
  if (typeof value === "string") return [value];
  return Array.isArray(value) ? value : [value.value];
}
