import { attribute, child, childText, elements, textOf, type XmlElement } from "../xml/parse.js";
import { serialise } from "../xml/write.js";
import { algorithmName, type StatedFixity } from "./fixity.js";

/** What a sidecar says; every part is optional. */
export interface OpexDocument {
  sourceId?: string;
  manifest?: { files: { name: string; type: string; size?: string }[]; folders: string[] };
  /** `path` is set for files inside an asset folder (OPEX 1.2). */
  fixities: (StatedFixity & { path?: string })[];
  originalFilename?: string;
  title?: string;
  description?: string;
  tag?: string;
  identifiers: { type: string; value: string }[];
  events: { date?: string; user?: string; type: string; detail: string }[];
  relationships: { type: string; object: string }[];
  metadata: { schema: string; xml: string }[];
}

const OPEX_NAMESPACE = /^http:\/\/www\.openpreservationexchange\.org\/opex\/v1\.[0-2]$/u;

/**
 * Reads an OPEX sidecar, version 1.0 to 1.2; the order of parts is free, as servers take it.
 * @param problem takes every fault of form
 */
export function readOpex(root: XmlElement, problem: (text: string) => void): OpexDocument {
  const document: OpexDocument = { fixities: [], identifiers: [], events: [], relationships: [], metadata: [] };
  if (root.local !== "OPEXMetadata" || !OPEX_NAMESPACE.test(root.ns)) {
    problem(`root element ${root.local} in namespace "${root.ns}": OPEXMetadata is expected`);
    return document;
  }
  for (const part of elements(root)) {
    const reader = PARTS[part.local];
    if (reader) reader(part, document, problem);
    else problem(`element ${part.local} is not known`);
  }
  return document;
}

type PartReader = (part: XmlElement, document: OpexDocument, problem: (text: string) => void) => void;

const PARTS: Readonly<Record<string, PartReader>> = {
  Transfer: readTransfer,
  Properties: (part, document) => {
    set(document, "title", childText(part, "Title"));
    set(document, "description", childText(part, "Description"));
    set(document, "tag", childText(part, "SecurityDescriptor"));
    const list = child(part, "Identifiers");
    for (const identifier of list ? elements(list, "Identifier") : [])
      document.identifiers.push({ type: attribute(identifier, "type") ?? "", value: textOf(identifier) });
  },
  History: (part, document) => {
    const list = child(part, "Events");
    for (const event of list ? elements(list, "Event") : []) {
      const date = attribute(event, "date");
      const user = attribute(event, "user");
      const detail = [childText(event, "Action"), childText(event, "Detail")]
        .filter((text) => text !== undefined && text !== "")
        .join(": ");
      document.events.push({
        type: childText(event, "Type") ?? "Unknown",
        detail,
        ...(date === undefined ? {} : { date }),
        ...(user === undefined ? {} : { user }),
      });
    }
  },
  Relationships: (part, document) => {
    for (const relationship of elements(part, "Relationship")) {
      document.relationships.push({
        type: childText(relationship, "Type") ?? "",
        object: childText(relationship, "Object") ?? "",
      });
    }
  },
  DescriptiveMetadata: (part, document, problem) => {
    for (const metadata of elements(part)) {
      if (metadata.ns === "") problem(`DescriptiveMetadata: element ${metadata.local} has no namespace`);
      else document.metadata.push({ schema: metadata.ns, xml: serialise(metadata) });
    }
  },
};

function readTransfer(part: XmlElement, document: OpexDocument, problem: (text: string) => void): void {
  set(document, "sourceId", childText(part, "SourceID"));
  set(document, "originalFilename", childText(part, "OriginalFilename"));
  const manifest = child(part, "Manifest");
  if (manifest) {
    const files = child(manifest, "Files");
    const folders = child(manifest, "Folders");
    document.manifest = {
      files: (files ? elements(files, "File") : []).map((file) => {
        const size = attribute(file, "size");
        return {
          name: textOf(file),
          type: attribute(file, "type") ?? "content",
          ...(size === undefined ? {} : { size }),
        };
      }),
      folders: (folders ? elements(folders, "Folder") : []).map(textOf),
    };
  }
  const fixities = child(part, "Fixities");
  for (const fixity of fixities ? elements(fixities, "Fixity") : []) {
    const written = attribute(fixity, "type") ?? "";
    const algorithm = algorithmName(written);
    const path = attribute(fixity, "path");
    if (algorithm === undefined) problem(`fixity type ${written} is not known`);
    else
      document.fixities.push({
        algorithm,
        value: (attribute(fixity, "value") ?? "").toLowerCase(),
        ...(path === undefined ? {} : { path }),
      });
  }
}

function set(
  document: OpexDocument,
  key: "sourceId" | "originalFilename" | "title" | "description" | "tag",
  value: string | undefined,
): void {
  if (value !== undefined && value !== "") document[key] = value;
}
