import {
  attribute,
  child,
  children,
  declarations,
  descendants,
  textOf,
  writeXml,
  type XmlNode,
} from "../http/index.js";
import type { Fixity } from "../messages/asset.js";
import { LifecycleError } from "../messages/error.js";
import { fromXipAlgorithm } from "./algorithms.js";
import {
  ENTITY_TYPES,
  type Entity,
  type EntityLink,
  type EntityRef,
  type EntityType,
  type EventAction,
  type FragmentPointer,
  type Identifier,
  type MetadataFragment,
  type RetentionAssignment,
  type RetentionPolicy,
} from "./types.js";

/** Readers of the Entity API's answers, by local name: namespaces change with each release (fact sheet 0.2). */

const ELEMENTS: Record<string, EntityType> = { StructuralObject: "SO", InformationObject: "IO", ContentObject: "CO" };

/** Section 3.1. @throws LifecycleError UPSTREAM when the answer holds no entity */
export function readEntity(root: XmlNode): Entity {
  const element = children(root).find((node) => node.local in ELEMENTS);
  const type = element === undefined ? undefined : ELEMENTS[element.local];
  const ref = textOf(element, "Ref");
  if (element === undefined || type === undefined || !ref) throw unreadable("an entity");
  return {
    type,
    ref,
    title: textOf(element, "Title") ?? "",
    ...filled("description", textOf(element, "Description")),
    securityTag: textOf(element, "SecurityTag") ?? "",
    ...filled("customType", textOf(element, "CustomType")),
    ...filled("parent", textOf(element, "Parent")),
    deleted: isTrue(textOf(element, "Deleted")),
    fragments: children(child(root, "AdditionalInformation", "Metadata"), "Fragment").map(readFragmentPointer),
  };
}

function readFragmentPointer(node: XmlNode): FragmentPointer {
  return { schema: attribute(node, "schema") ?? "", ref: lastSegment(textOf(node) ?? "") };
}

/** Entries of `Children` and `Entities` (3.2, 3.4). */
export function readEntityRef(node: XmlNode): EntityRef {
  const ref = attribute(node, "ref") ?? lastSegment(textOf(node) ?? "");
  return {
    type: entityType(attribute(node, "type")),
    ref,
    title: attribute(node, "title") ?? "",
    deleted: isTrue(attribute(node, "deleted")),
  };
}

/** Section 3.2; with or without the inner `Identifiers`. */
export function readIdentifiers(root: XmlNode): Identifier[] {
  return descendants(root, "Identifier").map((node) => ({
    apiId: textOf(node, "ApiId") ?? "",
    type: textOf(node, "Type") ?? "",
    value: textOf(node, "Value") ?? "",
    entity: textOf(node, "Entity") ?? "",
  }));
}

/** Section 3.3: the one element inside `Content`, with the namespaces that it inherits. */
export function readFragment(root: XmlNode): MetadataFragment {
  const container = root.local === "MetadataContainer" ? root : child(root, "MetadataContainer");
  const content = child(container, "Content");
  const inner = children(content)[0];
  if (container === undefined || content === undefined || inner === undefined) throw unreadable("a metadata fragment");
  return {
    schema: attribute(container, "schemaUri") ?? "",
    ref: textOf(container, "Ref") ?? "",
    xml: writeXml(inner, usedDeclarations(inner, declarations(root, container, content))),
  };
}

/** Only the inherited declarations whose prefix the element really uses; `xmlns` only when an unprefixed name needs it. */
function usedDeclarations(node: XmlNode, inherited: ReadonlyMap<string, string>): Map<string, string> {
  const used = new Set<string>();
  const look = (inner: XmlNode): void => {
    for (const name of [inner.name, ...inner.attributes.keys()]) {
      const colon = name.indexOf(":");
      used.add(colon < 0 ? "xmlns" : `xmlns:${name.slice(0, colon)}`);
    }
    for (const next of children(inner)) look(next);
  };
  look(node);
  return new Map([...inherited].filter(([name]) => used.has(name)));
}

/** Section 3.6. */
export function readLink(node: XmlNode, fromMeansThisIsFrom: boolean): EntityLink {
  const isFrom = attribute(node, "linkDirection")?.toLowerCase() === "from";
  return {
    apiId: attribute(node, "apiId") ?? "",
    type: attribute(node, "linkType") ?? "",
    direction: isFrom === fromMeansThisIsFrom ? "from" : "to",
    ref: attribute(node, "ref") ?? lastSegment(textOf(node) ?? ""),
    entityType: entityType(attribute(node, "type")),
    title: attribute(node, "title") ?? "",
  };
}

/** Section 3.7. */
export function readEventAction(node: XmlNode): EventAction {
  const event = child(node, "Event");
  return {
    type: attribute(event, "type") ?? "",
    command: attribute(node, "commandType") ?? "",
    date: textOf(event, "Date") ?? textOf(node, "Date") ?? "",
    ...filled("user", textOf(event, "User")),
    ...filled("workflow", textOf(event, "WorkflowName")),
    ...filled("workflowInstance", textOf(event, "WorkflowInstanceId")),
    ...filled("event", textOf(event, "Ref")),
  };
}

/** Section 3.10, step 6. */
export function readBitstream(root: XmlNode): { filename: string; size: number; fixity: Fixity[] } {
  const element = root.local === "Bitstream" ? root : child(root, "Bitstream");
  const size = Number(textOf(element, "FileSize"));
  if (element === undefined || !Number.isSafeInteger(size) || textOf(element, "FileSize") === "")
    throw unreadable("a bitstream");
  const fixity = descendants(element, "Fixity").flatMap((node): Fixity[] => {
    const algorithm = fromXipAlgorithm(textOf(node, "FixityAlgorithmRef") ?? "");
    const value = textOf(node, "FixityValue")?.toLowerCase() ?? "";
    return algorithm === undefined || value === "" ? [] : [{ algorithm, value, by: "target" }];
  });
  return { filename: textOf(element, "Filename") ?? "", size, fixity };
}

/** Section 5.1. */
export function readPolicy(root: XmlNode): RetentionPolicy {
  const node = root.local === "RetentionPolicy" ? root : child(root, "RetentionPolicy");
  const ref = textOf(node, "Ref");
  if (!ref) throw unreadable("a retention policy");
  const period = Number(textOf(node, "Period"));
  return {
    ref,
    name: textOf(node, "Name") ?? "",
    ...filled("description", textOf(node, "Description")),
    ...filled("startDateField", textOf(node, "StartDateField")),
    ...(Number.isFinite(period) && textOf(node, "Period") ? { period } : {}),
    ...filled("periodUnit", textOf(node, "PeriodUnit")),
    ...filled("expiryAction", textOf(node, "ExpiryAction")),
    ...filled("restriction", textOf(node, "Restriction")),
    assignable: isTrue(textOf(node, "Assignable")),
  };
}

/** Section 5.2. */
export function readAssignments(root: XmlNode): RetentionAssignment[] {
  return descendants(root, "RetentionAssignment").map((node) => ({
    apiId: textOf(node, "ApiId") ?? "",
    policy: textOf(node, "RetentionPolicy") ?? "",
    entity: textOf(node, "Entity") ?? "",
    ...filled("startDate", textOf(node, "StartDate")),
    expired: isTrue(textOf(node, "Expired")),
  }));
}

export function isTrue(text: string | undefined): boolean {
  return text?.trim().toLowerCase() === "true";
}

/** A member only when there is text. */
export function filled<K extends string>(name: K, value: string | undefined): { [P in K]?: string } {
  const member: { [P in K]?: string } = {};
  if (value !== undefined && value !== "") member[name] = value;
  return member;
}

export function lastSegment(address: string): string {
  return (
    address
      .replace(/[?#].*$/, "")
      .replace(/\/+$/, "")
      .split("/")
      .at(-1) ?? ""
  );
}

function entityType(text: string | undefined): EntityType {
  return ENTITY_TYPES.find((type) => type === text) ?? "IO";
}

function unreadable(what: string): LifecycleError {
  return new LifecycleError("UPSTREAM", `Preservica's answer holds no ${what.replace(/^an? /, "")} that can be read.`, {
    system: "preservica",
  });
}
