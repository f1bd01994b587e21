import { hash } from "node:crypto";

/** Hash before the first event. */
export const CHAIN_START = "0".repeat(64);

/** JSON with sorted names, so that the same facts always give the same digest. */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_name, part: unknown) =>
    part !== null && typeof part === "object" && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)))
      : part,
  );
}

/** Digest of a payload under its salt: with salt and payload erased, it reveals nothing and the chain still holds. */
export function payloadDigest(salt: Uint8Array, payload: string): string {
  return hash("sha256", Buffer.concat([salt, Buffer.from(payload, "utf8")]), "hex");
}

/** Hash of an event: over the one before, its place, when we learnt of it, and its payload's digest. */
export function chainHash(previous: string, seq: number, learnt: string, digest: string): string {
  return hash("sha256", `${previous}\n${seq}\n${learnt}\n${digest}`, "hex");
}
