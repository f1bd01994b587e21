import type { SandboxAnswer } from "../../kernel/types.js";
import { maySee } from "../access/tags.js";
import { ASSUMPTIONS } from "../assumptions.js";
import { expectShape, type Call } from "../http/call.js";
import { notFound } from "../http/refusal.js";
import { entityRoutes, type Route } from "../http/router.js";
import { pageOf, pagingMarkup } from "../http/paging.js";
import { newApiId } from "../ids.js";
import type { Entity, Link } from "../model.js";
import { el, text } from "../xml/write.js";
import { entityUrl } from "./entity-markup.js";
import { entityOf, needSameEntity, needText, saveChange } from "./find.js";

/** Links between entities (6.3.1 and later). They belong to the entity they start from. */
export const LINK_ROUTES: readonly Route[] = [
  ...entityRoutes(["SO", "IO", "CO"], "GET", "links", list, ["start", "max"]),
  ...entityRoutes(["SO", "IO"], "POST", "links", add),
  ...entityRoutes(["SO", "IO"], "DELETE", "links/:id", remove),
];

function list(call: Call): SandboxAnswer {
  const entity = entityOf(call);
  const { repository } = call.archive;
  const out = entity.links.map((link) => ({ link, direction: "From", other: repository.find(link.to) }));
  const back = repository
    .linkedFrom(entity.ref)
    .flatMap((other) =>
      other.links.filter((link) => link.to === entity.ref).map((link) => ({ link, direction: "To", other })),
    );
  const all = [...out, ...back].filter(
    (entry): entry is { link: Link; direction: string; other: Entity } =>
      entry.other !== undefined && maySee(call.user, entry.other.securityTag),
  );
  const page = pageOf(call, all, ASSUMPTIONS.defaultPage.links);
  const entries = page.items.map(({ link, direction, other }) =>
    text("Link", entityUrl(call, other), {
      linkType: link.type,
      linkDirection: direction,
      title: other.title,
      ref: other.ref,
      type: other.type,
      apiId: link.apiId,
    }),
  );
  return call.answer("LinksResponse", [el("Links", {}, ...entries), pagingMarkup(call, page)]);
}

async function add(call: Call): Promise<SandboxAnswer> {
  call.need("write");
  const body = await call.xml("Link");
  const entity = entityOf(call);
  expectShape(body, "xip", ["Type", "FromEntity", "ToEntity"]);
  needSameEntity(body, "FromEntity", entity);
  const target = call.archive.repository.find(needText(body, "ToEntity"));
  if (!target || target.deleted !== undefined || target.type === "CO")
    throw notFound(`entity ${needText(body, "ToEntity")}`);
  const link: Link = { apiId: newApiId(), type: needText(body, "Type"), to: target.ref };
  entity.links.push(link);
  await saveChange(call, entity, ASSUMPTIONS.events.link, `${link.type} ${link.to}`);
  return call.answer("LinksResponse", [
    el(
      "xip:Link",
      {},
      text("xip:Type", link.type),
      text("xip:FromEntity", entity.ref),
      text("xip:ToEntity", link.to),
      text("xip:ApiId", link.apiId),
    ),
  ]);
}

async function remove(call: Call): Promise<SandboxAnswer> {
  call.need("write");
  const entity = entityOf(call);
  const index = entity.links.findIndex((link) => link.apiId === call.param("id"));
  if (index < 0) throw notFound(`link ${call.param("id")}`);
  entity.links.splice(index, 1);
  await saveChange(call, entity, ASSUMPTIONS.events.unlink, call.param("id"));
  return { status: 204 };
}
