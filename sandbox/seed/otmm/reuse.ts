import type { AssetRecord, ContentRecord } from "../../otmm/types.js";
import { nameBasedRef } from "../../preservica/ids.js";
import { masterOf } from "../contents.js";
import { archivedId, seedId, storedDay } from "../ids.js";
import { assetRecord, fileSpecOf, type AssetSpec } from "./asset.js";
import type { FolderTree } from "./folders.js";
import { approvedValues, filled, type LooseValues } from "./values.js";

export type RequestOutcome =
  | "granted"
  | "no access copy"
  | "held"
  | "destroyed"
  | "closed tag"
  | "embargo"
  | "version not archived"
  | "never archived"
  | "no purpose"
  | "not requested";

/** A request for archived content, made by a person on the entry that OTMM kept (scenario 6). */
export interface RequestSpec extends AssetSpec {
  /** Number of the archived asset; absent: it never went there. */
  archived?: number;
  wanted?: "LNK" | "CPY";
  outcome: RequestOutcome;
}

export type DerivativeOutcome =
  | "imported"
  | "same bytes"
  | "rejected"
  | "in review"
  | "approved version differs"
  | "origin refused"
  | "origin unknown"
  | "no origin";

/** A derivative that somebody delivered into the inbox. */
export interface DerivativeSpec extends AssetSpec {
  outcome: DerivativeOutcome;
  /** Key of the request whose asset it was made from. */
  origin?: string;
  /** Key of the delivery that has the same bytes. */
  sameAs?: string;
}

const MODEL = "ARTESIA.MODEL.DEFAULT";
const common = {
  "ACME.FIELD.USAGE RIGHTS": "OWN",
  "ACME.FIELD.RIGHTS HOLDER": "Alder & Finch",
  "ACME.FIELD.BUSINESS OWNER": "Brand Office",
  "ACME.FIELD.RETENTION CLASS": "CAMP-5Y",
} satisfies LooseValues;

/** Entries that OTMM kept of the archived assets of an autumn long ago, and what people ask of them. */
export function reuseRequests(tree: FolderTree): RequestSpec[] {
  const folders = [tree.at("Archived", "Herbst 2015")];
  const add = (
    key: string,
    base: string,
    outcome: RequestOutcome,
    wish: { archived?: number; claims?: number; wanted?: "LNK" | "CPY"; purpose?: string },
    more: Partial<AssetSpec> = {},
  ): RequestSpec => ({
    key: `reuse/${key}`,
    name: `herbst-${key}.${base.slice(base.lastIndexOf(".") + 1)}`,
    base,
    modelId: MODEL,
    folders,
    imported: "2015-08-03T07:12:44Z",
    ...more,
    outcome,
    ...(wish.archived === undefined ? {} : { archived: wish.archived }),
    ...(wish.wanted === undefined ? {} : { wanted: wish.wanted }),
    values: filled({
      ...approvedValues(more.version ?? 1, "brand.approver", "2015-08-20"),
      ...common,
      "OTMM.CUSTOM.FIELD_TITLE": `Herbst 2015, ${key.replaceAll("-", " ")}`,
      ...(wish.archived === undefined ? {} : archiveValues(wish.archived)),
      ...(wish.claims === undefined ? {} : { "ACME.FIELD.ARCHIVE ID": archiveRef(wish.claims) }),
      ...(outcome === "not requested"
        ? {}
        : {
            "ACME.FIELD.REUSE STATUS": "REQ",
            "ACME.FIELD.REUSE WANTED": wish.wanted,
            "ACME.FIELD.REUSE REQUESTER": "Bernard, Zoé",
            "ACME.FIELD.REUSE PURPOSE": wish.purpose,
          }),
    }),
  });
  const look = (archived: number) => ({ archived, wanted: "LNK" as const, purpose: "Anniversary book, chapter 4" });
  const copy = (archived: number) => ({ archived, wanted: "CPY" as const, purpose: "Banner for the online shop" });
  return [
    add("key-visual", "spring-4.tif", "granted", look(1)),
    add("film", "film-1.mp4", "granted", look(3)),
    add("banner", "spring-6.png", "granted", look(8)),
    add("brochure", "layout-1.pdf", "granted", copy(4)),
    add("undated", "ete-2.jpg", "granted", copy(7)),
    add("poster", "spring-5.tif", "no access copy", look(2)),
    add("disputed", "ete-1.jpg", "held", look(6)),
    add("draft", "winter-1.jpg", "destroyed", copy(5)),
    add("portrait", "spring-2.jpg", "closed tag", look(10)),
    add("unpublished", "ete-1.jpg", "embargo", copy(11)),
    add("scan", "plate-1.tif", "not requested", { archived: 9 }, { latest: false }),
    add("scan", "plate-1.tif", "version not archived", look(9), { version: 2 }),
    // Somebody wrote the archive id of another asset into this entry: no way to get at that one.
    add("making-of", "film-2.mp4", "never archived", { claims: 1, wanted: "LNK", purpose: "Anniversary book" }),
    add("press", "winter-1.jpg", "no purpose", { archived: 12, wanted: "LNK" }),
    add("leaflet", "layout-1.pdf", "not requested", {}),
  ];
}

function archiveRef(archived: number): string {
  return nameBasedRef(`${archivedId(archived)}#v1`);
}

function archiveValues(archived: number): LooseValues {
  return {
    "ARTESIA.FIELD.EXPIRATION DATE": storedDay("2021-01-11"),
    "ACME.FIELD.PRESERVATION STATUS": "REL",
    "ACME.FIELD.ARCHIVE ID": archiveRef(archived),
    // A check-in copies this to the new version, where it still names the old one (SEED-DATA 1.2).
    "ACME.FIELD.ARCHIVED ASSET ID": archivedId(archived),
    "ACME.FIELD.ARCHIVED ON": storedDay("2016-01-11"),
    "ACME.FIELD.ARCHIVE LOCATION": "Alder & Finch/Campaigns/2015/AF-2015-HRB Herbst 2015",
  };
}

/** Records of the requests: the master is in the archive alone, entry and preview stayed. */
export function requestRecords(specs: readonly RequestSpec[]): AssetRecord[] {
  return specs.map((spec) => {
    const { master: _released, ...entry } = assetRecord(spec);
    const ids = requestIds(spec);
    return { ...entry, ...ids };
  });
}

/** A first version has the id by which the archive knows it; a later one has an id of its own. */
export function requestIds({ key, archived, version = 1 }: RequestSpec): { id: string; originalId: string } {
  const originalId = archived === undefined ? seedId(`asset:${key}`) : archivedId(archived);
  return { id: version === 1 ? originalId : seedId(`asset:${key}#v${version}`), originalId };
}

/** Derivatives as agencies and colleagues deliver them: into the inbox, with the asset they were made from. */
export function derivatives(tree: FolderTree, requests: readonly RequestSpec[]): DerivativeSpec[] {
  const folders = [tree.at("Reuse requests")];
  const add = (
    key: string,
    base: string,
    outcome: DerivativeOutcome,
    origin: string | undefined,
    extra: LooseValues = {},
    sameAs?: string,
  ): DerivativeSpec => {
    const from = requests.find((request) => request.key === `reuse/${origin ?? ""}`);
    return {
      key: `derivative/${key}`,
      name: `${key}.${base.slice(base.lastIndexOf(".") + 1)}`,
      base,
      modelId: MODEL,
      folders,
      imported: "2026-11-12T13:20:05Z",
      updated: "2026-11-13T10:02:11Z",
      outcome,
      ...(from === undefined ? {} : { origin: from.key }),
      ...(sameAs === undefined ? {} : { sameAs: `derivative/${sameAs}` }),
      values: filled({
        ...approvedValues(1, "brand.approver", "2026-11-13"),
        ...common,
        "OTMM.CUSTOM.FIELD_TITLE": key.replaceAll("-", " "),
        "ACME.FIELD.REUSE STATUS": "SUB",
        "ACME.FIELD.REUSE REQUESTER": "Bernard, Zoé",
        "ACME.FIELD.ORIGIN ASSET ID": from === undefined ? undefined : requestIds(from).id,
        ...extra,
      }),
    };
  };
  return [
    add("herbst-crop", "spring-1.jpg", "imported", "key-visual"),
    add("herbst-crop-again", "spring-1.jpg", "same bytes", "key-visual", {}, "herbst-crop"),
    add("herbst-still", "ete-3.tif", "imported", "film"),
    add("herbst-collage", "spring-3.jpg", "rejected", "key-visual", { "ACME.FIELD.APPROVAL STATUS": "REJ" }),
    add("herbst-teaser", "film-2.mp4", "in review", "film", { "ACME.FIELD.APPROVAL STATUS": "REV" }),
    add("herbst-frame", "ete-2.jpg", "approved version differs", "film", { "ACME.FIELD.APPROVED VERSION": 2 }),
    add("herbst-retouched", "ete-1.jpg", "origin refused", "disputed"),
    add("herbst-stranger", "spring-2.jpg", "origin unknown", undefined, {
      "ACME.FIELD.ORIGIN ASSET ID": seedId("asset:nobody"),
    }),
    add("herbst-orphan", "winter-2.png", "no origin", undefined),
  ];
}

/** Records of the derivatives; one is the bytes of another, delivered again under another name. */
export function derivativeRecords(specs: readonly DerivativeSpec[]): AssetRecord[] {
  return specs.map((spec) => {
    const twin = specs.find(({ key }) => key === spec.sameAs);
    const content = twin === undefined ? undefined : again(spec, twin);
    return assetRecord(content === undefined ? spec : { ...spec, content });
  });
}

function again(spec: DerivativeSpec, twin: DerivativeSpec): ContentRecord {
  const { id, name } = masterOf(fileSpecOf(spec));
  return { ...masterOf(fileSpecOf(twin)), id, name };
}
