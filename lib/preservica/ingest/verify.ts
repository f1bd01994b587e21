import { LifecycleError } from "../../messages/error.js";
import type { Bitstream, Entity } from "../types.js";
import { nowOf } from "./events.js";
import { damagedCopy, readBack, statedDigest } from "./compare.js";
import type { IngestDeps, PlannedFile, ProvenFile, ResolvedAsset, VerifyFacts } from "./job.js";
import { contentObjectOf } from "./package.js";
import type { IngestWay } from "./way-port.js";

/** What the archive must say before anything is called archived. */
export interface Expected {
  ref: string;
  /** Folder that the asset was sent to. */
  folder: string;
  files: readonly ProvenFile[];
  identifiers: readonly { type: string; value: string }[];
  /** Schema URIs, as often as fragments of them were sent. */
  schemas: readonly string[];
  /** Found, not sent by us: people may have moved or closed it since, so such differences are told, not refused. */
  alreadyThere: boolean;
  how: "fixity" | "content";
  /** The way by which it was sent. */
  way: Pick<IngestWay, "fileAmong">;
  /** What the archive said of the asset just now, where it was asked already. */
  seen?: Entity;
}

/** Not (all) there yet: look again later. */
export type Incomplete = { incomplete: string };

/**
 * Asks the archive itself: every file's size and digest, folder, tag, identifiers, fragments.
 *
 * @returns `incomplete` while parts cannot be seen yet
 * @throws LifecycleError FIXITY_MISMATCH for different bytes; INGEST_FAILED for an asset that is not as it was sent
 */
export async function verifyArchived(
  expected: Expected,
  resolved: ResolvedAsset,
  deps: IngestDeps,
  signal: AbortSignal,
): Promise<VerifyFacts | Incomplete> {
  const { preservica } = deps;
  const entity = expected.seen ?? (await preservica.findAsset(expected.ref));
  if (entity === undefined) return { incomplete: "the asset cannot be seen yet" };
  const problems = await compareEntity(entity, expected, resolved, deps);
  if (problems.missing.length > 0 && !expected.alreadyThere)
    return { incomplete: `missing yet: ${problems.missing.join(", ")}` };
  const files: VerifyFacts["files"] = [];
  const streams = await preservica.representations.bitstreamsOf(expected.ref, undefined, "all");
  for (const proven of expected.files) {
    const file = resolved.files.find((planned) => planned.label === proven.label);
    if (file === undefined) continue;
    const bitstream = matching(streams, file, resolved, proven, expected);
    if (bitstream === undefined) return { incomplete: `the file "${file.title}" cannot be seen yet` };
    files.push(await compareFile(bitstream, file, proven, expected.how, deps, signal));
  }
  if (problems.wrong.length > 0 && !expected.alreadyThere) {
    throw new LifecycleError(
      "INGEST_FAILED",
      `Preservica took the asset ${expected.ref}, but not as it was sent: ${problems.wrong.join("; ")}.`,
      {
        system: "preservica",
        details: { ref: expected.ref, problems: problems.wrong },
      },
    );
  }
  const warnings = [...problems.wrong, ...problems.missing.map((what) => `the archived asset lacks ${what}`)];
  return { at: nowOf(deps).toISOString(), since: await takenInAt(expected.ref, deps), files, warnings };
}

/** When the archive took the asset in, by its own history; the same whoever asks, whenever. */
async function takenInAt(ref: string, deps: IngestDeps): Promise<string | null> {
  let first: string | null = null;
  for await (const { type, date } of deps.preservica.entities.eventActions("IO", ref)) {
    if (type === "Ingest" && (first === null || date < first)) first = date;
  }
  return first;
}

async function compareEntity(
  entity: Entity,
  expected: Expected,
  resolved: ResolvedAsset,
  deps: IngestDeps,
): Promise<{ wrong: string[]; missing: string[] }> {
  const wrong: string[] = [];
  if (entity.deleted) wrong.push("it was deleted meanwhile");
  if (entity.parent !== expected.folder)
    wrong.push(`it stands in the folder ${entity.parent ?? "(none)"}, not in ${expected.folder}`);
  if (entity.securityTag !== resolved.securityTag)
    wrong.push(`its security tag is "${entity.securityTag}", not "${resolved.securityTag}"`);
  const have = await deps.preservica.entities.identifiers("IO", expected.ref);
  const missing = expected.identifiers
    .filter(({ type, value }) => !have.some((identifier) => identifier.type === type && identifier.value === value))
    .map(({ type }) => `identifier ${type}`);
  const schemas = entity.fragments.map((fragment) => fragment.schema);
  for (const schema of new Set(expected.schemas)) {
    const sent = expected.schemas.filter((one) => one === schema).length;
    if (schemas.filter((one) => one === schema).length < sent) missing.push(`metadata ${schema}`);
  }
  return { wrong, missing };
}

/** As it was sent; in an asset that we did not make, by digest or by size. */
function matching(
  streams: readonly Bitstream[],
  file: PlannedFile,
  resolved: ResolvedAsset,
  proven: ProvenFile,
  { alreadyThere, way }: Pick<Expected, "alreadyThere" | "way">,
): Bitstream | undefined {
  const type = file.role === "preservation" ? "Preservation" : "Access";
  const candidates = streams.filter(
    (bitstream) => bitstream.representation.type === type && (bitstream.original || alreadyThere),
  );
  if (!alreadyThere) return way.fileAmong(candidates, file, resolved);
  return (
    candidates.find((bitstream) => bitstream.path === proven.bitstream) ??
    candidates.find((bitstream) => bitstream.contentObject === contentObjectOf(resolved, file)) ??
    candidates.find((bitstream) => proven.sha256 !== null && statedDigest(bitstream, "SHA-256") === proven.sha256) ??
    candidates.find((bitstream) => bitstream.size === proven.size)
  );
}

async function compareFile(
  bitstream: Bitstream,
  file: PlannedFile,
  proven: ProvenFile,
  how: Expected["how"],
  deps: IngestDeps,
  signal: AbortSignal,
): Promise<VerifyFacts["files"][number]> {
  if (bitstream.size !== proven.size) {
    throw damagedCopy(file, `it has ${bitstream.size} bytes, ${proven.size} were sent`, {
      expected: proven.size,
      found: bitstream.size,
    });
  }
  const stated = statedDigest(bitstream, "SHA-256");
  const common = { label: proven.label, size: bitstream.size, bitstream: bitstream.path };
  if (stated !== undefined && proven.sha256 !== null && stated !== proven.sha256) {
    throw damagedCopy(file, "its stated SHA-256 differs", { expected: proven.sha256, found: stated });
  }
  if (stated !== undefined && how === "fixity") return { ...common, sha256: stated, by: "stated" };
  const read = await readBack(bitstream, "SHA-256", deps, signal);
  if (proven.sha256 !== null && read !== proven.sha256) {
    throw damagedCopy(file, "its SHA-256, read back, differs", { expected: proven.sha256, found: read });
  }
  return { ...common, sha256: read, by: "read" };
}
