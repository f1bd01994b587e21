import { badRequest, undocumented } from "./answers.js";

export type JsonObject = Record<string, unknown>;

export function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** @throws OtmmError 400 */
export function parseJson(text: string, what: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw badRequest(`${what} is not valid JSON.`);
  }
}

/** The member of that name, which must be an object. A missing wrapper is the commonest mistake of clients. @throws OtmmError 400 */
export function wrapped(value: unknown, ...names: string[]): JsonObject {
  let at: unknown = value;
  for (const name of names) {
    if (!isObject(at) || !(name in at)) throw badRequest(`The wrapper "${name}" is missing.`);
    at = at[name];
  }
  if (!isObject(at)) throw badRequest(`"${names.at(-1)}" is not an object.`);
  return at;
}

/** A list; a bare object counts as a list of one, as the vendor's JSON layer reads it. */
export function listOf(value: unknown): unknown[] {
  if (value === undefined || value === null) return [];
  return Array.isArray(value) ? value : [value];
}

export function textOf(value: unknown): string | undefined {
  if (typeof value === "string") return value;
  return typeof value === "number" ? String(value) : undefined;
}

/** Text of a member. @throws OtmmError 400 when it is missing */
export function needText(object: JsonObject, name: string): string {
  const text = textOf(object[name]);
  if (text === undefined || text === "") throw badRequest(`"${name}" is missing.`);
  return text;
}

/** @throws OtmmError 400, counted as undocumented, when the object has other members than these */
export function onlyMembers(object: JsonObject, allowed: readonly string[], what: string): void {
  for (const name of Object.keys(object)) {
    if (!allowed.includes(name)) throw undocumented(`${what} has the unknown member "${name}".`);
  }
}

/** Both JSON booleans and the words. */
export function isTrue(value: unknown): boolean {
  return value === true || value === "true";
}
