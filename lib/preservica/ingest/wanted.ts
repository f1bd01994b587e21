import { attribute, children, parseXml } from "../../http/index.js";
import type { AssetKey, LifecycleAsset } from "../../messages/asset.js";
import { isUuid } from "../uuid.js";
import { xmlAttribute } from "../xml-text.js";
import type { IngestSettings, WantedLink } from "./job.js";

/**
 * Fragment in which an asset states the links that it should have. Together with the identifier below it makes links
 * come out right whatever the order of ingests: who comes later finds who waits for it.
 */
export const LINKS_SCHEMA = "urn:clc:schema:links:1";
/** Identifier type whose value is the id of a thing that this asset links to; found exactly and at once, unlike the search index. */
export const LINK_TARGET = "Link-Target";

/**
 * Links from the mapping (`Link/<relation>`: a reference in the archive, a key or an id of the other asset, or
 * `folder:<identifier type>:<identifier>` for the folder that carries that identifier) and from
 * the asset's own links of the types that the settings name. Only links that start here.
 */
export function wantedLinks(
  asset: LifecycleAsset,
  values: ReadonlyMap<string, string[]>,
  settings: IngestSettings,
): WantedLink[] {
  const mapped = [...values]
    .filter(([field]) => field.startsWith("Link/"))
    .flatMap(([field, targets]) =>
      targets
        .filter((target) => target.trim() !== "")
        .map((target) => wanted(field.slice("Link/".length), target.trim(), settings)),
    );
  const own = (asset.links ?? []).flatMap((link) => {
    const relation = settings.links[link.type];
    if (relation === undefined || link.direction !== "to") return [];
    const id = stableId(link.key);
    return [
      wanted(relation, link.version === undefined ? id : `${id}${settings.versionSeparator}${link.version}`, settings),
    ];
  });
  const seen = new Set<string>();
  return [...mapped, ...own].filter((link) => {
    const key = JSON.stringify(link);
    return !seen.has(key) && seen.add(key);
  });
}

/** `<system>:<connection>:<id>` -> `<id>`; anything else stays as it is. */
function stableId(key: AssetKey): string {
  return /^(?:otmm|preservica|s3|ecm):[^:]*:(.+)$/s.exec(key)?.[1] ?? key;
}

function wanted(relation: string, target: string, settings: IngestSettings): WantedLink {
  if (isUuid(target)) return { relation, ref: target.toLowerCase() };
  const [, folderType, folderId] = /^folder:([^:]+):(.+)$/s.exec(target) ?? [];
  if (folderType !== undefined && folderId !== undefined)
    return { relation, idType: folderType, id: folderId, folder: true };
  const id = stableId(target);
  if (isUuid(id)) return { relation, ref: id.toLowerCase() };
  const idType = id.includes(settings.versionSeparator) ? settings.identifiers.asset : settings.identifiers.original;
  return { relation, idType, id };
}

export function wantedIdentifiers(links: readonly WantedLink[]): { type: string; value: string }[] {
  return links.flatMap((link) => (link.id === undefined ? [] : [{ type: LINK_TARGET, value: link.id }]));
}

export function linksFragment(links: readonly WantedLink[]): string {
  const lines = links.map((link) => {
    const target =
      link.ref === undefined
        ? ` identifierType="${xmlAttribute(link.idType ?? "", "Link")}" identifier="${xmlAttribute(link.id ?? "", "Link")}"${link.folder === true ? ` entity="folder"` : ""}`
        : ` ref="${xmlAttribute(link.ref, "Link")}"`;
    return `<link relation="${xmlAttribute(link.relation, "Link")}"${target}/>`;
  });
  return `<links xmlns="${LINKS_SCHEMA}">${lines.join("")}</links>`;
}

/** Reads such a fragment back; entries that are not understood are left out. */
export async function readLinksFragment(xml: string): Promise<WantedLink[]> {
  const root = await parseXml(xml, { system: "preservica", what: "the links of an asset" });
  return children(root, "link").flatMap((node): WantedLink[] => {
    const relation = attribute(node, "relation");
    const ref = attribute(node, "ref");
    const idType = attribute(node, "identifierType");
    const id = attribute(node, "identifier");
    if (relation === undefined) return [];
    if (ref !== undefined) return [{ relation, ref }];
    if (idType === undefined || id === undefined) return [];
    return [{ relation, idType, id, ...(attribute(node, "entity") === "folder" ? { folder: true as const } : {}) }];
  });
}
