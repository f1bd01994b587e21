import { LifecycleError } from "../../messages/error.js";
import type { LifecycleAsset } from "../../messages/asset.js";
import type { Bitstream } from "../types.js";
import { nowOf } from "./events.js";
import { BY_STRENGTH, readBack, statedDigest } from "./compare.js";
import type { IngestDeps, IngestSettings, PlannedFile, ProvenFile, ResolvedAsset } from "./job.js";
import { algorithmsOf, openerOf } from "./package.js";

/**
 * The asset that is in the archive already, by its computed reference and by its identifier.
 *
 * @returns its reference; undefined when there is none
 * @throws LifecycleError REFUSED when only a tombstone is left; CONFLICT when several assets carry the identifier
 */
export async function findArchived(
  resolved: Pick<ResolvedAsset, "ref" | "assetId">,
  settings: IngestSettings,
  deps: Pick<IngestDeps, "preservica">,
): Promise<string | undefined> {
  const { preservica } = deps;
  const own = await preservica.findAsset(resolved.ref);
  if (own?.deleted === true) throw tombstone(resolved.ref, "its reference stays taken for ever");
  if (own !== undefined) return own.ref;
  const known = (await preservica.findByIdentifier(settings.identifiers.asset, resolved.assetId)).filter(
    (entry) => entry.type === "IO",
  );
  const others = known.filter((entry) => !entry.deleted);
  const [gone] = others.length === 0 ? known : [];
  if (gone !== undefined) throw tombstone(gone.ref, "its identifiers still stand there");
  if (others.length > 1) {
    throw new LifecycleError(
      "CONFLICT",
      `${others.length} assets in Preservica carry ${settings.identifiers.asset} = ${resolved.assetId}; a person has to say which one is right.`,
      { system: "preservica", details: { refs: others.map((entry) => entry.ref) } },
    );
  }
  return others[0]?.ref;
}

/**
 * Proves that what is archived is this content: sizes first, then the best digest that both sides state; where they
 * share none, the source is read and hashed.
 *
 * @throws LifecycleError CONFLICT when the archive holds other bytes under this identity; FIXITY_MISMATCH when the
 *   source is damaged
 */
export async function proveArchived(
  ref: string,
  asset: LifecycleAsset,
  resolved: ResolvedAsset,
  deps: IngestDeps,
  signal: AbortSignal,
): Promise<ProvenFile[]> {
  const all = await deps.preservica.representations.bitstreamsOf(ref, "Preservation", "all");
  const original = all.filter((bitstream) => bitstream.original);
  const left = original.length > 0 ? original : all;
  const wanted = resolved.files.filter((file) => file.role === "preservation");
  if (left.length !== wanted.length)
    throw differs(ref, `it has ${left.length} preservation files, the source has ${wanted.length}`);
  const proven: ProvenFile[] = [];
  for (const file of wanted) {
    const candidates = left.filter((bitstream) => bitstream.size === file.size);
    if (candidates.length === 0) throw differs(ref, `no archived file has the ${file.size} bytes of "${file.title}"`);
    const match = await firstEqual(candidates, file, asset, deps, signal);
    if (match === undefined) throw differs(ref, `the archived bytes of "${file.title}" are different ones`);
    left.splice(left.indexOf(match.bitstream), 1);
    proven.push(provenAs(file, match, deps));
  }
  return proven;
}

/** A file that was found in the archive, byte for byte. */
export function provenAs(file: PlannedFile, { bitstream, sha256 }: Match, deps: IngestDeps): ProvenFile {
  const at = nowOf(deps).toISOString();
  return { label: file.label, size: file.size, sha256: sha256 ?? null, at, bitstream: bitstream.path };
}

/** The archived file that has the bytes of a planned one, with its digest where one is known. */
export type Match = { bitstream: Bitstream; sha256?: string | undefined };

/** The first of some archived files that has the bytes of a planned one; the source is read only where nothing else tells. */
export async function firstEqual(
  candidates: Bitstream[],
  file: PlannedFile,
  asset: LifecycleAsset,
  deps: IngestDeps,
  signal: AbortSignal,
): Promise<Match | undefined> {
  for (const bitstream of candidates) {
    const shared = BY_STRENGTH.find(
      (algorithm) => file.expected[algorithm] !== undefined && statedDigest(bitstream, algorithm) !== undefined,
    );
    if (shared === undefined) continue;
    if (file.expected[shared] === statedDigest(bitstream, shared))
      return { bitstream, sha256: statedDigest(bitstream, "SHA-256") };
  }
  const open = candidates.filter(
    (bitstream) =>
      !BY_STRENGTH.some(
        (algorithm) => file.expected[algorithm] !== undefined && statedDigest(bitstream, algorithm) !== undefined,
      ),
  );
  if (open.length === 0) return undefined;
  const needed = open.flatMap(
    (bitstream) => BY_STRENGTH.find((algorithm) => statedDigest(bitstream, algorithm) !== undefined) ?? "SHA-256",
  );
  const source = await deps.contentPool.read({
    open: openerOf(asset, file, deps),
    size: file.size,
    algorithms: [...new Set([...algorithmsOf(file), ...needed])],
    expected: file.expected,
    signal,
  });
  for (const bitstream of open) {
    const algorithm = BY_STRENGTH.find((name) => statedDigest(bitstream, name) !== undefined) ?? "SHA-256";
    const theirs = statedDigest(bitstream, algorithm) ?? (await readBack(bitstream, algorithm, deps, signal));
    if (theirs === source.digests[algorithm]) return { bitstream, sha256: source.digests["SHA-256"] };
  }
  return undefined;
}

function tombstone(ref: string, why: string): LifecycleError {
  return new LifecycleError(
    "REFUSED",
    `This version was archived as ${ref} and deleted there; ${why}. A person has to decide whether it may be archived again.`,
    { system: "preservica", details: { ref, reason: "tombstone" } },
  );
}

function differs(ref: string, why: string): LifecycleError {
  return new LifecycleError(
    "CONFLICT",
    `Preservica already has this version as ${ref}, but with different content: ${why}. Nothing was changed; a person has to find out which one is right.`,
    { system: "preservica", details: { ref } },
  );
}
