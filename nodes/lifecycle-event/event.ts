import type { LifecycleAsset } from "../../lib/messages/asset.js";
import { LifecycleError } from "../../lib/messages/error.js";
import type { JsonObject, LifecycleEvent } from "../../lib/store/types.js";
import { isReserved } from "../../lib/timeline/index.js";
import { type Basis, OUTCOMES } from "./config.js";

/** What the node's fields came to for one message; of any type, as people and flows give it. */
export interface Given {
  event: unknown;
  outcome: unknown;
  detail: unknown;
  at: unknown;
  basis: Basis;
  system: string;
}

/** Characters of JSON that an event's detail may have: a timeline is no place for documents. */
const MOST_DETAIL = 16_384;
/** An approval is given by a signed-in person in the editor's admin API, never by a name that came with a message. */
const APPROVER = /^(approv|sign(ed)?[-_ ]?off)/i;
/** An instant says its zone; a bare local time could mean any of two dozen. */
const INSTANT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:\d{2})$/;

/**
 * Makes the event of a flow's own. A time that is given was read from the clock of the system that reports, else the
 * flow vouches for it. Pure.
 *
 * @throws LifecycleError INVALID_INPUT naming the field: no or a reserved type, an unknown outcome, a time without zone
 *   or in the future, a detail that is no plain data, too long, or names an approver
 */
export function eventFrom(given: Given, assetKey: string, agent: string, now: Date): LifecycleEvent {
  const at = instantOf(given.at, now);
  const detail = detailOf(given.detail);
  return {
    assetKey,
    type: typeOf(given.event),
    at: (at ?? now).toISOString(),
    ...(at === undefined ? {} : { clock: given.basis === "reported" && given.system !== "" ? given.system : "flow" }),
    basis: given.basis,
    agent,
    ...(given.system === "" ? {} : { system: given.system }),
    outcome: outcomeOf(given.outcome),
    ...(detail === undefined ? {} : { detail }),
  };
}

/** Is the value an asset, as it stands on `msg.asset`? */
export function isAsset(
  value: unknown,
): value is Pick<LifecycleAsset, "key" | "version"> & Partial<Pick<LifecycleAsset, "ids" | "joined">> {
  return (
    typeof value === "object" &&
    value !== null &&
    "key" in value &&
    typeof value.key === "string" &&
    value.key !== "" &&
    "version" in value &&
    typeof value.version === "string"
  );
}

function typeOf(value: unknown): string {
  const type = typeof value === "string" ? value.trim() : "";
  if (type === "" || type.length > 100) throw wrong("The event's type must be a text of 1 to 100 characters.");
  if (!isReserved(type)) return type;
  throw wrong(
    `"${type}" is not for flows to write: approvals are given by a signed-in person, and the package records its own acts itself.`,
  );
}

function outcomeOf(value: unknown): LifecycleEvent["outcome"] {
  const outcome = OUTCOMES.find((known) => known === value);
  if (outcome === undefined) throw wrong(`The outcome must be one of ${OUTCOMES.join(", ")}.`);
  return outcome;
}

function instantOf(value: unknown, now: Date): Date | undefined {
  if (value === undefined || value === null || value === "") return undefined;
  const at =
    value instanceof Date || typeof value === "number"
      ? new Date(value)
      : new Date(typeof value === "string" && INSTANT.test(value) ? value : Number.NaN);
  if (Number.isNaN(at.getTime())) {
    throw wrong(
      "The time must be an instant with its zone, e.g. 2026-03-01T14:00:00+01:00, or milliseconds since 1970.",
    );
  }
  if (at.getTime() > now.getTime() + 60_000) throw wrong(`The time ${at.toISOString()} has not come yet.`);
  return at;
}

function detailOf(value: unknown): JsonObject | undefined {
  if (value === undefined || value === null || value === "") return undefined;
  const plain = plainOf(value);
  const detail: JsonObject = isJsonObject(plain) ? plain : { value: plain as JsonObject };
  const names = Object.keys(detail);
  if (names.length === 0) return undefined;
  const approver = names.find((name) => APPROVER.test(name));
  if (approver !== undefined) {
    throw wrong(
      `The detail may not state "${approver}": an approval is given by a signed-in person, not by a message.`,
    );
  }
  return detail;
}

function plainOf(value: unknown): unknown {
  let text: string | undefined;
  try {
    text = JSON.stringify(value);
  } catch {
    // Circular: not plain data, told below.
  }
  if (text === undefined) throw wrong("The detail must be plain data, as JSON can hold it.");
  if (text.length > MOST_DETAIL) throw wrong(`The detail is longer than ${MOST_DETAIL} characters.`);
  return JSON.parse(text);
}

function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function wrong(message: string): LifecycleError {
  return new LifecycleError("INVALID_INPUT", message);
}
