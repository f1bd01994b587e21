import { children, descendants, textOf } from "../http/index.js";
import { LifecycleError } from "../messages/error.js";
import { collect, uuid, type Gateway } from "./gateway.js";
import { readEntity, readEntityRef, readEventAction, readFragment, readIdentifiers, readLink } from "./read.js";
import {
  ENTITY_PATHS,
  type Entity,
  type EntityLink,
  type EntityRef,
  type EntityType,
  type EventAction,
  type Identifier,
  type MetadataFragment,
} from "./types.js";
import { checkFragment } from "./fragment.js";
import { xmlAttribute, xmlText } from "./xml-text.js";

/** Entities and what hangs on them: Entity API, fact sheet 3.1 to 3.7. */
export class Entities {
  readonly #gateway: Gateway;

  constructor(gateway: Gateway) {
    this.#gateway = gateway;
  }

  /** @throws LifecycleError NOT_FOUND, DENIED */
  async get(type: EntityType, ref: string): Promise<Entity> {
    return readEntity(await this.#gateway.xml({ method: "GET", path: this.#path(type, ref) }));
  }

  /** Like `get`, undefined instead of NOT_FOUND. A tombstone is an answer, with `deleted`. */
  async find(type: EntityType, ref: string): Promise<Entity | undefined> {
    const answer = await this.#gateway.send({ method: "GET", path: this.#path(type, ref), allow: [404] });
    return answer.status === 404 ? undefined : readEntity(await answer.xml());
  }

  /** @param parent absent = at the root. @throws LifecycleError as the server answers; a taken reference is one of its 4xx */
  async createFolder(folder: {
    ref: string;
    title: string;
    securityTag: string;
    parent?: string;
    description?: string;
  }): Promise<Entity> {
    const namespace = await this.#gateway.xipNamespace();
    const parent = folder.parent === undefined ? "" : `<Parent>${uuid(folder.parent)}</Parent>`;
    const xml =
      `<StructuralObject xmlns="${namespace}"><Ref>${uuid(folder.ref)}</Ref><Title>${xmlText(folder.title, "Folder title")}</Title>` +
      `<Description>${xmlText(folder.description ?? folder.title, "Folder description")}</Description>` +
      `<SecurityTag>${xmlText(folder.securityTag, "SecurityTag")}</SecurityTag>${parent}</StructuralObject>`;
    return readEntity(await this.#gateway.xml({ method: "POST", path: this.#gateway.entity(ENTITY_PATHS.SO), xml }));
  }

  /** Folders and assets in a folder; without reference, the root folders. */
  children(ref: string | undefined): AsyncGenerator<EntityRef> {
    const path = ref === undefined ? this.#gateway.entity("root/children") : `${this.#path("SO", ref)}/children`;
    return this.#list(path, { start: 0, max: this.#gateway.assumptions.pageSize }, "Children", "Child");
  }

  /**
   * One page of a folder, for a reader that keeps its place over a restart.
   *
   * @param start entries to leave out
   * @returns `total` as the server counts now: when it changes between two pages, entries may have shifted
   */
  async childrenPage(
    ref: string | undefined,
    start: number,
  ): Promise<{ items: EntityRef[]; more: boolean; total: number }> {
    const path = ref === undefined ? this.#gateway.entity("root/children") : `${this.#path("SO", ref)}/children`;
    const max = this.#gateway.assumptions.pageSize;
    const root = await this.#gateway.xml({ method: "GET", path, query: { start, max } });
    const items = children(root, "Children").flatMap((list) => children(list, "Child").map(readEntityRef));
    const total = Number(textOf(root, "Paging", "TotalResults") ?? start + items.length);
    return { items, more: items.length > 0 && (textOf(root, "Paging", "Next") ?? "") !== "", total };
  }

  /** Entities that changed since an instant, in the server's order (unknown, fact sheet 3.5). */
  updatedSince(date: string, until?: string): AsyncGenerator<EntityRef> {
    const query = { date, endDate: until, start: 0, max: this.#gateway.assumptions.pageSize };
    return this.#list(this.#gateway.entity("entities/updated-since"), query, "Entities", "Entity");
  }

  /**
   * Finds the entities that carry an external identifier.
   *
   * @param type identifier type, e.g. `SourceID`; taken as case-sensitive
   * @see fact sheet 3.2; identifiers are not unique
   */
  async findByIdentifier(type: string, value: string): Promise<EntityRef[]> {
    const path = this.#gateway.entity("entities/by-identifier");
    return await collect(this.#list(path, { type, value }, "Entities", "Entity"));
  }

  async identifiers(type: EntityType, ref: string): Promise<Identifier[]> {
    return await collect(this.#gateway.pages(`${this.#path(type, ref)}/identifiers`, {}, readIdentifiers));
  }

  async addIdentifier(type: EntityType, ref: string, identifier: { type: string; value: string }): Promise<Identifier> {
    const xml = await this.#identifierXml(ref, identifier);
    const answer = await this.#gateway.xml({ method: "POST", path: `${this.#path(type, ref)}/identifiers`, xml });
    const added = readIdentifiers(answer)[0];
    if (added === undefined)
      throw new LifecycleError("UPSTREAM", "Preservica took an identifier but did not say its id.", {
        system: "preservica",
      });
    return added;
  }

  async updateIdentifier(
    type: EntityType,
    ref: string,
    apiId: string,
    identifier: { type: string; value: string },
  ): Promise<void> {
    const xml = await this.#identifierXml(ref, identifier);
    await this.#gateway.send({
      method: "PUT",
      path: `${this.#path(type, ref)}/identifiers/${apiSegment(apiId)}`,
      xml,
      expect: "any",
    });
  }

  async deleteIdentifier(type: EntityType, ref: string, apiId: string): Promise<void> {
    await this.#gateway.send({
      method: "DELETE",
      path: `${this.#path(type, ref)}/identifiers/${apiSegment(apiId)}`,
      expect: "any",
    });
  }

  async fragment(type: EntityType, ref: string, fragment: string): Promise<MetadataFragment> {
    return readFragment(
      await this.#gateway.xml({ method: "GET", path: `${this.#path(type, ref)}/metadata/${uuid(fragment)}` }),
    );
  }

  /** All fragments of a schema; there is no call for that, so the entity is read first (fact sheet 3.3). */
  async fragments(type: EntityType, ref: string, schema: string): Promise<MetadataFragment[]> {
    const entity = await this.get(type, ref);
    const wanted = entity.fragments.filter((pointer) => pointer.schema === schema);
    return await Promise.all(wanted.map((pointer) => this.fragment(type, ref, pointer.ref)));
  }

  async addFragment(type: EntityType, ref: string, schema: string, xml: string): Promise<MetadataFragment> {
    const body = await this.#containerXml(ref, schema, xml);
    return readFragment(
      await this.#gateway.xml({ method: "POST", path: `${this.#path(type, ref)}/metadata`, xml: body }),
    );
  }

  async updateFragment(type: EntityType, ref: string, fragment: string, schema: string, xml: string): Promise<void> {
    const body = await this.#containerXml(ref, schema, xml, fragment);
    await this.#gateway.send({ method: "PUT", path: `${this.#path(type, ref)}/metadata/${uuid(fragment)}`, xml: body });
  }

  /** Links from and to the entity. */
  async links(type: EntityType, ref: string): Promise<EntityLink[]> {
    const { assumptions } = this.#gateway;
    const pick = (root: Parameters<typeof descendants>[0]): EntityLink[] =>
      descendants(root, "Link").map((node) => readLink(node, assumptions.fromMeansThisIsFrom));
    return await collect(
      this.#gateway.pages(`${this.#path(type, ref)}/links`, { start: 0, max: assumptions.pageSize }, pick),
    );
  }

  /** Adds a link `from` -> `to`; adds a second one when it is there already, so look first. */
  async addLink(type: EntityType, from: string, link: { type: string; to: string }): Promise<void> {
    const namespace = await this.#gateway.xipNamespace();
    const xml =
      `<Link xmlns="${namespace}"><Type>${xmlText(link.type, "Link type")}</Type><FromEntity>${uuid(from)}</FromEntity>` +
      `<ToEntity>${uuid(link.to)}</ToEntity></Link>`;
    await this.#gateway.send({ method: "POST", path: `${this.#path(type, from)}/links`, xml });
  }

  /** From the `from` side only. */
  async deleteLink(type: EntityType, from: string, apiId: string): Promise<void> {
    await this.#gateway.send({
      method: "DELETE",
      path: `${this.#path(type, from)}/links/${apiSegment(apiId)}`,
      expect: "any",
      allow: [404],
    });
  }

  /** What was done to the entity, all pages, in the server's order. */
  eventActions(type: EntityType, ref: string): AsyncGenerator<EventAction> {
    return this.#gateway.pages(
      `${this.#path(type, ref)}/event-actions`,
      { start: 0, max: this.#gateway.assumptions.pageSize },
      (root) => descendants(root, "EventAction").map(readEventAction),
    );
  }

  #path(type: EntityType, ref: string): string {
    return this.#gateway.entity(ENTITY_PATHS[type], uuid(ref));
  }

  #list(
    path: string,
    query: Record<string, string | number | undefined>,
    wrapper: string,
    entry: string,
  ): AsyncGenerator<EntityRef> {
    return this.#gateway.pages(path, query, (root) =>
      children(root, wrapper).flatMap((list) => children(list, entry).map(readEntityRef)),
    );
  }

  async #identifierXml(ref: string, identifier: { type: string; value: string }): Promise<string> {
    return (
      `<Identifier xmlns="${await this.#gateway.xipNamespace()}"><Type>${xmlText(identifier.type, "Identifier type")}</Type>` +
      `<Value>${xmlText(identifier.value, `Identifier ${identifier.type}`)}</Value><Entity>${uuid(ref)}</Entity></Identifier>`
    );
  }

  async #containerXml(ref: string, schema: string, xml: string, fragment?: string): Promise<string> {
    const own = fragment === undefined ? "" : `<xip:Ref>${uuid(fragment)}</xip:Ref>`;
    return (
      `<xip:MetadataContainer schemaUri="${xmlAttribute(schema, "Schema")}" xmlns:xip="${await this.#gateway.xipNamespace()}">` +
      `${own}<xip:Entity>${uuid(ref)}</xip:Entity><xip:Content>${checkFragment(xml, schema).xml}</xip:Content></xip:MetadataContainer>`
    );
  }
}

/** Ids of identifiers and links are hex; anything else does not belong in a path. */
function apiSegment(apiId: string): string {
  if (!/^[0-9a-zA-Z-]{1,64}$/.test(apiId)) {
    throw new LifecycleError("INVALID_INPUT", `"${apiId.slice(0, 80)}" is no id of an identifier or link.`, {
      system: "preservica",
    });
  }
  return apiId;
}
