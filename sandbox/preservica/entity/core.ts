import type { SandboxAnswer } from "../../kernel/types.js";
import { isTag } from "../access/tags.js";
import { ASSUMPTIONS } from "../assumptions.js";
import { expectShape, type Call } from "../http/call.js";
import { badRequest, notFound, Refusal, undocumented } from "../http/refusal.js";
import { entityRoutes, route, type Route } from "../http/router.js";
import { isUuid, newRef } from "../ids.js";
import { ENTITY_ELEMENTS, type Asset, type Entity, type EntityBase, type EntityRecord, type Folder } from "../model.js";
import { child, childText, elements, type XmlElement } from "../xml/parse.js";
import { text } from "../xml/write.js";
import { assetDocument } from "./asset-document.js";
import { additionalInformation, entityMarkup } from "./entity-markup.js";
import { entityOf, needSameEntity, needText, saveChange } from "./find.js";

const ENTITY_FIELDS = ["Ref", "Title", "Description", "SecurityTag", "CustomType", "Parent"];

/** Server version, and reading, creating and updating entities. Patterns are below the Entity API's base. */
export const CORE_ROUTES: readonly Route[] = [
  route("GET", "versiondetails/version", (call) =>
    call.answer(ASSUMPTIONS.elements.version, [text("CurrentVersion", call.archive.version)]),
  ),
  ...entityRoutes(["SO", "CO"], "GET", "", read),
  ...entityRoutes(["IO"], "GET", "", read, ["expand"]),
  ...entityRoutes(["SO", "IO", "CO"], "PUT", "", update),
  route("POST", "structural-objects", createFolder),
  route("POST", "information-objects", createPhysicalAsset, [], "6.4"),
];

function read(call: Call): SandboxAnswer {
  const entity = entityOf(call, { tombstone: true });
  const expand = call.query("expand");
  if (expand === undefined) return entityAnswer(call, entity);
  if (expand !== "structure" || entity.type !== "IO") throw undocumented(400, `expand=${expand} is not documented`);
  return call.answer("EntityResponse", [assetDocument(call.xipNs, entity), additionalInformation(call, entity)]);
}

/** The EntityResponse of an entity. */
export function entityAnswer(call: Call, entity: Entity): SandboxAnswer {
  return call.answer("EntityResponse", [entityMarkup(entity), additionalInformation(call, entity)]);
}

/** Changes title, description and custom type. Tag and parent in the body are read over: they have calls of their own. */
async function update(call: Call): Promise<SandboxAnswer> {
  call.need("write");
  const entity = entityOf(call);
  const body = await call.xml(ENTITY_ELEMENTS[entity.type]);
  expectShape(body, "xip", ENTITY_FIELDS);
  needSameEntity(body, "Ref", entity);
  entity.title = needText(body, "Title");
  setOptional(entity, "description", childText(body, "Description"));
  setOptional(entity, "customType", childText(body, "CustomType"));
  await saveChange(call, entity, ASSUMPTIONS.events.update);
  return entityAnswer(call, entity);
}

function setOptional(entity: Entity, key: "description" | "customType", value: string | undefined): void {
  if (value === undefined || value === "") delete entity[key];
  else entity[key] = value;
}

async function createFolder(call: Call): Promise<SandboxAnswer> {
  call.need("write");
  const body = await call.xml("StructuralObject");
  expectShape(body, "xip", ENTITY_FIELDS);
  const folder: Folder = { type: "SO", ...newEntity(call, body) };
  return created(call, folder);
}

/** Physical assets have no content; a body with content objects is refused. @see release notes 6.4 */
async function createPhysicalAsset(call: Call): Promise<SandboxAnswer> {
  call.need("write");
  const body = await call.xml("XIP");
  expectShape(body, "xip", ["InformationObject", "Representation"]);
  const object = child(body, "InformationObject");
  const representation = child(body, "Representation");
  if (!object || !representation || elements(body).length !== 2)
    throw badRequest("one InformationObject and one Representation are expected");
  expectShape(object, "xip", ENTITY_FIELDS);
  expectShape(representation, "xip", ["InformationObject", "Name", "Type", "ContentObjects"]);
  if (childText(representation, "Type") !== "Physical")
    throw badRequest("only a Physical representation can be made by this call");
  const base = newEntity(call, object);
  if (base.parent === undefined) throw badRequest("an asset needs a parent folder");
  const asset: Asset = {
    type: "IO",
    ...base,
    representations: [{ type: "Physical", contentObjects: [] }],
    contentObjects: [],
    retention: [],
    holds: [],
    restrictions: [],
    indexed: base.created,
  };
  return created(call, asset);
}

function newEntity(call: Call, body: XmlElement): EntityBase {
  const { archive, user } = call;
  const ref = (childText(body, "Ref") ?? "").toLowerCase() || newRef();
  if (!isUuid(ref)) throw badRequest(`Ref ${ref} is not a UUID`);
  if (archive.repository.find(ref)) throw new Refusal(409, `entity ${ref} exists already`);
  const tag = needText(body, "SecurityTag");
  if (!isTag(tag)) throw new Refusal(ASSUMPTIONS.semanticStatus, `security tag ${tag} is not known`);
  const parent = childText(body, "Parent")?.toLowerCase();
  const folder = parent === undefined || parent === "" ? undefined : archive.repository.folder(parent);
  if (parent !== undefined && parent !== "" && (!folder || folder.deleted !== undefined))
    throw notFound(`folder ${parent}`);
  const now = archive.now();
  const description = childText(body, "Description");
  const customType = childText(body, "CustomType");
  return {
    ref,
    title: needText(body, "Title"),
    ...(description === undefined || description === "" ? {} : { description }),
    securityTag: tag,
    ...(customType === undefined || customType === "" ? {} : { customType }),
    ...(parent === undefined || parent === "" ? {} : { parent }),
    created: now,
    modified: now,
    createdBy: user.login,
    identifiers: [],
    metadata: [],
    links: [],
    actions: [],
  };
}

async function created(call: Call, record: EntityRecord): Promise<SandboxAnswer> {
  const { type, command } = ASSUMPTIONS.events.create;
  const event = call.archive.newEvent(type, call.user.login);
  record.actions.push({ event, command, date: event.date });
  await call.archive.repository.save(record);
  call.archive.context.changed();
  return entityAnswer(call, record);
}
