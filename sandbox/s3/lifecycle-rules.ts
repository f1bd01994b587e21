import type { ObjectRecord, ObjectVersion } from "./model.js";
import { XmlElement } from "./xml.js";

const DAY = 86_400_000;
/** Smaller objects do not move unless the rule's filter names a size (apis/s3.md section 2). */
const SMALLEST_MOVED = 128 * 1024;
/** Lifecycle moves objects down this list only. */
const WATERFALL = [
  "STANDARD",
  "STANDARD_IA",
  "INTELLIGENT_TIERING",
  "ONEZONE_IA",
  "GLACIER_IR",
  "GLACIER",
  "DEEP_ARCHIVE",
];

/** A moment that a rule names: days after something, or a date. */
interface When {
  days?: number;
  date?: string;
}

export interface LifecycleRule {
  prefix: string;
  tags: [string, string][];
  largerThan?: number;
  smallerThan?: number;
  transitions: (When & { storageClass: string })[];
  expiration?: When;
  noncurrentTransitions: { days: number; storageClass: string; keep: number }[];
  noncurrentExpiration?: { days: number; keep: number };
  abortUploadsAfter?: number;
}

/** What is due for an object. */
export type LifecycleAction =
  | { kind: "move"; versionId: string; storageClass: string }
  /** The current version expires: a delete marker, or its removal in a bucket without versions. */
  | { kind: "expire" }
  | { kind: "remove"; versionId: string };

/** The enabled rules of a configuration. */
export function parseLifecycle(xml: string): LifecycleRule[] {
  const rules = XmlElement.parse(xml, "LifecycleConfiguration")?.children("Rule") ?? [];
  return rules.filter((rule) => rule.text("Status") === "Enabled").map(parseRule);
}

function parseRule(rule: XmlElement): LifecycleRule {
  const filter = rule.child("Filter")?.child("And") ?? rule.child("Filter") ?? rule;
  const number = (name: string): number | undefined => optionalNumber(filter.text(name));
  const [largerThan, smallerThan] = [number("ObjectSizeGreaterThan"), number("ObjectSizeLessThan")];
  const noncurrent = rule.child("NoncurrentVersionExpiration");
  const expiration = rule.child("Expiration");
  const abort = optionalNumber(rule.child("AbortIncompleteMultipartUpload")?.text("DaysAfterInitiation"));
  return {
    prefix: filter.child("Prefix")?.rawContent ?? "",
    tags: filter
      .children("Tag")
      .map((tag) => [tag.child("Key")?.rawContent ?? "", tag.child("Value")?.rawContent ?? ""]),
    ...(largerThan === undefined ? {} : { largerThan }),
    ...(smallerThan === undefined ? {} : { smallerThan }),
    transitions: rule
      .children("Transition")
      .map((move) => ({ ...whenOf(move), storageClass: move.text("StorageClass") ?? "" })),
    ...(expiration && (expiration.child("Days") ?? expiration.child("Date")) ? { expiration: whenOf(expiration) } : {}),
    noncurrentTransitions: rule
      .children("NoncurrentVersionTransition")
      .map((move) => ({ ...noncurrentOf(move), storageClass: move.text("StorageClass") ?? "" })),
    ...(noncurrent ? { noncurrentExpiration: noncurrentOf(noncurrent) } : {}),
    ...(abort === undefined ? {} : { abortUploadsAfter: abort }),
  };
}

/**
 * What is due for an object now; removal wins over moving, of several moves the coldest.
 * @param versions newest first
 */
export function dueActions(rules: LifecycleRule[], { key, versions }: ObjectRecord, now: Date): LifecycleAction[] {
  return versions.flatMap((version, at) => {
    const fitting = rules.filter((rule) => fits(rule, key, version));
    const newer = versions[at - 1];
    const action = newer
      ? noncurrentAction(fitting, version, at, newer.modified, now)
      : currentAction(fitting, version, now);
    return action ? [action] : [];
  });
}

function currentAction(rules: LifecycleRule[], version: ObjectVersion, now: Date): LifecycleAction | undefined {
  if (version.deleteMarker) return undefined;
  if (rules.some(({ expiration }) => expiration && isDue(expiration, version.modified, now))) return { kind: "expire" };
  const moves = rules.flatMap((rule) =>
    rule.transitions.filter((move) => mayMove(rule, version) && isDue(move, version.modified, now)),
  );
  return coldest(version, moves);
}

function noncurrentAction(
  rules: LifecycleRule[],
  version: ObjectVersion,
  age: number,
  since: string,
  now: Date,
): LifecycleAction | undefined {
  // `age` counts the newer versions, the current one among them, which is not counted as kept.
  const due = ({ days, keep }: { days: number; keep: number }): boolean => age > keep && isDue({ days }, since, now);
  if (rules.some(({ noncurrentExpiration: end }) => end && due(end))) return { kind: "remove", versionId: version.id };
  if (version.deleteMarker) return undefined;
  return coldest(
    version,
    rules.flatMap((rule) => rule.noncurrentTransitions.filter((move) => mayMove(rule, version) && due(move))),
  );
}

function coldest(version: ObjectVersion, moves: { storageClass: string }[]): LifecycleAction | undefined {
  const ranks = moves.map(({ storageClass }) => WATERFALL.indexOf(storageClass));
  const rank = Math.max(-1, ...ranks);
  const storageClass = WATERFALL[rank];
  if (storageClass === undefined || rank <= WATERFALL.indexOf(version.storageClass)) return undefined;
  return { kind: "move", versionId: version.id, storageClass };
}

function fits(rule: LifecycleRule, key: string, version: ObjectVersion): boolean {
  const { prefix, tags, largerThan, smallerThan } = rule;
  return (
    key.startsWith(prefix) &&
    tags.every(([name, value]) => version.tags[name] === value) &&
    (largerThan === undefined || version.size > largerThan) &&
    (smallerThan === undefined || version.size < smallerThan)
  );
}

function mayMove({ largerThan, smallerThan }: LifecycleRule, { size }: ObjectVersion): boolean {
  return size >= SMALLEST_MOVED || largerThan !== undefined || smallerThan !== undefined;
}

/** Days count from the midnight (UTC) after the moment [V: UG intro-lifecycle-rules]. */
export function isDue({ days, date }: When, from: string, now: Date): boolean {
  if (date !== undefined) return new Date(date) <= now;
  const end = new Date(from).getTime() + (days ?? 0) * DAY;
  return Math.ceil(end / DAY) * DAY <= now.getTime();
}

function whenOf(element: XmlElement): When {
  const [days, date] = [optionalNumber(element.text("Days")), element.text("Date")];
  return { ...(days === undefined ? {} : { days }), ...(date === undefined ? {} : { date }) };
}

function noncurrentOf(element: XmlElement): { days: number; keep: number } {
  return { days: Number(element.text("NoncurrentDays")), keep: Number(element.text("NewerNoncurrentVersions") ?? 0) };
}

function optionalNumber(text: string | undefined): number | undefined {
  return text === undefined || text === "" ? undefined : Number(text);
}
