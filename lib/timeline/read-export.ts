import { LifecycleError } from "../messages/error.js";
import type { Anchor, JsonObject } from "../store/types.js";
import { EXPORT_FORMAT, type ExportedEvent, type TimelineExport } from "./export.js";

type Parsed = Readonly<Record<string, unknown>>;

/**
 * Reads an exported timeline.
 *
 * @throws LifecycleError INVALID_INPUT when it is none, or when an event in it is not complete, by its position
 */
export function readExport(text: string): TimelineExport {
  const parsed = parseJson(text);
  if (!isObject(parsed) || parsed["format"] !== EXPORT_FORMAT) throw wrong("it is no exported timeline");
  if (parsed["version"] !== 1) throw wrong(`its version ${String(parsed["version"])} is not known; update the package`);
  const { scope, events, head, places, seal, asset } = parsed;
  if (scope !== "asset" && scope !== "all") throw wrong("its scope is neither asset nor all");
  if (!Array.isArray(events)) throw wrong("it holds no list of events");
  if (scope === "asset" && (!isNumbers(places) || typeof seal !== "string"))
    throw wrong("its places and seal are missing");
  return {
    format: EXPORT_FORMAT,
    version: 1,
    scope,
    made: String(parsed["made"]),
    software: String(parsed["software"]),
    ...(typeof asset === "string" ? { asset } : {}),
    ...(head === undefined ? {} : { head: anchorIn(head) }),
    ...(isNumbers(places) ? { places } : {}),
    ...(typeof seal === "string" ? { seal } : {}),
    events: events.map(eventIn),
  };
}

/**
 * Reads anchors: one JSON object, a list of them, or one a line.
 *
 * @throws LifecycleError INVALID_INPUT
 */
export function readAnchors(text: string): Anchor[] {
  const lines = text.split(/\r?\n/).filter((line) => line.trim() !== "");
  const whole =
    lines.length > 0 && lines.every((line) => line.trimStart().startsWith("{")) ? undefined : parseJson(text);
  // A single object over several lines begins with a brace on its first line only.
  const parsed = whole ?? lines.map(parseJson);
  const anchors = Array.isArray(parsed) ? parsed.map(anchorIn) : [anchorIn(parsed)];
  if (anchors.length === 0) throw wrong("it holds no anchor");
  return anchors;
}

function eventIn(value: unknown, index: number): ExportedEvent {
  if (isObject(value)) {
    const { seq, asset, at, learnt, event, salt, payloadDigest, previous, hash } = value;
    if (
      isPlace(seq) &&
      typeof asset === "string" &&
      typeof at === "string" &&
      typeof learnt === "string" &&
      (event === null || isObject(event)) &&
      (salt === null || typeof salt === "string") &&
      typeof payloadDigest === "string" &&
      (previous === undefined || typeof previous === "string") &&
      typeof hash === "string"
    ) {
      const placed = previous === undefined ? {} : { previous };
      return { seq, asset, at, learnt, event: event as JsonObject | null, salt, payloadDigest, ...placed, hash };
    }
  }
  throw wrong(`its event at position ${index + 1} is not complete`);
}

function anchorIn(value: unknown): Anchor {
  if (isObject(value)) {
    const { seq, hash, at } = value;
    if (isPlace(seq) && typeof hash === "string" && typeof at === "string") return { seq, hash, at };
  }
  throw wrong("an anchor in it is not complete: it needs seq, hash and at");
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw wrong("it is no JSON");
  }
}

function wrong(why: string): LifecycleError {
  return new LifecycleError("INVALID_INPUT", `The file cannot be read: ${why}.`);
}
function isObject(value: unknown): value is Parsed {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
function isPlace(value: unknown): value is number {
  return typeof value === "number" && Number.isSafeInteger(value) && value > 0;
}
function isNumbers(value: unknown): value is number[] {
  return Array.isArray(value) && value.every(isPlace);
}
