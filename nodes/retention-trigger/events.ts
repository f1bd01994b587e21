import { LifecycleError } from "../../lib/messages/error.js";
import type { LifecycleMessage } from "../../lib/messages/message.js";
import type { StoredEvent } from "../../lib/store/types.js";
import { isStored } from "../shared/configuration.js";

/** Type under which a business event stands on the asset's timeline. */
export const BUSINESS_EVENT = "business event";

/** A business event as a message tells it. */
export interface BusinessEvent {
  /** e.g. `campaign.ended`. */
  type: string;
  /** Calendar date or ISO instant, exactly as told; what cannot be read is for a person to see. */
  at: string;
}

/**
 * The events on `msg.event`: one, or a list.
 *
 * @throws LifecycleError INVALID_INPUT when it is there but names no type
 */
export function eventsOn(msg: LifecycleMessage): BusinessEvent[] {
  const given = msg["event"];
  if (given === undefined || given === null) return [];
  return (Array.isArray(given) ? given : [given]).map((one: unknown) => {
    const type = isStored(one) ? one["type"] : undefined;
    if (!isStored(one) || typeof type !== "string" || type.trim() === "") {
      throw new LifecycleError(
        "INVALID_INPUT",
        'msg.event has no type; send {"type":"campaign.ended","at":"2026-08-31"}.',
        { details: { property: "event.type" } },
      );
    }
    const at = one["at"];
    return { type: type.trim(), at: typeof at === "string" ? at.trim() : JSON.stringify(at ?? "") };
  });
}

/**
 * Date of each event, from the message and from what the asset's timeline remembers of earlier messages. Of several
 * dates for one event the later counts: keeping too long can be mended. A date told now that cannot be read counts, so
 * that a person sees it.
 *
 * @param readable tells whether a text is a date
 */
export function eventDates(
  told: readonly BusinessEvent[],
  timeline: readonly StoredEvent[],
  readable: (text: string) => string | undefined,
): Record<string, string> {
  const dates: Record<string, string> = {};
  const remembered = timeline.flatMap(({ type, detail }) => {
    if (type !== BUSINESS_EVENT || typeof detail?.["event"] !== "string" || typeof detail["date"] !== "string")
      return [];
    return [{ type: detail["event"], at: detail["date"] }];
  });
  for (const { type, at } of [...remembered, ...told]) {
    const day = readable(at);
    const known = dates[type];
    const knownDay = known === undefined ? undefined : readable(known);
    if (known !== undefined && knownDay === undefined) continue;
    if (day === undefined || knownDay === undefined || day >= knownDay) dates[type] = at;
  }
  return dates;
}
