import { createHash, randomBytes } from "node:crypto";
import type { SandboxFiles } from "../kernel/types.js";
import { applied, readEdits } from "./edit.js";
import type { Registry } from "./registry.js";
import type { OtmmStore } from "./store.js";
import type {
  AssetRecord,
  ContentRecord,
  EditWork,
  ImportWork,
  JobRecord,
  OtmmSeed,
  RenditionWork,
  StoredValue,
  UploadedFile,
} from "./types.js";

/** What the job workers need. */
export interface WorkContext {
  store: OtmmStore;
  registry: Registry;
  files: SandboxFiles;
  seed: OtmmSeed;
}

/** Checks what only the job may report: model, policies, folder and metadata of an import. @throws Error with the job's message */
export function checkImport(context: WorkContext, work: ImportWork): ImportWork {
  if (work.entries.every((entry) => entry.replaces !== undefined)) return work;
  const { registry, store, seed } = context;
  if (work.parentFolder === undefined || !store.findFolder(work.parentFolder))
    throw new Error(`The parent folder "${work.parentFolder ?? ""}" does not exist.`);
  registry.model(work.modelId);
  if (work.policies.length === 0) throw new Error("No security policy was named.");
  for (const id of work.policies)
    if (!seed.policies.some((policy) => policy.id === id)) throw new Error(`The security policy ${id} does not exist.`);
  return { ...work, values: applied(registry, work.modelId, {}, readEdits(registry, work.modelId, work.metadata)) };
}

/** New assets, or new versions of checked-out ones. @throws Error with the job's message */
export async function runImport({ store, files }: WorkContext, job: JobRecord, work: ImportWork): Promise<void> {
  const prepared: { file: UploadedFile; content: ContentRecord; replaces?: string }[] = [];
  for (const entry of work.entries) {
    const file = job.files.find((known) => known.name === entry.fileName);
    if (!file) throw new Error(`The manifest names "${entry.fileName}", which was not uploaded.`);
    if (entry.replaces !== undefined) mayCheckIn(store, entry.replaces, job.user);
    const content = await contentOf(files, file, "MASTER");
    prepared.push({ file, content, ...(entry.replaces !== undefined && { replaces: entry.replaces }) });
  }
  for (const { file, content, replaces } of prepared) {
    if (replaces === undefined) await store.addAssets([newAsset(store, job, work, file, content)]);
    else await checkIn(store, job, replaces, file, content);
  }
}

function newAsset(
  store: OtmmStore,
  job: JobRecord,
  work: ImportWork,
  file: UploadedFile,
  content: ContentRecord,
): AssetRecord {
  const id = randomBytes(20).toString("hex");
  const now = store.now();
  const mark = { at: now, user: job.user };
  return {
    id,
    originalId: id,
    version: 1,
    latest: true,
    name: file.name,
    contentType: contentTypeOf(file.mime),
    modelId: work.modelId,
    imported: now,
    updated: now,
    importer: job.user,
    importJob: job.id,
    deleted: false,
    assetState: mark,
    contentState: mark,
    contentLock: mark,
    metadataLock: mark,
    metadataState: mark,
    parents: work.parentFolder === undefined ? [] : [work.parentFolder],
    policies: work.policies,
    values: { "ARTESIA.FIELD.ASSET NAME": file.name, ...work.values },
    master: content,
    links: [],
  };
}

function mayCheckIn(store: OtmmStore, id: string, user: string): AssetRecord {
  const asset = store.findAsset(id);
  if (!asset) throw new Error(`The asset "${id}" does not exist.`);
  if (asset.checkedOutBy !== user) throw new Error(`The asset "${id}" is not checked out by ${user}.`);
  return asset;
}

/** The new version takes over metadata, policies and links; the checkout of the old one ends. */
async function checkIn(
  store: OtmmStore,
  job: JobRecord,
  id: string,
  file: UploadedFile,
  content: ContentRecord,
): Promise<void> {
  const old = mayCheckIn(store, id, job.user);
  const now = store.now();
  const mark = { at: now, user: job.user };
  const {
    checkedOutBy: _out,
    lockedBy: _lock,
    preview: _preview,
    thumbnail: _thumbnail,
    subscribers: _subscribers,
    ...kept
  } = structuredClone(old);
  const next: AssetRecord = {
    ...kept,
    id: randomBytes(20).toString("hex"),
    version: old.version + 1,
    latest: true,
    name: file.name,
    contentType: contentTypeOf(file.mime),
    imported: now,
    updated: now,
    importer: job.user,
    importJob: job.id,
    assetState: mark,
    contentState: mark,
    contentLock: mark,
    metadataLock: mark,
    metadataState: mark,
    values: { ...kept.values, "ARTESIA.FIELD.ASSET NAME": file.name },
    master: content,
  };
  await store.changeAsset(id, (asset) => {
    asset.latest = false;
    asset.updated = now;
    asset.contentLock = mark;
    delete asset.checkedOutBy;
    delete asset.lockedBy;
  });
  await store.addAssets([next]);
}

/** A preview or thumbnail put on an asset. */
export async function runRendition({ store, files }: WorkContext, job: JobRecord, work: RenditionWork): Promise<void> {
  const [file] = job.files;
  if (!file) throw new Error("No file was uploaded.");
  const content = await contentOf(files, file, work.rendition === "preview" ? "PREVIEW" : "THUMBNAIL");
  await store.changeAsset(work.asset, (asset) => {
    asset[work.rendition] = content;
    asset.updated = store.now();
  });
}

/** Bulk edit: what is locked by somebody else or deleted fails the job, after the others were done. */
export async function runEdit({ store, registry }: WorkContext, job: JobRecord, work: EditWork): Promise<void> {
  const failed: string[] = [];
  for (const id of work.assets) {
    const asset = store.findAsset(id);
    if (!asset || asset.deleted || (asset.lockedBy !== undefined && asset.lockedBy !== job.user)) {
      failed.push(id);
      continue;
    }
    const edits = new Map<string, StoredValue | undefined>(Object.entries(work.values));
    for (const [column, rows] of Object.entries(work.append)) {
      const before = asset.values[column];
      edits.set(column, [...(Array.isArray(before) ? before : []), ...rows]);
    }
    const values = applied(registry, asset.modelId, asset.values, edits);
    const mark = { at: store.now(), user: job.user };
    await store.changeAsset(id, (record) => Object.assign(record, { values, updated: mark.at, metadataState: mark }));
  }
  if (failed.length > 0)
    throw new Error(`${failed.length} of ${work.assets.length} assets could not be changed: ${failed.join(", ")}`);
}

async function contentOf(files: SandboxFiles, file: UploadedFile, kind: ContentRecord["kind"]): Promise<ContentRecord> {
  return {
    id: createHash("sha1").update(randomBytes(20)).digest("hex"),
    kind,
    name: file.name,
    mime: file.mime,
    size: file.size,
    width: -1,
    height: -1,
    checksum: await files.digest(file.bytes, "md5"),
    bytes: file.bytes,
  };
}

function contentTypeOf(mime: string): string {
  if (mime === "application/pdf") return "ACROBAT";
  if (mime.startsWith("image/")) return "BITMAP";
  if (mime.startsWith("video/")) return "VIDEO";
  if (mime.startsWith("audio/")) return "AUDIO";
  return /officedocument|msword|ms-excel|ms-powerpoint/.test(mime) ? "MSOFFICE" : "NONE";
}
