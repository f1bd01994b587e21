import { attribute, child, childText, elements, textOf, type XmlElement } from "../xml/parse.js";
import { serialise } from "../xml/write.js";
import type { StatedFixity } from "./fixity.js";

/** What an XIP document says, before anything of it is checked against the archive. */
export interface XipDocument {
  folders: XipEntity[];
  assets: XipEntity[];
  contents: XipEntity[];
  representations: { asset: string; name?: string; type: string; contents: string[] }[];
  generations: {
    content: string;
    original: boolean;
    active: boolean;
    label?: string;
    effectiveDate?: string;
    files: string[];
  }[];
  bitstreams: { path: string; filename: string; size: string; fixities: StatedFixity[] }[];
  identifiers: { type: string; value: string; entity: string }[];
  links: { type: string; from: string; to: string }[];
  restrictions: { type: string; entity: string }[];
  metadata: { schema: string; entity: string; xml: string }[];
  events: { entity: string; type: string; command: string; date?: string; user?: string; serialised?: string }[];
}
export interface XipEntity {
  ref: string;
  title: string;
  description?: string;
  tag: string;
  customType?: string;
  parent?: string;
}

const XIP_NAMESPACE = /^http:\/\/preservica\.com\/XIP\/v\d+\.\d+$/u;
const ENTITY = ["Ref", "Title", "Description", "SecurityTag", "CustomType", "Parent"];
/** Known children of every kind of element directly below the root. @see XIP schema 6.2 and 7.7 */
const KNOWN: Readonly<Record<string, readonly string[]>> = {
  StructuralObject: ENTITY,
  InformationObject: ENTITY,
  ContentObject: ENTITY,
  Representation: [
    "InformationObject",
    "Name",
    "Type",
    "ContentObjects",
    "RepresentationFormats",
    "RepresentationProperties",
  ],
  Generation: ["ContentObject", "Label", "FormatGroup", "EffectiveDate", "Bitstreams", "Formats", "Properties"],
  Bitstream: [
    "Filename",
    "FileSize",
    "PhysicalLocation",
    "OriginalFilename",
    "Fixities",
    "Container",
    "ExtractionTool",
    "ExtractionToolParams",
    "PhysicalFilename",
  ],
  Identifier: ["ApiId", "Type", "Value", "Entity"],
  Link: ["Type", "FromEntity", "ToEntity"],
  Restriction: ["Type", "Entity"],
  Metadata: ["Ref", "Entity", "Content"],
  EventAction: ["Event", "Date", "Entity", "SerialisedCommand"],
};

/**
 * Reads an XIP document of any version; order and repetition of the groups are free.
 * @param problem takes every fault of form that is found
 */
export function readXip(root: XmlElement, problem: (text: string) => void): XipDocument {
  const document: XipDocument = {
    folders: [],
    assets: [],
    contents: [],
    representations: [],
    generations: [],
    bitstreams: [],
    identifiers: [],
    links: [],
    restrictions: [],
    metadata: [],
    events: [],
  };
  if (root.local !== "XIP" || !XIP_NAMESPACE.test(root.ns)) {
    problem(`root element ${root.local} in namespace "${root.ns}": XIP is expected`);
    return document;
  }
  for (const element of elements(root)) {
    const known = KNOWN[element.local];
    if (!known || !XIP_NAMESPACE.test(element.ns)) problem(`element ${element.local} is not known`);
    else {
      for (const inner of elements(element))
        if (!known.includes(inner.local)) problem(`element ${inner.local} is not known in ${element.local}`);
      READERS[element.local]?.(element, document, problem);
    }
  }
  return document;
}

type ElementReader = (element: XmlElement, document: XipDocument, problem: (text: string) => void) => void;

const READERS: Readonly<Record<string, ElementReader>> = {
  StructuralObject: (element, document, problem) => document.folders.push(entity(element, problem)),
  InformationObject: (element, document, problem) => document.assets.push(entity(element, problem)),
  ContentObject: (element, document, problem) => document.contents.push(entity(element, problem)),
  Representation: (element, document, problem) =>
    document.representations.push({
      asset: ref(element, "InformationObject", problem),
      type: need(element, "Type", problem),
      contents: listOf(element, "ContentObjects", "ContentObject").map((text) => text.toLowerCase()),
      ...optional("name", childText(element, "Name")),
    }),
  Generation: (element, document, problem) =>
    document.generations.push({
      content: ref(element, "ContentObject", problem),
      original: attribute(element, "original") !== "false",
      active: attribute(element, "active") !== "false",
      files: listOf(element, "Bitstreams", "Bitstream"),
      ...optional("label", childText(element, "Label")),
      ...optional("effectiveDate", childText(element, "EffectiveDate")),
    }),
  Bitstream: (element, document, problem) => {
    const filename = need(element, "Filename", problem);
    const location = childText(element, "PhysicalLocation") ?? "";
    document.bitstreams.push({
      path: location === "" ? filename : `${location}/${filename}`,
      filename,
      size: need(element, "FileSize", problem),
      fixities: fixities(element, problem),
    });
  },
  Identifier: (element, document, problem) =>
    document.identifiers.push({
      type: need(element, "Type", problem),
      value: need(element, "Value", problem),
      entity: ref(element, "Entity", problem),
    }),
  Link: (element, document, problem) =>
    document.links.push({
      type: need(element, "Type", problem),
      from: ref(element, "FromEntity", problem),
      to: ref(element, "ToEntity", problem),
    }),
  Restriction: (element, document, problem) =>
    document.restrictions.push({ type: need(element, "Type", problem), entity: ref(element, "Entity", problem) }),
  Metadata: (element, document, problem) => {
    const schema = attribute(element, "schemaUri") ?? "";
    const content = child(element, "Content");
    const documents = content ? elements(content) : [];
    const [first] = documents;
    if (schema === "") problem("Metadata without schemaUri");
    if (!first || documents.length !== 1) problem(`Metadata ${schema}: Content must hold exactly one element`);
    else if (XIP_NAMESPACE.test(first.ns))
      problem(`Metadata ${schema}: the element in Content needs a namespace of its own`);
    else document.metadata.push({ schema, entity: ref(element, "Entity", problem), xml: serialise(first) });
  },
  EventAction: (element, document, problem) => {
    const event = child(element, "Event");
    document.events.push({
      entity: ref(element, "Entity", problem),
      type: (event && attribute(event, "type")) ?? "Unknown",
      command: attribute(element, "commandType") ?? "",
      ...optional("date", childText(element, "Date")),
      ...optional("user", event && childText(event, "User")),
      ...optional("serialised", childText(element, "SerialisedCommand")),
    });
  },
};

function entity(element: XmlElement, problem: (text: string) => void): XipEntity {
  return {
    ref: ref(element, "Ref", problem),
    // A PAX document may leave titles empty: its sidecar wins.
    title: childText(element, "Title") ?? "",
    tag: need(element, "SecurityTag", problem),
    ...optional("description", childText(element, "Description")),
    ...optional("customType", childText(element, "CustomType")),
    ...optional("parent", childText(element, "Parent")?.toLowerCase()),
  };
}

function optional<K extends string>(key: K, value: string | undefined): { [P in K]?: string } {
  return value === undefined || value === "" ? {} : ({ [key]: value } as { [P in K]?: string });
}

function need(element: XmlElement, local: string, problem: (text: string) => void): string {
  const value = childText(element, local) ?? "";
  if (value === "") problem(`${local} is missing in ${element.local}`);
  return value;
}

function ref(element: XmlElement, local: string, problem: (text: string) => void): string {
  return need(element, local, problem).toLowerCase();
}

function listOf(element: XmlElement, list: string, item: string): string[] {
  const found = child(element, list);
  return found ? elements(found, item).map(textOf) : [];
}

function fixities(element: XmlElement, problem: (text: string) => void): StatedFixity[] {
  const list = child(element, "Fixities");
  return (list ? elements(list, "Fixity") : []).map((fixity) => ({
    algorithm: need(fixity, "FixityAlgorithmRef", problem),
    value: need(fixity, "FixityValue", problem).toLowerCase(),
  }));
}
