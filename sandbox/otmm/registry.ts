import { badRequest, notFound } from "./answers.js";
import { SYSTEM_FIELDS } from "./assumptions.js";
import type {
  DomainDefinition,
  FieldDefinition,
  FieldType,
  ModelDefinition,
  OtmmSeed,
  TableDefinition,
} from "./types.js";

/** A field as it is found by its id: in which table it stands, if any. */
export interface FoundField {
  field: FieldDefinition;
  table?: TableDefinition;
}

export function isTable(element: FieldDefinition | TableDefinition): element is TableDefinition {
  return "columns" in element;
}

/** Models, domains and fields: what an administrator has configured. */
export class Registry {
  readonly models = new Map<string, ModelDefinition>();
  readonly domains = new Map<string, DomainDefinition>();
  private readonly fieldsOfModel = new Map<string, Map<string, FoundField>>();
  private readonly anywhere = new Map<string, FoundField>();
  private readonly tables = new Map<string, TableDefinition>();
  private readonly displays = new Map<string, Map<string, string>>();

  constructor(seed: OtmmSeed) {
    for (const domain of seed.domains) {
      this.domains.set(domain.id, domain);
      this.displays.set(domain.id, new Map(domain.values.map(({ value, display }) => [value, display])));
    }
    for (const model of seed.models) {
      this.models.set(model.id, model);
      this.fieldsOfModel.set(model.id, this.collect(model));
    }
  }

  private collect(model: ModelDefinition): Map<string, FoundField> {
    const found = new Map<string, FoundField>();
    for (const element of model.categories.flatMap((category) => category.elements)) {
      if (!isTable(element)) found.set(element.id, { field: element });
      else {
        this.tables.set(element.id, element);
        for (const field of element.columns) found.set(field.id, { field, table: element });
      }
    }
    for (const [id, entry] of found) this.anywhere.set(id, entry);
    return found;
  }

  /** @throws OtmmError 404 */
  model(id: string): ModelDefinition {
    const model = this.models.get(id);
    if (!model) throw notFound(`The metadata model "${id}"`);
    return model;
  }

  /** A field or column of a model. @throws OtmmError 400 */
  fieldOf(modelId: string, fieldId: string): FoundField {
    const found = this.fieldsOfModel.get(modelId)?.get(fieldId);
    if (!found) throw badRequest(`The field "${fieldId}" is not part of the metadata model "${modelId}".`);
    return found;
  }

  /** A field, column or system field of any model. */
  find(fieldId: string): { type: FieldType; field?: FieldDefinition } | undefined {
    const system = SYSTEM_FIELDS[fieldId];
    if (system) return { type: system };
    const found = this.anywhere.get(fieldId);
    return found && { type: found.field.type, field: found.field };
  }

  table(id: string): TableDefinition | undefined {
    return this.tables.get(id);
  }

  /** Display value of a domain's value id; undefined when the domain has no such value. */
  display(domainId: string, value: string): string | undefined {
    return this.displays.get(domainId)?.get(value);
  }
}
