import type { AssetRecord, ContentRecord, StoredValue } from "../../otmm/types.js";
import { emptyMaster, masterOf, renditionOf, type FileSpec, type StoredChecksum } from "../contents.js";
import { seedId } from "../ids.js";

/** What the seed says about one asset version. */
export interface AssetSpec {
  /** Name in the seed; ids follow from it. Version n > 1 of an asset has the key of version 1. */
  key: string;
  name: string;
  base: string;
  modelId: string;
  folders: string[];
  values: Record<string, StoredValue>;
  version?: number;
  latest?: boolean;
  checksum?: StoredChecksum;
  mime?: string;
  contentType?: string;
  /** `zero`: a file without a byte; a content record: something made elsewhere. */
  content?: "zero" | ContentRecord;
  preview?: boolean;
  deleted?: boolean;
  checkedOutBy?: string;
  links?: { type: string; to: string }[];
  imported?: string;
  updated?: string;
}

/** Id of a version of a seeded asset. */
export function assetId(key: string, version = 1): string {
  return version === 1 ? seedId(`asset:${key}`) : seedId(`asset:${key}#v${version}`);
}

export function fileSpecOf(spec: AssetSpec): FileSpec {
  return {
    asset: assetId(spec.key, spec.version),
    name: spec.name,
    base: spec.base,
    ...(spec.checksum !== undefined && { checksum: spec.checksum }),
    ...(spec.mime !== undefined && { mime: spec.mime }),
  };
}

const CONTENT_TYPES: Record<string, string> = {
  jpg: "BITMAP",
  png: "BITMAP",
  tif: "BITMAP",
  pdf: "ACROBAT",
  mp4: "VIDEO",
  mxf: "VIDEO",
  wav: "AUDIO",
};

/** Turns a specification into the record that the simulator keeps. */
export function assetRecord(spec: AssetSpec): AssetRecord {
  const id = assetId(spec.key, spec.version);
  const file = fileSpecOf(spec);
  const imported = spec.imported ?? "2021-01-12T08:15:30Z";
  const updated = spec.updated ?? "2026-03-14T09:26:53Z";
  const mark = { at: imported, user: "mkeller" };
  const preview = spec.preview === false ? undefined : renditionOf(file, "PREVIEW");
  const thumbnail = spec.preview === false ? undefined : renditionOf(file, "THUMBNAIL");
  const extension = spec.base.slice(spec.base.lastIndexOf(".") + 1);
  return {
    id,
    originalId: assetId(spec.key),
    version: spec.version ?? 1,
    latest: spec.latest ?? true,
    name: spec.name,
    contentType: spec.contentType ?? CONTENT_TYPES[extension] ?? "NONE",
    modelId: spec.modelId,
    imported,
    updated,
    importer: "mkeller",
    importJob: 7000 + (Number.parseInt(id.slice(0, 4), 16) % 900),
    deleted: spec.deleted ?? false,
    ...(spec.checkedOutBy !== undefined && { checkedOutBy: spec.checkedOutBy, lockedBy: spec.checkedOutBy }),
    assetState: { at: updated, user: "mkeller" },
    contentState: mark,
    contentLock: spec.checkedOutBy === undefined ? mark : { at: updated, user: spec.checkedOutBy },
    metadataLock: { at: updated, user: "mkeller" },
    metadataState: { at: updated, user: "mkeller" },
    parents: spec.folders,
    policies: [2],
    values: { "ARTESIA.FIELD.ASSET NAME": spec.name, ...spec.values },
    master: spec.content === "zero" ? emptyMaster(file) : (spec.content ?? masterOf(file)),
    ...(preview && { preview }),
    ...(thumbnail && { thumbnail }),
    links: (spec.links ?? []).map(({ type, to }) => ({ type, destination: assetId(to) })),
  };
}
