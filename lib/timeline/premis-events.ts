import type { StoredEvent } from "../store/types.js";
import { element, type Markup } from "../xml/element.js";
import { premisType } from "./event-words.js";
import { copyGone, fileKey, versionKey } from "./premis-objects.js";
import { AGENT_NAME, ASSET_KEY, EVENT_HASH, FILE_KEY, identifier, term, VERSION_KEY } from "./premis-words.js";

/** Our outcomes in the LoC list `eventOutcome`; `refused` is not in it: nothing failed, the work was not allowed. */
const OUTCOMES: Readonly<Record<StoredEvent["outcome"], string | undefined>> = {
  success: "success",
  failure: "fail",
  warning: "warning",
  refused: undefined,
};

/** One event; what PREMIS has no place for stands in an extension of our namespace. */
export function eventElement(event: StoredEvent): Markup {
  return element(
    "event",
    {},
    identifier("event", EVENT_HASH, event.hash),
    typeElement(event),
    element("eventDateTime", {}, event.at),
    element(
      "eventDetailInformation",
      {},
      element("eventDetail", {}, detailText(event)),
      element("eventDetailExtension", {}, extension(event)),
    ),
    event.erased === true ? undefined : outcomeElement(event),
    event.agent === ""
      ? undefined
      : identifier(
          "linkingAgent",
          AGENT_NAME,
          event.agent,
          term(
            "linkingAgentRole",
            "eventRelatedAgentRole",
            isPerson(event.agent) ? "implementer" : "executing program",
          ),
        ),
    ...objectLinks(event),
  );
}

/** Agents that are people carry the name with which they signed in. */
export function isPerson(agent: string): boolean {
  return agent.startsWith("user:");
}

function typeElement({ type }: StoredEvent): Markup {
  const known = premisType(type);
  return known === undefined ? element("eventType", {}, type) : term("eventType", "eventType", known);
}

function detailText({ seq, type, learnt, basis, erased }: StoredEvent): string {
  if (erased === true) return `Event ${seq}: what it said was erased; its place in the chain and its digest remain.`;
  return `Event ${seq}: ${type}; ${basis}; learnt ${learnt}`;
}

function extension(event: StoredEvent): Markup {
  const { seq, type, learnt, clock, basis, system, object, run, requestId, digest, detail } = event;
  const said =
    event.erased === true
      ? { erased: "true" }
      : { type, basis, clock: clock ?? "host", system, object, run, requestId, digest };
  return element(
    "lifecycleEvent",
    { xmlns: "urn:clc:schema:event:1", seq: String(seq), learnt, ...said },
    detail === undefined ? undefined : element("detail", {}, JSON.stringify(detail)),
  );
}

function outcomeElement({ outcome, digest }: StoredEvent): Markup {
  const known = OUTCOMES[outcome];
  return element(
    "eventOutcomeInformation",
    {},
    known === undefined ? element("eventOutcome", {}, outcome) : term("eventOutcome", "eventOutcome", known),
    digest === undefined ? undefined : element("eventOutcomeDetail", {}, element("eventOutcomeDetailNote", {}, digest)),
  );
}

function objectLinks(event: StoredEvent): Markup[] {
  const { assetKey, assetVersion } = event;
  const file = fileKey(event);
  const gone = copyGone(event);
  return [
    identifier("linkingObject", ASSET_KEY, assetKey),
    ...(assetVersion === undefined
      ? []
      : [identifier("linkingObject", VERSION_KEY, versionKey(assetKey, assetVersion))]),
    ...(file === undefined ? [] : [identifier("linkingObject", FILE_KEY, file)]),
    ...(gone === undefined ? [] : [identifier("linkingObject", gone.type, gone.id)]),
  ];
}
