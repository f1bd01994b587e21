import type { Fixity, LifecycleAsset } from "../../lib/messages/asset.js";
import type { ArchivedCopy, ArchiveStatus, PreservicaClient } from "../../lib/preservica/index.js";
import type { LifecycleStore } from "../../lib/store/types.js";
import { alone } from "../shared/alone.js";

/** Archived assets that hold the same bytes, by reference. */
type Holders = { [ref: string]: { key: string; version: string; since: string } };

/**
 * Remembers by their digests which bytes are in the archive: Preservica finds no asset by a digest, and a source often
 * states another algorithm than the archive does.
 */
export async function noteArchivedBytes(
  store: LifecycleStore,
  connection: string,
  asset: LifecycleAsset,
  status: ArchiveStatus,
): Promise<void> {
  const stated = status.files.filter(({ representation }) => representation === "Preservation");
  const digests = [...digestsOf(asset), ...stated.flatMap(({ fixity }) => fixity.map(wordOf))];
  for (const digest of new Set(digests)) {
    const name = nameOf(connection, digest);
    await alone(`${store.id} ${name}`, async () => {
      const known = ((await store.cursor(name)) ?? {}) as Holders;
      const since = status.since ?? known[status.ref]?.since ?? status.asOf;
      const holder = { key: asset.key, version: asset.version, since };
      if (JSON.stringify(known[status.ref]) === JSON.stringify(holder)) return;
      await store.setCursor(name, { ...known, [status.ref]: holder });
    });
  }
}

/**
 * Assets of the archive whose bytes are this asset's, though they are not this asset: a re-import. What is known by
 * digest is asked of the archive again, so that nothing is told that is there no more.
 *
 * @returns undefined when the source states no digest, so that nothing could be compared
 */
export async function copiesOf(
  store: LifecycleStore,
  client: PreservicaClient,
  asset: LifecycleAsset,
): Promise<ArchivedCopy[] | undefined> {
  const digests = digestsOf(asset);
  if (digests.length === 0) return undefined;
  const holders: Holders = {};
  for (const digest of digests) Object.assign(holders, await store.cursor(nameOf(client.connection, digest)));
  const copies: ArchivedCopy[] = [];
  for (const [ref, { key, version, since }] of Object.entries(holders)) {
    if (key === asset.key) continue;
    const entity = await client.findAsset(ref);
    if (entity !== undefined) copies.push({ ref, key, version, since, title: entity.title, destroyed: entity.deleted });
  }
  return copies;
}

/** `MD5:<hex>`: digests of the master. */
function digestsOf({ content }: LifecycleAsset): string[] {
  return content.filter(({ role }) => role === "preservation").flatMap(({ fixity }) => fixity.map(wordOf));
}

function wordOf({ algorithm, value }: Pick<Fixity, "algorithm" | "value">): string {
  return `${algorithm}:${value.toLowerCase()}`;
}

function nameOf(connection: string, digest: string): string {
  return `archived-bytes:${connection}:${digest}`;
}
