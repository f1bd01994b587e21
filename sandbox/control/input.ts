import { addDuration } from "../kernel/duration.js";
import type { FaultOrder } from "../kernel/faults.js";
import { SYSTEMS } from "../kernel/sandbox.js";
import type { SandboxSystem } from "../kernel/types.js";

/** Input of the control API that makes no sense: answered 400 with the message. */
export class BadInput extends Error {}

/** @throws BadInput when the text is not a JSON object */
export function jsonObject(text: string): Record<string, unknown> {
  let value: unknown;
  try {
    value = text.trim() === "" ? {} : JSON.parse(text);
  } catch (error) {
    throw new BadInput(`the body is no JSON: ${error instanceof Error ? error.message : String(error)}`);
  }
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw new BadInput("the body must be a JSON object");
  return { ...value };
}

export function asSystem(value: unknown): SandboxSystem {
  const system = SYSTEMS.find((known) => known === value);
  if (!system) throw new BadInput(`system must be one of ${SYSTEMS.join(", ")}, not ${JSON.stringify(value)}`);
  return system;
}

/** A fault as sent; the kernel checks its fields. */
export function asFaultOrder(body: Record<string, unknown>): FaultOrder {
  return body as unknown as FaultOrder;
}

/** `{ set: ISO date }` or `{ advance: milliseconds | ISO duration }`. @returns the new time */
export function asClockChange(body: Record<string, unknown>, now: Date): Date {
  const { set, advance, ...rest } = body;
  const other = Object.keys(rest)[0];
  if (other !== undefined) throw new BadInput(`unknown field "${other}"; give set or advance`);
  if ((set === undefined) === (advance === undefined))
    throw new BadInput("give either set (ISO date) or advance (ISO duration or milliseconds)");
  if (set !== undefined) {
    const date = new Date(typeof set === "string" ? set : Number.NaN);
    if (Number.isNaN(date.getTime())) throw new BadInput(`set must be an ISO date, not ${JSON.stringify(set)}`);
    return date;
  }
  if (typeof advance === "number" && Number.isFinite(advance)) return new Date(now.getTime() + advance);
  const moved = typeof advance === "string" ? addDuration(now, advance) : undefined;
  if (!moved)
    throw new BadInput(`advance must be an ISO duration such as P1D, or milliseconds, not ${JSON.stringify(advance)}`);
  return moved;
}

/** A whole number from the query; undefined when the parameter is not there. */
export function queryNumber(query: URLSearchParams, name: string): number | undefined {
  const text = query.get(name);
  if (text === null) return undefined;
  if (!/^\d+$/.test(text)) throw new BadInput(`${name} must be a whole number, not "${text}"`);
  return Number(text);
}
