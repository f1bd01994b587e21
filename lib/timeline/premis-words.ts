import { element, type Markup } from "../xml/element.js";

const VOCABULARY = "http://id.loc.gov/vocabulary/preservation";

/** A term of one of the LoC preservation vocabularies, e.g. `term("eventType", "eventType", "accession")`. */
export function term(name: string, vocabulary: string, word: string): Markup {
  return element(name, { authority: vocabulary, authorityURI: `${VOCABULARY}/${vocabulary}` }, word);
}

/** `<prefix>Identifier` with its type and value, as PREMIS writes every identifier. */
export function identifier(prefix: string, type: string, value: string, ...more: readonly Markup[]): Markup {
  return element(
    `${prefix}Identifier`,
    {},
    element(`${prefix}IdentifierType`, {}, type),
    element(`${prefix}IdentifierValue`, {}, value),
    ...more,
  );
}

/** Identifier types of our own. */
export const ASSET_KEY = "content-lifecycle asset key";
export const VERSION_KEY = "content-lifecycle asset version";
export const FILE_KEY = "content-lifecycle file";
export const EVENT_HASH = "content-lifecycle event hash";
export const AGENT_NAME = "content-lifecycle agent";
