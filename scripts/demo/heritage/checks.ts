import type { HeritageValues, MovingAsset } from "../../../sandbox/seed/manifest.js";
import { retentionOf } from "../campaign/archive-checks.js";
import { type ArchiveFacts, differs, each, one, refOf } from "../campaign/facts.js";
import type { Check } from "../check.js";
import { valueIn, valuesIn } from "../readers/preservica.js";
import { structureProblems, xpath } from "./mods.js";

/** Checks of what is particular to heritage objects. */

export type HeritageFacts = ArchiveFacts<HeritageValues>;

const MODS = "http://www.loc.gov/mods/v3";
const LIFECYCLE = "urn:clc:schema:lifecycle:1";
const DUBLIN_CORE = "http://www.openarchives.org/OAI/2.0/oai_dc/";

async function fragment(facts: HeritageFacts, asset: MovingAsset<HeritageValues>, schema: string): Promise<string> {
  return (await facts.preservica.asset(await refOf(facts, asset))).fragments[schema]?.[0] ?? "<none/>";
}
/** Replaces the text of an element, told by what stands in its start tag. */
async function rewrite(facts: HeritageFacts, asset: MovingAsset<HeritageValues>, tag: string, text: string) {
  await facts.preservica.rewrite(await refOf(facts, asset), MODS, (xml) =>
    xml.replace(new RegExp(`(<[^<>]*${tag}[^<>]*>)[^<]*`), `$1${text}`),
  );
}
function find(facts: HeritageFacts, is: (asset: MovingAsset<HeritageValues>) => boolean): MovingAsset<HeritageValues> {
  const found = facts.good.find(is);
  if (found === undefined) throw new Error("the manifest names no such object");
  return found;
}

export const hierarchy: Check<HeritageFacts> = {
  name: "hierarchy",
  says: "institution, collection and series are folders; a slash in a series' title makes no further folder",
  problems: each(async (facts, asset) => {
    const titles: string[] = [];
    for (let ref = (await facts.preservica.asset(await refOf(facts, asset))).parent; ref !== undefined;) {
      const { title, parent } = await facts.preservica.folder(ref);
      titles.unshift(title);
      ref = parent;
    }
    const mods = await fragment(facts, asset, MODS);
    const { values: wanted } = asset;
    return [
      ...differs("folders", JSON.stringify(titles), JSON.stringify(asset.archiveFolders)),
      ...differs("series in MODS", xpath(mods, "relatedItem[@type=host]/titleInfo/title"), wanted.series),
      ...differs(
        "collection in MODS",
        xpath(mods, "relatedItem[@type=host]/relatedItem[@type=host]/titleInfo/title"),
        wanted.collection,
      ),
    ];
  }),
  spoil: async (facts) => {
    const other = find(facts, ({ group }) => group !== one(facts).group);
    const { parent = "" } = await facts.preservica.asset(await refOf(facts, other));
    await facts.preservica.move(await refOf(facts, one(facts)), parent);
  },
};

export const mods: Check<HeritageFacts> = {
  name: "mods",
  says: "each object has one MODS record whose elements, attributes and closed lists are MODS 3's",
  problems: each(async (facts, asset) => {
    const { fragments } = await facts.preservica.asset(await refOf(facts, asset));
    const [xml = "<none/>"] = fragments[MODS] ?? [];
    return [
      ...differs("MODS records", fragments[MODS]?.length, 1),
      ...structureProblems(xml),
      ...differs("title", xpath(xml, "titleInfo/title"), asset.title),
      ...differs("accession number", xpath(xml, "identifier[@type=accession number]"), asset.values.accessionNo),
      ...differs("local identifier", xpath(xml, "identifier[@type=local]"), asset.sourceId),
      ...differs("media type", xpath(xml, "physicalDescription/internetMediaType"), asset.mediaType),
    ];
  }),
  spoil: async (facts) => {
    await rewrite(facts, one(facts), "typeOfResource", "picture of something");
  },
};

export const provenance: Check<HeritageFacts> = {
  name: "provenance",
  says: "custodial history, acquisition and status of provenance are in the record",
  problems: each(async (facts, asset) => {
    const xml = await fragment(facts, asset, MODS);
    const { values: wanted } = asset;
    const acquisition = xpath(xml, "note[@type=acquisition]") ?? "";
    return [
      ...differs("custodial history", xpath(xml, "note[@type=ownership][!displayLabel]"), wanted.custodialHistory),
      ...differs("status", xpath(xml, "note[@type=ownership][@displayLabel=Status]"), wanted.provenanceStatus.label),
      ...(acquisition.startsWith(wanted.acquisitionMethod.label) ? [] : [`acquisition is "${acquisition}"`]),
    ];
  }),
  spoil: async (facts) => rewrite(facts, one(facts), 'type="acquisition"', "Found"),
};

export const digitisation: Check<HeritageFacts> = {
  name: "digitisation",
  says: "when, by whom and with what it was digitised is in the record",
  problems: each(async (facts, asset) => {
    const xml = await fragment(facts, asset, MODS);
    const note = xpath(xml, "note[@type=reproduction]") ?? "";
    return [
      ...differs("captured", xpath(xml, "originInfo/dateCaptured[@encoding=iso8601]"), asset.values.digitisedOn),
      ...differs("digital origin", xpath(xml, "physicalDescription/digitalOrigin"), "reformatted digital"),
      ...(note.includes(asset.values.digitisedOn) ? [] : [`digitisation is "${note}"`]),
    ];
  }),
  spoil: async (facts) => rewrite(facts, one(facts), "dateCaptured", "1999-01-01"),
};

export const rights: Check<HeritageFacts> = {
  name: "rights",
  says: "the rights statement is there by its URI, in MODS and in Dublin Core, and the restriction names the tag",
  problems: each(async (facts, asset) => {
    const xml = await fragment(facts, asset, MODS);
    const dc = valuesIn(await fragment(facts, asset, DUBLIN_CORE), "rights");
    const { rightsStatement } = asset.values;
    const restriction = xpath(xml, "accessCondition[@type=restriction on access]") ?? "";
    return [
      ...differs("URI", xpath(xml, "accessCondition[@type=use and reproduction]/@href"), rightsStatement),
      ...(dc.includes(rightsStatement) ? [] : [`dc:rights has no ${rightsStatement}`]),
      ...(restriction.includes(`"${asset.tag}"`) ? [] : [`the restriction is "${restriction}"`]),
    ];
  }),
  spoil: async (facts) =>
    facts.preservica.rewrite(await refOf(facts, one(facts)), MODS, (xml) =>
      xml.replace(/href="[^"]*"/, 'href="https://example.org/free"'),
    ),
};

export const appraisal: Check<HeritageFacts> = {
  name: "appraisal",
  says: "who selected it, when and why is in the lifecycle facts",
  problems: each(async (facts, asset) => {
    const xml = await fragment(facts, asset, LIFECYCLE);
    const part = /<(?:\w+:)?appraisal>[\s\S]*?<\/(?:\w+:)?appraisal>/.exec(xml)?.[0] ?? "<none/>";
    return [
      ...differs("selected by", valueIn(part, "by"), asset.values.selectedBy),
      ...(/^\d{4}-\d\d-\d\d$/.test(valueIn(part, "on")) ? [] : ["the date of the selection is missing"]),
      ...(valueIn(part, "reason") === "" ? ["the reason of the selection is missing"] : []),
    ];
  }),
  spoil: async (facts) =>
    facts.preservica.rewrite(await refOf(facts, one(facts)), LIFECYCLE, (xml) =>
      xml.replace(/(<(?:\w+:)?appraisal><(?:\w+:)?by>)[^<]*/, "$1a flow"),
    ),
};

export const closedOff: Check<HeritageFacts> = {
  name: "not-open",
  says: "the object with a pending claim and the culturally sensitive one are in the archive, and not open",
  problems: async (facts) => {
    const problems: string[] = [];
    const sensitive = facts.good.filter(({ tag }) => tag === "culturally-sensitive");
    const claim = sensitive.filter(({ values }) => values.provenanceStatus.id === "CLM");
    problems.push(...differs("objects that are not open", sensitive.length, 2), ...differs("claims", claim.length, 1));
    for (const asset of sensitive) {
      const { securityTag } = await facts.preservica.asset(await refOf(facts, asset));
      problems.push(...differs(`${asset.name}: tag`, securityTag, asset.tag));
    }
    return problems;
  },
  spoil: async (facts) => {
    const claim = find(facts, ({ values }) => values.provenanceStatus.id === "CLM");
    await facts.preservica.setTag(await refOf(facts, claim), "open");
  },
};

export const permanent: Check<HeritageFacts> = {
  name: "permanent",
  says: "retention is permanent: the policy is on the asset, without any start or end, and OTMM shows it so",
  problems: each(async (facts, asset) => {
    const lifecycle = await fragment(facts, asset, LIFECYCLE);
    const assigned = await facts.preservica.retention(await refOf(facts, asset));
    const { fields } = await facts.otmm.asset(asset.assetId);
    return [
      ...differs("policy", assigned.map(({ policy }) => policy).join(), "Heritage permanent"),
      ...differs("start in the archive", assigned[0]?.start, ""),
      ...differs("retention class", retentionOf(lifecycle, "class"), asset.values.retentionClass),
      ...differs("period", retentionOf(lifecycle, "period"), "permanent"),
      ...differs("kept through", retentionOf(lifecycle, "until"), ""),
      ...differs("status in OTMM", fields["ACME.FIELD.ARCHIVE RETENTION STATUS"], "PRM"),
    ];
  }),
  spoil: async (facts) => facts.otmm.edit(one(facts).assetId, { "ACME.FIELD.ARCHIVE RETENTION STATUS": "RUN" }),
};

export const identifiers: Check<HeritageFacts> = {
  name: "identifiers",
  says: "identifiers OTMM-Asset, SourceID, OTMM-Original and Accession-No are there",
  problems: each(async (facts, asset) => {
    const found = await facts.preservica.identifiers(await refOf(facts, asset));
    return [
      ...differs("OTMM-Asset", found["OTMM-Asset"]?.join(), asset.sourceId),
      ...differs("SourceID", found["SourceID"]?.join(), asset.sourceId),
      ...differs("OTMM-Original", found["OTMM-Original"]?.join(), asset.originalId),
      ...differs("Accession-No", found["Accession-No"]?.join(), asset.values.accessionNo),
    ];
  }),
  spoil: async (facts) => facts.preservica.dropIdentifiers(await refOf(facts, one(facts)), "Accession-No"),
};

/** What the flow's own words must hold for each reason of the manifest. */
const WORDS: Record<string, RegExp> = {
  loan: /on loan/i,
  "not selected": /not selected/i,
  "not approved final": /not approved as final/i,
};

export const reasons: Check<HeritageFacts> = {
  name: "reasons",
  says: "loan, unselected and unapproved objects are refused, each with its own reason",
  problems: async (facts) => {
    const jobs = await facts.stage.jobs(`run=${facts.run.id}`);
    return facts.bad.flatMap((wrong) => {
      const job = jobs.find(({ assetKey, error }) => assetKey.endsWith(wrong.originalId) && error !== undefined);
      const message = job?.error?.message ?? "nothing";
      return WORDS[wrong.reason]?.test(message) === true
        ? []
        : [`"${wrong.name}" (${wrong.reason}) is told as: ${message}`];
    });
  },
  spoil: async (facts) => {
    const [wrong] = facts.bad;
    // What was never among the candidates has no reason on record: as if a candidate had been dropped in silence.
    if (wrong !== undefined) facts.bad.push({ ...wrong, originalId: "0".repeat(40), name: "dropped in silence" });
  },
};
