import type { SandboxAnswer } from "../../kernel/types.js";
import { maySee } from "../access/tags.js";
import { ASSUMPTIONS } from "../assumptions.js";
import type { Call } from "../http/call.js";
import { badRequest } from "../http/refusal.js";
import { entityRoutes, route, type Route } from "../http/router.js";
import { pageOf, pagingMarkup } from "../http/paging.js";
import type { Entity, EntityRecord } from "../model.js";
import { el } from "../xml/write.js";
import { listEntry } from "./entity-markup.js";
import { entityOf } from "./find.js";

/** Children of folders and of the root, and entities changed since an instant. */
export const LISTING_ROUTES: readonly Route[] = [
  ...entityRoutes(
    ["SO"],
    "GET",
    "children",
    (call) => children(call, call.archive.repository.children(entityOf(call).ref)),
    ["start", "max"],
  ),
  route("GET", "root/children", (call) => children(call, call.archive.repository.children(undefined)), [
    "start",
    "max",
  ]),
  route("GET", "entities/updated-since", updatedSince, ["date", "endDate", "start", "max"]),
];

function children(call: Call, all: EntityRecord[]): SandboxAnswer {
  const visible = all.filter((record) => maySee(call.user, record.securityTag)).sort(byTitle);
  const page = pageOf(call, visible, ASSUMPTIONS.defaultPage.children);
  const entries = page.items.map((record) =>
    listEntry(
      call,
      "Child",
      record,
      record.type === "SO" ? { icon: "folder" } : record.securityTag === "open" ? {} : { overlays: "lock" },
    ),
  );
  return call.answer("ChildrenResponse", [el("Children", {}, ...entries), pagingMarkup(call, page)]);
}

/** By title, and by reference where titles are equal, so that pages do not overlap. */
export function byTitle(a: EntityRecord, b: EntityRecord): number {
  if (a.title !== b.title) return a.title < b.title ? -1 : 1;
  return a.ref < b.ref ? -1 : 1;
}

function updatedSince(call: Call): SandboxAnswer {
  const since = instant(call.query("date"), "date");
  const until = call.query("endDate") === undefined ? undefined : instant(call.query("endDate"), "endDate");
  const changed = [...call.archive.repository.all()]
    .flatMap((record): Entity[] => (record.type === "IO" ? [record, ...record.contentObjects] : [record]))
    .filter((entity) => entity.modified >= since && (until === undefined || entity.modified <= until))
    .filter((entity) => maySee(call.user, entity.securityTag))
    .sort((a, b) => (a.modified === b.modified ? (a.ref < b.ref ? -1 : 1) : a.modified < b.modified ? -1 : 1));
  const page = pageOf(call, changed, ASSUMPTIONS.defaultPage.entities);
  return call.answer("EntitiesResponse", [
    el("Entities", {}, ...page.items.map((entity) => listEntry(call, "Entity", entity))),
    pagingMarkup(call, page),
  ]);
}

/** An ISO instant of a query, in the server's own writing. @throws Refusal 400 */
export function instant(raw: string | undefined, name: string): string {
  const date = new Date(raw ?? "");
  if (raw === undefined || Number.isNaN(date.getTime())) throw badRequest(`${name}=${raw ?? ""} is not a date`);
  return date.toISOString();
}
