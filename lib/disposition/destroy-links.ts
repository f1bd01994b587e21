import type { StoredEvent } from "../store/types.js";

/**
 * What was given out of the archive by the asset's own timeline and may still be in somebody's hands: links that are
 * good beyond an instant, and access copies that were handed on. In words for a paper. Pure.
 */
export function givenOut(events: readonly StoredEvent[], at: string): string[] {
  const of = (type: string): StoredEvent[] =>
    events.filter((event) => event.type === type && event.outcome === "success");
  const revoked = new Set(of("access revoked").map(({ detail }) => detail?.["grant"]));
  const links = of("access granted").flatMap(({ at: given, detail }) => {
    const { grant, expires } = detail ?? {};
    if (typeof grant !== "string" || typeof expires !== "string" || expires <= at || revoked.has(grant)) return [];
    return [
      `Link ${grant}, given ${given}, good until ${expires}: it finds nothing any more, the archive is asked at each use`,
    ];
  });
  const handed = of("access granted").flatMap(({ at: given, detail }) =>
    detail?.["as"] === "reference" ? [`Access copies handed on by a flow, ${given}: where they went is not known`] : [],
  );
  const uses = of("access used").length;
  const fetched = uses === 0 ? [] : [`Fetches of access copies by links: ${uses}; where those copies are is not known`];
  return [...links, ...handed, ...fetched];
}
