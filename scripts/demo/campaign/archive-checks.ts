import type { Check } from "../check.js";
import { valueIn, valuesIn } from "../readers/preservica.js";
import { type ArchiveFacts, type CampaignFacts, differs, each, one, refOf } from "./facts.js";

/** Checks that look into the archive, asset by asset. */

const LIFECYCLE = "urn:clc:schema:lifecycle:1";
const CAMPAIGN = "urn:clc:schema:campaign:1";
const REQUIRES = "http://purl.org/dc/terms/requires";

export const present: Check<ArchiveFacts> = {
  name: "present",
  says: "each approved final asset is in the archive exactly once",
  problems: each(async (facts, asset) => {
    const found = await facts.preservica.byIdentifier("OTMM-Asset", asset.sourceId);
    return found.length === 1 && found[0]?.type === "IO" ? [] : [`is there ${found.length} times`];
  }),
  spoil: async (facts) => {
    await facts.preservica.addIdentifier(await refOf(facts, one(facts)), "OTMM-Asset", facts.good[0]?.sourceId ?? "");
  },
};

export const folder: Check<ArchiveFacts> = {
  name: "folder",
  says: "each stands in its folder, from the root down",
  problems: each(async (facts, asset) => {
    const { parent } = await facts.preservica.asset(await refOf(facts, asset));
    return differs("folder", await facts.preservica.pathOf(parent), asset.archivePath);
  }),
  spoil: async (facts) => {
    const other = facts.good.find(({ group }) => group !== one(facts).group);
    const { parent } = await facts.preservica.asset(await refOf(facts, other ?? one(facts)));
    await facts.preservica.move(await refOf(facts, one(facts)), parent ?? "");
  },
};

export const title: Check<ArchiveFacts> = {
  name: "title",
  says: "titles are OTMM's, letter by letter, awkward names included; the name as it was is kept",
  problems: each(async (facts, asset) => {
    const entity = await facts.preservica.asset(await refOf(facts, asset));
    const lifecycle = entity.fragments[LIFECYCLE]?.[0] ?? "";
    const [file] = await facts.preservica.files(entity.ref, "Preservation");
    const unsafe =
      file === undefined || /[/\\\0]|^\.|\.$/.test(file.name)
        ? [`file name ${JSON.stringify(file?.name)} is unsafe`]
        : [];
    return [
      ...differs("title", entity.title, asset.title),
      ...differs("original name", valueIn(lifecycle, "originalName"), asset.name),
      ...unsafe,
    ];
  }),
  spoil: async (facts) => facts.preservica.update(await refOf(facts, one(facts)), { title: "Spoilt" }),
};

export const values: Check<CampaignFacts> = {
  name: "values",
  says: "campaign name, launch date, brand, region, usage rights and retention are there, typed",
  problems: each(async (facts, asset) => {
    const { fragments } = await facts.preservica.asset(await refOf(facts, asset));
    const campaign = fragments[CAMPAIGN]?.[0] ?? "";
    const lifecycle = fragments[LIFECYCLE]?.[0] ?? "";
    const dc = fragments["http://www.openarchives.org/OAI/2.0/oai_dc/"]?.[0] ?? "";
    const { values: wanted } = asset;
    return [
      ...differs("campaign name", valueIn(campaign, "name"), wanted.campaignName),
      ...differs("launch date", valueIn(campaign, "launchDate"), wanted.launchDate),
      ...differs("dc:date", valueIn(dc, "date"), wanted.launchDate),
      ...differs("brand", valueIn(campaign, "brand"), wanted.brand.label),
      ...differs("region", valueIn(campaign, "region"), wanted.region.text ?? wanted.region.label),
      ...differs("retention class", valueIn(lifecycle, "class"), wanted.retentionClass),
      ...differs("retention start", retentionOf(lifecycle, "start"), asset.retentionStart),
      ...(valueIn(lifecycle, "basis") === "" ? ["usage rights are missing"] : []),
    ];
  }),
  spoil: async (facts) =>
    facts.preservica.rewrite(await refOf(facts, one(facts)), CAMPAIGN, (xml) =>
      xml.replace(/(<(?:\w+:)?launchDate>)[^<]*/, "$11999-01-01"),
    ),
};

/** `retention/start`; rights have a start of their own. */
export function retentionOf(xml: string, element: string): string {
  const retention = /<(?:\w+:)?retention>[\s\S]*?<\/(?:\w+:)?retention>/.exec(xml)?.[0] ?? "<none/>";
  return valueIn(retention, element);
}

export const tag: Check<ArchiveFacts> = {
  name: "tag",
  says: "security tags follow the table; none was ever more open",
  problems: each(async (facts, asset) => {
    const ref = await refOf(facts, asset);
    const { securityTag } = await facts.preservica.asset(ref);
    const changes = (await facts.preservica.eventTypes(ref)).filter((type) => /security/i.test(type));
    return [
      ...differs("security tag", securityTag, asset.tag),
      ...(changes.length > 0 ? ["its tag was changed after the ingest"] : []),
    ];
  }),
  spoil: async (facts) => {
    const asset = one(facts);
    await facts.preservica.setTag(await refOf(facts, asset), asset.tag === "closed" ? "open" : "closed");
  },
};

export const identifiers: Check<CampaignFacts> = {
  name: "identifiers",
  says: "identifiers OTMM-Asset, SourceID, OTMM-Original and OTMM-Campaign are there",
  problems: each(async (facts, asset) => {
    const found = await facts.preservica.identifiers(await refOf(facts, asset));
    return [
      ...differs("SourceID", found["SourceID"]?.join(), asset.sourceId),
      ...differs("OTMM-Original", found["OTMM-Original"]?.join(), asset.originalId),
      ...differs("OTMM-Campaign", found["OTMM-Campaign"]?.join(), asset.group),
    ];
  }),
  spoil: async (facts) => facts.preservica.dropIdentifiers(await refOf(facts, one(facts)), "SourceID"),
};

export const bytes: Check<ArchiveFacts> = {
  name: "bytes",
  says: "every master is byte for byte OTMM's, and the archive states the same digest",
  problems: each(async (facts, asset) => {
    const ref = await refOf(facts, asset);
    const files = await facts.preservica.files(ref, "Preservation");
    const [file] = files;
    if (file === undefined || files.length !== 1) return [`has ${files.length} preservation files`];
    const { fragments } = await facts.preservica.asset(ref);
    return [
      ...differs("size", file.size, asset.size),
      ...differs("SHA-256", file.sha256, asset.sha256),
      ...differs("stated SHA256", file.stated["SHA256"], asset.sha256),
      ...(valuesIn(fragments[LIFECYCLE]?.[0] ?? "", "fixity").includes(asset.sha256)
        ? []
        : ["the flow's digest is not in the lifecycle fragment"]),
    ];
  }),
  spoil: async (facts) => facts.preservica.replaceContent(await refOf(facts, one(facts)), Buffer.from("other bytes")),
};

export const access: Check<ArchiveFacts> = {
  name: "access",
  says: "OTMM's preview is the access representation",
  problems: each(async (facts, asset) => {
    const files = await facts.preservica.files(await refOf(facts, asset), "Access");
    if (asset.preview === null) return differs("access files", files.length, 0);
    return [...differs("access files", files.length, 1), ...differs("SHA-256", files[0]?.sha256, asset.preview.sha256)];
  }),
  spoil: async (facts) => {
    await facts.preservica.addAccess(await refOf(facts, one(facts)), "spoilt.jpg", Buffer.from("another derivative"));
  },
};

export const links: Check<ArchiveFacts> = {
  name: "links",
  says: "layouts are linked to their placed images",
  problems: async (facts) => {
    const problems: string[] = [];
    const layouts = facts.good.filter((asset) => asset.links.length > 0);
    if (layouts.length === 0) problems.push("the manifest names no layout");
    for (const layout of layouts) {
      const found = (await facts.preservica.links(await refOf(facts, layout)))
        .filter(({ type, direction }) => type === REQUIRES && direction === "From")
        .map(({ ref }) => ref);
      for (const link of layout.links) {
        const image = facts.good.find(({ assetId }) => assetId === link.assetId);
        if (image === undefined) problems.push(`${layout.name}: linked to ${link.assetId}, which must not move`);
        else if (!found.includes(await refOf(facts, image))) problems.push(`${layout.name}: no link to ${image.name}`);
      }
      if (found.length !== layout.links.length)
        problems.push(`${layout.name}: ${found.length} links, wanted ${layout.links.length}`);
    }
    return problems;
  },
  spoil: async (facts) => {
    const layout = facts.good.find((asset) => asset.links.length > 0);
    if (layout !== undefined) await facts.preservica.dropLinks(await refOf(facts, layout), REQUIRES);
  },
};
