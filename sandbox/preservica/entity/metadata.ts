import type { SandboxAnswer } from "../../kernel/types.js";
import { ASSUMPTIONS } from "../assumptions.js";
import { expectShape, type Call } from "../http/call.js";
import { badRequest, notFound } from "../http/refusal.js";
import { entityRoutes, type Route } from "../http/router.js";
import { newRef } from "../ids.js";
import type { Entity, Fragment } from "../model.js";
import { attribute, child, childText, elements, type XmlElement } from "../xml/parse.js";
import { el, serialise, text } from "../xml/write.js";
import { entityUrl, fragmentMarkup } from "./entity-markup.js";
import { entityOf, needSameEntity, saveChange } from "./find.js";

/** Descriptive metadata: XML documents ("fragments") on an entity, each known by its schema URI. */
export const METADATA_ROUTES: readonly Route[] = [
  ...entityRoutes(["SO", "IO", "CO"], "POST", "metadata", add),
  ...entityRoutes(["SO", "IO", "CO"], "GET", "metadata/:fragment", (call) =>
    answer(call, entityOf(call), existing(call)),
  ),
  ...entityRoutes(["SO", "IO", "CO"], "PUT", "metadata/:fragment", change),
  ...entityRoutes(["SO", "IO", "CO"], "DELETE", "metadata/:fragment", remove),
];

async function add(call: Call): Promise<SandboxAnswer> {
  call.need("write");
  const entity = entityOf(call);
  const fragment: Fragment = { ref: newRef(), ...(await readBody(call, ["Entity", "Content"])) };
  entity.metadata.push(fragment);
  await saveChange(call, entity, ASSUMPTIONS.events.addMetadata, fragment.schema);
  return answer(call, entity, fragment);
}

async function change(call: Call): Promise<SandboxAnswer> {
  call.need("write");
  const fragment = existing(call);
  Object.assign(fragment, await readBody(call, ["Ref", "Entity", "Content"]));
  const entity = entityOf(call);
  await saveChange(call, entity, ASSUMPTIONS.events.updateMetadata, fragment.schema);
  return answer(call, entity, fragment);
}

async function remove(call: Call): Promise<SandboxAnswer> {
  call.need("write");
  const fragment = existing(call);
  const entity = entityOf(call);
  entity.metadata.splice(entity.metadata.indexOf(fragment), 1);
  await saveChange(call, entity, ASSUMPTIONS.events.deleteMetadata, fragment.schema);
  return { status: 204 };
}

function existing(call: Call): Fragment {
  const fragment = entityOf(call).metadata.find((candidate) => candidate.ref === call.param("fragment").toLowerCase());
  if (!fragment) throw notFound(`metadata ${call.param("fragment")}`);
  return fragment;
}

async function readBody(call: Call, children: string[]): Promise<{ schema: string; xml: string }> {
  const entity = entityOf(call);
  const body = await call.xml("MetadataContainer");
  expectShape(body, "xip", children);
  needSameEntity(body, "Entity", entity);
  const ref = childText(body, "Ref");
  if (children.includes("Ref") && ref?.toLowerCase() !== call.param("fragment").toLowerCase())
    throw badRequest("Ref in the body is not the fragment's");
  return readFragment(body);
}

/**
 * Schema URI and document of a MetadataContainer, or of a package's Metadata element.
 * @throws Refusal 400 when the URI is missing, or Content does not hold exactly one element of another namespace
 */
export function readFragment(container: XmlElement): { schema: string; xml: string } {
  const schema = attribute(container, "schemaUri");
  if (schema === undefined || schema === "") throw badRequest("attribute schemaUri is missing");
  const content = child(container, "Content");
  const documents = content ? elements(content) : [];
  const [document] = documents;
  if (!document || documents.length !== 1) throw badRequest("Content must hold exactly one element");
  if (document.ns === container.ns) throw badRequest("the element in Content needs a namespace of its own");
  return { schema, xml: serialise(document) };
}

function answer(call: Call, entity: Entity, fragment: Fragment): SandboxAnswer {
  const self = text("Self", `${entityUrl(call, entity)}/metadata/${fragment.ref}`);
  return call.answer("MetadataResponse", [fragmentMarkup(entity, fragment), el("AdditionalInformation", {}, self)]);
}
