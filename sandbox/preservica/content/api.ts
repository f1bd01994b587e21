import type { SandboxAnswer } from "../../kernel/types.js";
import { maySee } from "../access/tags.js";
import { ASSUMPTIONS } from "../assumptions.js";
import { paxFiles } from "../entity/asset-document.js";
import { contentsOf } from "../entity/content-objects.js";
import type { Call } from "../http/call.js";
import { badRequest, jsonAnswer, notFound, Refusal } from "../http/refusal.js";
import { route, type Route } from "../http/router.js";
import type { Asset, Entity, Representation } from "../model.js";
import { writeZip } from "../zip/write.js";
import { contentAnswer } from "./bytes.js";
import { CUSTOM_FIELDS, OWN_FIELDS } from "./index-fields.js";
import { SEARCH_ROUTES } from "./search-api.js";
import { thumbnailAnswer } from "./thumbnail.js";

/** Content API, below `/api`. @see developers.preservica.com, "Content API" */
export const CONTENT_API_ROUTES: readonly Route[] = [
  route("GET", "content/object-details", objectDetails, ["id", "excludeproperties"]),
  route("GET", "content/download", download, ["id"]),
  route("HEAD", "content/download", download, ["id"]),
  route("GET", "content/thumbnail", (call) => thumbnailAnswer(call, entityOfId(call)), ["id", "size"]),
  route("GET", "content/indexed-fields", indexedFields),
  ...SEARCH_ROUTES,
];

/** The entity of an id `sdb:IO|<uuid>`; ids are case-insensitive. @throws Refusal 400, 404, 403 */
export function entityOfId(call: Call, id = call.query("id")): Entity {
  const found = /^sdb:(IO|SO)\|([0-9a-f-]{36})$/iu.exec(id ?? "");
  const ref = found?.[2];
  if (ref === undefined) throw badRequest(`id=${id ?? ""}: sdb:IO|<uuid> or sdb:SO|<uuid> is expected`);
  const entity = call.archive.repository.find(ref);
  if (!entity || entity.type !== found?.[1]?.toUpperCase() || entity.deleted !== undefined)
    throw notFound(`object ${id}`);
  if (!maySee(call.user, entity.securityTag)) throw new Refusal(403, ASSUMPTIONS.messages.forbidden);
  return entity;
}

/** Id of an entity in this API. */
export function sdbId(type: string, ref: string): string {
  return `sdb:${type}|${ref}`;
}

function objectDetails(call: Call): SandboxAnswer {
  const entity = entityOfId(call);
  const properties = [
    { name: "cmis:objectId", value: sdbId(entity.type, entity.ref) },
    { name: "cmis:name", value: entity.title },
    { name: "cmis:description", value: entity.description ?? "" },
    { name: "cmis:createdBy", value: entity.createdBy },
    { name: "cmis:creationDate", value: entity.created },
    { name: "cmis:lastModificationDate", value: entity.modified },
    ...(call.query("excludeproperties") === "history"
      ? []
      : entity.actions.map((action) => ({
          name: "history",
          value: `${action.event.date} ${action.event.type} ${action.event.user}`,
        }))),
  ];
  return jsonAnswer({
    success: true,
    version: 1,
    value: { id: sdbId(entity.type, entity.ref), name: entity.title, properties },
  });
}

/**
 * Bytes of the first Access representation if there is one, else of the first one; a representation of several
 * parts comes as a zipped PAX (7.5 and later).
 */
async function download(call: Call): Promise<SandboxAnswer> {
  const asset = entityOfId(call);
  if (asset.type !== "IO") throw notFound("content of a folder");
  const representation =
    asset.representations.find((candidate) => candidate.type === "Access" && candidate.contentObjects.length > 0) ??
    asset.representations[0];
  const contents = representation ? contentsOf(asset, representation) : [];
  const bitstreams = contents.flatMap(
    (content) => content.generations.filter((generation) => generation.active).at(-1)?.bitstreams ?? [],
  );
  const [first] = bitstreams;
  if (!representation || !first) throw notFound("content");
  if (bitstreams.length > 1) return zippedPax(call, asset, representation);
  return contentAnswer(
    call,
    first.bytes,
    first.filename,
    contents[0]?.generations.at(-1)?.format.mediaType ?? "application/octet-stream",
  );
}

async function zippedPax(call: Call, asset: Asset, representation: Representation): Promise<SandboxAnswer> {
  const files = paxFiles(asset, (generation) => generation.active).filter(
    (file) => file.representation === representation,
  );
  const inputs = files.flatMap((file) =>
    file.generation.bitstreams.map((bitstream) => ({
      name: `${file.folder}/${bitstream.filename}`,
      bytes: bitstream.bytes,
    })),
  );
  return contentAnswer(
    call,
    await writeZip(call.archive.context.files, inputs),
    `${asset.title}.pax.zip`,
    "application/zip",
  );
}

function indexedFields(call: Call): SandboxAnswer {
  const value = [...OWN_FIELDS, ...CUSTOM_FIELDS].map((field) => {
    const [shortName = "", index = ""] = field.key.split(/\.(.*)/u);
    const uri = shortName === "xip" ? call.xipNs : field.uri;
    return {
      shortName,
      index,
      uri,
      shortKey: field.key,
      displayName: field.displayName,
      type: field.type,
      facetable: field.facetable,
    };
  });
  return jsonAnswer({ success: true, version: 1, value });
}
