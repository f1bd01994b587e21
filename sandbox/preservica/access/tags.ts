import type { Group, PreservicaUser } from "./users.js";

/** Security tags of the tenant, and the groups that may see content under each; "all" is every account. */
export const SECURITY_TAGS: Readonly<Record<string, readonly Group[] | "all">> = {
  open: "all",
  closed: ["archivist"],
  internal: ["staff"],
  restricted: ["legal", "archivist"],
  "rights-expired": ["archivist", "legal"],
  embargo: ["archivist"],
  "culturally-sensitive": ["curator", "archivist"],
  "personal-data": ["privacy", "archivist"],
};

export const TAG_NAMES: readonly string[] = Object.keys(SECURITY_TAGS);

/** Whether the tenant knows this tag. Names are case-sensitive. */
export function isTag(name: string): boolean {
  return Object.hasOwn(SECURITY_TAGS, name);
}

/** Whether the role x tag matrix lets this user see what carries the tag. An unknown tag shows nothing. */
export function maySee(user: PreservicaUser, tag: string): boolean {
  const groups = Object.hasOwn(SECURITY_TAGS, tag) ? SECURITY_TAGS[tag] : undefined;
  if (groups === undefined) return false;
  return groups === "all" || groups.some((group) => user.groups.includes(group));
}
