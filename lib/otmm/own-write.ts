import { createHash } from "node:crypto";
import type { OtmmAssumptions } from "./assumptions.js";
import type { MetadataElement } from "./metadata.js";
import { holdsAlready } from "./new-value.js";
import type { OtmmAsset, OtmmNewValue, OwnWrite } from "./types.js";

/** What comparing a value needs to know of the connection. */
interface Frame {
  zone: string;
  assumptions: OtmmAssumptions;
}

/**
 * Describes a write of ours before it is made: what the asset holds besides the fields to be written, and what they
 * will hold. A watch can tell from it later whether this write is all that happened to the asset, without trusting
 * dates (whole seconds, moved by locks as well) and whenever the process ended in between.
 *
 * @param earlier the note of the last write of ours to this asset, if any
 */
export function noteWrite(
  asset: OtmmAsset,
  changes: Readonly<Record<string, OtmmNewValue>>,
  earlier: OwnWrite | undefined,
  frame: Frame,
): OwnWrite {
  const onTop = earlier !== undefined && onlyWrote(asset, earlier, frame);
  const { earlier: _older, ...before } = earlier ?? { digest: "", values: {} };
  return {
    digest: digestBeside(asset, Object.keys(changes), frame.assumptions),
    values: { ...changes },
    // On top of a write of ours, the last change by others is still the one before that.
    ...(onTop
      ? { ...(earlier.before === undefined ? {} : { before: earlier.before }), earlier: before }
      : asset.lastUpdated === undefined
        ? {}
        : { before: asset.lastUpdated }),
  };
}

/** Is the asset as our noted write left it, so that nobody else changed it since? */
export function onlyWrote(asset: OtmmAsset, note: OwnWrite, frame: Frame): boolean {
  const written = Object.keys(note.values);
  const elements = new Map((asset.metadata ?? []).map((element) => [element.id, element]));
  const holds = written.every((id) => holdsAlready(elements.get(id), note.values[id] ?? null, frame));
  if (holds && digestBeside(asset, written, frame.assumptions) === note.digest) return true;
  return note.earlier !== undefined && onlyWrote(asset, note.earlier, frame);
}

/** Digest of everything that people change on an asset version, but for some fields. Locks and dates of changes do not count. */
function digestBeside(asset: OtmmAsset, fields: readonly string[], assumptions: OtmmAssumptions): string {
  const left = new Set([...fields, assumptions.lastUpdatedField]);
  // An empty field may be there without a value or not be there at all.
  const metadata = (asset.metadata ?? [])
    .filter(({ id, values }) => !left.has(id) && values.some(({ value }) => value !== undefined))
    .sort(byId);
  const { assetId, version, latestVersion, name, modelId, deleted, expired, master, policies, paths, links } = asset;
  const facts = {
    version: [assetId, version, latestVersion, name, modelId, deleted, expired],
    master: [master?.id, master?.md5, master?.size],
    policies: policies.map(({ id }) => id).sort(),
    paths: [...paths].sort(),
    links: links.map(({ type, direction, assetId: other }) => `${type} ${direction} ${other}`).sort(),
    metadata: metadata.map(({ id, values }) => [id, values.map(({ value, kind }) => [kind, value])]),
  };
  return createHash("sha256").update(JSON.stringify(facts)).digest("hex");
}

function byId(one: MetadataElement, other: MetadataElement): number {
  return one.id < other.id ? -1 : one.id > other.id ? 1 : 0;
}
