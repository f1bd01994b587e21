import { canonicalJson, payloadDigest } from "./chain.js";
import type { ChainFrame, JsonObject } from "./types.js";

/** The event of a frame, without asset and time; undefined when erased or unreadable. */
export function payloadOf(frame: Pick<ChainFrame, "payload">): JsonObject | undefined {
  if (frame.payload === null) return undefined;
  try {
    const parsed: unknown = JSON.parse(frame.payload);
    return typeof parsed === "object" && parsed !== null && !Array.isArray(parsed) ? (parsed as JsonObject) : undefined;
  } catch {
    // Whoever changed it left no JSON behind: the caller reports it as changed.
    return undefined;
  }
}

/** Compares a frame's payload, asset and time with its digest. @returns what is wrong, or undefined */
export function proveDigest(frame: ChainFrame): string | undefined {
  if (frame.payload === null && frame.salt === null) return undefined;
  const payload = payloadOf(frame);
  if (payload === undefined || frame.salt === null) {
    return `Event ${frame.seq} was changed: its payload is damaged or half erased.`;
  }
  const digest = payloadDigest(
    Buffer.from(frame.salt, "hex"),
    canonicalJson({ ...payload, assetKey: frame.assetKey, at: frame.at }),
  );
  if (digest === frame.payloadDigest) return undefined;
  return `Event ${frame.seq} was changed: what it says, its asset or its time does not match its digest.`;
}
