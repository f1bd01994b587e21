import type { LifecycleAsset } from "../messages/asset.js";
import { canonicalJson } from "../store/chain.js";
import type { Json, JsonObject } from "../store/types.js";
import type { CustodyState } from "../systems/disposal.js";
import type { Copies, Place } from "./destroy-look.js";

/** One copy on a frozen list. */
export type FrozenCopy = {
  system: string;
  connection: string;
  /** Id of the place that keeps it, e.g. OTMM's id of all versions. */
  place: string;
  id: string;
  /** Empty where the system does not say which. */
  version: string;
  role: string;
};

/** Everything that people approve. A change of list, rule or stated retention changes the digest, so approvals lapse. */
export function frozenList(
  asset: LifecycleAsset,
  places: readonly Place[],
  governing: readonly CustodyState[],
): JsonObject {
  return {
    act: "destroy",
    asset: asset.key,
    version: asset.version,
    rule: asset.retention?.rule ?? null,
    class: asset.retention?.class ?? null,
    trigger: asset.retention?.trigger ?? null,
    start: asset.retention?.start ?? null,
    until: asset.retention?.until ?? null,
    copies: places.flatMap((place) => keptCopies(place).sort(byId)),
    retention: [...governing].sort(byId).map(frozenRetention),
  };
}

/** The copies on a list that the store keeps. */
export function copiesOn(list: JsonObject): FrozenCopy[] {
  return objects(list["copies"]).map(
    ({ system = "", connection = "", place = "", id = "", version = "", role = "" }) => ({
      system,
      connection,
      place,
      id,
      version,
      role,
    }),
  );
}

/** The copies on a list that one place keeps. */
export function copiesAt({ known }: Place, list: JsonObject): FrozenCopy[] {
  return copiesOn(list).filter(
    ({ system, connection, place }) => system === known.system && connection === known.connection && place === known.id,
  );
}

/** What the governing system stated of each policy when the list was frozen. */
export function policiesOn(list: JsonObject): Record<string, string>[] {
  return array(list["retention"]).flatMap((one) => (isObject(one) ? objects(one["policies"]) : []));
}

/**
 * What stands there now and is not as it was approved: a copy that is not on the list, a copy that came back after its
 * destruction, retention that the archive states in another way. In words; empty when the list still holds. Pure.
 *
 * @param isOver tells whether the destruction in a place is over
 */
export function changesSince(list: JsonObject, now: Copies, isOver: (place: Place) => boolean): string[] {
  const approved = new Set(copiesOn(list).map(nameOf));
  const copies = now.places.flatMap((place) =>
    keptCopies(place).flatMap((copy) => {
      if (!approved.has(nameOf(copy))) return [`${nameOf(copy)} is kept, too, and is not on the approved list`];
      return isOver(place) ? [`${nameOf(copy)} is kept again after it was destroyed`] : [];
    }),
  );
  const stated = new Map(
    array(list["retention"]).flatMap((one) =>
      isObject(one) ? [[String(one["id"]), canonicalJson(one)] as const] : [],
    ),
  );
  const governing = now.governing
    .filter(({ id, state }) => state === "kept" && stated.has(id))
    .filter((one) => canonicalJson(frozenRetention(one)) !== stated.get(one.id))
    .map(({ id }) => `the archive states another retention of ${id} than the one that was approved`);
  return [...copies, ...governing];
}

/** Copies that are kept and are not on the list, in words for a paper. */
export function notOn(list: JsonObject, places: readonly Place[]): string[] {
  const approved = new Set(copiesOn(list).map(nameOf));
  return places.flatMap(keptCopies).flatMap((copy) => (approved.has(nameOf(copy)) ? [] : [nameOf(copy)]));
}

export function nameOf({ system, connection, id }: Pick<FrozenCopy, "system" | "connection" | "id">): string {
  return `${system} ${connection} ${id}`;
}

function keptCopies({ known, copies }: Place): FrozenCopy[] {
  const { system, connection, id: place } = known;
  return copies.copies
    .filter(({ state }) => state === "kept")
    .map(({ id, version, role }) => ({ system, connection, place, id, version, role }));
}

function frozenRetention({ id, retention }: CustodyState): JsonObject {
  const policies = retention.map(({ policy, ref, period, start, expired }) => ({
    policy,
    ref: ref ?? null,
    period: period ?? null,
    start: start ?? null,
    expired,
  }));
  // The archive promises no order; another one is not another list.
  const sorted = policies
    .map((one) => [canonicalJson(one), one] as const)
    .sort(([one], [other]) => (one < other ? -1 : 1));
  return { id, policies: sorted.map(([, one]) => one) };
}

function byId(one: { id: string }, other: { id: string }): number {
  return one.id < other.id ? -1 : 1;
}

function objects(given: Json | undefined): Record<string, string>[] {
  return array(given).flatMap((one) =>
    isObject(one) ? [Object.fromEntries(Object.entries(one).map(([name, value]) => [name, textOf(value) ?? ""]))] : [],
  );
}

function array(given: Json | undefined): Json[] {
  return Array.isArray(given) ? given : [];
}
function isObject(given: Json): given is JsonObject {
  return given !== null && typeof given === "object" && !Array.isArray(given);
}

/** A plain value as text; undefined for none. */
export function textOf(value: Json | undefined): string | undefined {
  return value === null || value === undefined || typeof value === "object" ? undefined : String(value);
}
