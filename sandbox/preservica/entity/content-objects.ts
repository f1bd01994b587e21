import type { SandboxAnswer, StoredBytes } from "../../kernel/types.js";
import { ASSUMPTIONS } from "../assumptions.js";
import type { Call } from "../http/call.js";
import { acceptedAnswer, badRequest, notFound, Refusal, undocumented } from "../http/refusal.js";
import { entityRoutes, type Route } from "../http/router.js";
import { pageOf, pagingMarkup, whole } from "../http/paging.js";
import { contentAnswer } from "../content/bytes.js";
import type { Asset, Bitstream, ContentObject, Generation, Representation } from "../model.js";
import { el, text } from "../xml/write.js";
import { bitstreamMarkup, generationMarkup, representationMarkup } from "./asset-document.js";
import { entityUrl, listEntry } from "./entity-markup.js";
import { entityOf, entityOfType } from "./find.js";
import { jobBase } from "./long-running.js";

const BITSTREAM = "generations/:generation/bitstreams/:bitstream";

/** From an asset down to its bytes, and the calls that add to that tree. */
export const CONTENT_ROUTES: readonly Route[] = [
  ...entityRoutes(["IO"], "GET", "representations", listRepresentations),
  ...entityRoutes(["IO"], "GET", "representations/:type", readRepresentation),
  ...entityRoutes(["IO"], "GET", "representations/:type/:number", readRepresentation),
  ...entityRoutes(["IO"], "POST", "representations", addRepresentation, ["type", "name", "filename"], "6.12"),
  ...entityRoutes(["CO"], "GET", "generations", listGenerations),
  ...entityRoutes(["CO"], "POST", "generations", replaceGeneration, ["replaceType"]),
  ...entityRoutes(["CO"], "GET", "generations/:generation", readGeneration),
  ...entityRoutes(["CO"], "GET", BITSTREAM, readBitstream),
  ...entityRoutes(["CO"], "GET", `${BITSTREAM}/content`, readContent),
  ...entityRoutes(["CO"], "HEAD", `${BITSTREAM}/content`, readContent),
  ...entityRoutes(["CO"], "GET", `${BITSTREAM}/storage-locations`, storageLocations),
  ...entityRoutes(["CO"], "GET", `${BITSTREAM}/integrity-check-history`, integrityChecks, ["start", "max"]),
  ...entityRoutes(["SO", "IO"], "PUT", "preview", putPreview),
  ...entityRoutes(["SO", "IO"], "DELETE", "preview", deletePreview),
];

function listRepresentations(call: Call): SandboxAnswer {
  const asset = entityOfType(call, "IO");
  const seen = new Map<string, number>();
  const entries = asset.representations.map((representation) => {
    const number = (seen.get(representation.type) ?? 0) + 1;
    seen.set(representation.type, number);
    return text("Representation", `${entityUrl(call, asset)}/representations/${representation.type}/${number}`, {
      type: representation.type,
      name: representation.name,
    });
  });
  return call.answer("RepresentationsResponse", [el("Representations", {}, ...entries)]);
}

/** Numbers count from 1 within a type; without a number the first one is meant. */
function readRepresentation(call: Call): SandboxAnswer {
  const asset = entityOfType(call, "IO");
  const number =
    call.request.segments.at(-1) === call.param("type")
      ? 1
      : whole(call.param("number"), 1, 1, 10_000, "representation");
  const representation = asset.representations.filter((candidate) => candidate.type === call.param("type"))[number - 1];
  if (!representation) throw notFound(`representation ${call.param("type")} ${number}`);
  const contents = contentsOf(asset, representation).map((content) => listEntry(call, "ContentObject", content));
  const self = text("Self", `${entityUrl(call, asset)}/representations/${representation.type}/${number}`);
  return call.answer("RepresentationResponse", [
    representationMarkup(asset, representation),
    el("ContentObjects", {}, ...contents),
    el("AdditionalInformation", {}, self),
  ]);
}

/** Content objects of a representation, in its order. */
export function contentsOf(asset: Asset, representation: Representation): ContentObject[] {
  return representation.contentObjects
    .map((ref) => asset.contentObjects.find((content) => content.ref === ref))
    .filter((content) => content !== undefined);
}

function listGenerations(call: Call): SandboxAnswer {
  const content = entityOfType(call, "CO");
  const entries = content.generations.map((generation, index) =>
    text("Generation", `${entityUrl(call, content)}/generations/${index + 1}`, { active: String(generation.active) }),
  );
  return call.answer("GenerationsResponse", [el("Generations", {}, ...entries)]);
}

function generationOf(call: Call): { content: ContentObject; generation: Generation; url: string } {
  const content = entityOfType(call, "CO");
  const number = whole(call.param("generation"), 1, 1, 10_000, "generation");
  const generation = content.generations[number - 1];
  if (!generation) throw notFound(`generation ${number}`);
  return { content, generation, url: `${entityUrl(call, content)}/generations/${number}` };
}

function readGeneration(call: Call): SandboxAnswer {
  const { content, generation, url } = generationOf(call);
  const bitstreams = generation.bitstreams.map((bitstream, index) =>
    text("Bitstream", `${url}/bitstreams/${index + 1}`, { filename: bitstream.filename }),
  );
  return call.answer("GenerationResponse", [
    generationMarkup(content, generation, false),
    el("Bitstreams", {}, ...bitstreams),
    el("AdditionalInformation", {}, text("Self", url)),
  ]);
}

function bitstreamOf(call: Call): { bitstream: Bitstream; url: string } {
  const { generation, url } = generationOf(call);
  const number = whole(call.param("bitstream"), 1, 1, 10_000, "bitstream");
  const bitstream = generation.bitstreams[number - 1];
  if (!bitstream) throw notFound(`bitstream ${number}`);
  return { bitstream, url: `${url}/bitstreams/${number}` };
}

function readBitstream(call: Call): SandboxAnswer {
  const { bitstream, url } = bitstreamOf(call);
  return call.answer("BitstreamResponse", [
    bitstreamMarkup(bitstream),
    el("AdditionalInformation", {}, text("Self", url), text("Content", `${url}/content`)),
  ]);
}

function readContent(call: Call): SandboxAnswer {
  const { bitstream } = bitstreamOf(call);
  return contentAnswer(call, bitstream.bytes, bitstream.filename, "application/octet-stream");
}

function storageLocations(call: Call): SandboxAnswer {
  bitstreamOf(call);
  const { elements, storageAdapter } = ASSUMPTIONS;
  return call.answer(elements.storage, [
    el("StorageLocation", {}, el(elements.storageAdapter, { name: storageAdapter })),
  ]);
}

function integrityChecks(call: Call): SandboxAnswer {
  const { bitstream } = bitstreamOf(call);
  const page = pageOf(call, [...bitstream.checks].toReversed(), ASSUMPTIONS.defaultPage.integrity);
  const entries = page.items.map((check) =>
    el(
      "IntegrityCheckHistory",
      {},
      text("xip:Type", check.type),
      text("xip:Success", check.success),
      text("xip:Date", check.date),
      text("xip:AdapterName", ASSUMPTIONS.storageAdapter),
      text("xip:Fixed", check.fixed),
      text("xip:Reason", check.reason ?? ""),
    ),
  );
  return call.answer(ASSUMPTIONS.elements.integrity, [
    el("IntegrityCheckHistories", {}, ...entries),
    pagingMarkup(call, page),
  ]);
}

async function storeBody(call: Call, types: RegExp): Promise<StoredBytes> {
  const type = call.request.headers["content-type"] ?? "";
  if (!types.test(type)) throw undocumented(415, `content type ${type || "(none)"} is not taken here`);
  const { bytes } = await call.archive.context.files.write(call.request.stream());
  if (bytes.size === 0) throw badRequest("the body is empty");
  return bytes;
}

async function addRepresentation(call: Call): Promise<SandboxAnswer> {
  call.need("write");
  const asset = entityOfType(call, "IO");
  if (!call.archive.settings.newRepresentationFeature) throw new Refusal(403, "post.new.representation.feature is off");
  const type = call.query("type");
  const filename = call.query("filename");
  const name = call.query("name");
  if (type !== "Access")
    throw new Refusal(ASSUMPTIONS.semanticStatus, `representation type ${type ?? ""} cannot be added`);
  if (filename === undefined || filename === "" || /[/\\]/u.test(filename))
    throw badRequest("filename is missing or holds a path");
  const bytes = await storeBody(call, /^application\/octet-stream\b/iu);
  const base = jobBase(call, call.archive.settings.asyncMs);
  await call.archive.jobs.add({
    kind: "representation",
    ...base,
    entity: asset.ref,
    type,
    filename,
    bytes,
    ...(name === undefined ? {} : { name }),
  });
  return acceptedAnswer(base.token);
}

const FIXITY_HEADERS = {
  "fixity-md5": "MD5",
  "fixity-sha-1": "SHA1",
  "fixity-sha-256": "SHA256",
  "fixity-sha-512": "SHA512",
} as const;

async function replaceGeneration(call: Call): Promise<SandboxAnswer> {
  call.need("write");
  const content = entityOfType(call, "CO");
  if (call.query("replaceType") !== "previous") throw badRequest("replaceType=previous is expected");
  const { filename } = call.request.headers;
  if (typeof filename !== "string" || filename === "" || /[/\\]/u.test(filename))
    throw badRequest("header Filename is missing or holds a path");
  const fixities = Object.entries(FIXITY_HEADERS).flatMap(([header, algorithm]) => {
    const value = call.request.headers[header];
    return typeof value === "string" ? [{ algorithm, value: value.toLowerCase() }] : [];
  });
  const [fixity] = fixities;
  if (!fixity) throw badRequest("one of the Fixity headers is needed");
  const bytes = await storeBody(call, /^application\/octet-stream\b/iu);
  const base = jobBase(call, call.archive.settings.asyncMs);
  await call.archive.jobs.add({ kind: "generation", ...base, entity: content.ref, filename, bytes, fixity });
  return acceptedAnswer(base.token, 200);
}

const PREVIEW_LIMIT = 10 * 1024 * 1024;

/** The first bytes of the image kinds that are taken: png, jpeg, gif, bmp, tiff. */
const IMAGE_KINDS: readonly [mediaType: string, magic: RegExp][] = [
  ["image/png", /^89504e47/u],
  ["image/jpeg", /^ffd8ff/u],
  ["image/gif", /^47494638/u],
  ["image/bmp", /^424d/u],
  ["image/tiff", /^(49492a00|4d4d002a)/u],
];

async function putPreview(call: Call): Promise<SandboxAnswer> {
  call.need("write");
  const entity = entityOf(call);
  if (entity.type === "CO") throw notFound(`entity ${entity.ref}`);
  const bytes = await storeBody(call, /^application\/octet-stream\b/iu);
  if (bytes.size > PREVIEW_LIMIT) throw badRequest("a thumbnail may have 10 MB at most");
  const head = await call.archive.context.files.readAll({
    kind: "slice",
    of: bytes,
    offset: 0,
    size: Math.min(8, bytes.size),
  });
  const mediaType = IMAGE_KINDS.find(([, magic]) => magic.test(head.toString("hex")))?.[0];
  if (mediaType === undefined) throw badRequest("the body is no image of a known kind");
  entity.preview = { bytes, mediaType };
  await call.archive.repository.save(entity);
  return { status: 204 };
}

async function deletePreview(call: Call): Promise<SandboxAnswer> {
  call.need("write");
  const entity = entityOf(call);
  if (entity.type === "CO" || !entity.preview) throw notFound("the thumbnail");
  delete entity.preview;
  await call.archive.repository.save(entity);
  return { status: 204 };
}
