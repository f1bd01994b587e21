import type { SandboxAnswer } from "../../kernel/types.js";
import { maySee } from "../access/tags.js";
import { ASSUMPTIONS } from "../assumptions.js";
import type { Call } from "../http/call.js";
import { notFound } from "../http/refusal.js";
import { entityRoutes, route, type Route } from "../http/router.js";
import { pageOf, pagingMarkup } from "../http/paging.js";
import { el } from "../xml/write.js";
import { eventActionMarkup, eventMarkup } from "./entity-markup.js";
import { entityOf } from "./find.js";
import { instant } from "./listings.js";

/** What was done: to one entity, in the whole tenant, and by one event. */
export const EVENT_ROUTES: readonly Route[] = [
  ...entityRoutes(["SO", "IO", "CO"], "GET", "event-actions", ofEntity, ["start", "max"]),
  route("GET", "events", ofTenant, ["start", "max", "types", "from", "to", "username"]),
  route("GET", "events/:event/event-actions", ofEvent, ["start", "max"]),
];

function ofEntity(call: Call): SandboxAnswer {
  const entity = entityOf(call, { tombstone: true });
  const page = pageOf(call, [...entity.actions].toReversed(), ASSUMPTIONS.defaultPage.events);
  return call.answer("EventActionsResponse", [
    el("EventActions", {}, ...page.items.map((action) => eventActionMarkup(entity, action))),
    pagingMarkup(call, page),
  ]);
}

function ofTenant(call: Call): SandboxAnswer {
  const types = call.query("types")?.split(",");
  const from = call.query("from") === undefined ? undefined : instant(call.query("from"), "from");
  const to = call.query("to") === undefined ? undefined : instant(call.query("to"), "to");
  const username = call.query("username");
  const found = call.archive.repository
    .allEvents()
    .filter((event) => types === undefined || types.includes(event.type))
    .filter((event) => (from === undefined || event.date >= from) && (to === undefined || event.date <= to))
    .filter((event) => username === undefined || event.user === username)
    .sort((a, b) => (a.date < b.date ? 1 : -1));
  const page = pageOf(call, found, ASSUMPTIONS.defaultPage.events);
  return call.answer("EventsResponse", [el("Events", {}, ...page.items.map(eventMarkup)), pagingMarkup(call, page)]);
}

function ofEvent(call: Call): SandboxAnswer {
  const actions = call.archive.repository.actionsOf(call.param("event"));
  if (actions.length === 0) throw notFound(`event ${call.param("event")}`);
  const page = pageOf(
    call,
    actions.filter(({ entity }) => maySee(call.user, entity.securityTag)),
    ASSUMPTIONS.defaultPage.events,
  );
  return call.answer("EventActionsResponse", [
    el("EventActions", {}, ...page.items.map(({ entity, action }) => eventActionMarkup(entity, action))),
    pagingMarkup(call, page),
  ]);
}
