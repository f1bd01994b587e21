/** Equal as JSON, whatever the order of keys; absent and undefined are the same. */
export function same(one: unknown, other: unknown): boolean {
  return canonical(one) === canonical(other);
}

function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value) ?? "null";
  const entries = Object.entries(value).filter(([, member]) => member !== undefined);
  return `{${entries
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, member]) => `${JSON.stringify(key)}:${canonical(member)}`)
    .join(",")}}`;
}

/** Keeps the stored value when the form holds an equal one, so that "Done" without a change changes nothing. */
export function keepOr<T>(stored: T, edited: T): T {
  return same(stored, edited) ? stored : edited;
}
