import { loadManifest } from "../../../sandbox/seed/manifest.js";
import { retentionOf } from "../campaign/archive-checks.js";
import { differs, each, one, refOf } from "../campaign/facts.js";
import type { Check } from "../check.js";
import { valueIn, valuesIn } from "../readers/preservica.js";
import {
  BROADCAST,
  type BroadcastFacts,
  DUBLIN_CORE,
  find,
  fragment,
  isLarge,
  LIFECYCLE,
  type Programme,
} from "./facts.js";

/** Checks of what is particular to broadcast masters: representations, transmission, contract, embargo, retention. */

const POLICY = "Broadcast contract end plus 6";

/** Type, name and number of files of the representations that the archived programme must have. */
export function wholeOf({ values }: Programme): string[] {
  const clips = values.clips.map((_clip, at) => `Access Clip${at === 0 ? "" : ` ${at + 1}`} 1`);
  return ["Preservation Preservation 1", ...clips];
}

export const together: Check<BroadcastFacts> = {
  name: "together",
  says: "final master and clips are in one asset: one preservation and for each clip one access representation",
  problems: each(async (facts, asset) => {
    const ref = await refOf(facts, asset);
    const found = (await facts.preservica.representations(ref)).map(
      ({ type, name, files }) => `${type} ${name} ${files}`,
    );
    const carriers = await facts.preservica.byIdentifier("House-No", asset.values.houseNo);
    return [
      ...differs("representations", found.join(", "), wholeOf(asset).join(", ")),
      ...differs("assets with this house number", carriers.map((carrier) => carrier.ref).join(), ref),
    ];
  }),
  spoil: async (facts) => {
    await facts.preservica.addAccess(
      await refOf(facts, one(facts)),
      "trailer.mp4",
      Buffer.from("not of this programme"),
    );
  },
};

export const masters: Check<BroadcastFacts> = {
  name: "masters",
  says: "every master, the one of more than 2 GiB included, is byte for byte OTMM's, and the archive states the digest",
  problems: async (facts) => {
    // The large one is read back last, and only when the others are what they should be.
    if (!loadManifest().scenarios["4"].mustMove.some(isLarge)) return ["the manifest names no such master"];
    const [large, small] = [facts.good.filter(isLarge), facts.good.filter((asset) => !isLarge(asset))];
    const read = (good: Programme[]) => each(masterOf)({ ...facts, good });
    const problems = await read(small);
    return problems.length > 0 ? problems : await read(large);
  },
  spoil: async (facts) => {
    const master = find(facts, (asset) => !isLarge(asset));
    await facts.preservica.replaceContent(await refOf(facts, master), Buffer.from("other bytes"));
  },
};

async function masterOf(facts: Pick<BroadcastFacts, "preservica">, asset: Programme): Promise<string[]> {
  const [found] = await facts.preservica.byIdentifier("OTMM-Asset", asset.sourceId);
  if (found === undefined) return ["is not in the archive"];
  const files = await facts.preservica.files(found.ref, "Preservation");
  const { fragments } = await facts.preservica.asset(found.ref);
  return [
    ...differs("preservation files", files.length, 1),
    ...differs("size", files[0]?.size, asset.size),
    ...differs("SHA-256", files[0]?.sha256, asset.sha256),
    ...differs("stated SHA256", files[0]?.stated["SHA256"], asset.sha256),
    ...(valuesIn(fragments[LIFECYCLE]?.[0] ?? "", "fixity").includes(asset.sha256)
      ? []
      : ["the flow's digest is not in the lifecycle fragment"]),
  ];
}

export const clips: Check<BroadcastFacts> = {
  name: "clips",
  says: "every access copy is byte for byte the clip's, and can be found by the clip's own id",
  problems: each(async (facts, asset) => {
    const ref = await refOf(facts, asset);
    const files = await facts.preservica.files(ref, "Access");
    const wanted = asset.values.clips.map(({ sha256 }) => sha256);
    const problems = differs("SHA-256", files.map(({ sha256 }) => sha256).join(), wanted.join());
    for (const clip of asset.values.clips) {
      const found = await facts.preservica.byIdentifier("OTMM-Part", clip.assetId);
      problems.push(...differs(`asset of ${clip.name}`, found.map((entity) => entity.ref).join(), ref));
    }
    return problems;
  }),
  spoil: async (facts) => {
    const several = find(facts, ({ values }) => values.clips.length > 1);
    await facts.preservica.dropIdentifiers(await refOf(facts, several), "OTMM-Part");
  },
};

export const programme: Check<BroadcastFacts> = {
  name: "programme",
  says: "programme, series, house number and channel are there, in the broadcast facts and in Dublin Core",
  problems: each(async (facts, asset) => {
    const xml = await fragment(facts, asset, BROADCAST);
    const dc = await fragment(facts, asset, DUBLIN_CORE);
    const { values: wanted } = asset;
    const episode = wanted.episode === null ? "" : `, ${wanted.episode}`;
    return [
      ...differs("title", valueIn(xml, "title"), wanted.programmeTitle),
      ...differs("series", valueIn(xml, "series"), wanted.series),
      ...differs("house number", valueIn(xml, "houseNumber"), wanted.houseNo),
      ...differs("channel", valueIn(xml, "channel"), wanted.channel.label),
      ...differs("version type", valueIn(xml, "versionType"), wanted.versionType.id),
      ...differs("dc:title", valueIn(dc, "title"), `${wanted.series}${episode}: ${wanted.programmeTitle}`),
      ...differs("dc:publisher", valueIn(dc, "publisher"), wanted.channel.label),
      ...(valuesIn(dc, "identifier").includes(wanted.houseNo) ? [] : ["dc:identifier lacks the house number"]),
    ];
  }),
  spoil: async (facts) => spoilt(facts, one(facts), "houseNumber", "KN-999999"),
};

export const transmission: Check<BroadcastFacts> = {
  name: "transmission",
  says: "the transmission stands with its offset as OTMM has it, and in UTC; a local time that no clock showed is kept and reported",
  problems: async (facts) => {
    const problems = await each<Programme["values"]>(async (_facts, asset) => {
      const xml = await fragment(facts, asset, BROADCAST);
      const { txTime, txStatus } = asset.values;
      const utc = new Date(txTime).toISOString().replace(".000Z", "Z");
      return [
        ...differs("status", valueIn(xml, "status"), txStatus.id === "TRX" ? "aired" : "published online"),
        ...differs("first transmission", valueIn(xml, "firstTransmission"), txTime),
        ...differs("in UTC", valueIn(xml, "firstTransmissionUtc"), utc),
        ...differs("zone", valueIn(xml, "zone"), "Europe/Berlin"),
        ...differs("dc:date", valueIn(await fragment(facts, asset, DUBLIN_CORE), "date"), txTime.slice(0, 10)),
      ];
    })(facts);
    const impossible = find(facts, ({ values }) => values.txTime.startsWith("2026-03-29T02:"));
    const told = (await facts.timeline(impossible.originalId)).filter(({ outcome }) => outcome === "warning");
    if (!told.some(({ detail }) => /clocks of Europe\/Berlin do not show/.test(JSON.stringify(detail))))
      problems.push(`${impossible.name}: nobody was told of the impossible time`);
    return problems;
  },
  spoil: async (facts) => spoilt(facts, one(facts), "firstTransmission", "2026-01-01T00:00:00Z"),
};

export const contract: Check<BroadcastFacts> = {
  name: "contract",
  says: "contract, licensor and licence dates are in the broadcast facts",
  problems: each(async (facts, asset) => {
    const xml = await fragment(facts, asset, BROADCAST);
    const { values: wanted } = asset;
    return [
      ...differs("contract", valueIn(xml, "contract"), wanted.contractNo),
      ...differs("licensor", valueIn(xml, "licensor"), wanted.licensor),
      ...differs("licence start", valueIn(xml, "start"), wanted.licenceStart ?? ""),
      ...differs("licence end", valueIn(xml, "end"), wanted.licenceEnd ?? ""),
    ];
  }),
  spoil: async (facts) =>
    spoilt(
      facts,
      find(facts, ({ values }) => values.licenceEnd !== null),
      "end",
      "2099-12-31",
    ),
};

export const embargo: Check<BroadcastFacts> = {
  name: "embargo",
  says: "what is under embargo is archived under that tag from its first event on, and names the day",
  problems: async (facts) => {
    const held = facts.good.filter(({ values }) => values.embargoUntil !== null);
    const problems = held.length === 0 ? ["the manifest names no programme under embargo"] : [];
    for (const asset of held) {
      const ref = await refOf(facts, asset);
      const { securityTag } = await facts.preservica.asset(ref);
      const events = await facts.preservica.eventTypes(ref);
      const xml = await fragment(facts, asset, BROADCAST);
      const rights = valuesIn(await fragment(facts, asset, DUBLIN_CORE), "rights");
      const until = asset.values.embargoUntil ?? "";
      problems.push(
        ...differs(`${asset.name}: tag`, securityTag, "embargo"),
        ...differs(
          `${asset.name}: events before the policy`,
          events.filter((type) => type !== "Modified").join(),
          "Ingest",
        ),
        ...differs(`${asset.name}: embargo`, valueIn(xml, "embargoUntil"), until),
        ...(rights.includes(`Embargo until ${until}`) ? [] : [`${asset.name}: dc:rights is ${rights.join(" | ")}`]),
      );
    }
    return problems;
  },
  spoil: async (facts) => {
    const ref = await refOf(
      facts,
      find(facts, ({ values }) => values.embargoUntil !== null),
    );
    // Open for a moment: the tag is right again, the history is not.
    await facts.preservica.setTag(ref, "open");
    await facts.preservica.setTag(ref, "embargo");
  },
};

export const retention: Check<BroadcastFacts> = {
  name: "retention",
  says: "the policy runs from the later of licence end and transmission, as the archive itself states it",
  problems: each(async (facts, asset) => {
    const lifecycle = await fragment(facts, asset, LIFECYCLE);
    const assigned = await facts.preservica.retention(await refOf(facts, asset));
    return [
      ...differs("policy", assigned.map(({ policy }) => policy).join(), POLICY),
      ...differs("start in the archive", assigned[0]?.start.slice(0, 10), asset.retentionStart),
      ...differs("start in the metadata", retentionOf(lifecycle, "start"), asset.retentionStart),
      ...differs("retention class", retentionOf(lifecycle, "class"), asset.values.retentionClass),
    ];
  }),
  spoil: async (facts) =>
    facts.preservica.rewrite(await refOf(facts, one(facts)), LIFECYCLE, (xml) =>
      xml.replace(/(<(?:\w+:)?retention>[\s\S]*?<(?:\w+:)?start>)[^<]*/, "$12026-11-16"),
    ),
};

export const identifiers: Check<BroadcastFacts> = {
  name: "identifiers",
  says: "identifiers OTMM-Asset, SourceID, OTMM-Original, House-No and those of the clips are there",
  problems: each(async (facts, asset) => {
    const found = await facts.preservica.identifiers(await refOf(facts, asset));
    const parts = asset.values.clips.map(({ assetId }) => assetId).sort();
    return [
      ...differs("OTMM-Asset", found["OTMM-Asset"]?.join(), asset.sourceId),
      ...differs("SourceID", found["SourceID"]?.join(), asset.sourceId),
      ...differs("OTMM-Original", found["OTMM-Original"]?.join(), asset.originalId),
      ...differs("House-No", found["House-No"]?.join(), asset.values.houseNo),
      ...differs("OTMM-Part", [...(found["OTMM-Part"] ?? [])].sort().join(), parts.join()),
    ];
  }),
  spoil: async (facts) => facts.preservica.dropIdentifiers(await refOf(facts, one(facts)), "House-No"),
};

async function spoilt(facts: BroadcastFacts, asset: Programme, element: string, text: string): Promise<void> {
  await facts.preservica.rewrite(await refOf(facts, asset), BROADCAST, (xml) =>
    xml.replace(new RegExp(`(<(?:\\w+:)?${element}>)[^<]*`), `$1${text}`),
  );
}
