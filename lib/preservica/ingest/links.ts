import { asLifecycleError } from "../../messages/error.js";
import type { EntityLink } from "../types.js";
import type { IngestDeps, IngestSettings, ResolvedAsset, WantedLink } from "./job.js";
import { LINK_TARGET, LINKS_SCHEMA, readLinksFragment } from "./wanted.js";

/** A newer version of an asset replaces the earlier one (SEED-DATA B0). */
export const REPLACES = "http://purl.org/dc/terms/replaces";

/**
 * Brings the links of a verified asset into order, whatever the order of ingests: its own links to what is archived
 * already, and those of archived assets that name it. Whoever becomes visible second sees the other, so one of the two
 * always makes the link; both doing so leaves one, because doubles are removed again. Looks before it adds.
 *
 * @returns warnings: what is not archived yet, and what the archive refused for good
 * @throws LifecycleError that a later attempt may not meet
 */
export async function settleLinks(
  ref: string,
  resolved: ResolvedAsset,
  settings: IngestSettings,
  deps: IngestDeps,
): Promise<string[]> {
  const linker = new Linker(ref, resolved, settings, deps);
  const warnings: string[] = [];
  for (const step of [() => linker.own(), () => linker.versions(), () => linker.waiting()]) {
    try {
      warnings.push(...(await step()));
    } catch (thrown) {
      const error = asLifecycleError(thrown);
      if (error.retryable) throw error;
      warnings.push(`links could not be completed: ${error.message}`);
    }
  }
  return warnings;
}

class Linker {
  readonly #ref: string;
  readonly #resolved: ResolvedAsset;
  readonly #settings: IngestSettings;
  readonly #deps: IngestDeps;

  constructor(ref: string, resolved: ResolvedAsset, settings: IngestSettings, deps: IngestDeps) {
    this.#ref = ref;
    this.#resolved = resolved;
    this.#settings = settings;
    this.#deps = deps;
  }

  /** Links that start here. */
  async own(): Promise<string[]> {
    const warnings: string[] = [];
    for (const link of this.#resolved.wanted) {
      const targets = await this.#targets(link);
      if (targets.length > 0) await this.#link(this.#ref, link.relation, targets);
      else
        warnings.push(
          `the link ${shortName(link.relation)} to ${link.id ?? link.ref ?? ""} waits until that is archived`,
        );
    }
    return warnings;
  }

  /** This version replaces the one before it, the one after it replaces this one; earlier ones may arrive later. */
  async versions(): Promise<string[]> {
    const { originalId, version } = this.#resolved;
    const mine = Number(version);
    if (originalId === null || !Number.isFinite(mine)) return [];
    const others = await this.#siblings(originalId);
    const earlier = others.filter((other) => other.version < mine).sort((one, other) => other.version - one.version)[0];
    const later = others.filter((other) => other.version > mine).sort((one, other) => one.version - other.version)[0];
    if (earlier !== undefined) await this.#link(this.#ref, REPLACES, [earlier.ref]);
    if (later !== undefined) await this.#link(later.ref, REPLACES, [this.#ref]);
    return [];
  }

  /** Assets whose stated links name this one. */
  async waiting(): Promise<string[]> {
    const { assetId, originalId } = this.#resolved;
    for (const id of new Set([assetId, ...(originalId === null ? [] : [originalId])])) {
      for (const other of await this.#deps.preservica.findByIdentifier(LINK_TARGET, id)) {
        if (other.type !== "IO" || other.deleted || other.ref === this.#ref) continue;
        for (const link of await this.#statedBy(other.ref)) {
          if (link.id !== id || link.folder === true) continue;
          const targets = await this.#targets(link);
          await this.#link(
            other.ref,
            link.relation,
            targets.includes(this.#ref) ? [this.#ref, ...targets] : [this.#ref],
          );
        }
      }
    }
    return [];
  }

  /** Adds a link to the first target unless one of the targets is linked already. */
  async #link(from: string, relation: string, targets: readonly string[]): Promise<void> {
    const { entities } = this.#deps.preservica;
    const to = targets[0];
    if (to === undefined) return;
    const there = outgoing(await entities.links("IO", from), relation);
    if (there.some((link) => targets.includes(link.ref))) return;
    await entities.addLink("IO", from, { type: relation, to });
    const doubles = outgoing(await entities.links("IO", from), relation).filter((link) => link.ref === to);
    // Everybody keeps the same one, so that two who clean up at once do not remove both.
    for (const double of doubles.sort((one, other) => (one.apiId < other.apiId ? -1 : 1)).slice(1)) {
      await entities.deleteLink("IO", from, double.apiId);
    }
  }

  /** Archived assets that a link may mean, the latest version first. */
  async #targets(link: WantedLink): Promise<string[]> {
    if (link.ref !== undefined) {
      const found = await this.#deps.preservica.findAsset(link.ref);
      return found === undefined || found.deleted ? [] : [link.ref];
    }
    const { idType = "", id = "" } = link;
    if (idType === this.#settings.identifiers.original) {
      const versions = (await this.#siblings(id)).sort((one, other) => other.version - one.version);
      return versions.map((version) => version.ref);
    }
    const wantedType = link.folder === true ? "SO" : "IO";
    const found = await this.#deps.preservica.findByIdentifier(idType, id);
    return found.filter((entry) => entry.type === wantedType && !entry.deleted).map((entry) => entry.ref);
  }

  /** Archived versions of an original, except this asset where it asks about itself. */
  async #siblings(originalId: string): Promise<{ ref: string; version: number }[]> {
    const { identifiers, versionSeparator } = this.#settings;
    const found = await this.#deps.preservica.findByIdentifier(identifiers.original, originalId);
    const siblings: { ref: string; version: number }[] = [];
    for (const entry of found) {
      if (entry.type !== "IO" || entry.deleted) continue;
      if (entry.ref === this.#ref && originalId === this.#resolved.originalId) {
        siblings.push({ ref: entry.ref, version: Number(this.#resolved.version) });
        continue;
      }
      const own = await this.#deps.preservica.entities.identifiers("IO", entry.ref);
      const id = own.find((identifier) => identifier.type === identifiers.asset)?.value ?? "";
      const version = id.startsWith(`${originalId}${versionSeparator}`)
        ? Number(id.slice(originalId.length + versionSeparator.length))
        : Number.NaN;
      if (Number.isFinite(version)) siblings.push({ ref: entry.ref, version });
    }
    return siblings;
  }

  async #statedBy(ref: string): Promise<WantedLink[]> {
    const fragments = await this.#deps.preservica.entities.fragments("IO", ref, LINKS_SCHEMA);
    return (await Promise.all(fragments.map((fragment) => readLinksFragment(fragment.xml)))).flat();
  }
}

function outgoing(links: readonly EntityLink[], relation: string): EntityLink[] {
  return links.filter((link) => link.direction === "from" && link.type === relation);
}

function shortName(relation: string): string {
  return relation.split(/[/#]/).at(-1) ?? relation;
}
