import { knownDay } from "../../retention/known-days.js";
import { instantOf, isZone, offsetAt, readDate } from "../../retention/zone.js";
import type { TransformStep } from "../types.js";
import type { CompileContext } from "./context.js";
import { isFilled, type Scope } from "./scope.js";

type DateStep = Extract<TransformStep, { do: "date" }>;

/** Dates: the calendar day in a zone, the instant in UTC, or the text as given with its offset checked. */
export function dateStep(
  step: DateStep,
  context: CompileContext,
  where: string,
): (text: string, scope: Scope) => string | undefined {
  if (step.zone !== undefined && !isZone(step.zone)) {
    context.mistake(`${where}.zone`, `"${step.zone}" is not a known time zone; write for example Europe/Berlin.`);
    return () => undefined;
  }
  const make = step.form === "date" ? dayOf : step.form === "instant" ? instantText : offsetText;
  return (text, scope) => (isFilled(text) ? make(text.trim(), step.zone ?? scope.zone, scope, step) : undefined);
}

function dayOf(text: string, zone: string | undefined, scope: Scope): string | undefined {
  if (zone === undefined) return needsZone(text, scope);
  return knownDay(text, zone)?.text ?? notADate(text, scope);
}

function instantText(text: string, zone: string | undefined, scope: Scope): string | undefined {
  const read = readDate(text);
  if (read === undefined) return notADate(text, scope);
  if (read.instant === undefined && zone === undefined) return needsZone(text, scope);
  const { instant, exists } = instantOf(read, zone ?? "UTC");
  if (!exists)
    scope.report(
      "warning",
      `The clocks of ${zone} skip this time; it was read with the offset before the change.`,
      text,
    );
  return new Date(instant).toISOString().replace(/\.000Z$/, "Z");
}

/** Keeps the offset that the source gives; a local time that the zone's clocks do not show is told, never corrected. */
function offsetText(text: string, _zone: string | undefined, scope: Scope, step: DateStep): string | undefined {
  const read = readDate(text);
  if (read === undefined) return notADate(text, scope);
  if (read.instant === undefined || read.offset === undefined) {
    scope.report("error", "The time has no offset; the source must give one (2026-03-29T01:30:00+01:00).", text);
    return undefined;
  }
  if (step.zone !== undefined && offsetAt(read.instant, step.zone) !== read.offset * 60_000) {
    scope.report(
      "warning",
      `The clocks of ${step.zone} do not show this time with this offset; it is kept as given. Check the source.`,
      text,
    );
  }
  return text;
}

function notADate(text: string, scope: Scope): undefined {
  scope.report("error", "This is not a date (2026-12-31 or 2026-12-31T10:00:00Z); correct it in the source.", text);
  return undefined;
}

function needsZone(text: string, scope: Scope): undefined {
  scope.report("error", "Neither the connection nor the profile names the time zone of dates; declare one.", text);
  return undefined;
}
