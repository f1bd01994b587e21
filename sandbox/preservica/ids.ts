import { createHash, randomBytes, randomUUID } from "node:crypto";

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/iu;

/** Whether a text is a UUID in the usual writing. */
export function isUuid(text: string): boolean {
  return UUID.test(text);
}

/** A new random reference. */
export function newRef(): string {
  return randomUUID();
}

/** 32 hex digits, the form of ApiIds, monitor and subscription ids. */
export function newApiId(): string {
  return randomBytes(16).toString("hex");
}

/** The same 32 hex digits for the same text: ids of seeded things. */
export function fixedApiId(text: string): string {
  return createHash("md5").update(text).digest("hex");
}

/** UUID version 5 of a name in the URL namespace of RFC 9562. */
export function nameBasedRef(name: string): string {
  const namespace = Buffer.from("6ba7b8119dad11d180b400c04fd430c8", "hex");
  const hash = createHash("sha1").update(namespace).update(name).digest().subarray(0, 16);
  hash[6] = ((hash[6] ?? 0) & 0x0f) | 0x50;
  hash[8] = ((hash[8] ?? 0) & 0x3f) | 0x80;
  return hash.toString("hex").replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/u, "$1-$2-$3-$4-$5");
}
