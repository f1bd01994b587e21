import { DEFAULT_FACETS } from "../assumptions.js";
import { isObject, listOf, parseJson, textOf, wrapped } from "../json.js";
import type { Registry } from "../registry.js";
import type { Predicate } from "./expression.js";
import { shown, valuesOf, type Candidate } from "./fields.js";

/** A restriction to some values of a field; `null` stands for "has no value". Values of domain fields are display names. */
interface Restriction {
  fieldId: string;
  values: (string | null)[];
}

/** Compiles `facet_restriction_list` (fact sheet 2.4). @throws OtmmError 400 when the JSON or its wrappers are wrong */
export function compileFacets(registry: Registry, text: string | null): { matches: Predicate; fields: string[] } {
  if (text === null || text.trim() === "") return { matches: () => true, fields: DEFAULT_FACETS };
  const list = wrapped(parseJson(text, "facet_restriction_list"), "facet_restriction_list");
  const restrictions = listOf(list["facet_field_restriction"]).flatMap((entry): Restriction[] => {
    if (!isObject(entry)) return [];
    const fieldId = textOf(entry["field_id"]);
    if (fieldId === undefined) return [];
    return [
      {
        fieldId,
        values: listOf(entry["value_list"])
          .concat(entry["value_list"] === null ? [null] : [])
          .map(valueOf),
      },
    ];
  });
  return {
    matches: (candidate) => restrictions.every((restriction) => meets(registry, candidate, restriction)),
    fields: [...new Set([...DEFAULT_FACETS, ...restrictions.map(({ fieldId }) => fieldId)])],
  };
}

function valueOf(value: unknown): string | null {
  return textOf(value) ?? null;
}

function meets(registry: Registry, candidate: Candidate, { fieldId, values }: Restriction): boolean {
  const field = registry.find(fieldId)?.field;
  const names = valuesOf(candidate, fieldId).map((value) => shown(registry, field, value).trim());
  return names.length === 0
    ? values.includes(null)
    : names.some((name) => values.some((value) => value?.trim() === name));
}

/** Counts of a field's values over the hits; a bucket without `value` counts those that have none. */
export function facetResponse(registry: Registry, fieldId: string, hits: Candidate[]): object {
  const field = registry.find(fieldId)?.field;
  const counts = new Map<string, number>();
  let without = 0;
  for (const hit of hits) {
    const names = new Set(valuesOf(hit, fieldId).map((value) => shown(registry, field, value)));
    if (names.size === 0) without += 1;
    for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  const values: object[] = [...counts]
    .sort((a, b) => b[1] - a[1])
    .map(([value, asset_count]) => ({ value, asset_count }));
  if (without > 0) values.push({ asset_count: without });
  return {
    type: "com.artesia.search.facet.FacetSimpleFieldResponse",
    field_id: fieldId,
    field_name: field?.name ?? fieldId,
    facet_value_list: values,
  };
}
