/**
 * Reads what Node-RED hands over as a node's configuration: plain JSON of any age, with numbers as strings when they
 * come from a form field. Used by every node's pure `migrate`, in the runtime and in the editor.
 */
export type Stored = Readonly<Record<string, unknown>>;

export function textIn(stored: Stored, name: string, fallback = ""): string {
  const value = stored[name];
  return typeof value === "string" ? value.trim() : fallback;
}

export function numberIn(stored: Stored, name: string, fallback: number): number {
  const value = stored[name];
  if (value === undefined || value === null || value === "") return fallback;
  const number = Number(value);
  return Number.isFinite(number) ? number : fallback;
}

export function flagIn(stored: Stored, name: string, fallback: boolean): boolean {
  const value = stored[name];
  return typeof value === "boolean" ? value : fallback;
}

export function choiceIn<T extends string>(stored: Stored, name: string, choices: readonly T[], fallback: T): T {
  const value = stored[name];
  return choices.find((choice) => choice === value) ?? fallback;
}

/** A list whose entries are read one by one; what is no object is left out. */
export function rowsIn<Row>(stored: Stored, name: string, read: (row: Stored) => Row): Row[] {
  const value = stored[name];
  if (!Array.isArray(value)) return [];
  return value.flatMap((row: unknown) => (isStored(row) ? [read(row)] : []));
}

/** Entries of a text that people separate by commas, blanks or lines. */
export function wordsIn(stored: Stored, name: string): string[] {
  const value = stored[name];
  if (Array.isArray(value)) return value.filter((word: unknown) => typeof word === "string");
  return textIn(stored, name)
    .split(/[\s,;]+/)
    .filter((word) => word !== "");
}

export function isStored(value: unknown): value is Stored {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
