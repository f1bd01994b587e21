import { XMLParser } from "fast-xml-parser";

/** Reads MODS records for the checks: a small path language, and the rules of the schema that records break most. */

type Tree = { [name: string]: unknown };

const parser = new XMLParser({
  removeNSPrefix: true,
  ignoreAttributes: false,
  attributeNamePrefix: "@",
  textNodeName: "#",
  parseTagValue: false,
  parseAttributeValue: false,
});
const object = (value: unknown): Tree => (value !== null && typeof value === "object" ? (value as Tree) : {});
const list = (value: unknown): unknown[] => (value === undefined ? [] : Array.isArray(value) ? value : [value]);
const text = (value: unknown): string => String(typeof value === "object" ? (object(value)["#"] ?? "") : value);

const root = (xml: string): Tree => object(object(parser.parse(xml))["mods"]);

/**
 * Text of the first element at a path below `mods`: `a/b`, `a[@type=x]`, `a[!type]` (no such attribute), `a/@href`.
 * Undefined when there is none.
 */
export function xpath(xml: string, path: string): string | undefined {
  let found: unknown[] = [root(xml)];
  for (const step of path.split("/")) {
    if (step.startsWith("@")) return found.map((node) => object(node)[step]).find((value) => typeof value === "string");
    const name = /^\w+/.exec(step)?.[0] ?? "";
    const has = [...step.matchAll(/\[@(\w+)=([^\]]*)\]/g)];
    const not = [...step.matchAll(/\[!(\w+)\]/g)];
    found = found
      .flatMap((node) => list(object(node)[name]))
      .filter((node) => has.every(([, attribute, value]) => object(node)[`@${attribute ?? ""}`] === value))
      .filter((node) => not.every(([, attribute]) => object(node)[`@${attribute ?? ""}`] === undefined));
  }
  const [first] = found;
  return first === undefined ? undefined : text(first);
}

/** Elements that may stand in an element, in the order of the schema where the schema has one (mods-3-8.xsd). */
const CONTENT: Record<string, readonly string[]> = {
  mods: [
    ..."abstract accessCondition classification extension genre identifier language location name note".split(" "),
    ..."originInfo part physicalDescription recordInfo relatedItem subject tableOfContents".split(" "),
    ..."targetAudience titleInfo typeOfResource".split(" "),
  ],
  titleInfo: ["title", "subTitle", "partNumber", "partName", "nonSort"],
  name: ["namePart", "displayForm", "affiliation", "role", "description", "nameIdentifier", "alternativeName"],
  role: ["roleTerm"],
  originInfo: [
    ..."place publisher dateIssued dateCreated dateCaptured dateValid dateModified copyrightDate dateOther".split(" "),
    ..."displayDate edition issuance frequency agent".split(" "),
  ],
  place: ["placeTerm", "placeIdentifier", "cartographics"],
  language: ["languageTerm", "scriptTerm"],
  physicalDescription: ["form", "reformattingQuality", "internetMediaType", "extent", "digitalOrigin", "note"],
  location: ["physicalLocation", "shelfLocator", "url", "holdingSimple", "holdingExternal"],
  recordInfo: [
    ..."recordContentSource recordCreationDate recordChangeDate recordIdentifier languageOfCataloging".split(" "),
    ..."recordOrigin descriptionStandard recordInfoNote".split(" "),
  ],
  subject: ["topic", "geographic", "temporal", "titleInfo", "name", "genre", "hierarchicalGeographic", "cartographics"],
};
const RESOURCES = "text,cartographic,notated music,sound recording,still image,moving image,mixed material".split(",");

/** What is wrong with the structure of a MODS record of a group of objects. */
export function collectionProblems(xml: string): string[] {
  return xpath(xml, "typeOfResource[@collection=yes]") === undefined
    ? ["typeOfResource does not say that this is a collection", ...structureProblems(xml)]
    : structureProblems(xml);
}

/** What is wrong with the structure of a MODS record. */
export function structureProblems(xml: string): string[] {
  const record = root(xml);
  const problems: string[] = [];
  if (!/^<(?:\w+:)?mods[\s>][^>]*http:\/\/www\.loc\.gov\/mods\/v3"/.test(xml))
    problems.push("the root is no MODS record");
  const walk = (name: string, node: unknown): void => {
    const allowed = CONTENT[name === "relatedItem" ? "mods" : name];
    for (const [child, value] of Object.entries(object(node))) {
      if (child.startsWith("@") || child === "#") continue;
      if (allowed?.includes(child) !== true) problems.push(`${name} holds ${child}`);
      for (const item of list(value)) {
        if (text(item).trim() === "" && Object.keys(object(item)).every((key) => key.startsWith("@")))
          problems.push(`${child} is empty`);
        walk(child, item);
      }
    }
  };
  walk("mods", record);
  const kind = xpath(xml, "typeOfResource") ?? "";
  if (!RESOURCES.includes(kind)) problems.push(`"${kind}" is no type of resource`);
  const keyDates = xml.match(/keyDate="yes"/g)?.length ?? 0;
  if (keyDates > 1) problems.push(`${keyDates} key dates`);
  return problems;
}
