import { maySee } from "../access/tags.js";
import { ASSUMPTIONS } from "../assumptions.js";
import type { Call } from "../http/call.js";
import { badRequest, notFound, Refusal } from "../http/refusal.js";
import { isUuid } from "../ids.js";
import {
  ENTITY_PATHS,
  type Asset,
  type ContentObject,
  type Entity,
  type EntityType,
  type EventAction,
  type Folder,
} from "../model.js";
import type { XmlElement } from "../xml/parse.js";
import { childText } from "../xml/parse.js";

interface ByType {
  SO: Folder;
  IO: Asset;
  CO: ContentObject;
}

/**
 * The entity that a call's path names.
 *
 * @throws Refusal 400 no UUID, 404 unknown, of another type or (unless wanted) deleted, 403 hidden by its security tag
 */
export function entityOf(call: Call, options: { tombstone?: boolean } = {}): Entity {
  const path = call.request.segments.find((segment) => Object.values(ENTITY_PATHS).some((known) => known === segment));
  const ref = call.param("ref");
  if (!isUuid(ref)) throw badRequest(`${ref} is not a reference`);
  const entity = call.archive.repository.find(ref);
  if (!entity || ENTITY_PATHS[entity.type] !== path) throw notFound(`entity ${ref}`);
  if (entity.deleted !== undefined && options.tombstone !== true) throw notFound(`entity ${ref}`);
  if (!maySee(call.user, entity.securityTag)) throw new Refusal(403, ASSUMPTIONS.messages.forbidden);
  return entity;
}

/** As `entityOf`, for calls that exist for one type only. */
export function entityOfType<T extends EntityType>(call: Call, type: T): ByType[T] {
  const entity = entityOf(call);
  if (!isOfType(entity, type)) throw notFound(`entity ${entity.ref}`);
  return entity;
}

function isOfType<T extends EntityType>(entity: Entity, type: T): entity is ByType[T] {
  return entity.type === type;
}

/** Saves a changed entity, with what was done to it added to its history. */
export async function saveChange(
  call: Call,
  entity: Entity,
  kind: { type: string; command: string },
  serialised?: string,
): Promise<void> {
  const { archive } = call;
  const event = archive.newEvent(kind.type, call.user.login);
  const action: EventAction = {
    event,
    command: kind.command,
    date: event.date,
    ...(serialised === undefined ? {} : { serialised }),
  };
  entity.actions.push(action);
  entity.modified = event.date;
  const record = archive.repository.recordOf(entity);
  if (!record) throw new Error(`${entity.ref} has no record`);
  if (record !== entity) record.modified = event.date;
  await archive.repository.save(record);
  archive.context.changed();
}

/** Text of a needed child element. @throws Refusal 400 */
export function needText(element: XmlElement, local: string): string {
  const value = childText(element, local);
  if (value === undefined || value === "") throw badRequest(`${local} is missing in ${element.local}`);
  return value;
}

/** Checks that the entity named in a body is the one in the path. @throws Refusal 400 */
export function needSameEntity(element: XmlElement, local: string, entity: Entity): void {
  if (needText(element, local).toLowerCase() !== entity.ref)
    throw badRequest(`${local} in the body is not ${entity.ref}`);
}
