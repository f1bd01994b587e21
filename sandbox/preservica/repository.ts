import type { SandboxContext, SandboxState } from "../kernel/types.js";
import {
  ENTITY_PATHS,
  type Asset,
  type ContentObject,
  type Entity,
  type EntityRecord,
  type EventAction,
  type EventRecord,
  type Folder,
} from "./model.js";

/**
 * All folders and assets, with look-ups by parent, identifier, link and event.
 * Reads are from memory; `save` makes a change visible at once and resolves when it is durable.
 */
export class Repository {
  private readonly records = new Map<string, EntityRecord>();
  private readonly assetOfContent = new Map<string, string>();
  private readonly byParent = new Map<string, Set<string>>();
  private readonly byIdentifier = new Map<string, Set<string>>();
  private readonly linksTo = new Map<string, Set<string>>();
  private readonly events = new Map<string, { event: EventRecord; refs: Set<string> }>();
  /** Which look-up entries a record had when it was last saved. */
  private readonly entries = new Map<
    string,
    { parent: string; identifiers: string[]; links: string[]; contents: string[] }
  >();
  private readonly listeners: ((record: EntityRecord) => void)[] = [];

  private constructor(private readonly state: SandboxState<Record<string, EntityRecord>>) {}

  static async open(context: SandboxContext): Promise<Repository> {
    const repository = new Repository(await context.state<Record<string, EntityRecord>>("entities", () => ({})));
    for (const record of Object.values(repository.state.value)) repository.index(record);
    return repository;
  }

  /** Calls back on every saved change of a record. */
  onChange(listener: (record: EntityRecord) => void): void {
    this.listeners.push(listener);
  }

  all(): IterableIterator<EntityRecord> {
    return this.records.values();
  }

  /** Folder, asset or content object; tombstones included. References are compared without case. */
  find(ref: string): Entity | undefined {
    const key = ref.toLowerCase();
    const record = this.records.get(key);
    if (record) return record;
    return this.assetOf(key)?.contentObjects.find((content) => content.ref === key);
  }

  folder(ref: string): Folder | undefined {
    const record = this.records.get(ref.toLowerCase());
    return record?.type === "SO" ? record : undefined;
  }

  asset(ref: string): Asset | undefined {
    const record = this.records.get(ref.toLowerCase());
    return record?.type === "IO" ? record : undefined;
  }

  /** The asset that a content object belongs to. */
  assetOf(contentRef: string): Asset | undefined {
    const owner = this.assetOfContent.get(contentRef.toLowerCase());
    return owner === undefined ? undefined : this.asset(owner);
  }

  /** The stored record that holds an entity: itself, or the asset of a content object. */
  recordOf(entity: Entity): EntityRecord | undefined {
    return this.records.get(entity.type === "CO" ? (this.assetOfContent.get(entity.ref) ?? "") : entity.ref);
  }

  /** Living folders and assets directly below a folder, or the roots. */
  children(parent: string | undefined): EntityRecord[] {
    return this.living(this.byParent.get(parent ?? ""));
  }

  /** Everything living below a folder, folders before what they hold. */
  descendants(parent: string): EntityRecord[] {
    return this.children(parent).flatMap((child) =>
      child.type === "SO" ? [child, ...this.descendants(child.ref)] : [child],
    );
  }

  /** References of all folders above, nearest first. */
  ancestors(entity: Entity): string[] {
    const above: string[] = [];
    for (let parent = entity.parent; parent !== undefined; parent = this.find(parent)?.parent) above.push(parent);
    return above;
  }

  /** Living entities with exactly this identifier. */
  withIdentifier(type: string, value: string): Entity[] {
    return [...(this.byIdentifier.get(`${type}\n${value}`) ?? [])]
      .map((ref) => this.find(ref))
      .filter((entity): entity is Entity => entity !== undefined && entity.deleted === undefined);
  }

  /** Living entities that have a link to this one. */
  linkedFrom(ref: string): Entity[] {
    return [...(this.linksTo.get(ref) ?? [])]
      .map((from) => this.find(from))
      .filter((entity): entity is Entity => entity !== undefined && entity.deleted === undefined);
  }

  allEvents(): EventRecord[] {
    return [...this.events.values()].map((entry) => entry.event);
  }

  /** What an event did, entity by entity. */
  actionsOf(eventRef: string): { entity: Entity; action: EventAction }[] {
    return [...(this.events.get(eventRef)?.refs ?? [])].flatMap((ref) => {
      const entity = this.find(ref);
      return entity
        ? entity.actions.filter((action) => action.event.ref === eventRef).map((action) => ({ entity, action }))
        : [];
    });
  }

  /** Takes over changed or new records, all at once; resolves when every one of them is durable. */
  async save(...records: EntityRecord[]): Promise<void> {
    for (const record of records) this.index(record);
    const written = this.state.update((value) => {
      for (const record of records) value[record.ref] = record;
    });
    for (const record of records) for (const listener of this.listeners) listener(record);
    await written;
  }

  private living(refs: Set<string> | undefined): EntityRecord[] {
    return [...(refs ?? [])]
      .map((ref) => this.records.get(ref))
      .filter((record): record is EntityRecord => record !== undefined && record.deleted === undefined);
  }

  private index(record: EntityRecord): void {
    this.forget(record.ref);
    this.records.set(record.ref, record);
    const contents = record.type === "IO" ? record.contentObjects : [];
    const entities: Entity[] = [record, ...contents];
    const identifiers = entities.flatMap((entity) =>
      entity.identifiers.map((identifier) => `${identifier.type}\n${identifier.value}\n${entity.ref}`),
    );
    const links = entities.flatMap((entity) => entity.links.map((link) => `${link.to}\n${entity.ref}`));
    this.entries.set(record.ref, {
      parent: record.parent ?? "",
      identifiers,
      links,
      contents: contents.map((content) => content.ref),
    });
    add(this.byParent, record.parent ?? "", record.ref);
    for (const content of contents) this.assetOfContent.set(content.ref, record.ref);
    for (const entry of identifiers) add(this.byIdentifier, ...keyAndRef(entry));
    for (const entry of links) add(this.linksTo, ...keyAndRef(entry));
    for (const entity of entities) for (const action of entity.actions) this.indexEvent(action, entity);
  }

  private indexEvent(action: EventAction, entity: Entity): void {
    const known = this.events.get(action.event.ref) ?? { event: action.event, refs: new Set<string>() };
    known.refs.add(entity.ref);
    this.events.set(action.event.ref, known);
  }

  private forget(ref: string): void {
    const old = this.entries.get(ref);
    if (!old) return;
    this.byParent.get(old.parent)?.delete(ref);
    for (const content of old.contents) this.assetOfContent.delete(content);
    for (const entry of old.identifiers) remove(this.byIdentifier, ...keyAndRef(entry));
    for (const entry of old.links) remove(this.linksTo, ...keyAndRef(entry));
    this.entries.delete(ref);
  }
}

function keyAndRef(entry: string): [key: string, ref: string] {
  const cut = entry.lastIndexOf("\n");
  return [entry.slice(0, cut), entry.slice(cut + 1)];
}

function add(map: Map<string, Set<string>>, key: string, ref: string): void {
  const set = map.get(key) ?? new Set<string>();
  set.add(ref);
  map.set(key, set);
}

function remove(map: Map<string, Set<string>>, key: string, ref: string): void {
  const set = map.get(key);
  set?.delete(ref);
  if (set?.size === 0) map.delete(key);
}

/** Path of an entity below the API's base, e.g. `information-objects/<ref>`. */
export function pathOf(entity: Entity): string {
  return `${ENTITY_PATHS[entity.type]}/${entity.ref}`;
}

/** Whether an entity is a content object, for places that must not treat it as a record of its own. */
export function isContentObject(entity: Entity): entity is ContentObject {
  return entity.type === "CO";
}
