import type { FixityAlgorithm } from "../messages/asset.js";
import { toXipAlgorithm } from "./algorithms.js";
import { checkFragment } from "./fragment.js";
import { partReference } from "./references.js";
import { xmlAttribute, xmlText } from "./xml-text.js";

/** Namespace of submission packages whatever the server's version; servers take older ones (fact sheet 2.3). */
export const XIP_NAMESPACE = "http://preservica.com/XIP/v6.0";

export type RepresentationType = "Preservation" | "Access";

/** One file of a package: content object, first generation and bitstream in one. */
export interface XipFile {
  /** Reference of the content object, see `contentObjectRef`. */
  object: string;
  /** Title of the content object, for people: the original name. */
  title: string;
  /** Safe name inside the package. */
  filename: string;
  /** Folder below `content/`, e.g. `p1`. */
  location: string;
  size: number;
  digests: Partial<Record<FixityAlgorithm, string>>;
}
export interface XipRepresentation {
  type: RepresentationType;
  name: string;
  files: XipFile[];
}
export interface XipIdentifier {
  type: string;
  value: string;
}
/** A link from the asset to another entity that exists already. */
export interface XipLink {
  type: string;
  to: string;
}
export interface XipFragment {
  schema: string;
  /** One well-formed element; a declaration in front is dropped. */
  xml: string;
}
/** Everything that a submission package says about one asset. */
export interface XipAsset {
  ref: string;
  title: string;
  description?: string;
  securityTag: string;
  customType?: string;
  /** Reference of the folder. */
  parent: string;
  representations: XipRepresentation[];
  identifiers: XipIdentifier[];
  links: XipLink[];
  fragments: XipFragment[];
  /** ISO instant that generations carry as effective date; the same on every attempt. */
  effective: string;
}

/** Reference of the content object of the n-th file of a type, the same on every attempt. @param index over all representations of the type */
export function contentObjectRef(asset: string, type: RepresentationType, index: number): string {
  return partReference(asset, `content/${type}/${index}`);
}

/**
 * The `metadata.xml` of a submission package. The same input gives the same bytes; elements stand in the order of the
 * XIP schema (fact sheet 2.3).
 *
 * @throws LifecycleError INVALID_INPUT for characters that XML cannot carry and for fragments that are not well-formed
 */
export function xipDocument(asset: XipAsset): string {
  const files = asset.representations.flatMap((representation) => representation.files);
  const parts = [
    informationObject(asset),
    ...asset.representations.map((representation) => representationElement(asset.ref, representation)),
    ...files.map((file) => contentObject(asset, file)),
    ...files.map((file) => generation(asset, file)),
    ...files.map((file) => bitstream(file)),
    ...asset.identifiers.map((identifier) => identifierElement(asset.ref, identifier)),
    ...asset.links.map((link) => linkElement(asset.ref, link)),
    ...asset.fragments.map((fragment, index) => metadata(asset, fragment, index)),
  ];
  return `<?xml version="1.0" encoding="UTF-8"?>\n<xip:XIP xmlns:xip="${XIP_NAMESPACE}">\n${parts.join("\n")}\n</xip:XIP>\n`;
}

function element(name: string, text: string, where = name): string {
  return `<xip:${name}>${xmlText(text, where)}</xip:${name}>`;
}

function informationObject(asset: XipAsset): string {
  const description = asset.description === undefined ? "" : element("Description", asset.description);
  const customType = asset.customType === undefined ? "<xip:CustomType/>" : element("CustomType", asset.customType);
  return (
    `<xip:InformationObject>${element("Ref", asset.ref)}${element("Title", asset.title)}${description}` +
    `${element("SecurityTag", asset.securityTag)}${customType}${element("Parent", asset.parent)}</xip:InformationObject>`
  );
}

function representationElement(asset: string, representation: XipRepresentation): string {
  const objects = representation.files.map((file) => element("ContentObject", file.object));
  return (
    `<xip:Representation>${element("InformationObject", asset)}${element("Name", representation.name)}` +
    `${element("Type", representation.type)}<xip:ContentObjects>${objects.join("")}</xip:ContentObjects></xip:Representation>`
  );
}

function contentObject(asset: XipAsset, file: XipFile): string {
  return (
    `<xip:ContentObject>${element("Ref", file.object)}${element("Title", file.title, "Content title")}` +
    `${element("Description", file.title, "Content title")}${element("SecurityTag", asset.securityTag)}<xip:CustomType/>` +
    `${element("Parent", asset.ref)}</xip:ContentObject>`
  );
}

function generation(asset: XipAsset, file: XipFile): string {
  return (
    `<xip:Generation original="true" active="true">${element("ContentObject", file.object)}` +
    `${element("Label", file.title, "Content title")}${element("EffectiveDate", asset.effective)}` +
    `<xip:Bitstreams>${element("Bitstream", `${file.location}/${file.filename}`)}</xip:Bitstreams>` +
    `<xip:Formats/><xip:Properties/></xip:Generation>`
  );
}

function bitstream(file: XipFile): string {
  const fixities = (["SHA-256", "SHA-512", "SHA-1", "MD5"] as const).flatMap((algorithm) => {
    const value = file.digests[algorithm];
    if (value === undefined) return [];
    return `<xip:Fixity>${element("FixityAlgorithmRef", toXipAlgorithm(algorithm))}${element("FixityValue", value)}</xip:Fixity>`;
  });
  return (
    `<xip:Bitstream>${element("Filename", file.filename)}${element("FileSize", String(file.size))}` +
    `${element("PhysicalLocation", file.location)}<xip:Fixities>${fixities.join("")}</xip:Fixities></xip:Bitstream>`
  );
}

function identifierElement(asset: string, identifier: XipIdentifier): string {
  const where = `Identifier ${identifier.type}`;
  return (
    `<xip:Identifier>${element("Type", identifier.type)}${element("Value", identifier.value, where)}` +
    `${element("Entity", asset)}</xip:Identifier>`
  );
}

function linkElement(asset: string, link: XipLink): string {
  return `<xip:Link>${element("Type", link.type)}${element("FromEntity", asset)}${element("ToEntity", link.to)}</xip:Link>`;
}

function metadata(asset: XipAsset, fragment: XipFragment, index: number): string {
  const nth = asset.fragments.slice(0, index).filter((other) => other.schema === fragment.schema).length;
  return (
    `<xip:Metadata schemaUri="${xmlAttribute(fragment.schema, "Schema")}">` +
    `${element("Ref", partReference(asset.ref, `metadata/${fragment.schema}/${nth}`))}${element("Entity", asset.ref)}` +
    `<xip:Content>${checkFragment(fragment.xml, fragment.schema).xml}</xip:Content></xip:Metadata>`
  );
}
