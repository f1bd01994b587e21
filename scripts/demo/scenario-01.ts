import { readFileSync } from "node:fs";
import { join } from "node:path";
import { loadManifest, type CampaignValues, type MovingAsset, type StayingAsset } from "../../sandbox/seed/manifest.js";
import { PACKAGE_ROOT } from "../node-red.js";
import type { Check, Scenario } from "./check.js";
import type { OtmmReader, OtmmView } from "./readers/otmm.js";
import { type PreservicaReader, valueIn, valuesIn } from "./readers/preservica.js";
import type { RunView, Stage } from "./stage.js";

const LIFECYCLE = "urn:clc:schema:lifecycle:1";
const CAMPAIGN = "urn:clc:schema:campaign:1";
const REQUIRES = "http://purl.org/dc/terms/requires";
const REPLACES = "http://purl.org/dc/terms/replaces";

type Good = MovingAsset<CampaignValues>;

/** What the checks look at: gathered once after the run. */
export interface CampaignFacts {
  /** What the checks use of the stage, so that other stages can be checked too. */
  stage: Pick<Stage, "jobs" | "run" | "control" | "ready">;
  otmm: OtmmReader;
  preservica: PreservicaReader;
  good: Good[];
  bad: StayingAsset[];
  run: RunView;
  /** Both systems as they were before the flow ran. */
  before: Before;
  assets: number;
}

export interface Before {
  /** OTMM asset id -> what it showed. */
  otmm: Map<string, OtmmView>;
  /** References of what stood in the archive already, from an older run. */
  archive: Set<string>;
}

async function refOf(facts: CampaignFacts, asset: Good): Promise<string> {
  const found = await facts.preservica.byIdentifier("OTMM-Asset", asset.sourceId);
  const first = found[0];
  if (first === undefined) throw new Error(`${asset.name} is not in the archive`);
  return first.ref;
}

/** Runs a test over every good asset; problems are named by the asset. */
function each(
  test: (facts: CampaignFacts, asset: Good) => Promise<string[]>,
): (facts: CampaignFacts) => Promise<string[]> {
  return async (facts) => {
    const problems: string[] = [];
    for (const asset of facts.good) {
      const found = await test(facts, asset).catch((error: unknown) => [
        error instanceof Error ? error.message : String(error),
      ]);
      problems.push(...found.map((problem) => `${asset.group} "${asset.name}": ${problem}`));
    }
    return problems;
  };
}
const differs = (what: string, is: unknown, wanted: unknown): string[] =>
  is === wanted ? [] : [`${what} is ${JSON.stringify(is)}, wanted ${JSON.stringify(wanted)}`];
const one = (facts: CampaignFacts): Good => {
  const asset = facts.good[3];
  if (asset === undefined) throw new Error("the manifest names no asset");
  return asset;
};

const present: Check<CampaignFacts> = {
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

const folder: Check<CampaignFacts> = {
  name: "folder",
  says: "each stands in the folder of its campaign",
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

const title: Check<CampaignFacts> = {
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

const values: Check<CampaignFacts> = {
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
function retentionOf(xml: string, element: string): string {
  const retention = /<(?:\w+:)?retention>[\s\S]*?<\/(?:\w+:)?retention>/.exec(xml)?.[0] ?? "<none/>";
  return valueIn(retention, element);
}

const tag: Check<CampaignFacts> = {
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

const identifiers: Check<CampaignFacts> = {
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

const bytes: Check<CampaignFacts> = {
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

const access: Check<CampaignFacts> = {
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

const links: Check<CampaignFacts> = {
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

const shown: Check<CampaignFacts> = {
  name: "otmm",
  says: "OTMM shows archive id, status and digest, and names the version",
  problems: each(async (facts, asset) => {
    const { fields, latest } = await facts.otmm.asset(asset.assetId);
    return [
      ...differs("latest", latest, true),
      ...differs("status", fields["ACME.FIELD.PRESERVATION STATUS"], "PRE"),
      ...differs("archive id", fields["ACME.FIELD.ARCHIVE ID"], await refOf(facts, asset)),
      ...differs("archived asset id", fields["ACME.FIELD.ARCHIVED ASSET ID"], asset.assetId),
      ...differs("archive SHA256", fields["ACME.FIELD.ARCHIVE SHA256"], asset.sha256),
      ...differs("archive location", fields["ACME.FIELD.ARCHIVE LOCATION"], asset.archivePath),
    ];
  }),
  spoil: async (facts) => facts.otmm.edit(one(facts).assetId, { "ACME.FIELD.ARCHIVE SHA256": "0".repeat(64) }),
};

const nothingElse: Check<CampaignFacts> = {
  name: "nothing-else",
  says: "nothing else moved: no other asset in the archive, no wrong candidate touched in OTMM",
  problems: async (facts) => {
    const problems: string[] = [];
    const wanted = new Set(facts.good.map(({ sourceId }) => sourceId));
    for (const { ref, type, title: name } of await facts.preservica.below()) {
      if (type !== "IO") continue;
      if (facts.before.archive.has(ref)) continue;
      const ids = (await facts.preservica.identifiers(ref))["OTMM-Asset"] ?? [];
      if (ids.some((id) => wanted.has(id))) continue;
      problems.push(`"${name}" (${ids.join()}) is in the archive`);
    }
    for (const wrong of facts.bad) {
      if ((await facts.preservica.byIdentifier("OTMM-Asset", `${wrong.originalId}#v${wrong.version}`)).length > 0) {
        problems.push(`"${wrong.name}" was archived although: ${wrong.reason}`);
      }
      const is = (await facts.otmm.all()).find(({ id }) => id === wrong.assetId);
      const was = facts.before.otmm.get(wrong.assetId);
      if (is?.fields["ACME.FIELD.PRESERVATION STATUS"] === "PRE")
        problems.push(`"${wrong.name}" is marked as preserved in OTMM`);
      if (was !== undefined && is !== undefined && was.lastUpdated !== is.lastUpdated)
        problems.push(`"${wrong.name}" was changed in OTMM`);
    }
    return problems;
  },
  spoil: async (facts) => {
    const wrong = facts.bad.find(({ extraVersion }) => !extraVersion);
    if (wrong !== undefined) await facts.otmm.edit(wrong.assetId, { "ACME.FIELD.PRESERVATION STATUS": "PRE" });
  },
};
const reasons: Check<CampaignFacts> = {
  name: "reasons",
  says: "every wrong candidate that the search found is refused with its reason",
  problems: async (facts) => {
    const jobs = await facts.stage.jobs(`run=${facts.run.id}`);
    const running = ["running", "cancelled"];
    return facts.bad
      .filter(({ reason, extraVersion }) => !extraVersion && !running.some((word) => reason.includes(word)))
      .flatMap((wrong) => {
        const told = jobs.find((job) => job.assetKey.endsWith(wrong.originalId) && job.error !== undefined);
        return told?.error?.message ? [] : [`"${wrong.name}" (${wrong.reason}) has no reason`];
      });
  },
  spoil: async (facts) => {
    // What was never among the candidates has no reason on record: as if a candidate had been dropped in silence.
    facts.bad.push({
      assetId: "0",
      originalId: "0".repeat(40),
      version: 1,
      name: "dropped in silence",
      group: "",
      reason: "not approved",
      extraVersion: false,
    });
  },
};

const reconciles: Check<CampaignFacts> = {
  name: "reconciles",
  says: "found = done + refused + failed, and nothing is on its way",
  problems: async (facts) => {
    const { found, done, refused, failed, waiting, running } = facts.run.counts;
    return [
      ...differs("done", done, facts.good.length),
      ...differs("waiting and running", waiting + running, 0),
      ...differs("sum", done + refused + failed, found),
    ];
  },
  spoil: async (facts) => {
    facts.run.counts.found += 1;
  },
};

const again: Check<CampaignFacts> = {
  name: "again",
  says: "running again changes nothing",
  problems: async (facts) => {
    const archive = async (): Promise<string> => {
      const states = [];
      for (const asset of facts.good) {
        const ref = await refOf(facts, asset);
        states.push([ref, (await facts.preservica.eventTypes(ref)).length, (await facts.preservica.links(ref)).length]);
      }
      return JSON.stringify([states, (await facts.preservica.below()).length]);
    };
    const otmm = async (): Promise<Map<string, string>> =>
      new Map((await facts.otmm.all()).map(({ id, name, lastUpdated }) => [id, `${name} ${lastUpdated}`]));
    const [archiveBefore, otmmBefore] = [await archive(), await otmm()];
    await facts.stage.control("POST", "clock", { advance: 2000 });
    if (spoilAgain.has(facts.stage))
      await facts.otmm.edit(one(facts).assetId, { "ACME.FIELD.ARCHIVE SHA256": "1".repeat(64) });
    await facts.stage.run(() => undefined);
    const changed = [...(await otmm())]
      .filter(([id, state]) => otmmBefore.get(id) !== state)
      .map(([, state]) => `${state} changed in OTMM`);
    return [...((await archive()) === archiveBefore ? [] : ["the archive changed"]), ...changed];
  },
  spoil: async (facts) => void spoilAgain.add(facts.stage),
};
const spoilAgain = new WeakSet<CampaignFacts["stage"]>();

const newVersion: Check<CampaignFacts> = {
  name: "new-version",
  says: "a new version becomes a new asset that replaces the earlier one",
  problems: async (facts) => {
    const earlier = facts.good.find(({ name }) => name.endsWith(".jpg")) ?? one(facts);
    const current = await facts.otmm.latest(earlier.originalId);
    const [archived] = await facts.preservica.byIdentifier("OTMM-Asset", `${current.originalId}#v${current.version}`);
    const media = readFileSync(join(PACKAGE_ROOT, "dist/sandbox/seed/media/spring-1.jpg"));
    const next = await facts.otmm.checkIn(
      current.id,
      current.name,
      Buffer.concat([media, Buffer.from(`edition ${current.version + 1}`)]),
    );
    await facts.otmm.edit(next.id, { "ACME.FIELD.APPROVED VERSION": String(next.version) });
    await facts.stage.run(() => undefined);
    const found = await facts.preservica.byIdentifier("OTMM-Asset", `${next.originalId}#v${next.version}`);
    const second = found[0]?.ref;
    if (second === undefined) return ["the new version is not in the archive"];
    if (spoilVersion.has(facts.stage)) await facts.preservica.dropLinks(second, REPLACES);
    const replaced = (await facts.preservica.links(second)).filter(
      ({ type, direction }) => type === REPLACES && direction === "From",
    );
    const { fields } = await facts.otmm.asset(next.id);
    return [
      ...differs("replaces", replaced.map(({ ref }) => ref).join(), archived?.ref),
      ...differs("archive id in OTMM", fields["ACME.FIELD.ARCHIVE ID"], second),
      ...differs("archived asset id", fields["ACME.FIELD.ARCHIVED ASSET ID"], next.id),
      ...differs(
        "copies of the earlier one",
        (await facts.preservica.byIdentifier("OTMM-Asset", earlier.sourceId)).length,
        1,
      ),
    ];
  },
  spoil: async (facts) => void spoilVersion.add(facts.stage),
};
const spoilVersion = new WeakSet<CampaignFacts["stage"]>();

const strict: Check<CampaignFacts> = {
  name: "strict",
  says: "the strict sandbox refused no request over the whole run",
  problems: async (facts) => {
    const { entries } = (await facts.stage.control("GET", "log?refused=1&limit=5")) as {
      entries: { method: string; path: string; refused: string }[];
    };
    return entries.map(({ method, path, refused }) => `${method} ${path}: ${refused}`);
  },
  spoil: async (facts) => {
    await facts.otmm.undocumented();
  },
};

type Show = (label: string, done: number, total: number) => void;

/** Both systems before the flow runs. */
async function look(stage: Stage): Promise<Before> {
  const otmm = await (await stage.otmm()).all();
  const archive = await (await stage.preservica()).below();
  return { otmm: new Map(otmm.map((asset) => [asset.id, asset])), archive: new Set(archive.map(({ ref }) => ref)) };
}

/** Waits until the newest run has ended, and gathers what the checks need. */
async function gather(stage: Stage, before: Before, show: Show = () => undefined): Promise<CampaignFacts> {
  const run = await stage.settled(
    () => true,
    (counts) => show("assets", counts.found - counts.running - counts.waiting, counts.found),
  );
  const { mustMove, mustNotMove } = loadManifest().scenarios["1"];
  return {
    stage,
    otmm: await stage.otmm(),
    preservica: await stage.preservica(),
    good: mustMove,
    bad: [...mustNotMove],
    run,
    before,
    assets: run.counts.done,
  };
}

/** Scenario 1: approved final assets of ended campaigns go from OTMM to Preservica, and OTMM shows where they are. */
export const campaignArchive: Scenario<CampaignFacts> & { look: typeof look; gather: typeof gather } = {
  number: 1,
  title: "ended campaigns go from OTMM to Preservica",
  example: "otmm-preservica/01-campaign-archive.json",
  look,
  gather,
  async play(stage, show) {
    const before = await look(stage);
    await stage.control("POST", "clock", { advance: 2000 });
    await stage.run((counts) => show("assets", counts.found - counts.running - counts.waiting, counts.found));
    return gather(stage, before, show);
  },
  checks: [
    present,
    folder,
    title,
    values,
    tag,
    identifiers,
    bytes,
    access,
    links,
    shown,
    nothingElse,
    reasons,
    reconciles,
    again,
    newVersion,
    strict,
  ],
};
