import { MULTI_VALUE_TYPE, VALUE_TYPES } from "../assumptions.js";
import { isTable, type Registry } from "../registry.js";
import type { FieldDefinition, ModelDefinition, StoredValue, TableDefinition } from "../types.js";

/** How metadata is to be given. */
export interface MetadataView {
  /** Only these field, table or column ids; undefined: all. */
  only?: ReadonlySet<string> | undefined;
  /** Leave the category level out. */
  flat?: boolean;
}

/**
 * A model with the values of one asset, in the vendor's tree (fact sheet 3.4). Empty fields keep their wrapper without an inner value;
 * a literal null is never given.
 */
export function renderMetadata(
  registry: Registry,
  model: ModelDefinition,
  values: Record<string, StoredValue>,
  view: MetadataView,
): object {
  const categories = model.categories.map((category) => ({
    type: "com.artesia.metadata.MetadataCategory",
    id: category.id,
    name: category.name,
    metadata_element_list: category.elements
      .filter((element) => isWanted(element, view.only))
      .map((element) =>
        isTable(element) ? renderTable(registry, element, values) : renderField(registry, element, values[element.id]),
      ),
  }));
  const filled = view.only ? categories.filter((category) => category.metadata_element_list.length > 0) : categories;
  return {
    type: "com.artesia.metadata.MetadataModel",
    id: model.id,
    name: model.name,
    legacy_id: model.legacyId,
    has_multilingual_fields: false,
    metadata_element_list: view.flat ? filled.flatMap((category) => category.metadata_element_list) : filled,
  };
}

function isWanted(element: FieldDefinition | TableDefinition, only: ReadonlySet<string> | undefined): boolean {
  if (!only || only.has(element.id)) return true;
  return isTable(element) && element.columns.some((column) => only.has(column.id));
}

function renderTable(registry: Registry, table: TableDefinition, values: Record<string, StoredValue>): object {
  return {
    type: "com.artesia.metadata.MetadataTable",
    id: table.id,
    name: table.name,
    metadata_element_list: table.columns.map((column) => renderColumn(registry, column, values[column.id])),
  };
}

function renderColumn(registry: Registry, column: FieldDefinition, value: StoredValue | undefined): object {
  const cells = Array.isArray(value) ? value : [];
  return {
    type: "com.artesia.metadata.MetadataTableField",
    id: column.id,
    name: column.name,
    values: cells.map((cell) => wrapper(registry, column, cell)),
  };
}

function renderField(registry: Registry, field: FieldDefinition, value: StoredValue | undefined): object {
  if (field.multiple) return { ...renderColumn(registry, field, value), type: MULTI_VALUE_TYPE };
  const single = Array.isArray(value) ? value[0] : value;
  return {
    type: "com.artesia.metadata.MetadataField",
    id: field.id,
    name: field.name,
    value: wrapper(registry, field, single),
  };
}

function wrapper(registry: Registry, field: FieldDefinition, value: string | number | undefined): object {
  const flags = {
    cascading_domain_value: field.cascading === true,
    domain_value: field.domain !== undefined && field.cascading !== true,
    is_locked: false,
  };
  return value === undefined ? flags : { ...flags, value: inner(registry, field, value) };
}

function inner(registry: Registry, field: FieldDefinition, value: string | number): object {
  if (field.domain === undefined) return { type: VALUE_TYPES[field.type], value };
  const display_value = registry.display(field.domain, String(value)) ?? String(value);
  const field_value = { type: "string", value: String(value) };
  if (field.cascading) return { type: "com.artesia.metadata.CascadingDomainValue", display_value, field_value };
  return { type: "com.artesia.metadata.DomainValue", display_value, expired_value: false, field_value };
}

/** A model without values, for editors that list fields (fact sheet 7.5, assumed). */
export function renderModel(model: ModelDefinition): object {
  return {
    type: "com.artesia.metadata.MetadataModel",
    id: model.id,
    name: model.name,
    legacy_id: model.legacyId,
    metadata_element_list: model.categories.map((category) => ({
      type: "com.artesia.metadata.MetadataCategory",
      id: category.id,
      name: category.name,
      metadata_element_list: category.elements.map((element) =>
        isTable(element)
          ? {
              type: "com.artesia.metadata.MetadataTable",
              id: element.id,
              name: element.name,
              metadata_element_list: element.columns.map((column) =>
                describe(column, "com.artesia.metadata.MetadataTableField"),
              ),
            }
          : describe(element, element.multiple ? MULTI_VALUE_TYPE : "com.artesia.metadata.MetadataField"),
      ),
    })),
  };
}

function describe(field: FieldDefinition, type: string): object {
  return {
    type,
    id: field.id,
    name: field.name,
    data_type: field.type,
    required: false,
    displayable: true,
    edit_type: field.domain === undefined ? "text" : field.cascading ? "cascade" : "select",
    multiple_values: field.multiple === true,
    ...(field.length !== undefined && { data_length: field.length }),
    ...(field.domain !== undefined && { domain_id: field.domain }),
  };
}
