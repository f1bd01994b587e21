import { Readable } from "node:stream";
import type { SandboxAnswer, StoredBytes } from "../../kernel/types.js";
import type { Archive } from "../archive.js";
import { ASSUMPTIONS } from "../assumptions.js";
import { contentAnswer } from "../content/bytes.js";
import { expectShape, readBoolean, xipNamespace, type Call } from "../http/call.js";
import { acceptedAnswer, badRequest, notFound, Refusal } from "../http/refusal.js";
import { entityRoutes, route, type Route } from "../http/router.js";
import type { ExportJob } from "../jobs/model.js";
import type { Asset, Entity, EntityRecord, Generation } from "../model.js";
import { el, text, type Markup } from "../xml/write.js";
import { writeZip, type ZipInput } from "../zip/write.js";
import { assetDocument, paxFiles, safeSegment } from "./asset-document.js";
import { entityOf, needText } from "./find.js";
import { jobBase } from "./long-running.js";

/** OPEX export (6.2 and later): a zip of PAX packages with sidecars. */
export const EXPORT_ROUTES: readonly Route[] = [
  ...entityRoutes(["SO", "IO"], "POST", "exports", startExport),
  route("GET", "actions/exports/:token/content", readExport),
];

const METADATA = { NoMetadata: "none", Metadata: "metadata", MetadataWithEvents: "events" } as const;

async function startExport(call: Call): Promise<SandboxAnswer> {
  const entity = entityOf(call);
  const body = await call.xml("ExportAction");
  expectShape(body, "entity", ["IncludeContent", "IncludeMetadata", "IncludedGenerations", "IncludeParentHierarchy"]);
  const content = needText(body, "IncludeContent");
  const metadata = Object.entries(METADATA).find(([word]) => word === needText(body, "IncludeMetadata"))?.[1];
  const generations = (["LatestActive", "AllActive", "All"] as const).find(
    (word) => word === needText(body, "IncludedGenerations"),
  );
  if (!["Content", "NoContent"].includes(content) || metadata === undefined || generations === undefined)
    throw badRequest("an export option is not known");
  const hierarchy = readBoolean(needText(body, "IncludeParentHierarchy"), "IncludeParentHierarchy");
  if (!call.archive.settings.exportContextActive)
    throw new Refusal(422, "no active export workflow context has these settings");
  const base = jobBase(call, call.archive.settings.asyncMs);
  await call.archive.jobs.add({
    kind: "export",
    ...base,
    entity: entity.ref,
    content: content === "Content",
    metadata,
    generations,
    hierarchy,
  });
  return acceptedAnswer(base.token);
}

function readExport(call: Call): SandboxAnswer {
  const job = call.archive.jobs.find(call.param("token"));
  if (job?.kind !== "export" || job.result === undefined) throw notFound(`export ${call.param("token")}`);
  return contentAnswer(call, job.result, `${job.token}.zip`, "application/zip");
}

/** Builds the zip; content is taken by slices, not copied. */
export async function exportStep(archive: Archive, job: ExportJob): Promise<void> {
  const entity = archive.repository.folder(job.entity) ?? archive.repository.asset(job.entity);
  if (!entity || entity.deleted !== undefined) {
    await archive.jobs.update(job, (own) =>
      Object.assign(own, { status: "FAILED", errors: [`entity ${job.entity} is gone`] }),
    );
    return;
  }
  const above = job.hierarchy
    ? archive.repository
        .ancestors(entity)
        .toReversed()
        .map((ref) => safeSegment(archive.repository.find(ref)?.title ?? ref))
    : [];
  const inputs = await inputsOf(archive, job, entity, above.length > 0 ? `${above.join("/")}/` : "");
  const result = await writeZip(archive.context.files, inputs);
  const { type, command } = ASSUMPTIONS.events.export;
  const event = archive.newEvent(type, job.user);
  entity.actions.push({ event, command, date: event.date });
  await archive.repository.save(entity);
  await archive.jobs.update(job, (own) => Object.assign(own, { status: "COMPLETED", result }));
}

async function inputsOf(archive: Archive, job: ExportJob, record: EntityRecord, folder: string): Promise<ZipInput[]> {
  const name = safeSegment(record.title);
  if (record.type === "SO") {
    const below = await Promise.all(
      archive.repository.children(record.ref).map((child) => inputsOf(archive, job, child, `${folder}${name}/`)),
    );
    return [
      { name: `${folder}${name}/${name}.opex`, bytes: await store(archive, sidecar(record, job, [])) },
      ...below.flat(),
    ];
  }
  const pax = await paxOf(archive, job, record);
  const digest = await archive.context.files.digest(pax, "sha256");
  const file = `${folder}${name}.pax.zip`;
  return [
    { name: file, bytes: pax },
    { name: `${file}.opex`, bytes: await store(archive, sidecar(record, job, [{ type: "SHA-256", value: digest }])) },
  ];
}

async function paxOf(archive: Archive, job: ExportJob, asset: Asset): Promise<StoredBytes> {
  const document = assetDocument(
    xipNamespace(archive.version.replace(/\.\d+$/u, "")),
    asset,
    job.metadata === "events",
  );
  const inputs: ZipInput[] = [{ name: `${asset.ref}.xip`, bytes: await store(archive, document) }];
  if (job.content) {
    const keep = (generation: Generation, content: { generations: Generation[] }): boolean => {
      if (job.generations === "All") return true;
      if (job.generations === "AllActive") return generation.active;
      return generation === content.generations.filter((candidate) => candidate.active).at(-1);
    };
    for (const file of paxFiles(asset, keep)) {
      for (const bitstream of file.generation.bitstreams)
        inputs.push({ name: `${file.folder}/${bitstream.filename}`, bytes: bitstream.bytes });
    }
  }
  return writeZip(archive.context.files, inputs);
}

function sidecar(entity: Entity, job: ExportJob, fixities: { type: string; value: string }[]): Markup {
  const withMetadata = job.metadata !== "none";
  const sourceId = entity.identifiers.find((identifier) => identifier.type === "SourceID")?.value;
  return el(
    "opex:OPEXMetadata",
    { "xmlns:opex": "http://www.openpreservationexchange.org/opex/v1.2" },
    el(
      "opex:Transfer",
      {},
      text("opex:SourceID", sourceId ?? entity.ref),
      fixities.length > 0 ? el("opex:Fixities", {}, ...fixities.map((fixity) => el("opex:Fixity", fixity))) : "",
    ),
    el(
      "opex:Properties",
      {},
      text("opex:Title", entity.title),
      text("opex:Description", entity.description ?? ""),
      text("opex:SecurityDescriptor", entity.securityTag),
      el(
        "opex:Identifiers",
        {},
        ...entity.identifiers.map((identifier) => text("opex:Identifier", identifier.value, { type: identifier.type })),
      ),
    ),
    job.metadata === "events"
      ? el(
          "opex:History",
          {},
          el(
            "opex:Events",
            {},
            ...entity.actions.map((action) =>
              el(
                "opex:Event",
                { date: action.event.date, user: action.event.user },
                text("opex:Type", action.event.type),
                text("opex:Action", action.command),
                text("opex:Detail", action.serialised ?? ""),
              ),
            ),
          ),
        )
      : "",
    withMetadata ? el("opex:DescriptiveMetadata", {}, ...entity.metadata.map((fragment) => fragment.xml)) : "",
  );
}

/** Keeps a small document as content. */
async function store(archive: Archive, document: Markup): Promise<StoredBytes> {
  const bytes = Buffer.from(`<?xml version="1.0" encoding="UTF-8"?>\n${document}`);
  return (await archive.context.files.write(Readable.from([bytes]))).bytes;
}
