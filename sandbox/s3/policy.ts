/** The part of a policy statement that this engine weighs: Deny for everybody. Allow needs no weighing, the owner may do everything. */
interface Statement {
  Effect?: string;
  Action?: string | string[];
  Resource?: string | string[];
}

/** True when a Deny statement of the policy names the action and the object (wildcards `*` and `?`). */
export function denies(policy: string, action: string, bucket: string, key: string): boolean {
  const { Statement: statements } = JSON.parse(policy) as { Statement?: Statement | Statement[] };
  const resource = key === "" ? `arn:aws:s3:::${bucket}` : `arn:aws:s3:::${bucket}/${key}`;
  return list(statements).some(
    ({ Effect, Action, Resource }) =>
      Effect === "Deny" &&
      list(Action).some((pattern) => fits(pattern.toLowerCase(), action.toLowerCase())) &&
      list(Resource).some((pattern) => fits(pattern, resource)),
  );
}

/** True when the text is a policy document with at least one statement. */
export function isPolicy(text: string): boolean {
  try {
    const document: unknown = JSON.parse(text);
    return (
      typeof document === "object" &&
      document !== null &&
      list(Reflect.get(document, "Statement") as unknown).length > 0
    );
  } catch {
    return false;
  }
}

function list<T>(value: T | T[] | undefined): T[] {
  if (value === undefined) return [];
  return Array.isArray(value) ? value : [value];
}

function fits(pattern: string, text: string): boolean {
  const expression = pattern
    .replace(/[.+^${}()|[\]\\]/g, "\\$&")
    .replaceAll("*", ".*")
    .replaceAll("?", ".");
  return new RegExp(`^${expression}$`, "s").test(text);
}
