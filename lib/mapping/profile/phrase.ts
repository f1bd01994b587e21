import { isRecord } from "./shape.js";

/**
 * The little language of CSV cells: `lookup table=usageRights missing=default default="unknown"`. A first word, then
 * either further words or `name=value`; texts with blanks, quotes or `=` stand in double quotes with `\"`, `\\`, `\n`,
 * `\r`, `\t`. One phrase a line; several lines make a list.
 */
export type Word = { name?: string; value: string; quoted: boolean };

const PLAIN = /^[^\s"=\\]+$/;
const WORD = /\s*(?:([A-Za-z][A-Za-z0-9-]*)=)?(?:"((?:[^"\\]|\\["\\nrt])*)"|([^\s"=]+))(?=\s|$)/y;
const ESCAPES: Readonly<Record<string, string>> = { n: "\n", r: "\r", t: "\t", '"': '"', "\\": "\\" };
const MARKS: Readonly<Record<string, string>> = { "\n": "\\n", "\r": "\\r", "\t": "\\t", '"': '\\"', "\\": "\\\\" };

/** @returns the words of one phrase, or undefined when it cannot be read */
export function readWords(phrase: string): Word[] | undefined {
  const words: Word[] = [];
  const text = phrase.trim();
  WORD.lastIndex = 0;
  while (WORD.lastIndex < text.length) {
    const match = WORD.exec(text);
    if (match === null) return undefined;
    const [, name, quoted, plain] = match;
    const value =
      quoted === undefined
        ? (plain ?? "")
        : quoted.replace(/\\(["\\nrt])/g, (_all, mark: string) => ESCAPES[mark] ?? mark);
    words.push({ ...(name === undefined ? {} : { name }), value, quoted: quoted !== undefined });
  }
  return words;
}

/** A word as `readWords` takes it. */
export function word(value: string): string {
  if (PLAIN.test(value)) return value;
  return `"${value.replace(/[\n\r\t"\\]/g, (mark) => MARKS[mark] ?? mark)}"`;
}

/** Phrases of a cell, one a line; quoted texts hold no line breaks of their own. */
export function lines(cell: string): string[] {
  return cell.split(/\r?\n/).filter((line) => line.trim() !== "");
}

/** `name=value` for each member, in order; lists as `name="a" name="b"`, numbers and flags as they are. */
export function memberWords(value: object, skip: readonly string[]): string[] {
  return Object.entries(value).flatMap(([name, member]: [string, unknown]) => {
    if (skip.includes(name) || member === undefined) return [];
    if (Array.isArray(member)) {
      const items = member.map((item: unknown) => `${name}=${word(String(item))}`);
      return items.length === 0 ? [`${name}-none=true`] : items;
    }
    return [`${name}=${word(typeof member === "string" ? member : JSON.stringify(member))}`];
  });
}

/** Which members are no texts. */
export interface MemberKinds {
  lists?: readonly string[];
  numbers?: readonly string[];
  flags?: readonly string[];
}

/** Turns `name=value` words back into members. */
export function readMembers(words: readonly Word[], kinds: MemberKinds): Record<string, unknown> | string {
  const members: Record<string, unknown> = {};
  for (const { name, value } of words) {
    if (name === undefined) return `"${value}" stands where name=value is expected`;
    const emptied = name.endsWith("-none") ? name.slice(0, -5) : undefined;
    if (emptied !== undefined && kinds.lists?.includes(emptied) === true) members[emptied] = [];
    else if (kinds.lists?.includes(name) === true) {
      const known = members[name];
      members[name] = Array.isArray(known) ? [...known, value] : [value];
    } else if (Object.hasOwn(members, name)) return `${name} stands twice`;
    else if (kinds.numbers?.includes(name) === true) members[name] = value.trim() === "" ? value : Number(value);
    else if (kinds.flags?.includes(name) === true)
      members[name] = value === "true" ? true : value === "false" ? false : value;
    else members[name] = value;
  }
  return isRecord(members) ? members : "cannot be read";
}
