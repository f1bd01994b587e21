import { children, parseXml, textOf, type XmlNode } from "../http/index.js";
import type { ContentRef, FieldValue, LifecycleAsset } from "../messages/asset.js";
import type { PreservicaClient } from "./client.js";
import type { IdentifierTypes } from "./status/find.js";
import type { Entity, Identifier } from "./types.js";

/** What travels with an asset of the archive. */
export interface AssetSelection {
  /** Connection key of the OTMM that assets came from; empty: every asset has a key of the archive. */
  origin: string;
  identifiers: IdentifierTypes;
  /** Schemas of the metadata fragments whose elements become fields. */
  fragments: readonly string[];
  /** Content references: none, those of access representations, or all. */
  content: "none" | "access" | "all";
}

/** Element of the lifecycle fragment in which the source's id of the version stands. */
const SOURCE_ASSET = "urn:clc:schema:lifecycle:1#source/assetId";

/**
 * An archived asset as it travels. Its key is the one that it had in its source when both identifiers tell it
 * (`otmm:<origin>:<original id>`, with that version), so that the flow, the store and the timeline know it again; else
 * `preservica:<connection>:<reference>`, version 1.
 *
 * @returns undefined when the asset is gone: unknown, or only a tombstone
 */
export async function lifecycleAssetOf(
  client: PreservicaClient,
  ref: string,
  selection: AssetSelection,
): Promise<LifecycleAsset | undefined> {
  const entity = await client.findAsset(ref);
  if (entity === undefined || entity.deleted) return undefined;
  const [identifiers, fragments, content] = await Promise.all([
    client.entities.identifiers("IO", ref),
    fragmentFields(client, entity, selection.fragments),
    contentOf(client, ref, selection.content),
  ]);
  const origin = originOf(identifiers, selection);
  const sourceId = fragments[SOURCE_ASSET];
  return {
    key:
      origin === undefined ? `preservica:${client.connection}:${ref}` : `otmm:${selection.origin}:${origin.original}`,
    version: origin?.version ?? "1",
    name: entity.title,
    ids: {
      preservica: {
        connection: client.connection,
        ref,
        ...(entity.parent === undefined ? {} : { parent: entity.parent }),
      },
      ...(origin === undefined || sourceId?.type !== "text"
        ? {}
        : {
            otmm: {
              connection: selection.origin,
              assetId: sourceId.value,
              originalAssetId: origin.original,
              version: origin.version,
            },
          }),
    },
    fields: { ...ownFields(entity, identifiers), ...fragments },
    content,
    source: { "archive.id": ref, "archive.title": entity.title, "archive.tag": entity.securityTag },
  };
}

function originOf(
  identifiers: readonly Identifier[],
  { origin, identifiers: types }: AssetSelection,
): { original: string; version: string } | undefined {
  if (origin === "") return undefined;
  const named = identifiers.filter(({ type }) => type === types.asset);
  const parts = named.length === 1 ? /^(.+)#v([^#]+)$/.exec(named[0]?.value ?? "") : null;
  const original = parts?.[1];
  const version = parts?.[2];
  const agreed = identifiers.some(({ type, value }) => type === types.original && value === original);
  return original !== undefined && version !== undefined && agreed ? { original, version } : undefined;
}

function ownFields(entity: Entity, identifiers: readonly Identifier[]): Record<string, FieldValue> {
  const fields: Record<string, FieldValue> = {
    title: { type: "text", label: "Title", value: entity.title },
    securityTag: { type: "text", label: "Security tag", value: entity.securityTag },
  };
  if (entity.description !== undefined)
    fields["description"] = { type: "text", label: "Description", value: entity.description };
  if (entity.customType !== undefined) fields["customType"] = { type: "text", label: "Type", value: entity.customType };
  for (const { type, value } of identifiers) add(fields, `identifier.${type}`, type, value);
  return fields;
}

/** Every element with text of the chosen fragments: `<schema>#<path of local names>`. */
async function fragmentFields(
  client: PreservicaClient,
  entity: Entity,
  schemas: readonly string[],
): Promise<Record<string, FieldValue>> {
  const fields: Record<string, FieldValue> = {};
  for (const pointer of entity.fragments.filter(({ schema }) => schemas.includes(schema))) {
    const { schema, xml } = await client.entities.fragment("IO", entity.ref, pointer.ref);
    const root = await parseXml(xml, { system: "preservica", what: `fragment ${schema}` });
    leaves(root, "", (path, value) => add(fields, `${schema}#${path}`, path, value));
  }
  return fields;
}

function leaves(node: XmlNode, path: string, found: (path: string, value: string) => void): void {
  for (const inner of children(node)) {
    const at = path === "" ? inner.local : `${path}/${inner.local}`;
    if (children(inner).length > 0) leaves(inner, at, found);
    else if ((textOf(inner) ?? "").trim() !== "") found(at, (textOf(inner) ?? "").trim());
  }
}

/** A second value of the same name makes a list. */
function add(fields: Record<string, FieldValue>, id: string, label: string, value: string): void {
  const before = fields[id];
  if (before === undefined) fields[id] = { type: "text", label, value };
  else if (before.type === "list") before.values.push({ value });
  else if (before.type === "text") fields[id] = { type: "list", label, values: [{ value: before.value }, { value }] };
}

async function contentOf(
  client: PreservicaClient,
  ref: string,
  wanted: AssetSelection["content"],
): Promise<ContentRef[]> {
  if (wanted === "none") return [];
  const all = await client.contentOf(ref);
  return wanted === "all" ? all : all.filter(({ role }) => role === "access");
}
