import { hasIllegal, isXmlName } from "./xml.js";

/** One element on the way to a value. */
export interface PathStep {
  name: string;
  /** Attributes with fixed values, from `[@name='value']`, in the order written. */
  fixed: { name: string; value: string }[];
}

/** Where a value stands in a fragment. */
export interface FragmentPath {
  steps: PathStep[];
  /** The value is this attribute of the last element. */
  attribute?: string;
  /** The path in one spelling: single quotes, no blanks. */
  text: string;
}

const ELEMENT = /([^/[\]@='"\s]+)((?:\[@[^=\]]+=(?:'[^']*'|"[^"]*")\])*)/y;
const PREDICATE = /\[@([^=\]]+)=(?:'([^']*)'|"([^"]*)")\]/g;

/**
 * Reads `rights/holder`, `fixity[@algorithm='MD5'][@by='OTMM']`, `place/@code`.
 *
 * @returns a sentence instead of a path when the text is none
 */
export function parseFragmentPath(text: string): FragmentPath | string {
  const steps: PathStep[] = [];
  let at = 0;
  const trimmed = text.trim();
  const attributeAt = /(?:^|\/)@([^/[\]]+)$/.exec(trimmed);
  const elements = attributeAt === null ? trimmed : trimmed.slice(0, attributeAt.index);
  const attribute = attributeAt?.[1];
  if (attribute !== undefined && !isXmlName(localName(attribute))) return `"${attribute}" is no name of an attribute.`;
  if (elements === "")
    return attribute === undefined ? "Give the path of an element, e.g. rights/holder." : finish([], attribute);
  while (at < elements.length) {
    ELEMENT.lastIndex = at;
    const match = ELEMENT.exec(elements);
    if (match === null)
      return `"${text}" is no path of elements; write for example rights/holder or fixity[@by='flow'].`;
    const name = match[1] ?? "";
    if (!isXmlName(name)) return `"${name}" is no name of an element.`;
    const fixed = [...(match[2] ?? "").matchAll(PREDICATE)].map((found) => ({
      name: (found[1] ?? "").trim(),
      value: found[2] ?? found[3] ?? "",
    }));
    const wrong = fixed.find((one) => !isXmlName(one.name) || hasIllegal(one.value));
    if (wrong !== undefined) return `"@${wrong.name}" is no name of an attribute, or its value cannot stand in XML.`;
    steps.push({ name, fixed });
    at = ELEMENT.lastIndex;
    if (at === elements.length) break;
    if (elements[at] !== "/" || at + 1 === elements.length) return `"${text}" is no path of elements.`;
    at += 1;
  }
  return finish(steps, attribute);
}

/** The one foreign namespace whose attributes fragments may carry, e.g. `accessCondition/@xlink:href`. */
export const XLINK = { prefix: "xlink:", uri: "http://www.w3.org/1999/xlink" } as const;

function localName(attribute: string): string {
  return attribute.startsWith(XLINK.prefix) ? attribute.slice(XLINK.prefix.length) : attribute;
}

/** Equal for elements that are one and the same. */
export function stepKey(step: PathStep): string {
  return step.name + step.fixed.map((one) => `[@${one.name}=${quoted(one.value)}]`).join("");
}

function finish(steps: PathStep[], attribute: string | undefined): FragmentPath {
  const parts = steps.map(stepKey);
  if (attribute === undefined) return { steps, text: parts.join("/") };
  return { steps, attribute, text: [...parts, `@${attribute}`].join("/") };
}

function quoted(value: string): string {
  return value.includes("'") ? `"${value}"` : `'${value}'`;
}
