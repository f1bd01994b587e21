import type { ReuseDerivative } from "../../../sandbox/seed/manifest.js";
import { differs } from "../campaign/facts.js";
import type { Check } from "../check.js";
import type { OtmmView } from "../readers/otmm.js";
import { DERIVATIVES, FIELD, granted, press, REQUESTS, type ReuseFacts } from "./facts.js";
import { first, over } from "./requests.js";

/** Checks of scenario 6: what came back into OTMM, once, and what stayed out. */

const LINK = "DERIVED_FROM";
const LIBRARY = "d89a4bfca894fa0749829bb4bc47634e60e7e834";

/** Assets that were not there before the flow ran. */
async function newOnes(facts: ReuseFacts): Promise<OtmmView[]> {
  return (await facts.otmm.all()).filter(({ id }) => !facts.before.otmm.has(id));
}
const imported = (facts: ReuseFacts): ReuseDerivative[] =>
  facts.derivatives.filter(({ outcome }) => outcome === "imported");
const stayed = (facts: ReuseFacts): ReuseDerivative[] =>
  facts.derivatives.filter(({ outcome }) => outcome !== "imported" && outcome !== "same bytes");

/** New assets that name an asset as their origin. */
const madeFrom = (assets: readonly OtmmView[], origin: string | null): OtmmView[] =>
  assets.filter(({ fields }) => fields[FIELD.originAsset] === origin);

/** What an asset must show of where it came from: both ids, a link, and an origin that knows its place in the archive. */
async function originProblems(facts: ReuseFacts, made: OtmmView, origin: string): Promise<string[]> {
  const request = facts.requests.find(({ assetId }) => assetId === origin);
  const from = await facts.otmm.asset(origin);
  const links = (await facts.otmm.links(made.id)).map(({ type, to }) => `${type} ${to}`);
  return [
    ...differs("archive id of the origin", made.fields[FIELD.originArchive], request?.archiveRef),
    ...differs("archive id that the origin shows", from.fields[FIELD.archiveId], request?.archiveRef),
    ...differs("links", links.join(), `${LINK} ${origin}`),
    ...differs("is a version of something", made.originalId, made.id),
  ];
}

export const copies: Check<ReuseFacts> = {
  name: "copies",
  says: "who wanted a copy gets one new asset with the bytes of the access copy, linked to its origin, with the ids of both systems",
  problems: async (facts) => {
    const all = await newOnes(facts);
    const wanted = granted(facts).filter(({ wanted: wish }) => wish === "CPY");
    return over(wanted, async ({ assetId, originalId, access }) => {
      const made = madeFrom(all, assetId).filter(({ fields }) => String(fields[FIELD.source]).includes(originalId));
      const [copy] = made;
      if (copy === undefined || made.length > 1) return [`${made.length} copies in OTMM`];
      const master = await facts.otmm.master(copy.id);
      return [
        ...differs("SHA-256", master.sha256, access?.sha256),
        ...differs("size", master.size, access?.size),
        ...(await originProblems(facts, copy, assetId)),
      ];
    });
  },
  spoil: async (facts) => {
    const wish = first(granted(facts).filter(({ wanted }) => wanted === "CPY"));
    const copy = first(madeFrom(await newOnes(facts), wish.assetId));
    await facts.otmm.edit(copy.id, { [FIELD.originArchive]: "0".repeat(36) });
  },
};

export const derived: Check<ReuseFacts> = {
  name: "derived",
  says: "each approved derivative is one new asset in the library, equal in bytes, linked to its origin, with the ids of both systems",
  problems: async (facts) => {
    const all = await newOnes(facts);
    return over(imported(facts), async ({ assetId, origin }) => {
      const made = (await inLibrary(facts, all)).filter(({ fields }) => fields[FIELD.originAsset] === origin);
      const [asset] = made;
      if (asset === undefined || made.length > 1) return [`${made.length} assets in the library`];
      const [is, was] = await Promise.all([facts.otmm.master(asset.id), facts.otmm.master(assetId)]);
      const { fields } = await facts.otmm.asset(assetId);
      return [
        ...differs("SHA-256", is.sha256, was.sha256),
        ...differs("status of the delivery", fields[FIELD.status], "IMP"),
        ...(String(fields[FIELD.decision]).includes(asset.id) ? [] : ["the delivery does not name the new asset"]),
        ...differs("approved version", asset.fields["ACME.FIELD.APPROVED VERSION"], "1"),
        ...(await originProblems(facts, asset, origin ?? "")),
      ];
    });
  },
  spoil: async (facts) => {
    const { origin } = first(imported(facts).slice(1));
    const made = first(await inLibrary(facts, madeFrom(await newOnes(facts), origin)));
    await facts.otmm.link(made.id, first(facts.derivatives).assetId, "RELATED");
  },
};

async function inLibrary(facts: ReuseFacts, assets: readonly OtmmView[]): Promise<OtmmView[]> {
  const found: OtmmView[] = [];
  for (const asset of assets) if ((await facts.otmm.parents(asset.id)).includes(LIBRARY)) found.push(asset);
  return found;
}

export const once: Check<ReuseFacts> = {
  name: "once",
  says: "the same derivative delivered twice, and submitted again afterwards, is one asset",
  problems: async (facts) => {
    const twins = facts.derivatives.filter(({ sameAs }) => sameAs !== null);
    const before = (await newOnes(facts)).length;
    const problems = await over(twins, async ({ assetId, sameAs, name }) => {
      // A person submits the delivery once more.
      if (!notAgain.has(facts)) await facts.otmm.edit(assetId, { [FIELD.status]: "SUB" });
      await facts.stage.control("POST", "clock", { advance: 2000 });
      await press(facts.stage, DERIVATIVES);
      const [one, other] = await Promise.all([assetId, sameAs ?? ""].map((id) => facts.otmm.asset(id)));
      const told = (await facts.timeline(originalOf(facts, sameAs))).filter(
        ({ type }) => type === "derivative imported",
      );
      return [
        ...differs(`decision on ${name}`, one?.fields[FIELD.decision], other?.fields[FIELD.decision]),
        ...differs("status", one?.fields[FIELD.status], "IMP"),
        ...differs("times made", told.filter(({ detail }) => detail?.["created"] === true).length, 1),
        ...differs("times found again", told.filter(({ detail }) => detail?.["created"] === false).length >= 2, true),
      ];
    });
    return [...problems, ...differs("new assets", (await newOnes(facts)).length, before)];
  },
  // Without the second submission the timeline tells of one import less.
  spoil: async (facts) => {
    const twin = first(facts.derivatives.filter(({ sameAs }) => sameAs !== null));
    await facts.otmm.edit(twin.assetId, { [FIELD.decision]: "It is another asset." });
    notAgain.add(facts);
  },
};
const notAgain = new WeakSet<ReuseFacts>();

const originalOf = (facts: ReuseFacts, delivery: string | null): string => {
  const origin = facts.derivatives.find(({ assetId }) => assetId === delivery)?.origin;
  return facts.requests.find(({ assetId }) => assetId === origin)?.originalId ?? "";
};

const WHY: Partial<Record<ReuseDerivative["outcome"], RegExp>> = {
  rejected: /rejected/,
  "in review": /not approved/,
  "approved version differs": /another version/,
  "no origin": /does not name the asset/,
  "origin refused": /is not granted/,
  "origin unknown": /Nobody asked/,
};

export const out: Check<ReuseFacts> = {
  name: "out",
  says: "rejected, in review, approved for another version, of a refused, unknown or unnamed origin: not imported, with the reason",
  problems: async (facts) => {
    const all = await newOnes(facts);
    const digests = new Set(await Promise.all(all.map(async ({ id }) => (await facts.otmm.master(id)).sha256)));
    const jobs = await facts.stage.jobs();
    return over(stayed(facts), async ({ assetId, originalId, outcome }) => {
      const { fields } = await facts.otmm.asset(assetId);
      const job = jobs.find(({ assetKey, error }) => assetKey.endsWith(originalId) && error !== undefined);
      const why = String(fields[FIELD.decision] ?? job?.error?.message);
      return [
        ...(digests.has((await facts.otmm.master(assetId)).sha256) ? ["its bytes are a new asset of OTMM"] : []),
        ...(WHY[outcome]?.test(why) === true ? [] : [`the reason for "${outcome}" is: ${why}`]),
      ];
    });
  },
  // As if a person had approved what was rejected, and the flow had taken it.
  spoil: async (facts) => {
    const rejected = first(stayed(facts));
    await facts.otmm.edit(rejected.assetId, { "ACME.FIELD.APPROVAL STATUS": "APF" });
    await facts.stage.control("POST", "clock", { advance: 2000 });
    await press(facts.stage, DERIVATIVES);
  },
};

export const nothingElse: Check<ReuseFacts> = {
  name: "nothing-else",
  says: "nothing else moved: no asset but those, nothing in the archive, no entry that nobody asked for",
  problems: async (facts) => {
    const wanted = imported(facts).length + granted(facts).filter(({ wanted: wish }) => wish === "CPY").length;
    const touched = new Set([
      ...facts.requests.filter(({ outcome }) => outcome !== "not requested").map(({ assetId }) => assetId),
      ...facts.derivatives.map(({ assetId }) => assetId),
    ]);
    const archive = await facts.preservica.below();
    const changed = (await facts.otmm.all())
      .filter(({ id, lastUpdated }) => !touched.has(id) && facts.before.otmm.get(id)?.lastUpdated !== lastUpdated)
      .filter(({ id }) => facts.before.otmm.has(id));
    return [
      ...differs("new assets", (await newOnes(facts)).length, wanted),
      ...archive
        .filter(({ ref }) => !facts.before.archive.has(ref))
        .map(({ title }) => `"${title}" is new in the archive`),
      ...changed.map(({ name }) => `"${name}" was changed in OTMM`),
    ];
  },
  spoil: async (facts) => {
    const never = first(facts.requests.filter(({ outcome }) => outcome === "not requested"));
    await facts.otmm.edit(never.assetId, { "ACME.FIELD.DESCRIPTION": "touched" });
  },
};

export const settled: Check<ReuseFacts> = {
  name: "settled",
  says: "both runs: found = done + refused + failed, nothing failed, and nothing is on its way",
  problems: ({ runs }) =>
    Promise.resolve(
      runs.flatMap(({ counts }) => [
        ...differs("sum", counts.done + counts.refused + counts.failed, counts.found),
        ...differs("failed, waiting and running", counts.failed + counts.waiting + counts.running, 0),
      ]),
    ),
  spoil: (facts) => {
    for (const { counts } of facts.runs) counts.found += 1;
    return Promise.resolve();
  },
};

export const again: Check<ReuseFacts> = {
  name: "again",
  says: "pressing both buttons again changes nothing",
  problems: async (facts) => {
    const state = async (): Promise<string[]> =>
      (await facts.otmm.all()).map(({ id, name, lastUpdated }) => `${id} ${name} ${lastUpdated}`);
    const before = new Set(await state());
    await facts.stage.control("POST", "clock", { advance: 2000 });
    if (disturbed.has(facts)) await facts.otmm.edit(first(granted(facts)).assetId, { [FIELD.status]: "REQ" });
    await press(facts.stage, REQUESTS);
    await press(facts.stage, DERIVATIVES);
    return (await state()).filter((line) => !before.has(line)).map((line) => `${line} changed`);
  },
  spoil: async (facts) => void disturbed.add(facts),
};
const disturbed = new WeakSet<ReuseFacts>();
