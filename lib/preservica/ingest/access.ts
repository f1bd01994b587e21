import type { LifecycleAsset } from "../../messages/asset.js";
import { atLeast } from "../gateway.js";
import type { Bitstream } from "../types.js";
import { mustBeFinal } from "./holds.js";
import type { IngestDeps, PlannedFile, ProvenFile, ResolvedAsset } from "./job.js";
import { firstEqual, type Match, provenAs } from "./lookup.js";

/** How the access copies of a message stand to those of an archived asset. */
export interface AccessCopies {
  /** Archived already, byte for byte. */
  there: ProvenFile[];
  missing: PlannedFile[];
  /** Why what differs is left alone. */
  warnings: string[];
}

/**
 * Compares the access copies of the message with those of an asset that was archived before. A copy is missing when the
 * archive has neither its bytes nor a representation of its name; without a name of its own, when the asset has no
 * access copy at all. What stands there under the same name with other bytes is for a person.
 *
 * @throws LifecycleError FIXITY_MISMATCH when the source is damaged
 */
export async function compareAccess(
  ref: string,
  asset: LifecycleAsset,
  resolved: ResolvedAsset,
  deps: IngestDeps,
  signal: AbortSignal,
): Promise<AccessCopies> {
  const copies: AccessCopies = { there: [], missing: [], warnings: [] };
  const wanted = resolved.files.filter((file) => file.role === "access");
  if (wanted.length === 0) return copies;
  const left = await deps.preservica.representations.bitstreamsOf(ref, "Access", "all");
  const names = new Set(left.map(({ representation }) => representation.name ?? "Access"));
  const empty = left.length === 0;
  for (const file of wanted) {
    const equal = await equalAmong(left, file, asset, deps, signal);
    if (equal !== undefined) {
      left.splice(left.indexOf(equal.bitstream), 1);
      copies.there.push(provenAs(file, equal, deps));
      continue;
    }
    const named = asset.content[file.content]?.representation !== undefined;
    const several = wanted.filter(({ representation }) => representation === file.representation).length > 1;
    if (several) {
      copies.warnings.push(
        `"${file.title}" is not in the archived asset; a representation of several files cannot be added to it`,
      );
    } else if (named ? !names.has(file.representation) : empty) copies.missing.push(file);
    else if (named) {
      copies.warnings.push(
        `the archived asset has another access copy "${file.representation}" than "${file.title}"; a person has to decide`,
      );
    }
  }
  return copies;
}

/**
 * Why no access copy can be added to an archived asset now; undefined when nothing stands against it.
 *
 * @throws LifecycleError for what may pass (UNREACHABLE, THROTTLED, UPSTREAM)
 */
export async function cannotAdd(asset: LifecycleAsset, ref: string, deps: IngestDeps): Promise<string | undefined> {
  const { preservica } = deps;
  const { addAccessSince } = preservica.assumptions;
  const version = await preservica.serverVersion();
  if (!atLeast(version, addAccessSince)) return `that needs Preservica ${addAccessSince}, it is ${version}`;
  const archived = { ...asset, ids: { ...asset.ids, preservica: { connection: preservica.connection, ref } } };
  const holds = await preservica.holds(archived);
  mustBeFinal(holds);
  if (holds.state === "held") return `the archived asset is on hold (${holds.matters.join(", ")})`;
  if (holds.state === "unknown")
    return `holds of the archived asset are not known, which counts as held (${holds.why})`;
  return undefined;
}

async function equalAmong(
  archived: readonly Bitstream[],
  file: PlannedFile,
  asset: LifecycleAsset,
  deps: IngestDeps,
  signal: AbortSignal,
): Promise<Match | undefined> {
  const candidates = archived.filter((bitstream) => bitstream.size === file.size);
  return candidates.length === 0 ? undefined : await firstEqual(candidates, file, asset, deps, signal);
}
