import { loadManifest, type MovingAsset, type ProductValues } from "../../../sandbox/seed/manifest.js";
import { retentionOf } from "../campaign/archive-checks.js";
import { type ArchiveFacts, differs, each, one, refOf } from "../campaign/facts.js";
import type { Check } from "../check.js";
import { valueIn, valuesIn } from "../readers/preservica.js";

/** Checks of what is particular to products. */

export type ProductFacts = ArchiveFacts<ProductValues>;

const PRODUCT = "urn:clc:schema:product:1";
const LIFECYCLE = "urn:clc:schema:lifecycle:1";
const LINKS = "urn:clc:schema:links:1";
const DUBLIN_CORE = "http://www.openarchives.org/OAI/2.0/oai_dc/";
const REPLACED_BY = "http://purl.org/dc/terms/isReplacedBy";
const ROLES = ["DMV", "IFU", "IMG", "PKG"];
const POLICIES: Record<string, { name: string; years: number }> = {
  "PROD-10Y": { name: "Product 10 years after last unit", years: 10 },
  "PROD-MDR-15Y": { name: "Medical device 15 years", years: 15 },
};

async function fragment(facts: ProductFacts, asset: MovingAsset<ProductValues>, schema: string): Promise<string> {
  return (await facts.preservica.asset(await refOf(facts, asset))).fragments[schema]?.[0] ?? "<none/>";
}
function replaced(facts: ProductFacts): MovingAsset<ProductValues>[] {
  return facts.good.filter(({ values }) => values.successorSku !== null);
}
function first(assets: MovingAsset<ProductValues>[]): MovingAsset<ProductValues> {
  const [asset] = assets;
  if (asset === undefined) throw new Error("the manifest names no such asset");
  return asset;
}

export const values: Check<ProductFacts> = {
  name: "values",
  says: "ids of each product stand together; status, role, last unit and regulatory class are there, typed",
  problems: each(async (facts, asset) => {
    const xml = await fragment(facts, asset, PRODUCT);
    const rows = (xml.match(/<(?:\w+:)?product>[\s\S]*?<\/(?:\w+:)?product>/g) ?? []).map((row) =>
      ["id", "sku", "gtin"].map((name) => valueIn(row, name)).join(" "),
    );
    const dc = valuesIn(await fragment(facts, asset, DUBLIN_CORE), "identifier");
    const { values: wanted } = asset;
    const codes = wanted.products.flatMap(({ id, sku, gtin }) => [id, sku, gtin]);
    return [
      ...differs(
        "products",
        rows.join("; "),
        wanted.products.map(({ id, sku, gtin }) => `${id} ${sku} ${gtin}`).join("; "),
      ),
      ...differs("status", valueIn(xml, "status"), wanted.status.id === "REP" ? "replaced" : "discontinued"),
      ...differs("role", valueIn(xml, "role"), wanted.role.id),
      ...differs("last unit", valueIn(xml, "lastUnit"), wanted.lastUnitDate),
      ...differs("regulatory class", valueIn(xml, "regulatoryClass"), wanted.regulatoryClass),
      ...codes.filter((code) => !dc.includes(code)).map((code) => `dc:identifier ${code} is missing`),
    ];
  }),
  spoil: async (facts) =>
    facts.preservica.rewrite(await refOf(facts, one(facts)), PRODUCT, (xml) =>
      xml.replace(/(<(?:\w+:)?gtin>)[^<]*/, "$14012345999999"),
    ),
};

export const folders: Check<ProductFacts> = {
  name: "roles",
  says: "each product has one folder, and the replaced and the medical one hold images, packaging, video and instructions",
  problems: async (facts) => {
    const problems: string[] = [];
    const roles = new Map<string, Set<string>>();
    const places = new Map<string, Set<string>>();
    for (const asset of facts.good) {
      const { parent = "nowhere" } = await facts.preservica.asset(await refOf(facts, asset));
      const role = valueIn(await fragment(facts, asset, PRODUCT), "role");
      (roles.get(asset.group) ?? roles.set(asset.group, new Set()).get(asset.group))?.add(role);
      (places.get(asset.group) ?? places.set(asset.group, new Set()).get(asset.group))?.add(parent);
    }
    for (const [sku, found] of places) problems.push(...differs(`${sku}: folders`, found.size, 1));
    for (const sku of ["AF-110", "AF-130"])
      problems.push(...differs(`${sku}: roles`, [...(roles.get(sku) ?? [])].sort().join(), ROLES.join()));
    return problems;
  },
  spoil: async (facts) => {
    const film = first(facts.good.filter(({ group, values }) => group === "AF-130" && values.role.id === "DMV"));
    await facts.preservica.rewrite(await refOf(facts, film), PRODUCT, (xml) =>
      xml.replace(/(<(?:\w+:)?role>)[^<]*/, "$1IMG"),
    );
  },
};

export const identifiers: Check<ProductFacts> = {
  name: "identifiers",
  says: "identifiers OTMM-Asset, SourceID, OTMM-Original, SKU and GTIN are there",
  problems: each(async (facts, asset) => {
    const found = await facts.preservica.identifiers(await refOf(facts, asset));
    return [
      ...differs("OTMM-Asset", found["OTMM-Asset"]?.join(), asset.sourceId),
      ...differs("SourceID", found["SourceID"]?.join(), asset.sourceId),
      ...differs("OTMM-Original", found["OTMM-Original"]?.join(), asset.originalId),
      ...differs("SKU", found["SKU"]?.join(), asset.group),
      ...differs("GTIN", found["GTIN"]?.sort().join(), asset.values.products.map(({ gtin }) => gtin).join()),
    ];
  }),
  spoil: async (facts) => facts.preservica.dropIdentifiers(await refOf(facts, one(facts)), "SKU"),
};

export const successor: Check<ProductFacts> = {
  name: "successor",
  says: "assets of a replaced product name the successor, and state the link isReplacedBy to its folder",
  problems: each<ProductValues>(async (facts, asset) => {
    const { successorSku } = asset.values;
    const found = (await facts.preservica.identifiers(await refOf(facts, asset)))["Link-Target"] ?? [];
    const product = await fragment(facts, asset, PRODUCT);
    const dc = await fragment(facts, asset, DUBLIN_CORE);
    const stated = await fragment(facts, asset, LINKS);
    if (successorSku === null)
      return [...differs("replacedBy", valueIn(product, "replacedBy"), ""), ...differs("links", found.join(), "")];
    const isStated = stated.includes(`relation="${REPLACED_BY}"`) && stated.includes(`identifier="${successorSku}"`);
    return [
      ...differs("replacedBy", valueIn(product, "replacedBy"), successorSku),
      ...differs("dc:relation", valueIn(dc, "relation"), `Replaced by ${successorSku}`),
      ...differs("Link-Target", found.join(), successorSku),
      ...(isStated ? [] : ["the link isReplacedBy is not stated"]),
    ];
  }),
  spoil: async (facts) => facts.preservica.dropIdentifiers(await refOf(facts, first(replaced(facts))), "Link-Target"),
};

export const successorFolder: Check<ProductFacts> = {
  name: "successor-folder",
  says: "once the successor has a folder of its own, a further run links the replaced product's assets to it",
  problems: async (facts) => {
    const asset = first(replaced(facts));
    const sku = asset.values.successorSku ?? "";
    const { parent = "" } = await facts.preservica.asset(await refOf(facts, asset));
    const products = (await facts.preservica.folder(parent)).parent ?? "";
    const there = (await facts.preservica.byIdentifier("SKU", sku)).find(({ type }) => type === "SO");
    const folder = there?.ref ?? (await facts.preservica.makeFolder(sku, products, { type: "SKU", value: sku }));
    await facts.stage.run(() => undefined);
    if (spoilFolder.has(facts.stage)) await facts.preservica.dropLinks(await refOf(facts, asset), REPLACED_BY);
    const problems: string[] = [];
    for (const replacedOne of replaced(facts)) {
      const linked = (await facts.preservica.links(await refOf(facts, replacedOne)))
        .filter(({ type, direction }) => type === REPLACED_BY && direction === "From")
        .map(({ ref }) => ref);
      problems.push(...differs(`${replacedOne.name}: isReplacedBy`, linked.join(), folder));
    }
    return problems;
  },
  spoil: async (facts) => void spoilFolder.add(facts.stage),
};
const spoilFolder = new WeakSet<ProductFacts["stage"]>();

export const retention: Check<ProductFacts> = {
  name: "retention",
  says: "retention runs from the last unit, ten years, for medical devices fifteen, by the archive's own account",
  problems: each(async (facts, asset) => {
    const wanted = POLICIES[asset.values.retentionClass];
    if (wanted === undefined) return [`unknown retention class ${asset.values.retentionClass}`];
    const lifecycle = await fragment(facts, asset, LIFECYCLE);
    const assigned = await facts.preservica.retention(await refOf(facts, asset));
    const start = asset.values.lastUnitDate;
    const until = `${Number(start.slice(0, 4)) + wanted.years}${start.slice(4)}`;
    return [
      ...differs("policy", assigned.map(({ policy }) => policy).join(), wanted.name),
      ...differs("start in the archive", assigned[0]?.start.slice(0, 10), start),
      ...differs("retention class", retentionOf(lifecycle, "class"), asset.values.retentionClass),
      ...differs("retention start", retentionOf(lifecycle, "start"), start),
      ...differs("kept through", retentionOf(lifecycle, "until"), until),
    ];
  }),
  spoil: async (facts) => {
    const medical = first(facts.good.filter(({ values }) => values.regulatoryClass === "MDR"));
    await facts.preservica.rewrite(await refOf(facts, medical), LIFECYCLE, (xml) =>
      xml.replace(/(<(?:\w+:)?retention>[\s\S]*?<(?:\w+:)?start>)[^<]*/, "$12020-01-01"),
    );
  },
};

export const shared: Check<ProductFacts> = {
  name: "shared",
  says: "the picture that an active product uses too is copied, marked never to be released, and still in OTMM's folders",
  problems: async (facts) => {
    const problems: string[] = [];
    for (const asset of facts.good) {
      const release = valueIn(await fragment(facts, asset, PRODUCT), "release");
      problems.push(...differs(`${asset.name}: release`, release, asset.neverReleased ? "never" : "allowed"));
      if (!asset.neverReleased) continue;
      const folders = await facts.otmm.parents(asset.assetId);
      problems.push(...differs(`${asset.name}: folders in OTMM`, folders.length, asset.values.products.length));
      const { latest, fields } = await facts.otmm.asset(asset.assetId);
      problems.push(...differs(`${asset.name}: latest`, latest, true));
      problems.push(...differs(`${asset.name}: expiry`, fields["ARTESIA.FIELD.EXPIRATION DATE"], undefined));
    }
    if (!facts.good.some(({ neverReleased }) => neverReleased)) problems.push("the manifest names no shared picture");
    return problems;
  },
  spoil: async (facts) => {
    const picture = first(facts.good.filter(({ neverReleased }) => neverReleased));
    await facts.preservica.rewrite(await refOf(facts, picture), PRODUCT, (xml) =>
      xml.replace(/(<(?:\w+:)?release>)[^<]*/, "$1allowed"),
    );
  },
};

/** Word of each reason in the manifest that the flow's own words must hold. */
const WORDS: Record<string, RegExp> = {
  "active line": /active/i,
  "retention cannot start": /retention cannot start/i,
  deleted: /deleted/i,
  expired: /expired/i,
};

export const reasons: Check<ProductFacts> = {
  name: "reasons",
  says: "every wrong candidate that the search shows is refused with its own reason: active, deleted, expired, no last unit",
  problems: async (facts) => {
    const jobs = await facts.stage.jobs(`run=${facts.run.id}`);
    const told = facts.bad.flatMap((wrong) => {
      const job = jobs.find(({ assetKey, error }) => assetKey.endsWith(wrong.originalId) && error !== undefined);
      // OTMM's search leaves deleted assets out: they are not even candidates.
      if (job === undefined && wrong.reason === "deleted") return [];
      const message = job?.error?.message ?? "nothing";
      return WORDS[wrong.reason]?.test(message) === true
        ? []
        : [`"${wrong.name}" (${wrong.reason}) is told as: ${message}`];
    });
    const kinds = new Set(facts.bad.map(({ reason }) => reason));
    return [...told, ...(kinds.size < 3 ? [`only ${kinds.size} kinds of wrong candidates`] : [])];
  },
  spoil: async (facts) => {
    const wrong = loadManifest().scenarios["2"].mustNotMove[0];
    // What was never among the candidates has no reason on record: as if a candidate had been dropped in silence.
    if (wrong !== undefined) facts.bad.push({ ...wrong, originalId: "0".repeat(40), name: "dropped in silence" });
  },
};
