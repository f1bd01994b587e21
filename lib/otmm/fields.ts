import { flag, records, text, within, type UnknownRecord } from "../http/shape.js";
import { LifecycleError } from "../messages/error.js";
import { loadAsset, searchPage } from "./assets.js";
import { ELEMENT_TYPES, type OtmmAssumptions } from "./assumptions.js";
import type { OtmmGateway } from "./gateway.js";
import { plainKind, type MetadataElement } from "./metadata.js";
import type { CallOptions, OtmmField } from "./types.js";

type FieldType = OtmmField["type"];

/**
 * Fields for pickers: from the metadata models, where the server offers them; else from one sample asset.
 *
 * @param options.modelId only this model
 * @param options.sampleAssetId read this asset instead of the models
 */
export async function metadataFields(
  gateway: OtmmGateway,
  options: CallOptions & { modelId?: string | undefined; sampleAssetId?: string | undefined },
): Promise<{ fields: OtmmField[]; from: "models" | "sample" }> {
  if (options.sampleAssetId === undefined) {
    const fields = await fieldsOfModels(gateway, options);
    if (fields !== undefined) return { fields, from: "models" };
  }
  const anyOne = async (): Promise<string | undefined> =>
    (await searchPage(gateway, { detail: "system", limit: 1 }, { signal: options.signal })).items[0]?.assetId;
  const sample = options.sampleAssetId ?? (await anyOne());
  if (sample === undefined) return { fields: [], from: "sample" };
  const asset = await loadAsset(gateway, sample, { signal: options.signal });
  return { fields: fieldsOfSample(asset.metadata ?? [], gateway.assumptions), from: "sample" };
}

/** What the fields and columns of a model hold, one by one; empty when the server does not tell. Asked once a gateway. */
export class ModelTypes {
  readonly #gateway: OtmmGateway;
  readonly #known = new Map<string, ReadonlyMap<string, FieldType>>();

  constructor(gateway: OtmmGateway) {
    this.#gateway = gateway;
  }

  async of(modelId: string, signal: AbortSignal | undefined): Promise<ReadonlyMap<string, FieldType>> {
    const known = this.#known.get(modelId);
    if (known !== undefined) return known;
    const fields = (await fieldsOfModels(this.#gateway, { modelId, signal })) ?? [];
    const types = new Map<string, FieldType>();
    for (const field of fields) {
      types.set(field.id, field.items ?? field.type);
      for (const column of field.columns ?? []) types.set(column.id, column.type);
    }
    this.#known.set(modelId, types);
    return types;
  }
}

/** Undefined when the server has no such calls: they are assumed. */
async function fieldsOfModels(
  gateway: OtmmGateway,
  options: CallOptions & { modelId?: string | undefined },
): Promise<OtmmField[] | undefined> {
  try {
    const { modelsPath } = gateway.assumptions;
    const ids = options.modelId === undefined ? await modelIds(gateway, options) : [options.modelId];
    const fields = new Map<string, OtmmField>();
    for (const id of ids) {
      const answer = await gateway.readOne("metadata model", modelsPath, id, undefined, options.signal);
      const model = within(answer, "metadata_model_resource", "metadata_model");
      for (const field of fieldsOfModel(model)) fields.set(field.id, field);
    }
    return fields.size === 0 ? undefined : [...fields.values()];
  } catch (thrown) {
    const noSuchCall = ["NOT_FOUND", "UPSTREAM", "INVALID_INPUT", "DENIED"];
    if (thrown instanceof LifecycleError && noSuchCall.includes(thrown.code)) return undefined;
    throw thrown;
  }
}

async function modelIds(gateway: OtmmGateway, options: CallOptions): Promise<string[]> {
  const answer = await gateway.read({ method: "GET", path: gateway.assumptions.modelsPath, signal: options.signal });
  return records(within(answer, "metadata_models_resource")["metadata_model_list"]).flatMap(
    (model) => text(model["id"]) ?? [],
  );
}

const TYPES: Readonly<Record<string, FieldType>> = { CHAR: "text", NUMBER: "number", DATE: "date" };

/** Type of one value of a field or column of a model. */
function singleType(element: UnknownRecord): FieldType {
  if (/cascade/i.test(text(element["edit_type"]) ?? "")) return "cascading";
  if ((text(element["domain_id"]) ?? "") !== "") return "domain";
  return TYPES[text(element["data_type"]) ?? ""] ?? "unknown";
}

function fieldsOfModel(node: UnknownRecord, category?: string): OtmmField[] {
  return records(node["metadata_element_list"]).flatMap((element): OtmmField[] => {
    const id = text(element["id"]);
    if (id === undefined) return [];
    const label = text(element["name"]) ?? id;
    const inner = records(element["metadata_element_list"]);
    const isTable = text(element["type"]) === ELEMENT_TYPES.table;
    if (inner.length > 0 && !isTable) return fieldsOfModel(element, label);
    const placed = { id, label, ...(category === undefined ? {} : { category }) };
    if (isTable) return [{ ...placed, type: "table", columns: inner.flatMap(columnOf) }];
    const domainId = text(element["domain_id"]) ?? "";
    const required = flag(element["required"]);
    const type = singleType(element);
    return [
      {
        ...placed,
        ...(flag(element["multiple_values"]) === true ? { type: "list" as const, items: type } : { type }),
        ...(domainId === "" ? {} : { domainId }),
        ...(required === undefined ? {} : { required }),
      },
    ];
  });
}

function columnOf(column: UnknownRecord): { id: string; label: string; type: FieldType }[] {
  const id = text(column["id"]);
  return id === undefined ? [] : [{ id, label: text(column["name"]) ?? id, type: singleType(column) }];
}

function fieldsOfSample(elements: readonly MetadataElement[], assumptions: OtmmAssumptions): OtmmField[] {
  const fields = new Map<string, OtmmField>();
  for (const element of elements) {
    const { id, label, category, table } = element;
    const placed = category === undefined ? {} : { category };
    const first = element.values.find((one) => one.value !== undefined);
    const type: FieldType =
      first === undefined ? "unknown" : first.kind === "plain" ? plainKind(first, assumptions) : first.kind;
    if (table === undefined) {
      fields.set(id, { id, label, ...(element.multiple ? { type: "list", items: type } : { type }), ...placed });
      continue;
    }
    const columns = [...(fields.get(table.id)?.columns ?? []), { id, label, type }];
    fields.set(table.id, { id: table.id, label: table.label, type: "table", columns, ...placed });
  }
  return [...fields.values()];
}
