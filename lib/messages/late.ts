/**
 * Late values: facts that exist only while bytes travel (the digest computed on the way). The mapper writes a token,
 * the node that moves the bytes replaces it. A token left over at the end is an error, never shipped.
 */
export type LateFact = "sha256" | "size";

const TOKEN = /urn:clc:late:([a-z0-9]+):([a-z]+)/g;

/** @param role content role whose fact is meant, e.g. `preservation` */
export function lateToken(fact: LateFact, role: string): string {
  return `urn:clc:late:${fact}:${role}`;
}

/** Replaces every token for which `facts` (keyed `fact:role`) has a value; returns the tokens that stay open. */
export function fillLate(text: string, facts: ReadonlyMap<string, string>): { text: string; open: string[] } {
  const open: string[] = [];
  const filled = text.replace(TOKEN, (token, fact: string, role: string) => {
    const value = facts.get(`${fact}:${role}`);
    if (value === undefined) open.push(token);
    return value ?? token;
  });
  return { text: filled, open };
}
