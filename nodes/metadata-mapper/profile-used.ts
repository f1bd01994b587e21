import { hash } from "node:crypto";
import type { CompiledMapping } from "../../lib/mapping/index.js";
import { canonicalJson } from "../../lib/store/chain.js";
import type { JsonObject } from "../../lib/store/types.js";

/** Which profile maps: name and version as people wrote them, and a digest of all of it, as versions are forgotten. */
export interface ProfileUsed extends JsonObject {
  profile: string;
  version: string;
  /** Empty in jobs that were taken in before there was one. */
  digest: string;
}

/** Profiles are compiled once per deploy, so each is digested once, too. */
const known = new WeakMap<CompiledMapping, string>();

export function profileUsed(mapping: CompiledMapping): ProfileUsed {
  const { profile } = mapping;
  const digest = known.get(mapping) ?? hash("sha256", canonicalJson(profile), "hex");
  known.set(mapping, digest);
  return { profile: profile.name, version: profile.version, digest };
}

export function profileTitle({ profile, version }: Pick<ProfileUsed, "profile" | "version">): string {
  return `${profile} ${version}`;
}

/**
 * Says when an asset is not mapped by the profile that was deployed when it was taken in: a deploy came between. It is
 * mapped by the one that is deployed now, or a replay after a mistake in the profile would meet the mistake again.
 *
 * @returns undefined when it is the same
 */
export function profileChange(before: Partial<ProfileUsed>, now: ProfileUsed): string | undefined {
  const then = profileTitle({ profile: before.profile ?? "", version: before.version ?? "" });
  if (then !== profileTitle(now)) return `mapped by ${profileTitle(now)}; it was taken in under ${then}`;
  if (before.digest === undefined || before.digest === "" || before.digest === now.digest) return undefined;
  return `${then} was changed, under the same version, after this was taken in; mapped by the changed one`;
}
