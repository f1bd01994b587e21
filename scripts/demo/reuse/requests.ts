import type { ReuseRequest } from "../../../sandbox/seed/manifest.js";
import { differs } from "../campaign/facts.js";
import type { Check } from "../check.js";
import { FIELD, granted, pageOf, press, refused, REQUESTS, type ReuseFacts } from "./facts.js";
import { linkFrom, openPage, pressButton } from "./page.js";

/** Checks of scenario 6: what OTMM and the request page answer. */

/** The first of some, as what a check spoils. */
export function first<Item>(items: readonly Item[]): Item {
  const [item] = items;
  if (item === undefined) throw new Error("the manifest names none of this kind");
  return item;
}
/** A granted request that no other check spoils. */
export const still = (facts: ReuseFacts): ReuseRequest => first(granted(facts).slice(2));

/** Runs a test over some requests; problems are named by the entry. */
export async function over<Item extends { name: string }>(
  items: readonly Item[],
  test: (item: Item) => Promise<string[]>,
): Promise<string[]> {
  const problems: string[] = items.length === 0 ? ["the manifest names none of this kind"] : [];
  for (const item of items) {
    const found = await test(item).catch((error: unknown) => [error instanceof Error ? error.message : String(error)]);
    problems.push(...found.map((problem) => `"${item.name}": ${problem}`));
  }
  return problems;
}

export const answered: Check<ReuseFacts> = {
  name: "answered",
  says: "each granted request shows its decision, the day, and the address of the request page in OTMM",
  problems: (facts) =>
    over(granted(facts), async ({ assetId }) => {
      const { fields } = await facts.otmm.asset(assetId);
      return [
        ...differs("status", fields[FIELD.status], "GRA"),
        ...differs("day", String(fields[FIELD.decided]).slice(0, 10), "2026-11-16"),
        ...(String(fields[FIELD.decision]).startsWith("Granted")
          ? []
          : [`decision is ${String(fields[FIELD.decision])}`]),
        ...differs("page", new URL(String(fields[FIELD.link])).pathname, `/archive/access/${assetId}`),
      ];
    }),
  spoil: async (facts) => facts.otmm.edit(first(granted(facts)).assetId, { [FIELD.status]: "REF" }),
};

/** Why each kind of request is refused, in words that its reason must hold. */
const REASONS: Partial<Record<ReuseRequest["outcome"], RegExp>> = {
  "no access copy": /no access representation/,
  held: /legal hold/,
  destroyed: /the archive has no asset|destroyed/,
  "closed tag": /security tag is "closed"/,
  embargo: /under embargo until 2027-03-31/,
  "version not archived": /the archive has no asset with OTMM-Asset \S+#v2/,
  "never archived": /the archive has no asset/,
  "no purpose": /names no requester, no purpose or no wish/,
};

export const reasons: Check<ReuseFacts> = {
  name: "reasons",
  says: "closed tag, embargo, hold, no access copy, destroyed, other version, not archived, not complete: each refused with its own reason",
  problems: (facts) =>
    over(refused(facts), async ({ assetId, outcome }) => {
      const { fields } = await facts.otmm.asset(assetId);
      const said = String(fields[FIELD.decision]);
      return [
        ...differs("status", fields[FIELD.status], "REF"),
        ...(REASONS[outcome]?.test(said) === true ? [] : [`the reason for "${outcome}" is: ${said}`]),
      ];
    }),
  spoil: async (facts) => facts.otmm.edit(first(refused(facts)).assetId, { [FIELD.decision]: "No." }),
};

export const closed: Check<ReuseFacts> = {
  name: "closed",
  says: "no page gives a link for what was refused or never asked for",
  problems: async (facts) => {
    const some = pageOf(facts, first(granted(facts)).assetId);
    const base = (await some).replace(/[^/]*$/, "");
    return over(
      [...refused(facts), ...facts.requests.filter(({ outcome }) => outcome === "not requested")],
      async (request) => {
        const opened = await openPage(`${base}${request.assetId}`);
        const pressed = await pressButton(`${base}${request.assetId}`);
        const given = [...opened.links, ...pressed.links];
        return [
          ...(given.length === 0 ? [] : ["the page gives a link"]),
          ...(opened.status >= 400 && pressed.status >= 400
            ? []
            : [`the page answers ${opened.status}, ${pressed.status}`]),
        ];
      },
    );
  },
  // As if a person had lifted what stood in the way and the request had been answered again.
  spoil: async (facts) => {
    const request = facts.requests.find(({ outcome }) => outcome === "closed tag");
    if (request?.archiveRef == null) throw new Error("the manifest names no closed asset");
    await facts.preservica.setTag(request.archiveRef, "open");
    await facts.otmm.edit(request.assetId, { [FIELD.status]: "REQ" });
    await facts.stage.control("POST", "clock", { advance: 2000 });
    await press(facts.stage, REQUESTS);
  },
};

export const unsigned: Check<ReuseFacts> = {
  name: "unsigned",
  says: "no signed link stands in any field of OTMM, nor in what Node-RED printed",
  problems: async (facts) => {
    const signed =
      /content-lifecycle\/access\/|[A-Za-z0-9_-]+\.[0-9a-f-]{36}\.[0-9a-z]+\.[A-Za-z0-9_-]{16}\.[A-Za-z0-9_-]{43}/;
    const fields = (await facts.otmm.all()).flatMap(({ name, fields: values }) =>
      Object.entries(values)
        .filter(([, value]) => signed.test(String(value)))
        .map(([field]) => `"${name}": ${field} holds a signed link`),
    );
    return [...fields, ...(signed.test(facts.stage.nodeRed.output()) ? ["Node-RED printed a signed link"] : [])];
  },
  spoil: async (facts) => {
    const { assetId } = still(facts);
    await facts.otmm.edit(assetId, { [FIELD.decision]: await linkFrom(await pageOf(facts, assetId)) });
  },
};

export const told: Check<ReuseFacts> = {
  name: "told",
  says: "each decision is on the asset's timeline with requester, purpose and outcome; each grant, use and refusal too",
  problems: async (facts) => [
    ...(await over(granted(facts), async (request) => {
      const events = await facts.timeline(request.originalId);
      const has = (type: string, outcome: string): boolean =>
        events.some((event) => event.type === type && event.outcome === outcome);
      const decision = events.find(({ type }) => type === "reuse decision");
      return [
        ...differs("decision", decision?.outcome, "success"),
        ...differs("requester", decision?.detail?.["requester"], "Bernard, Zoé"),
        ...(decision?.detail?.["purpose"] === undefined ? ["no purpose"] : []),
        ...(has("access granted", "success") ? [] : ["no event of the grant"]),
        ...(has("access used", "success") ? [] : ["no event of the use"]),
      ];
    })),
    ...(await over(refused(facts), async (request) => {
      const events = await facts.timeline(request.originalId);
      const decision = events.findLast(
        ({ type, detail }) => type === "reuse decision" && detail?.["assetId"] === request.assetId,
      );
      const asked = request.outcome !== "no purpose";
      const refusal = events.some(({ type, outcome }) => type === "access refused" && outcome === "refused");
      return [
        ...differs("decision", decision?.outcome, "refused"),
        ...(asked && !refusal ? ["no event of the archive's refusal"] : []),
      ];
    })),
  ],
  spoil: async (facts) => {
    const never = facts.requests.find(({ outcome, name }) => outcome === "not requested" && name.includes("leaflet"));
    if (never !== undefined) facts.requests.push({ ...never, outcome: "held" });
  },
};
