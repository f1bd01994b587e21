const FIELD = "clc-secret";
const KEPT = "__PWRD__";

/**
 * A secret that may stay empty. The editor takes an empty password field of its own for a change at every Done, hence a
 * field with another id, read here.
 */
export function showSecret(node: object): void {
  $(`#${FIELD}`).val(known(node)["has_secret"] === true ? KEPT : "");
}

/** @returns true when the secret was changed, for `oneditsave` to return: the editor then marks the node */
export function saveSecret(node: object): boolean {
  const before = known(node);
  const given = String($(`#${FIELD}`).val() ?? "");
  if (given === (before["has_secret"] === true ? KEPT : "")) return false;
  Reflect.set(node, "credentials", { ...before, secret: given, has_secret: given !== "" });
  return true;
}

/** What the editor knows of a node's secret: never the text, only whether there is one. */
function known(node: object): Record<string, unknown> {
  const credentials: unknown = Reflect.get(node, "credentials");
  return typeof credentials === "object" && credentials !== null ? { ...credentials } : {};
}
