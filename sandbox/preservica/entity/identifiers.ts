import type { SandboxAnswer } from "../../kernel/types.js";
import { maySee } from "../access/tags.js";
import { ASSUMPTIONS } from "../assumptions.js";
import { expectShape, type Call } from "../http/call.js";
import { badRequest, notFound } from "../http/refusal.js";
import { entityRoutes, route, type Route } from "../http/router.js";
import { pageOf, pagingMarkup } from "../http/paging.js";
import { newApiId } from "../ids.js";
import type { Identifier } from "../model.js";
import { el } from "../xml/write.js";
import { identifierMarkup, listEntry } from "./entity-markup.js";
import { entityOf, needSameEntity, needText, saveChange } from "./find.js";

/** Identifiers of an entity, and the look-up by identifier. */
export const IDENTIFIER_ROUTES: readonly Route[] = [
  ...entityRoutes(["SO", "IO", "CO"], "GET", "identifiers", list, ["start", "max"]),
  ...entityRoutes(["SO", "IO", "CO"], "POST", "identifiers", add),
  ...entityRoutes(["SO", "IO", "CO"], "PUT", "identifiers/:id", change),
  ...entityRoutes(["SO", "IO", "CO"], "DELETE", "identifiers/:id", remove),
  route("GET", "entities/by-identifier", find, ["type", "value", "start", "max"]),
];

function list(call: Call): SandboxAnswer {
  const entity = entityOf(call);
  const page = pageOf(call, entity.identifiers, ASSUMPTIONS.maxPage);
  return call.answer("IdentifiersResponse", [
    el("Identifiers", {}, ...page.items.map((identifier) => identifierMarkup(entity, identifier))),
    pagingMarkup(call, page),
  ]);
}

async function add(call: Call): Promise<SandboxAnswer> {
  call.need("write");
  const entity = entityOf(call);
  const identifier: Identifier = { apiId: newApiId(), ...(await readBody(call)) };
  entity.identifiers.push(identifier);
  await saveChange(
    call,
    entity,
    { type: "Modified", command: "AddIdentifier" },
    `${identifier.type}=${identifier.value}`,
  );
  return call.answer("IdentifiersResponse", [identifierMarkup(entity, identifier)]);
}

async function change(call: Call): Promise<SandboxAnswer> {
  call.need("write");
  const identifier = existing(call);
  Object.assign(identifier, await readBody(call));
  const entity = entityOf(call);
  await saveChange(call, entity, ASSUMPTIONS.events.updateIdentifier, `${identifier.type}=${identifier.value}`);
  return call.answer("IdentifiersResponse", [identifierMarkup(entity, identifier)]);
}

async function remove(call: Call): Promise<SandboxAnswer> {
  call.need("write");
  const identifier = existing(call);
  const entity = entityOf(call);
  entity.identifiers.splice(entity.identifiers.indexOf(identifier), 1);
  await saveChange(call, entity, ASSUMPTIONS.events.deleteIdentifier, `${identifier.type}=${identifier.value}`);
  return { status: 204 };
}

function existing(call: Call): Identifier {
  const identifier = entityOf(call).identifiers.find((candidate) => candidate.apiId === call.param("id"));
  if (!identifier) throw notFound(`identifier ${call.param("id")}`);
  return identifier;
}

async function readBody(call: Call): Promise<{ type: string; value: string }> {
  const entity = entityOf(call);
  const body = await call.xml("Identifier");
  expectShape(body, "xip", ["ApiId", "Type", "Value", "Entity"]);
  needSameEntity(body, "Entity", entity);
  return { type: needText(body, "Type"), value: needText(body, "Value") };
}

/** Exact and case-sensitive; several entities may share an identifier. What the user may not see is left out. */
function find(call: Call): SandboxAnswer {
  const type = call.query("type");
  const value = call.query("value");
  if (type === undefined || value === undefined) throw badRequest("type and value are needed");
  const found = call.archive.repository
    .withIdentifier(type, value)
    .filter((entity) => maySee(call.user, entity.securityTag));
  const page = pageOf(call, found, ASSUMPTIONS.defaultPage.children);
  return call.answer("EntitiesResponse", [
    el("Entities", {}, ...page.items.map((entity) => listEntry(call, "Entity", entity))),
    pagingMarkup(call, page),
  ]);
}
