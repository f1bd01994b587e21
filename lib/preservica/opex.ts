import type { FixityAlgorithm } from "../messages/asset.js";
import { checkFragment } from "./fragment.js";
import { xmlAttribute, xmlText } from "./xml-text.js";

/** The version of the schema that knows fixities of files inside an asset folder (fact sheet 2.4). */
export const OPEX_NAMESPACE = "http://www.openpreservationexchange.org/opex/v1.2";

/** What a folder's sidecar lists: the next level down, its own sidecar left out; for an asset folder, paths inside it. */
export interface OpexManifest {
  files: { name: string; type: "content" | "metadata"; size?: number }[];
  folders: string[];
}
export interface OpexFixity {
  algorithm: FixityAlgorithm;
  value: string;
  /** Path inside an asset folder. */
  path?: string;
}
/** One sidecar; what is left out is not said. */
export interface OpexSidecar {
  /** By it known folders and assets are matched; also their identifier of type `SourceID`. */
  sourceId?: string;
  manifest?: OpexManifest;
  fixities?: OpexFixity[];
  title?: string;
  description?: string;
  /** To be given for whatever becomes an entity: without it the server makes that `open`. */
  securityTag?: string;
  identifiers?: { type: string; value: string }[];
  /** XML documents, each one element with its own namespace, which is its schema. */
  fragments?: string[];
}

/**
 * An OPEX sidecar. The same input gives the same bytes; elements stand in the order of the schema (fact sheet 2.4).
 *
 * @throws LifecycleError INVALID_INPUT for characters that XML cannot carry and for fragments that are not well-formed
 */
export function opexDocument(sidecar: OpexSidecar): string {
  const { fragments = [] } = sidecar;
  const metadata =
    fragments.length === 0
      ? []
      : [`<opex:DescriptiveMetadata>${fragments.map(fragment).join("")}</opex:DescriptiveMetadata>`];
  const parts = [transfer(sidecar), properties(sidecar), ...metadata].filter((part) => part !== "");
  return `<?xml version="1.0" encoding="UTF-8"?>\n<opex:OPEXMetadata xmlns:opex="${OPEX_NAMESPACE}">\n${parts.join("\n")}\n</opex:OPEXMetadata>\n`;
}

function fragment(xml: string): string {
  return checkFragment(xml, "DescriptiveMetadata").xml;
}

function element(name: string, text: string | undefined): string {
  return text === undefined ? "" : `<opex:${name}>${xmlText(text, name)}</opex:${name}>`;
}

function transfer({ sourceId, manifest, fixities = [] }: OpexSidecar): string {
  const inner = [
    element("SourceID", sourceId),
    manifest === undefined ? "" : manifestElement(manifest),
    fixities.length === 0 ? "" : `<opex:Fixities>${fixities.map(fixityElement).join("")}</opex:Fixities>`,
  ].join("");
  return inner === "" ? "" : `<opex:Transfer>${inner}</opex:Transfer>`;
}

function manifestElement({ files, folders }: OpexManifest): string {
  const listed = files.map(({ name, type, size }) => {
    const stated = size === undefined ? "" : ` size="${size}"`;
    return `<opex:File type="${type}"${stated}>${xmlText(name, "File")}</opex:File>`;
  });
  return (
    `<opex:Manifest><opex:Files>${listed.join("")}</opex:Files>` +
    `<opex:Folders>${folders.map((name) => element("Folder", name)).join("")}</opex:Folders></opex:Manifest>`
  );
}

function fixityElement({ algorithm, value, path }: OpexFixity): string {
  const inside = path === undefined ? "" : ` path="${xmlAttribute(path, "Fixity")}"`;
  return `<opex:Fixity type="${algorithm}" value="${xmlAttribute(value, "Fixity")}"${inside}/>`;
}

function properties({ title, description, securityTag, identifiers = [] }: OpexSidecar): string {
  const named = identifiers.map(
    ({ type, value }) =>
      `<opex:Identifier type="${xmlAttribute(type, "Identifier type")}">${xmlText(value, `Identifier ${type}`)}</opex:Identifier>`,
  );
  const inner = [
    element("Title", title),
    element("Description", description),
    element("SecurityDescriptor", securityTag),
    named.length === 0 ? "" : `<opex:Identifiers>${named.join("")}</opex:Identifiers>`,
  ].join("");
  return inner === "" ? "" : `<opex:Properties>${inner}</opex:Properties>`;
}
