import type { Archive } from "../archive.js";
import { ASSUMPTIONS } from "../assumptions.js";
import { identify } from "../formats.js";
import { nameBasedRef } from "../ids.js";
import type { DeletionJob, GenerationJob, MoveJob, RepresentationJob, SecurityJob } from "../jobs/model.js";
import type { Bitstream, ContentObject, Entity, EntityRecord, EventRecord, Generation } from "../model.js";

function note(entity: Entity, event: EventRecord, command: string, serialised?: string): void {
  entity.actions.push({ event, command, date: event.date, ...(serialised === undefined ? {} : { serialised }) });
  entity.modified = event.date;
}

/** Changes the security tag of an entity, and of all below if asked; content objects follow their asset. */
export async function securityStep(archive: Archive, job: SecurityJob): Promise<void> {
  const entity = archive.repository.folder(job.entity) ?? archive.repository.asset(job.entity);
  if (!entity || entity.deleted !== undefined) return fail(archive, job, `entity ${job.entity} is gone`);
  const records: EntityRecord[] = [
    entity,
    ...(job.descendants && entity.type === "SO" ? archive.repository.descendants(entity.ref) : []),
  ];
  const { type, command } = ASSUMPTIONS.events.security;
  const event = archive.newEvent(type, job.user);
  for (const record of records) {
    record.securityTag = job.tag;
    if (record.type === "IO") for (const content of record.contentObjects) content.securityTag = job.tag;
    note(record, event, command, job.tag);
  }
  await archive.repository.save(...records);
  await complete(archive, job);
  archive.webhooks.notify("CHANGED_SECURITY_DESCRIPTOR", records);
}

export async function moveStep(archive: Archive, job: MoveJob): Promise<void> {
  const entity = archive.repository.folder(job.entity) ?? archive.repository.asset(job.entity);
  const target = job.to === undefined ? undefined : archive.repository.folder(job.to);
  if (!entity || entity.deleted !== undefined) return fail(archive, job, `entity ${job.entity} is gone`);
  if (job.to !== undefined && (!target || target.deleted !== undefined))
    return fail(archive, job, `folder ${job.to} is gone`);
  if (job.to === undefined) delete entity.parent;
  else entity.parent = job.to;
  note(entity, archive.newEvent("Moved", job.user), "Moved", job.to ?? "@root@");
  await archive.repository.save(entity);
  await complete(archive, job);
  archive.webhooks.notify("MOVED", [entity]);
}

/** Submitted: waits for a person. Approved: holds are asked again, then everything becomes a tombstone. */
export async function deletionStep(archive: Archive, job: DeletionJob): Promise<void> {
  if (job.phase === "submitted") {
    await archive.jobs.update(job, (own) => Object.assign(own, { phase: "waiting", status: "PENDING" }));
    return;
  }
  if (job.phase === "rejected") {
    await archive.jobs.update(job, (own) =>
      Object.assign(own, { status: "ABORTED", errors: ["the deletion was rejected"] }),
    );
    return;
  }
  const entity = archive.repository.folder(job.entity) ?? archive.repository.asset(job.entity);
  if (!entity || entity.deleted !== undefined) return fail(archive, job, `entity ${job.entity} is gone`);
  const records: EntityRecord[] = [entity, ...(entity.type === "SO" ? archive.repository.descendants(entity.ref) : [])];
  const blocks = records.flatMap((record) =>
    record.type === "IO"
      ? archive.governance.deletionBlocks(record, (field) => archive.index.value(record.ref, field))
      : [],
  );
  if (blocks.length > 0) return fail(archive, job, `deletion is refused: ${blocks.join("; ")}`);
  const { type, command } = ASSUMPTIONS.events.deleted;
  const event = archive.newEvent(type, job.user);
  for (const record of records) entomb(record, event, command, job);
  await archive.repository.save(...records);
  await archive.jobs.update(job, (own) => Object.assign(own, { phase: "done", status: "COMPLETED" }));
}

/** What is left of a deleted entity: reference, title, tag, parent and history. */
function entomb(record: EntityRecord, event: EventRecord, command: string, job: DeletionJob): void {
  record.deleted = event.date;
  record.identifiers = [];
  record.metadata = [];
  record.links = [];
  if (record.type === "IO") {
    record.representations = [];
    record.restrictions = [];
    record.retention = [];
    record.holds = [];
    for (const content of record.contentObjects) {
      content.deleted = event.date;
      content.generations = [];
      note(content, event, command);
    }
  }
  delete record.preview;
  note(
    record,
    event,
    command,
    `requested by ${job.user}: ${job.comment}; approved by ${job.approver ?? ""}: ${job.approvalComment ?? ""}`,
  );
}

/** Adds a representation with one content object to an asset. */
export async function representationStep(archive: Archive, job: RepresentationJob): Promise<void> {
  const asset = archive.repository.asset(job.entity);
  if (!asset || asset.deleted !== undefined) return fail(archive, job, `asset ${job.entity} is gone`);
  // The same reference when a restart takes this step again: it must not add the representation twice.
  const ref = nameBasedRef(job.token);
  if (asset.contentObjects.some((content) => content.ref === ref)) return complete(archive, job);
  const { type, command } = ASSUMPTIONS.events.representation;
  const event = archive.newEvent(type, job.user);
  const content: ContentObject = {
    type: "CO",
    ref,
    title: job.filename,
    securityTag: asset.securityTag,
    parent: asset.ref,
    created: event.date,
    modified: event.date,
    createdBy: job.user,
    identifiers: [],
    metadata: [],
    links: [],
    actions: [],
    generations: [newGeneration(job.filename, await newBitstream(archive, job), event.date, true)],
  };
  note(content, event, command, job.filename);
  note(asset, event, command, job.filename);
  asset.contentObjects.push(content);
  asset.representations.push({
    type: job.type,
    contentObjects: [content.ref],
    ...(job.name === undefined ? {} : { name: job.name }),
  });
  await archive.repository.save(asset);
  await complete(archive, job);
}

/** Adds a generation to a content object; the former ones stay, no longer active. */
export async function generationStep(archive: Archive, job: GenerationJob): Promise<void> {
  const asset = archive.repository.assetOf(job.entity);
  const content = asset?.contentObjects.find((candidate) => candidate.ref === job.entity);
  if (!asset || !content || asset.deleted !== undefined)
    return fail(archive, job, `content object ${job.entity} is gone`);
  const bitstream = await newBitstream(archive, job);
  if (job.fixity) {
    const found = await archive.context.files.digest(job.bytes, job.fixity.algorithm.toLowerCase());
    if (found !== job.fixity.value)
      return fail(archive, job, `fixity ${job.fixity.algorithm} of ${job.filename} does not match`);
    bitstream.fixities = [job.fixity];
  }
  const { type, command } = ASSUMPTIONS.events.generation;
  const event = archive.newEvent(type, job.user);
  for (const generation of content.generations) generation.active = false;
  content.generations.push(newGeneration(job.filename, bitstream, event.date, false));
  note(content, event, command, job.filename);
  note(asset, event, command, job.filename);
  await archive.repository.save(asset);
  await complete(archive, job);
}

async function newBitstream(archive: Archive, job: RepresentationJob | GenerationJob): Promise<Bitstream> {
  const value = await archive.context.files.digest(job.bytes, "sha1");
  return {
    filename: job.filename,
    size: job.bytes.size,
    fixities: [{ algorithm: "SHA1", value }],
    bytes: job.bytes,
    checks: [firstCheck(archive.now())],
  };
}

/** The check that every file gets when it comes in. */
export function firstCheck(date: string): Bitstream["checks"][number] {
  return { type: "Full", success: true, date, fixed: false };
}

export function newGeneration(label: string, bitstream: Bitstream, date: string, original: boolean): Generation {
  const { format, group } = identify(bitstream.filename);
  return {
    original,
    active: true,
    label,
    effectiveDate: date,
    formatGroup: group,
    format,
    properties: [],
    bitstreams: [bitstream],
  };
}

type SimpleJob = SecurityJob | MoveJob | DeletionJob | RepresentationJob | GenerationJob;

async function complete(archive: Archive, job: SimpleJob): Promise<void> {
  await archive.jobs.update<SimpleJob["kind"]>(job, (own) => (own.status = "COMPLETED"));
}

async function fail(archive: Archive, job: SimpleJob, why: string): Promise<void> {
  await archive.jobs.update<SimpleJob["kind"]>(job, (own) => Object.assign(own, { status: "FAILED", errors: [why] }));
}
