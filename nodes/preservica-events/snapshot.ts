import type { LifecycleAsset } from "../../lib/messages/asset.js";
import { holdsOf, policiesOf, ruling, type PreservicaClient } from "../../lib/preservica/index.js";

/** What is remembered of an asset, to tell what changed since. */
export type Snapshot = {
  key: string;
  version: string;
  title: string;
  tag: string;
  parent: string;
  deleted: boolean;
  /** Matters, sorted; empty = none. */
  holds: string[];
  policies: string[];
  start: string;
  expired: boolean;
  /** Date of the last action on it, by the archive's clock. */
  last: string;
  /** ISO instant of the reading, by our clock. */
  at: string;
  /** The run that told its last change; absent = none did. */
  toldIn?: string;
};

export const CHANGE_KINDS = [
  "archived",
  "renamed",
  "tag",
  "moved",
  "hold-on",
  "hold-off",
  "policy",
  "expired",
  "destroyed",
] as const;
export type ChangeKind = (typeof CHANGE_KINDS)[number];

/** What differs between two readings; without an earlier one the asset is new in the archive. Pure. */
export function changesBetween(before: Snapshot | undefined, now: Snapshot): ChangeKind[] {
  if (before === undefined) return now.deleted ? [] : ["archived"];
  if (now.deleted) return before.deleted ? [] : ["destroyed"];
  const kinds: ChangeKind[] = [];
  const same = (one: readonly string[], other: readonly string[]): boolean => one.join("\n") === other.join("\n");
  if (before.title !== now.title) kinds.push("renamed");
  if (before.tag !== now.tag) kinds.push("tag");
  if (before.parent !== now.parent) kinds.push("moved");
  if (now.holds.some((matter) => !before.holds.includes(matter))) kinds.push("hold-on");
  if (before.holds.some((matter) => !now.holds.includes(matter))) kinds.push("hold-off");
  if (!same(before.policies, now.policies) || before.start !== now.start) kinds.push("policy");
  if (now.expired && !before.expired) kinds.push("expired");
  return kinds;
}

/**
 * Reads an asset now.
 *
 * @param asset as it travels, absent when only the tombstone (or nothing) is left
 * @param last date of its last action, read before the asset: what is done meanwhile belongs to the next reading
 * @param before holds that cannot be asked now stay as they were: unknown is no change
 */
export async function snapshotOf(
  client: PreservicaClient,
  ref: string,
  asset: LifecycleAsset | undefined,
  before: Snapshot | undefined,
  last: string,
): Promise<Snapshot> {
  const at = new Date().toISOString();
  if (asset === undefined) {
    const key = `preservica:${client.connection}:${ref}`;
    const empty = {
      key,
      version: "1",
      title: ref,
      tag: "",
      parent: "",
      holds: [],
      policies: [],
      start: "",
      expired: false,
    };
    return { ...empty, ...before, deleted: true, last, at };
  }
  const [policies, holds] = await Promise.all([policiesOf(client, ref), holdsOf(client, ref, asset.name)]);
  const rules = ruling(policies);
  return {
    key: asset.key,
    version: asset.version,
    title: asset.name,
    tag: String(asset.source?.["archive.tag"] ?? ""),
    parent: asset.ids.preservica?.parent ?? "",
    deleted: false,
    holds: holds.state === "held" ? [...holds.matters].sort() : holds.state === "clear" ? [] : (before?.holds ?? []),
    policies: policies.map(({ name }) => name).sort(),
    start: rules?.start ?? "",
    expired: rules?.expired ?? false,
    last,
    at,
  };
}
