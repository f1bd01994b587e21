import { LifecycleError } from "../messages/error.js";
import type { LifecycleAsset } from "../messages/asset.js";
import type { LifecycleMessage } from "../messages/message.js";
import type { Job, Json, JsonObject } from "../store/types.js";

/**
 * Never stored: they belong to an HTTP request, of a browser or of Node-RED's own, or are handles, and may hold
 * credentials: sessions, keys, signed addresses.
 */
const NEVER_STORED: ReadonlySet<string> = new Set([
  "req",
  "res",
  "headers",
  "cookies",
  "responseCookies",
  "responseUrl",
  "redirectList",
  "_session",
  "_event",
]);
/** Above this the asset's fields are kept in the store once and a reference travels. */
export const FIELDS_LIMIT = 64 * 1024;
/** Above this a message is refused. */
export const MESSAGE_LIMIT = 1024 * 1024;

/** Plain JSON of a value; what JSON cannot hold (functions, handles, bytes) is left out. */
function plain(value: unknown, depth: number): Json | undefined {
  switch (typeof value) {
    case "string":
    case "boolean":
      return value;
    case "number":
      return Number.isFinite(value) ? value : null;
    case "bigint":
      return value.toString();
    case "undefined":
    case "function":
    case "symbol":
      return undefined;
    case "object":
      break;
  }
  if (value === null) return null;
  if (depth > 64) throw new LifecycleError("INVALID_INPUT", "The message is nested more than 64 levels deep.");
  if (Array.isArray(value)) return value.map((item) => plain(item, depth + 1) ?? null);
  if (value instanceof Date) return value.toISOString();
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) return undefined;
  const copy: JsonObject = {};
  for (const [name, part] of Object.entries(value)) {
    const kept = plain(part, depth + 1);
    if (kept !== undefined) copy[name] = kept;
  }
  return copy;
}

/** Deeper than this a value is looked through more carefully than `bound` does. */
const SHALLOW = 32;
/** Bytes that a character may take in JSON, at most. */
const WIDEST = 6;

/**
 * An upper bound of the bytes that a value takes as JSON, if it is plain JSON from end to end already; most messages are,
 * and need neither a copy nor a second look then.
 *
 * @returns undefined when something in it is not plain JSON
 */
function bound(value: unknown, depth = 0): number | undefined {
  if (typeof value === "string") return value.length * WIDEST + 2;
  if (typeof value === "boolean" || value === null) return 5;
  if (typeof value === "number") return Number.isFinite(value) ? 25 : undefined;
  if (typeof value !== "object" || depth > SHALLOW) return undefined;
  let bytes = 2;
  if (Array.isArray(value)) {
    for (const item of value as unknown[]) {
      const inner = bound(item, depth + 1);
      if (inner === undefined) return undefined;
      bytes += inner + 1;
    }
    return bytes;
  }
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) return undefined;
  for (const part of Object.values(value)) {
    const inner = bound(part, depth + 1);
    if (inner === undefined) return undefined;
    bytes += inner;
  }
  for (const name of Object.keys(value)) {
    if (name === "__proto__") return undefined;
    bytes += name.length * WIDEST + 4;
  }
  return bytes;
}

function isMeasured(value: unknown, bytes: number | undefined): value is Json {
  return bytes !== undefined;
}

/** Is the message certainly no larger than `limit` bytes? */
export function isSurelyWithin(msg: LifecycleMessage, limit: number): boolean {
  return (bound(msg) ?? Number.POSITIVE_INFINITY) <= limit;
}

/**
 * The message as it is stored: plain JSON without request objects. Its parts may be those of the message; the store
 * takes what it is given as text, at once.
 *
 * @throws LifecycleError INVALID_INPUT when it is larger than 1 MiB
 */
export function toStored(msg: LifecycleMessage): JsonObject {
  const stored: JsonObject = {};
  let most = 0;
  for (const [name, value] of Object.entries(msg)) {
    if (NEVER_STORED.has(name)) continue;
    const bytes = bound(value);
    const kept = isMeasured(value, bytes) ? value : plain(value, 0);
    if (kept !== undefined) stored[name] = kept;
    most += name.length * WIDEST + 4 + (bytes ?? MESSAGE_LIMIT);
  }
  if (most <= MESSAGE_LIMIT) return stored;
  const size = Buffer.byteLength(JSON.stringify(stored));
  if (size > MESSAGE_LIMIT) {
    throw new LifecycleError(
      "INVALID_INPUT",
      `The message is ${Math.ceil(size / 1024)} KiB; at most 1024 KiB can travel. Select fewer fields in the fetch, or remove large properties.`,
    );
  }
  return stored;
}

/** A copy of its own of a stored message. */
export function fromStored(stored: JsonObject): LifecycleMessage {
  return copyOfObject(stored);
}

/** The message of a job just read from the store: nobody else has it, so it needs no copy. */
export function fromClaimed({ message }: Pick<Job, "message">): LifecycleMessage {
  return message;
}

/** Stored messages are plain JSON, so this does what a structured clone does in a fraction of its time. */
function copyOf(value: Json): Json {
  if (value === null || typeof value !== "object") return value;
  return Array.isArray(value) ? value.map(copyOf) : copyOfObject(value);
}

function copyOfObject(value: JsonObject): JsonObject {
  const copy: JsonObject = {};
  for (const [name, part] of Object.entries(value)) if (name !== "__proto__") copy[name] = copyOf(part);
  return copy;
}

/** Narrows `msg.asset`; says what is missing and how it comes there. */
export function assetOf(msg: LifecycleMessage): LifecycleAsset {
  const asset: unknown = msg.asset;
  if (asset === null || typeof asset !== "object") {
    throw new LifecycleError(
      "INVALID_INPUT",
      "The message has no msg.asset. Put a fetch or watch node before this node, or keep msg.asset in your own nodes.",
    );
  }
  const { key, version, name, ids, fields, content } = asset as Partial<LifecycleAsset>;
  const wrong =
    typeof key !== "string" || key === ""
      ? "key"
      : typeof version !== "string" || version === ""
        ? "version"
        : typeof name !== "string"
          ? "name"
          : ids === null || typeof ids !== "object"
            ? "ids"
            : fields === null || typeof fields !== "object"
              ? "fields"
              : !Array.isArray(content)
                ? "content"
                : undefined;
  if (wrong !== undefined) {
    throw new LifecycleError("INVALID_INPUT", `msg.asset.${wrong} is missing or of the wrong type.`, {
      details: { property: `asset.${wrong}` },
    });
  }
  return asset as LifecycleAsset;
}
