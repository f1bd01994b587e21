/** Narrowing of answers from `unknown`: small readers that never throw and never guess. */

export type UnknownRecord = Readonly<Record<string, unknown>>;

export function isRecord(value: unknown): value is UnknownRecord {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The value as a record, or an empty one. */
export function record(value: unknown): UnknownRecord {
  return isRecord(value) ? value : {};
}

/** The record found by walking `path`; an empty one when any step is missing. */
export function within(value: unknown, ...path: string[]): UnknownRecord {
  return path.reduce<UnknownRecord>((inner, name) => record(inner[name]), record(value));
}

/** A list whatever the server sent: absent or null = empty, a single thing = a list of one. */
export function list(value: unknown): readonly unknown[] {
  if (value === undefined || value === null) return [];
  return Array.isArray(value) ? value : [value];
}

/** The list's members that are records. */
export function records(value: unknown): UnknownRecord[] {
  return list(value).filter(isRecord);
}

/** Text, or a number or boolean written as text; undefined for everything else. */
export function text(value: unknown): string | undefined {
  if (typeof value === "string") return value;
  if (typeof value === "boolean") return String(value);
  return typeof value === "number" && Number.isFinite(value) ? String(value) : undefined;
}

/** A finite number, also when written as text ("48211034"). */
export function number(value: unknown): number | undefined {
  if (typeof value === "number") return Number.isFinite(value) ? value : undefined;
  if (typeof value !== "string" || value.trim() === "") return undefined;
  const parsed = Number(value);
  return Number.isFinite(parsed) ? parsed : undefined;
}

/** A boolean, also when written as text ("true", "Y"). */
export function flag(value: unknown): boolean | undefined {
  if (typeof value === "boolean") return value;
  if (typeof value !== "string") return undefined;
  if (/^(true|y|yes)$/i.test(value)) return true;
  return /^(false|n|no)$/i.test(value) ? false : undefined;
}
