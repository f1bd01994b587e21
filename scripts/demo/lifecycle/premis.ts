import { XMLParser } from "fast-xml-parser";

/** Reads PREMIS 3 for the checks, and holds it against the order and number of parts that its schema wants. */

/** One element as the parser gives it in the order of the document. */
export interface Element {
  name: string;
  type: string;
  text: string;
  children: Element[];
}

const parser = new XMLParser({
  preserveOrder: true,
  removeNSPrefix: true,
  ignoreAttributes: false,
  attributeNamePrefix: "",
  parseTagValue: false,
  parseAttributeValue: false,
});

/** @throws Error when there is no premis element */
export function readPremis(xml: string): Element {
  const root = elementsIn(parser.parse(xml) as unknown[]).find(({ name }) => name === "premis");
  if (root === undefined) throw new Error("it holds no PREMIS");
  return root;
}

function elementsIn(nodes: readonly unknown[]): Element[] {
  return nodes.flatMap((node) => {
    const parts = node as Record<string, unknown>;
    const name = Object.keys(parts).find((key) => key !== ":@" && !key.startsWith("#") && !key.startsWith("?"));
    if (name === undefined) return [];
    const inner = parts[name] as unknown[];
    const text = inner.flatMap((part) => (part as { "#text"?: string })["#text"] ?? []).join("");
    const { type = "" } = (parts[":@"] ?? {}) as { type?: string };
    return [{ name, type, text, children: elementsIn(inner) }];
  });
}

/** All elements of a name, wherever they stand. */
export function all(element: Element, name: string): Element[] {
  return element.children.flatMap((child) => [...(child.name === name ? [child] : []), ...all(child, name)]);
}
export function textIn(element: Element, name: string): string {
  return all(element, name)[0]?.text ?? "";
}

/**
 * Parts of each element in the order of premis-v3-0.xsd (Library of Congress, 18 January 2016): `?` none or one, `*`
 * any number, `+` one or more. What is not listed holds text only.
 */
const PARTS: Record<string, string> = {
  premis: "object* event* agent* rights*",
  "object:intellectualEntity":
    "objectIdentifier+ preservationLevel* significantProperties* originalName? storage* signatureInformation* relationship* linkingEventIdentifier* linkingRightsStatementIdentifier*",
  "object:representation":
    "objectIdentifier+ preservationLevel* significantProperties* originalName? storage* relationship* linkingEventIdentifier* linkingRightsStatementIdentifier*",
  "object:file":
    "objectIdentifier+ preservationLevel* significantProperties* objectCharacteristics+ originalName? storage* signatureInformation* relationship* linkingEventIdentifier* linkingRightsStatementIdentifier*",
  objectIdentifier: "objectIdentifierType objectIdentifierValue",
  objectCharacteristics: "compositionLevel? fixity* size? format+ creatingApplication* inhibitors*",
  fixity: "messageDigestAlgorithm messageDigest messageDigestOriginator?",
  format: "formatDesignation formatRegistry?",
  formatDesignation: "formatName formatVersion?",
  relationship: "relationshipType relationshipSubType relatedObjectIdentifier+ relatedEventIdentifier*",
  relatedObjectIdentifier: "relatedObjectIdentifierType relatedObjectIdentifierValue relatedObjectSequence?",
  event:
    "eventIdentifier eventType eventDateTime eventDetailInformation* eventOutcomeInformation* linkingAgentIdentifier* linkingObjectIdentifier*",
  eventIdentifier: "eventIdentifierType eventIdentifierValue",
  eventDetailInformation: "eventDetail? eventDetailExtension*",
  eventOutcomeInformation: "eventOutcome? eventOutcomeDetail*",
  eventOutcomeDetail: "eventOutcomeDetailNote? eventOutcomeDetailExtension*",
  linkingAgentIdentifier: "linkingAgentIdentifierType linkingAgentIdentifierValue linkingAgentRole*",
  linkingObjectIdentifier: "linkingObjectIdentifierType linkingObjectIdentifierValue linkingObjectRole*",
  agent: "agentIdentifier+ agentName* agentType? agentVersion? agentNote* agentExtension*",
  agentIdentifier: "agentIdentifierType agentIdentifierValue",
};

/** What is wrong with the parts of an element and of those below it. */
export function structureProblems(element: Element): string[] {
  if (element.name === "eventDetailExtension") return [];
  const rule = PARTS[element.name === "object" ? `object:${element.type}` : element.name] ?? "";
  const pattern = rule.replaceAll(/(\w+)([?*+]?) ?/g, "($1 )$2");
  const given = element.children.map(({ name }) => `${name} `).join("");
  return [
    ...(new RegExp(`^${pattern}$`).test(given) ? [] : [`<${element.name}> holds ${given || "nothing"}`]),
    ...element.children.flatMap(structureProblems),
  ];
}
