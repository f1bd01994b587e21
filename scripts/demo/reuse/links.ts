import type { ReuseRequest } from "../../../sandbox/seed/manifest.js";
import { differs } from "../campaign/facts.js";
import type { Check } from "../check.js";
import { FIELD, granted, here, log, pageOf, press, REQUESTS, type ReuseFacts, type Told } from "./facts.js";
import { follow, grantIn, linkFrom, pressButton, tampered } from "./page.js";
import { first, over, still } from "./requests.js";

/** Checks of scenario 6: what the signed links give, when they end, and what never leaves. */

const film = (facts: ReuseFacts): ReuseRequest =>
  first(granted(facts).filter(({ access }) => access?.name.endsWith(".mp4")));

export const bytes: Check<ReuseFacts> = {
  name: "bytes",
  says: "the page's link gives the access copy, byte by byte as the archive states it, and never the master",
  problems: (facts) =>
    over(granted(facts), async ({ assetId, access, archiveRef, masters }) => {
      const got = await follow(await linkFrom(await pageOf(facts, assetId)));
      const stated = (await facts.preservica.files(archiveRef ?? "", "Access"))[0];
      return [
        ...differs("status", got.status, 200),
        ...differs("SHA-256", got.sha256, access?.sha256),
        ...differs("SHA-256 in the archive", stated?.sha256, got.sha256),
        ...differs("size", got.bytes.length, access?.size),
        ...(masters.includes(got.sha256) ? ["these are the bytes of the master"] : []),
      ];
    }),
  spoil: async (facts) => facts.preservica.setTag(first(granted(facts)).archiveRef ?? "", "closed"),
};

export const ranges: Check<ReuseFacts> = {
  name: "ranges",
  says: "a video can be moved in: ranges from the start, the middle and the end are those of the whole; HEAD tells the size",
  problems: (facts) => over([film(facts)], (video) => rangeProblems(facts, video)),
  spoil: async (facts) => facts.preservica.setTag(film(facts).archiveRef ?? "", "embargo"),
};

async function rangeProblems(facts: ReuseFacts, { assetId, access }: ReuseRequest): Promise<string[]> {
  const link = await linkFrom(await pageOf(facts, assetId));
  const whole = (await follow(link)).bytes;
  const size = access?.size ?? 0;
  const middle = Math.floor(size / 2);
  const problems = differs("size of the whole", whole.length, size);
  for (const [asked, start, end] of [
    [`bytes=0-1023`, 0, 1023],
    [`bytes=${middle}-${middle + 4095}`, middle, middle + 4095],
    [`bytes=${size - 100}-`, size - 100, size - 1],
    [`bytes=-77`, size - 77, size - 1],
  ] as const) {
    const part = await follow(link, { range: asked });
    problems.push(
      ...differs(`${asked}: status`, part.status, 206),
      ...differs(`${asked}: range`, part.headers.get("content-range"), `bytes ${start}-${end}/${size}`),
      ...(part.bytes.equals(whole.subarray(start, end + 1)) ? [] : [`${asked}: other bytes`]),
    );
  }
  const beyond = await follow(link, { range: `bytes=${size}-` });
  const head = await follow(link, {}, "HEAD");
  return [
    ...problems,
    ...differs("beyond the end", beyond.status, 416),
    ...differs("HEAD", head.headers.get("content-length"), String(size)),
    ...differs("type", head.headers.get("content-type"), "video/mp4"),
  ];
}

export const ended: Check<ReuseFacts> = {
  name: "ended",
  says: "links of an hour ago are refused, also after a restart of Node-RED, and the timeline tells it",
  problems: (facts) =>
    over(granted(facts), async ({ name, originalId }) => {
      const link = facts.hourOld.get(name);
      if (link === undefined) return ["no link was given an hour ago"];
      const got = await follow(here(facts.stage, link));
      const why = refusalsOf(await facts.timeline(originalId), grantIn(link));
      return [
        ...differs("status", got.status, 410),
        ...(why.some((one) => one.includes("expired")) ? [] : [`the timeline tells: ${why.join() || "nothing"}`]),
      ];
    }),
  spoil: async (facts) => {
    const { name, assetId } = still(facts);
    facts.hourOld.set(name, await linkFrom(await pageOf(facts, assetId)));
  },
};

/** The node of the example that gives the page's links. */
const GIVER = "Link for 15 minutes";

export const withdrawn: Check<ReuseFacts> = {
  name: "withdrawn",
  says: "a changed link is refused, and a good one is refused at once when it is revoked",
  problems: async (facts) => {
    const request = still(facts);
    const link = await linkFrom(await pageOf(facts, request.assetId));
    const changed = await follow(tampered(link));
    const before = await follow(link);
    if (!keptAlive.has(facts)) await revoke(facts, grantIn(link));
    const after = await follow(link);
    const events = await facts.timeline(request.originalId);
    const revoked = events.some(({ type, detail }) => type === "access revoked" && detail?.["grant"] === grantIn(link));
    return [
      ...differs("changed link", changed.status, 404),
      ...differs("before", before.status, 200),
      ...differs("after it was revoked", after.status, 410),
      ...(revoked ? [] : ["no event tells that it was revoked"]),
    ];
  },
  spoil: async (facts) => void keptAlive.add(facts),
};
/** Where nobody revokes the link. */
const keptAlive = new WeakSet<ReuseFacts>();

async function revoke(facts: ReuseFacts, grant: string): Promise<void> {
  const giver = facts.stage.flow.find((node) => node["name"] === GIVER)?.id ?? "";
  await facts.stage.nodeRed.admin("POST", `content-lifecycle/preservica-access/${giver}/grants/${grant}/revoke`);
}

export const takenBack: Check<ReuseFacts> = {
  name: "taken-back",
  says: "a request that a person withdraws in OTMM is closed: the page gives nothing, OTMM and the timeline say so",
  problems: async (facts) => {
    const request = first(granted(facts).slice(4));
    const page = await pageOf(facts, request.assetId);
    if (!leftStanding.has(facts)) await facts.otmm.edit(request.assetId, { [FIELD.status]: "WDR" });
    await facts.stage.control("POST", "clock", { advance: 2000 });
    await press(facts.stage, REQUESTS);
    const after = await pressButton(page);
    const { fields } = await facts.otmm.asset(request.assetId);
    const last = (await facts.timeline(request.originalId)).findLast(({ type }) => type === "reuse decision");
    // Asked for and granted again, so that the other checks find it as it was.
    await facts.otmm.edit(request.assetId, { [FIELD.status]: "REQ" });
    await facts.stage.control("POST", "clock", { advance: 2000 });
    await press(facts.stage, REQUESTS);
    const again = await pressButton(page);
    return [
      ...differs("the page", after.status, 403),
      ...differs("links on it", after.links.length, 0),
      ...differs("status", fields[FIELD.status], "REF"),
      ...differs("last decision", last?.outcome, "refused"),
      ...differs("the page after it was granted again", again.status, 200),
    ];
  },
  spoil: async (facts) => void leftStanding.add(facts),
};
/** Where nobody withdraws. */
const leftStanding = new WeakSet<ReuseFacts>();

export const reconsidered: Check<ReuseFacts> = {
  name: "reconsidered",
  says: "the archive is asked again at each use: once its tag is closed, a link that was good gives nothing",
  problems: async (facts) => {
    const request = first(granted(facts).slice(3));
    const ref = request.archiveRef ?? "";
    await facts.preservica.setTag(ref, "internal");
    const link = await linkFrom(await pageOf(facts, request.assetId));
    const before = await follow(link);
    if (!leftOpen.has(facts)) await facts.preservica.setTag(ref, "closed");
    const after = await follow(link);
    await facts.preservica.setTag(ref, "internal");
    const why = refusalsOf(await facts.timeline(request.originalId), grantIn(link));
    return [
      ...differs("before", before.status, 200),
      ...differs("after", after.status, 403),
      ...(why.some((one) => one.includes("closed")) ? [] : [`the timeline tells: ${why.join() || "nothing"}`]),
    ];
  },
  spoil: async (facts) => void leftOpen.add(facts),
};
/** Where nobody closes the tag. */
const leftOpen = new WeakSet<ReuseFacts>();

export const masters: Check<ReuseFacts> = {
  name: "masters",
  says: "Preservica's log: no file of a preservation representation, no download or export was asked for; access files were",
  problems: async (facts) => {
    const entries = await facts.served();
    const refs = (await facts.preservica.below()).filter(({ type }) => type === "IO").map(({ ref }) => ref);
    const kept: string[] = [];
    const open: string[] = [];
    for (const ref of refs) {
      kept.push(...(await facts.preservica.contentObjects(ref, "Preservation")).map(idIn));
      open.push(...(await facts.preservica.contentObjects(ref, "Access")).map(idIn));
    }
    const asked = (ids: readonly string[], path: string): boolean =>
      ids.some((id) => path.includes(`/content-objects/${id}`));
    const problems = entries
      .filter(({ path }) => asked(kept, path) || /\/api\/content\/download|\/exports|\/actions\/exports/.test(path))
      .map(({ method, path }) => `${method} ${path}`);
    const whole = entries.filter(({ path }) => /\/bitstreams\/\d+\/content$/.test(path));
    const strange = whole.filter(({ path }) => !asked(open, path)).map(({ method, path }) => `${method} ${path}`);
    const served = granted(facts).filter(({ access }) => whole.some(({ bytes: sent }) => sent === access?.size));
    return [
      ...problems,
      ...strange,
      ...differs("access copies that were served", served.length, granted(facts).length),
    ];
  },
  spoil: async (facts) => {
    await facts.preservica.files(first(granted(facts)).archiveRef ?? "", "Preservation");
    facts.until = (await log(facts.stage, facts.until)).last;
  },
};

const idIn = (address: string): string => address.slice(address.lastIndexOf("/") + 1);

const refusalsOf = (events: readonly Told[], grant: string): string[] =>
  events
    .filter(({ type, detail }) => type === "access refused" && detail?.["grant"] === grant)
    .map(({ detail }) => String(detail?.["why"]));
