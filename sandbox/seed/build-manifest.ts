import type { StoredValue } from "../otmm/types.js";
import { md5Of, sha256Of } from "./contents.js";
import { dayOf, HOME_ZONE, T0 } from "./ids.js";
import type {
  BroadcastValues,
  CampaignValues,
  CodedValue,
  HeritageValues,
  Manifest,
  MovingAsset,
  ProductValues,
  ScenarioLists,
  StayingAsset,
} from "./manifest.js";
import { assetId, assetRecord, fileSpecOf, type AssetSpec } from "./otmm/asset.js";
import { archiveFolders } from "./otmm/campaign-assets.js";
import { CAMPAIGNS, type CampaignAsset } from "./otmm/campaigns.js";
import { displayOf } from "./otmm/domains.js";
import type { HeritageAsset } from "./otmm/heritage.js";
import { PRODUCTS, type ProductAsset } from "./otmm/products.js";
import { type BroadcastAsset, isClipOf, LARGE_MASTER } from "./otmm/programmes.js";
import { otmmSpecs } from "./otmm/seed.js";
import { reuseLists } from "./reuse-manifest.js";
import { expectedTag } from "./tags.js";

/** Works the manifest out from the seed. A test compares it with the committed file. */
export function buildManifest(): Manifest {
  const { campaigns, products, heritage, broadcast, requests, derivatives } = otmmSpecs();
  return {
    t0: T0,
    zone: HOME_ZONE,
    scenarios: {
      "1": lists(campaigns, (spec) => CAMPAIGNS[spec.campaign].code, campaignPart),
      "2": lists(products, (spec) => spec.skus[0] ?? "library", productPart),
      "3": lists(heritage, (spec) => spec.series, heritagePart),
      "4": lists(
        broadcast.filter((spec) => !broadcast.some((master) => isClipOf(spec, master))),
        (spec) => spec.houseNo,
        (spec) => broadcastPart(spec, broadcast),
      ),
      "6": reuseLists(requests, derivatives),
    },
  };
}

/** What a scenario adds to the facts that every asset has. */
type Part<Values> = Pick<MovingAsset<Values>, "archiveFolders" | "values" | "retentionStart" | "neverReleased">;
type Spec = AssetSpec & { stays?: string; extraVersion?: boolean };

function lists<S extends Spec, Values>(
  specs: S[],
  groupOf: (spec: S) => string,
  part: (spec: S) => Part<Values>,
): ScenarioLists<Values> {
  const mustMove: MovingAsset<Values>[] = [];
  const mustNotMove: StayingAsset[] = [];
  for (const spec of specs) {
    const facts = { ...identity(spec), group: groupOf(spec) };
    if (spec.stays !== undefined)
      mustNotMove.push({ ...facts, reason: spec.stays, extraVersion: spec.extraVersion ?? false });
    else {
      const added = part(spec);
      mustMove.push({
        ...facts,
        ...common(spec),
        archivePath: added.archiveFolders.join("/"),
        ...added,
        neverReleased: added.neverReleased || holdsOf(spec).length > 0,
      });
    }
  }
  return { mustMove, mustNotMove };
}

function identity(spec: AssetSpec) {
  const version = spec.version ?? 1;
  return { assetId: assetId(spec.key, version), originalId: assetId(spec.key), version, name: spec.name };
}

function common(spec: AssetSpec) {
  const record = assetRecord(spec);
  const file = fileSpecOf(spec);
  const { master, preview } = record;
  const large = master?.bytes.kind === "generated";
  const digest = preview && sha256Of(file, "PREVIEW");
  return {
    sourceId: `${record.originalId}#v${record.version}`,
    title: optionalText(spec.values["OTMM.CUSTOM.FIELD_TITLE"])?.trim() ?? spec.name,
    tag: expectedTag(spec.values, T0),
    holds: holdsOf(spec),
    mediaType: master?.mime ?? "",
    size: master?.size ?? 0,
    md5: large ? LARGE_MASTER.md5 : md5Of(file),
    sha256: large ? LARGE_MASTER.sha256 : (sha256Of(file, "MASTER") ?? ""),
    storedMd5: master?.checksum ?? null,
    preview:
      preview && digest !== undefined
        ? { contentId: preview.id, mediaType: preview.mime, size: preview.size, sha256: digest }
        : null,
    links: record.links.map(({ type, destination }) => ({ type, assetId: destination })),
  };
}

function holdsOf(spec: AssetSpec): string[] {
  const matters = spec.values["ACME.FIELD.LEGAL HOLD MATTER"];
  return Array.isArray(matters) ? matters.map(String) : [];
}

function campaignPart(spec: CampaignAsset): Part<CampaignValues> {
  const { values } = spec;
  return {
    archiveFolders: archiveFolders(spec.campaign),
    values: {
      campaignName: text(values, "ACME.FIELD.CAMPAIGN NAME"),
      launchDate: dayOf(text(values, "ACME.FIELD.LAUNCH DATE")),
      brand: coded(values, "ACME.FIELD.BRAND", "ACME.DOMAIN.BRAND"),
      region: coded(values, "ACME.FIELD.REGION", "ACME.DOMAIN.REGION"),
      usageRights: coded(values, "ACME.FIELD.USAGE RIGHTS", "ACME.DOMAIN.USAGE RIGHTS"),
      retentionClass: text(values, "ACME.FIELD.RETENTION CLASS"),
    },
    retentionStart: dayOf(text(values, "ACME.FIELD.END DATE")),
    // In a second folder: that of the running campaign.
    neverReleased: spec.folders.length > 1,
  };
}

function productPart(spec: ProductAsset): Part<ProductValues> {
  const { values } = spec;
  return {
    // Under the first retired product.
    archiveFolders: ["Alder & Finch", "Products", spec.skus[0] ?? ""],
    values: {
      products: spec.skus.map((sku) => ({ id: `P-${sku}`, sku, gtin: PRODUCTS[sku].gtin })),
      status: coded(values, "ACME.FIELD.PRODUCT STATUS", "ACME.DOMAIN.PRODUCT STATUS"),
      role: coded(values, "ACME.FIELD.ASSET ROLE", "ACME.DOMAIN.ASSET ROLE"),
      successorSku: optionalText(values["ACME.FIELD.SUCCESSOR SKU"]) ?? null,
      lastUnitDate: dayOf(text(values, "ACME.FIELD.LAST UNIT DATE")),
      regulatoryClass: text(values, "ACME.FIELD.REGULATORY CLASS"),
      retentionClass: text(values, "ACME.FIELD.RETENTION CLASS"),
    },
    retentionStart: dayOf(text(values, "ACME.FIELD.LAST UNIT DATE")),
    neverReleased: spec.copyOnly === true,
  };
}

function heritagePart(spec: HeritageAsset): Part<HeritageValues> {
  const { values } = spec;
  return {
    archiveFolders: ["Museum Hallstein", spec.collection, spec.series],
    values: {
      accessionNo: text(values, "MUS.FIELD.ACCESSION NO"),
      collection: spec.collection,
      series: spec.series,
      acquisitionMethod: coded(values, "MUS.FIELD.ACQUISITION METHOD", "MUS.DOMAIN.ACQUISITION METHOD"),
      provenanceStatus: coded(values, "MUS.FIELD.PROVENANCE STATUS", "MUS.DOMAIN.PROVENANCE STATUS"),
      custodialHistory: text(values, "MUS.FIELD.CUSTODIAL HISTORY"),
      rightsStatement: text(values, "MUS.FIELD.RIGHTS STATEMENT"),
      digitisedOn: dayOf(text(values, "MUS.FIELD.DIGITISED ON")),
      selectedBy: text(values, "MUS.FIELD.SELECTED BY"),
      retentionClass: text(values, "ACME.FIELD.RETENTION CLASS"),
    },
    retentionStart: null,
    neverReleased: false,
  };
}

function broadcastPart(spec: BroadcastAsset, all: readonly BroadcastAsset[]): Part<BroadcastValues> {
  const { values } = spec;
  const txTime = text(values, "BCT.FIELD.TX TIME");
  const day = (field: string): string | null => {
    const stored = optionalText(values[field]);
    return stored === undefined ? null : dayOf(stored);
  };
  const licenceEnd = day("BCT.FIELD.LICENCE END");
  const series = text(values, "BCT.FIELD.SERIES");
  const clips = all
    .filter((other) => isClipOf(other, spec))
    .map((clip) => ({ ...identity(clip), ...common(clip) }))
    .sort((one, other) => (one.assetId < other.assetId ? -1 : 1));
  return {
    // A slash would make a folder of its own.
    archiveFolders: ["Kanal Nord", series.replaceAll("/", "_"), txTime.slice(0, 4)],
    values: {
      houseNo: spec.houseNo,
      programmeTitle: text(values, "BCT.FIELD.PROGRAMME TITLE"),
      series,
      episode: optionalText(values["BCT.FIELD.EPISODE NO"]) ?? null,
      versionType: coded(values, "BCT.FIELD.VERSION TYPE", "BCT.DOMAIN.VERSION TYPE"),
      txStatus: coded(values, "BCT.FIELD.TX STATUS", "BCT.DOMAIN.TX STATUS"),
      txTime,
      channel: coded(values, "BCT.FIELD.CHANNEL", "BCT.DOMAIN.CHANNEL"),
      contractNo: text(values, "BCT.FIELD.CONTRACT NO"),
      licensor: text(values, "BCT.FIELD.LICENSOR"),
      licenceStart: day("BCT.FIELD.LICENCE START"),
      licenceEnd,
      embargoUntil: day("ACME.FIELD.EMBARGO UNTIL"),
      retentionClass: text(values, "ACME.FIELD.RETENTION CLASS"),
      clips: clips.map(({ assetId: id, name, size, md5, sha256 }) => ({ assetId: id, name, size, md5, sha256 })),
    },
    retentionStart: licenceEnd !== null && licenceEnd > txTime.slice(0, 10) ? licenceEnd : txTime.slice(0, 10),
    neverReleased: false,
  };
}

function optionalText(value: StoredValue | undefined): string | undefined {
  return typeof value === "string" ? value : undefined;
}

function text(values: AssetSpec["values"], field: string): string {
  const value = optionalText(values[field]);
  if (value === undefined) throw new Error(`A seeded asset that must move has no ${field}.`);
  return value;
}

function coded(values: AssetSpec["values"], field: string, domain: string): CodedValue {
  const id = text(values, field);
  const label = displayOf(domain, id);
  return label.includes("^") ? { id, label, text: label.split("^").join(" / ") } : { id, label };
}
