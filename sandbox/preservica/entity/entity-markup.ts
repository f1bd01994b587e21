import {
  ENTITY_ELEMENTS,
  type Entity,
  type EventAction,
  type EventRecord,
  type Fragment,
  type Identifier,
} from "../model.js";
import type { Call } from "../http/call.js";
import { pathOf } from "../repository.js";
import { el, text, type Markup } from "../xml/write.js";

/** Absolute URL of an entity in the API that was called. */
export function entityUrl(call: Call, entity: Entity): string {
  return `${call.api.url}/${pathOf(entity)}`;
}

/** `<xip:InformationObject>…` and its likes. */
export function entityMarkup(entity: Entity): Markup {
  return el(
    `xip:${ENTITY_ELEMENTS[entity.type]}`,
    {},
    text("xip:Ref", entity.ref),
    text("xip:Title", entity.title),
    text("xip:Description", entity.description),
    text("xip:SecurityTag", entity.securityTag),
    text("xip:CustomType", entity.customType ?? ""),
    text("xip:Parent", entity.parent),
    entity.deleted === undefined ? "" : text("xip:Deleted", true),
  );
}

/** The links that stand beside an entity. */
export function additionalInformation(call: Call, entity: Entity): Markup {
  const url = entityUrl(call, entity);
  const fragments = entity.metadata.map((fragment) =>
    text("Fragment", `${url}/metadata/${fragment.ref}`, { schema: fragment.schema }),
  );
  const own = {
    SO: [text("Children", `${url}/children`)],
    IO: [text("Representations", `${url}/representations`)],
    CO: [text("Generations", `${url}/generations`)],
  }[entity.type];
  return el(
    "AdditionalInformation",
    {},
    text("Self", url),
    text("Identifiers", `${url}/identifiers`),
    text("Links", `${url}/links`),
    el("Metadata", {}, ...fragments),
    ...own,
    text("EventActions", `${url}/event-actions`),
  );
}

/** One entry of a listing: `<Entity|Child title ref type>url</…>`. */
export function listEntry(
  call: Call,
  name: "Entity" | "Child" | "ContentObject",
  entity: Entity,
  more: Record<string, string | undefined> = {},
): Markup {
  return text(name, entityUrl(call, entity), {
    title: entity.title,
    description: entity.description,
    ref: entity.ref,
    type: entity.type,
    deleted: entity.deleted === undefined ? undefined : "true",
    ...more,
  });
}

export function identifierMarkup(entity: Entity, identifier: Identifier): Markup {
  return el(
    "xip:Identifier",
    {},
    text("xip:ApiId", identifier.apiId),
    text("xip:Type", identifier.type),
    text("xip:Value", identifier.value),
    text("xip:Entity", entity.ref),
  );
}

/** `<xip:MetadataContainer>` with the document as it was given. */
export function fragmentMarkup(entity: Entity, fragment: Fragment): Markup {
  return el(
    "xip:MetadataContainer",
    { schemaUri: fragment.schema },
    text("xip:Ref", fragment.ref),
    text("xip:Entity", entity.ref),
    el("xip:Content", {}, fragment.xml),
  );
}

export function eventMarkup(event: EventRecord): Markup {
  return el(
    "xip:Event",
    { type: event.type },
    text("xip:Ref", event.ref),
    text("xip:Date", event.date),
    text("xip:User", event.user),
    text("xip:WorkflowName", event.workflowName),
    text("xip:WorkflowInstanceId", event.workflowInstanceId),
  );
}

export function eventActionMarkup(entity: Entity, action: EventAction): Markup {
  return el(
    "xip:EventAction",
    { commandType: action.command },
    eventMarkup(action.event),
    text("xip:Date", action.date),
    text("xip:Entity", entity.ref),
    text("xip:SerialisedCommand", action.serialised ?? ""),
  );
}
