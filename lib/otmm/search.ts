import { LifecycleError } from "../messages/error.js";
import type { OtmmAssumptions } from "./assumptions.js";
import type { OtmmCondition, OtmmQuery } from "./types.js";

type Form = Record<string, string | number | boolean | undefined>;

/** Everything that an asset can be loaded with; for `load_type=custom`. @see fact sheet 3.2 */
export const FULL_LOAD = {
  data_load_request: {
    load_asset_content_info: true,
    load_metadata: true,
    load_thumbnail_info: true,
    load_preview_info: true,
    load_pdf_preview_info: true,
    load_destination_links: true,
    load_security_policies: true,
    load_path: true,
  },
} as const;

/** What a listing or a single asset is asked to carry. @param fields limits the metadata to these ids */
export function detailOf(detail: "system" | "metadata" | "full", fields?: readonly string[]): Form {
  if (detail === "system") return { load_type: "system", level_of_detail: "slim" };
  const only = fields === undefined || fields.length === 0 ? {} : { metadata_to_return: fields.join(",") };
  if (detail === "metadata") return { load_type: "metadata", level_of_detail: "full", ...only };
  const request =
    fields === undefined || fields.length === 0
      ? FULL_LOAD
      : { data_load_request: { ...FULL_LOAD.data_load_request, metadata_fields_to_return: fields.join(",") } };
  // `slim` beside the flags, as the vendor's own client sends it.
  return { load_type: "custom", level_of_detail: "slim", data_load_request: JSON.stringify(request), ...only };
}

/** The form of `POST /search/text`. @see fact sheet 2.1, 2.2, 2.4 */
export function searchForm(query: OtmmQuery, after: number, assumptions: OtmmAssumptions): Form {
  const sort = query.sort ?? { fieldId: assumptions.assetIdField };
  const conditions = query.conditions ?? [];
  const facets = query.facets ?? [];
  return {
    keyword_query: query.keyword === undefined || query.keyword.trim() === "" ? "*" : query.keyword,
    search_config_id: assumptions.searchConfigId,
    ...detailOf(query.detail ?? "metadata", query.fields),
    after,
    limit: query.limit ?? assumptions.pageLimit,
    sort: `${sort.descending === true ? "desc" : "asc"}_${sort.fieldId}`,
    ...(query.folder === undefined
      ? {}
      : { folder_filter: query.folder.id, folder_filter_type: query.folder.subfolders ? "all" : "direct" }),
    ...(conditions.length === 0
      ? {}
      : {
          search_condition_list: JSON.stringify({
            search_condition_list: {
              search_condition: conditions.map((condition, place) => encodeCondition(condition, place, assumptions)),
            },
          }),
        }),
    ...(facets.length === 0
      ? {}
      : {
          facet_restriction_list: JSON.stringify({
            facet_restriction_list: {
              facet_field_restriction: facets.map((facet) => ({
                type: "com.artesia.search.facet.FacetSimpleFieldRestriction",
                facet_generation_behavior: "EXCLUDE",
                field_id: facet.fieldId,
                field_name: facet.name ?? facet.fieldId,
                value_list: facet.values,
              })),
            },
          }),
        }),
  };
}

function encodeCondition(condition: OtmmCondition, place: number, assumptions: OtmmAssumptions): object {
  const value = condition.value === undefined ? {} : { value: conditionValue(condition, assumptions) };
  const operator = { relational_operator_id: assumptions.operators[condition.operator], ...value };
  const joined = place === 0 ? {} : { relational_operator: condition.join ?? "and" };
  const parentheses = {
    ...(condition.open === true ? { left_paren: "(" } : {}),
    ...(condition.close === true ? { right_paren: ")" } : {}),
  };
  if (condition.columnId === undefined) {
    return {
      type: "com.artesia.search.SearchScalarCondition",
      metadata_field_id: condition.fieldId,
      ...operator,
      ...joined,
      ...parentheses,
    };
  }
  return {
    type: "com.artesia.search.SearchTabularCondition",
    metadata_table_id: condition.fieldId,
    ...joined,
    ...parentheses,
    // Its own parentheses are always there in the vendor's client.
    tabular_field_list: [
      {
        type: "com.artesia.search.SearchTabularFieldCondition",
        metadata_field_id: condition.columnId,
        ...operator,
        left_paren: "(",
        right_paren: ")",
      },
    ],
  };
}

function conditionValue(condition: OtmmCondition, assumptions: OtmmAssumptions): string {
  const value = String(condition.value);
  if (!condition.operator.startsWith("date-")) return value;
  const [, year, month, day] = /^(\d{4})-(\d{2})-(\d{2})/.exec(value) ?? [];
  if (year === undefined) {
    throw new LifecycleError(
      "INVALID_INPUT",
      `A date condition on "${condition.fieldId}" needs a date (YYYY-MM-DD), "${value}" is none.`,
      {
        system: "otmm",
        details: { field: condition.fieldId },
      },
    );
  }
  return assumptions.conditionDates === "us" ? `${month}/${day}/${year}` : `${year}-${month}-${day}T00:00:00Z`;
}
