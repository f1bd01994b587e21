import { flag, records, text, within } from "../http/shape.js";
import { LifecycleError } from "../messages/error.js";
import { loadAsset, searchPage } from "./assets.js";
import type { OtmmGateway } from "./gateway.js";
import { plainKind, type MetadataElement } from "./metadata.js";
import { ELEMENT_TYPES } from "./assumptions.js";
import type { CallOptions, DomainValue, OtmmField } from "./types.js";

/** Controlled lists of the deployment. @see GET /lookupdomains, fact sheet 7.4 */
export async function lookupDomains(gateway: OtmmGateway, options: CallOptions): Promise<string[]> {
  const answer = await gateway.read({ method: "GET", path: "/lookupdomains", signal: options.signal });
  return records(within(answer, "lookup_domains_resource")["lookup_domains"]).flatMap(
    (domain) => text(domain["domainId"]) ?? [],
  );
}

/** Values of one controlled list. */
export async function lookupDomain(gateway: OtmmGateway, id: string, options: CallOptions): Promise<DomainValue[]> {
  const answer = await gateway.readOne("lookup domain", "/lookupdomains", id, undefined, options.signal);
  return records(within(answer, "lookup_domain_resource", "lookup_domain")["domainValues"]).flatMap((entry) => {
    const value = text(within(entry, "field_value")["value"]);
    const display = text(entry["display_value"]) ?? text(entry["description"]);
    return value === undefined
      ? []
      : [{ value, display: display ?? value, expired: flag(entry["expired_value"]) === true }];
  });
}

/**
 * Fields for pickers: from the metadata models, where the server offers them; else from one sample asset.
 *
 * @param options.modelId only this model
 * @param options.sampleAssetId asset to fall back to; default any one asset
 */
export async function metadataFields(
  gateway: OtmmGateway,
  options: CallOptions & { modelId?: string | undefined; sampleAssetId?: string | undefined },
): Promise<{ fields: OtmmField[]; from: "models" | "sample" }> {
  if (options.sampleAssetId === undefined) {
    const fields = await fieldsOfModels(gateway, options);
    if (fields !== undefined) return { fields, from: "models" };
  }
  const sample =
    options.sampleAssetId ??
    (await searchPage(gateway, { detail: "system", limit: 1 }, { signal: options.signal })).items[0]?.assetId;
  if (sample === undefined) return { fields: [], from: "sample" };
  const asset = await loadAsset(gateway, sample, { signal: options.signal });
  return { fields: fieldsOfSample(asset.metadata ?? [], gateway), from: "sample" };
}

/** Undefined when the server has no such calls (assumed ones). */
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
      for (const field of fieldsOfModel(within(answer, "metadata_model_resource", "metadata_model")))
        fields.set(field.id, field);
    }
    return fields.size === 0 ? undefined : [...fields.values()];
  } catch (thrown) {
    const missing =
      thrown instanceof LifecycleError && ["NOT_FOUND", "UPSTREAM", "INVALID_INPUT", "DENIED"].includes(thrown.code);
    if (missing) return undefined;
    throw thrown;
  }
}

async function modelIds(gateway: OtmmGateway, options: CallOptions): Promise<string[]> {
  const answer = await gateway.read({ method: "GET", path: gateway.assumptions.modelsPath, signal: options.signal });
  return records(within(answer, "metadata_models_resource")["metadata_model_list"]).flatMap(
    (model) => text(model["id"]) ?? [],
  );
}

const TYPES: Readonly<Record<string, OtmmField["type"]>> = { CHAR: "text", NUMBER: "number", DATE: "date" };

function fieldsOfModel(node: Readonly<Record<string, unknown>>, category?: string): OtmmField[] {
  return records(node["metadata_element_list"]).flatMap((element): OtmmField[] => {
    const id = text(element["id"]);
    const label = text(element["name"]) ?? id ?? "";
    if (id === undefined) return [];
    const inner = records(element["metadata_element_list"]);
    const isTable = text(element["type"]) === ELEMENT_TYPES.table;
    if (inner.length > 0 && !isTable) return fieldsOfModel(element, label);
    const placed = { id, label, ...(category === undefined ? {} : { category }) };
    if (isTable) {
      const columns = inner.flatMap((column) => {
        const columnId = text(column["id"]);
        return columnId === undefined ? [] : [{ id: columnId, label: text(column["name"]) ?? columnId }];
      });
      return [{ ...placed, type: "table", columns }];
    }
    const domainId = text(element["domain_id"]);
    const required = flag(element["required"]);
    const cascading = /cascade/i.test(text(element["edit_type"]) ?? "");
    const controlled: OtmmField["type"] | undefined = cascading
      ? "cascading"
      : domainId === undefined || domainId === ""
        ? undefined
        : "domain";
    const type =
      flag(element["multiple_values"]) === true
        ? "list"
        : (controlled ?? TYPES[text(element["data_type"]) ?? ""] ?? "unknown");
    return [
      {
        ...placed,
        type,
        ...(domainId === undefined || domainId === "" ? {} : { domainId }),
        ...(required === undefined ? {} : { required }),
      },
    ];
  });
}

function fieldsOfSample(elements: readonly MetadataElement[], gateway: OtmmGateway): OtmmField[] {
  const fields = new Map<string, OtmmField>();
  for (const element of elements) {
    const placed = element.category === undefined ? {} : { category: element.category };
    if (element.table !== undefined) {
      const table = fields.get(element.table.id) ?? {
        id: element.table.id,
        label: element.table.label,
        type: "table" as const,
        columns: [],
        ...placed,
      };
      fields.set(element.table.id, {
        ...table,
        columns: [...(table.columns ?? []), { id: element.id, label: element.label }],
      });
      continue;
    }
    const one = element.values[0];
    const type = element.multiple
      ? "list"
      : one === undefined
        ? "unknown"
        : one.kind === "plain"
          ? plainKind(one, gateway.assumptions)
          : one.kind;
    fields.set(element.id, { id: element.id, label: element.label, type, ...placed });
  }
  return [...fields.values()];
}
