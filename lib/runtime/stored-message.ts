import { LifecycleError } from "../messages/error.js";
import type { LifecycleAsset } from "../messages/asset.js";
import type { LifecycleMessage } from "../messages/message.js";
import type { Json, JsonObject } from "../store/types.js";

/** Never stored: they belong to an HTTP request or are handles, and may hold credentials. */
const NEVER_STORED: ReadonlySet<string> = new Set(["req", "res", "_session", "_event"]);
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

/**
 * The message as it is stored: plain JSON, a copy of its own, without request objects.
 *
 * @throws LifecycleError INVALID_INPUT when it is larger than 1 MiB
 */
export function toStored(msg: LifecycleMessage): JsonObject {
  const stored: JsonObject = {};
  for (const [name, value] of Object.entries(msg)) {
    if (NEVER_STORED.has(name)) continue;
    const kept = plain(value, 0);
    if (kept !== undefined) stored[name] = kept;
  }
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
