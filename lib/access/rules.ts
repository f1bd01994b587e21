/** What is known of an archived asset at the moment in which somebody wants to see it. */
export interface AccessFacts {
  deleted: boolean;
  tag: string;
  /** Calendar date or instant up to which the asset is under embargo. */
  embargoUntil?: string;
  holds: "clear" | "held" | "unknown";
  /** Files of the access representation. */
  accessFiles: number;
}
export interface AccessRules {
  /** Tags under which the access copy may be given out; any other tag refuses. */
  tags: readonly string[];
  /** Held assets are not given out; holds that cannot be asked count as held. */
  refuseHeld: boolean;
}

/** Why an access copy may not be given out now: every reason, in words; empty = it may. Pure. */
export function reasonsAgainst(facts: AccessFacts, rules: AccessRules, now: Date): string[] {
  if (facts.deleted) return ["the asset was destroyed in the archive"];
  const reasons: string[] = [];
  if (!rules.tags.includes(facts.tag)) reasons.push(`its security tag is "${facts.tag}"`);
  if (isEmbargoed(facts.embargoUntil, now)) reasons.push(`it is under embargo until ${facts.embargoUntil ?? ""}`);
  if (rules.refuseHeld && facts.holds === "held") reasons.push("it is on legal hold");
  if (rules.refuseHeld && facts.holds === "unknown")
    reasons.push("whether it is on legal hold cannot be asked, which counts as held");
  if (facts.accessFiles === 0) reasons.push("it has no access representation, and the master stays in the archive");
  return reasons;
}

/** A calendar date counts to its end in the latest zone; what cannot be read as a date refuses. */
export function isEmbargoed(until: string | undefined, now: Date): boolean {
  if (until === undefined || until.trim() === "") return false;
  const text = until.trim();
  const end = /^\d{4}-\d\d-\d\d$/.test(text) ? Date.parse(`${text}T23:59:59-12:00`) : Date.parse(text);
  return Number.isNaN(end) || now.getTime() <= end;
}
