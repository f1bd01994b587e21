import { createHash } from "node:crypto";
import { Readable } from "node:stream";
import { baseMedia } from "../../seed/media.js";
import { stampedBuffer } from "../../seed/stamp.js";
import type { Archive } from "../archive.js";
import { newGeneration } from "../entity/steps.js";
import { fixedApiId, nameBasedRef } from "../ids.js";
import type { Asset, Bitstream, ContentObject, EntityBase, EventRecord, Folder } from "../model.js";
import { escapeXml } from "../xml/write.js";
import { SEED_ASSETS, type SeedAsset, type SeedFile } from "./archived.js";
import { holdRef, policyRef, SEED_HOLDS, SEED_POLICIES } from "./policies.js";

/** When the older run took place. */
const OLD_RUN = "2016-01-11T10:00:00.000Z";

const FOLDERS = [
  "Alder & Finch",
  "Alder & Finch/Campaigns",
  "Alder & Finch/Campaigns/2015",
  "Alder & Finch/Campaigns/2015/AF-2015-HRB Herbst 2015",
  "Alder & Finch/Products",
  "Museum Hallstein",
  "Kanal Nord",
  "_Quarantine",
  // The same title under two parents: a path is more than its last name.
  "Alder & Finch/Press",
  "Museum Hallstein/Press",
];

/** Lays folders, policies, holds and old assets of the seed once; an "empty" sandbox gets nothing. */
export async function laySeed(archive: Archive): Promise<void> {
  const { context } = archive;
  const mark = await context.state<{ laid: boolean }>("seed", () => ({ laid: false }));
  if (mark.value.laid) return;
  if (context.seed === "full") {
    for (const policy of SEED_POLICIES) await archive.governance.putPolicy(policy);
    for (const hold of SEED_HOLDS) await archive.governance.putHold(hold);
    await archive.repository.save(
      ...FOLDERS.map(folderOf),
      ...(await Promise.all(SEED_ASSETS.map((asset) => assetOf(archive, asset)))),
    );
    archive.index.rebuild();
  }
  await mark.update((value) => (value.laid = true));
}

/** Reference of a seeded folder, by its path of titles. */
export function folderRef(path: string): string {
  return nameBasedRef(`folder:${path}`);
}

/** Reference of a seeded asset, by its OTMM-Asset identifier. */
export function assetRef(source: string): string {
  return nameBasedRef(source);
}

function folderOf(path: string): Folder {
  const cut = path.lastIndexOf("/");
  const event: EventRecord = {
    ref: nameBasedRef(`event:${path}`),
    type: "Created",
    date: OLD_RUN,
    user: "manager.one",
  };
  return {
    type: "SO",
    ...base(folderRef(path), path.slice(cut + 1), "open", cut < 0 ? undefined : folderRef(path.slice(0, cut)), event),
  };
}

function base(
  ref: string,
  title: string,
  securityTag: string,
  parent: string | undefined,
  event: EventRecord,
): EntityBase {
  return {
    ref,
    title,
    securityTag,
    ...(parent === undefined ? {} : { parent }),
    created: event.date,
    modified: event.date,
    createdBy: event.user,
    identifiers: [],
    metadata: [],
    links: [],
    actions: [{ event, command: "command_create", date: event.date }],
  };
}

async function assetOf(archive: Archive, seed: SeedAsset): Promise<Asset> {
  const ref = assetRef(seed.source);
  const event: EventRecord = {
    ref: nameBasedRef(`ingest:${seed.source}`),
    type: "Ingest",
    date: OLD_RUN,
    user: "svc.lifecycle",
    workflowName: "Ingest package",
    workflowInstanceId: 0,
  };
  const asset: Asset = {
    type: "IO",
    ...base(ref, seed.title, seed.tag, folderRef(seed.folder), event),
    representations: [],
    contentObjects: [],
    retention: seed.policies.map((name) => ({
      apiId: fixedApiId(`${ref}${name}`),
      policy: policyRef(name),
      assigned: OLD_RUN,
    })),
    holds: seed.holds.map((name) => ({ hold: holdRef(name), date: "2026-09-02T08:00:00.000Z", user: "manager.one" })),
    restrictions: [],
    indexed: OLD_RUN,
  };
  for (const [type, files] of [
    ["Preservation", seed.preservation] as const,
    ...seed.access.map((files) => ["Access", files] as const),
  ]) {
    const contents = await Promise.all(files.map((file) => contentOf(archive, asset, seed, file, event)));
    asset.contentObjects.push(...contents);
    asset.representations.push({ type, name: type, contentObjects: contents.map((content) => content.ref) });
  }
  if (seed.deleted) return tombstone(asset, event);
  asset.identifiers = identifiersOf(seed, ref);
  asset.metadata = [
    { ref: nameBasedRef(`fragment:${ref}`), schema: "urn:clc:schema:lifecycle:1", xml: lifecycleOf(seed) },
  ];
  return asset;
}

function identifiersOf(seed: SeedAsset, ref: string): Asset["identifiers"] {
  const original = seed.source.replace(/#v\d+$/u, "");
  const pairs = [
    ["OTMM-Asset", seed.source],
    ["SourceID", seed.source],
    ["OTMM-Original", original],
    ["OTMM-Campaign", "AF-2015-HRB"],
  ] as const;
  return pairs.map(([type, value]) => ({ apiId: fixedApiId(`${ref}${type}`), type, value }));
}

function lifecycleOf(seed: SeedAsset): string {
  const [original = "", version = ""] = seed.source.split("#v");
  const start = seed.retentionStart === undefined ? "<start/>" : `<start>${seed.retentionStart}</start>`;
  const access =
    seed.embargoUntil === undefined ? "" : `<access><embargoUntil>${seed.embargoUntil}</embargoUntil></access>`;
  return `<lifecycle xmlns="urn:clc:schema:lifecycle:1"><source><system>otmm</system><originalId>${escapeXml(original)}</originalId><version>${escapeXml(version)}</version></source>${access}<retention><class>CAMP-5Y</class>${start}<period>P5Y</period></retention></lifecycle>`;
}

function tombstone(asset: Asset, ingest: EventRecord): Asset {
  const event: EventRecord = {
    ref: nameBasedRef(`deleted:${asset.ref}`),
    type: "Deleted",
    date: "2020-05-04T12:00:00.000Z",
    user: "operator.one",
  };
  const contentObjects = asset.contentObjects.map((content) => ({ ...content, generations: [], deleted: event.date }));
  const actions = [
    { event: ingest, command: "command_create", date: ingest.date },
    {
      event,
      command: "DeleteEntity",
      date: event.date,
      serialised: "requested by operator.one; approved by manager.two",
    },
  ];
  return {
    ...asset,
    representations: [],
    retention: [],
    holds: [],
    contentObjects,
    actions,
    deleted: event.date,
    modified: event.date,
  };
}

/** Bytes of a file of a seeded asset. */
export function seededBytes(seed: SeedAsset, file: SeedFile): Buffer {
  return stampedBuffer(baseMedia(file.media), `archived ${seed.source} ${file.name}`);
}

async function contentOf(
  archive: Archive,
  asset: Asset,
  seed: SeedAsset,
  file: SeedFile,
  event: EventRecord,
): Promise<ContentObject> {
  const ref = nameBasedRef(`${asset.ref}/${file.name}`);
  const buffer = seededBytes(seed, file);
  const { bytes } = await archive.context.files.write(Readable.from([buffer]));
  const fixities = seed.algorithms.map((algorithm) => ({
    algorithm,
    value: createHash(algorithm.toLowerCase()).update(buffer).digest("hex"),
  }));
  const failed: Bitstream["checks"] = seed.failedCheck
    ? [
        {
          type: "Full",
          success: false,
          date: "2026-11-02T01:00:00.000Z",
          fixed: false,
          reason: "Fixity value differs from the stored value",
        },
      ]
    : [];
  const bitstream: Bitstream = {
    filename: file.name,
    size: bytes.size,
    fixities,
    bytes,
    checks: [{ type: "Full", success: true, date: OLD_RUN, fixed: false }, ...failed],
  };
  return {
    type: "CO",
    ...base(ref, file.name, seed.tag, asset.ref, event),
    generations: [newGeneration(file.name, bitstream, OLD_RUN, true)],
  };
}
