import type { StoredEvent } from "../store/types.js";
import { element, type Markup } from "../xml/element.js";
import { premisType } from "./event-words.js";
import type { TimelineSubject } from "./premis-subject.js";
import { ASSET_KEY, FILE_KEY, identifier, term, VERSION_KEY } from "./premis-words.js";

/** PREMIS types of events by which a copy of the asset goes. */
const GONE: readonly string[] = ["deaccession", "deletion"];

/** A file of which an event states a digest. */
interface File {
  key: string;
  name: string;
  system: string | undefined;
  version: string | undefined;
  size: string | undefined;
  mediaType: string | undefined;
  /** Digest text -> who stated it. */
  digests: Map<string, string>;
}

/** The asset, its versions, and the files of which digests are known. */
export function objectElements({ assetKey, identities, events }: TimelineSubject): Markup[] {
  const versions = [
    ...new Set(events.flatMap(({ assetVersion }) => (assetVersion === undefined ? [] : [assetVersion]))),
  ];
  return [
    element(
      "object",
      { "xsi:type": "intellectualEntity" },
      identifier("object", ASSET_KEY, assetKey),
      ...identities.map(({ system, connection, id }) => identifier("object", `${system}:${connection}`, id)),
      ...copiesGone(identities, events).map(({ type, id }) => identifier("object", type, id)),
    ),
    ...versions.map((version) =>
      element(
        "object",
        { "xsi:type": "representation" },
        identifier("object", VERSION_KEY, versionKey(assetKey, version)),
        relation("represents", ASSET_KEY, assetKey),
      ),
    ),
    ...[...filesOf(events).values()].map((file) => fileElement(assetKey, file)),
  ];
}

export function versionKey(assetKey: string, version: string): string {
  return `${assetKey} version ${version}`;
}

/**
 * The copy of the asset that an event says is gone, by the system that kept it; undefined for every other event, and
 * where it does not name the connection.
 */
export function copyGone({ type, system, object }: StoredEvent): { type: string; id: string } | undefined {
  if (system?.includes(":") !== true || object === undefined) return undefined;
  return GONE.includes(premisType(type) ?? "") ? { type: system, id: object } : undefined;
}

/** Copies that are gone and by whose id no system knows the asset now. */
function copiesGone(
  identities: TimelineSubject["identities"],
  events: readonly StoredEvent[],
): { type: string; id: string }[] {
  const known = new Set(identities.map(({ system, connection, id }) => `${system}:${connection} ${id}`));
  return events.flatMap((event) => {
    const copy = copyGone(event);
    const name = `${copy?.type} ${copy?.id}`;
    if (copy === undefined || known.has(name)) return [];
    known.add(name);
    return [copy];
  });
}

/**
 * Key of the file that an event speaks of; undefined when it states no digest of a named object. Where a paper was
 * issued, the digest is the paper's.
 */
export function fileKey({ assetKey, assetVersion, system, object, digest, detail }: StoredEvent): string | undefined {
  if (object === undefined || digest === undefined || typeof detail?.["paper"] === "string") return undefined;
  const version = assetVersion === undefined ? assetKey : versionKey(assetKey, assetVersion);
  return [version, ...(system === undefined ? [] : [system]), object].join(" / ");
}

function filesOf(events: readonly StoredEvent[]): Map<string, File> {
  const files = new Map<string, File>();
  for (const event of events) {
    const key = fileKey(event);
    if (key === undefined || event.object === undefined || event.digest === undefined) continue;
    const { object: name, system, assetVersion: version, detail } = event;
    const file = files.get(key) ?? {
      key,
      name,
      system,
      version,
      size: undefined,
      mediaType: undefined,
      digests: new Map(),
    };
    const { size, mediaType } = detail ?? {};
    if (typeof size === "number" && Number.isSafeInteger(size) && size >= 0) file.size = String(size);
    if (typeof mediaType === "string") file.mediaType = mediaType;
    // What a failed comparison met is told by its event; it is not the file's digest.
    if (event.outcome === "success" && !file.digests.has(event.digest)) {
      file.digests.set(event.digest, event.basis === "reported" ? (system ?? "") : event.agent);
    }
    files.set(key, file);
  }
  return files;
}

function fileElement(assetKey: string, file: File): Markup {
  const fixity = [...file.digests].map(([digest, originator]) => fixityElement(digest, originator));
  return element(
    "object",
    { "xsi:type": "file" },
    identifier("object", FILE_KEY, file.key),
    ...(file.system === undefined ? [] : [identifier("object", file.system, file.name)]),
    element(
      "objectCharacteristics",
      {},
      ...fixity,
      file.size === undefined ? undefined : element("size", {}, file.size),
      element("format", {}, element("formatDesignation", {}, element("formatName", {}, file.mediaType ?? "unknown"))),
    ),
    element("originalName", {}, file.name),
    file.version === undefined
      ? relation("is part of", ASSET_KEY, assetKey)
      : relation("is part of", VERSION_KEY, versionKey(assetKey, file.version)),
  );
}

/** `SHA-256:<hex>`, as our events write digests. */
function fixityElement(digest: string, originator: string): Markup {
  const [, algorithm = "unknown", value = digest] = /^([A-Za-z0-9-]+):(.+)$/.exec(digest) ?? [];
  return element(
    "fixity",
    {},
    term("messageDigestAlgorithm", "cryptographicHashFunctions", algorithm),
    element("messageDigest", {}, value),
    originator === "" ? undefined : element("messageDigestOriginator", {}, originator),
  );
}

function relation(kind: string, type: string, value: string): Markup {
  return element(
    "relationship",
    {},
    term("relationshipType", "relationshipType", "structural"),
    term("relationshipSubType", "relationshipSubType", kind),
    element(
      "relatedObjectIdentifier",
      {},
      element("relatedObjectIdentifierType", {}, type),
      element("relatedObjectIdentifierValue", {}, value),
    ),
  );
}
