import type { LifecycleAsset } from "../messages/asset.js";
import type { ContentSystem } from "../systems/port.js";
import * as assets from "./assets.js";
import { checkConnection } from "./check.js";
import { ContentOpener, storedContent, touch } from "./content.js";
import * as domains from "./domains.js";
import { metadataFields, ModelTypes } from "./fields.js";
import * as folders from "./folders.js";
import { OtmmGateway } from "./gateway.js";
import { holdsOn } from "./holds.js";
import { toLifecycleAsset } from "./lifecycle-asset.js";
import type { OtmmUser } from "./user.js";
import type {
  AssetSelection,
  CallOptions,
  DomainValue,
  OtmmAsset,
  OtmmCheck,
  OtmmField,
  OtmmFolder,
  OtmmNewValue,
  OtmmOptions,
  OtmmPage,
  OtmmQuery,
  OtmmUpdate,
  OwnWrite,
  PageOptions,
} from "./types.js";
import { destroyingOf } from "./destroy.js";
import { importingOf, type Importing } from "./import.js";
import { noteWrite, onlyWrote } from "./own-write.js";
import { releasingOf } from "./release.js";
import { updateFields } from "./update.js";

type Listing = PageOptions & Pick<OtmmQuery, "detail" | "fields" | "limit">;

/**
 * Client of one OpenText Media Management (REST API v6) in OTMM's words.
 *
 * Every method may throw LifecycleError: NOT_CONFIGURED, UNREACHABLE, TIMEOUT, THROTTLED, DENIED, NOT_FOUND (naming the
 * id), INVALID_INPUT, UPSTREAM. Listings are read page by page; a page's `next` is plain JSON and may be stored.
 */
export interface OtmmClient extends ContentSystem {
  readonly system: "otmm";
  whoAmI(options?: CallOptions): Promise<OtmmUser>;
  /** What works and which permission is missing, without writing anything. Never throws for what it tests. */
  testConnection(options?: CallOptions): Promise<OtmmCheck[]>;

  search(query: OtmmQuery, options?: PageOptions): Promise<OtmmPage>;
  /** Assets changed since an ISO instant, newest first; overlap by minutes and deduplicate by asset id and date. */
  changedSince(since: string, query: OtmmQuery, options?: PageOptions): Promise<OtmmPage>;
  /** Assets directly in a folder. With subfolders: `search({ folder: { id, subfolders: true } })`. */
  folderChildren(folderId: string, options?: Listing): Promise<OtmmPage>;
  collections(options?: CallOptions): Promise<{ id: string; name: string; owner?: string }[]>;
  collectionAssets(collectionId: string, options?: Listing): Promise<OtmmPage>;
  rootFolders(options?: CallOptions): Promise<OtmmFolder[]>;
  subfolders(folderId: string, options?: CallOptions): Promise<OtmmFolder[]>;
  folder(folderId: string, options?: CallOptions): Promise<OtmmFolder>;
  /** By names from the top; a list where a name holds a slash. */
  folderByPath(path: string | readonly string[], options?: CallOptions): Promise<OtmmFolder>;

  /** One version with metadata, content, policies, paths and resolved links. */
  asset(assetId: string, options?: CallOptions & { fields?: readonly string[] | undefined }): Promise<OtmmAsset>;
  /** In the order asked for; unknown ids are left out. */
  assetsByIds(
    assetIds: readonly string[],
    options?: CallOptions & { detail?: "system" | "metadata" | "full"; fields?: readonly string[] | undefined },
  ): Promise<OtmmAsset[]>;
  /** All versions, oldest first. */
  versions(originalAssetId: string, options?: CallOptions): Promise<OtmmAsset[]>;
  /** Fills in which asset and version the links of these assets lead to. */
  resolveLinks(assets: readonly OtmmAsset[], options?: CallOptions): Promise<OtmmAsset[]>;
  toLifecycleAsset(asset: OtmmAsset, selection?: AssetSelection): LifecycleAsset;

  /** Lock, write, unlock, read back. @throws also LOCKED (details.holder), CONFLICT (deleted) */
  updateFields(
    assetId: string,
    changes: Readonly<Record<string, OtmmNewValue>>,
    options?: CallOptions,
  ): Promise<OtmmUpdate>;

  /** Describes a write before it is made, so that a watch knows it again as ours. `asset` must carry all its metadata. */
  noteWrite(asset: OtmmAsset, changes: Readonly<Record<string, OtmmNewValue>>, earlier?: OwnWrite): OwnWrite;
  /** Is the asset as that write left it, so that nobody else changed it since? */
  onlyWrote(asset: OtmmAsset, note: OwnWrite): boolean;

  /** New assets and new versions. */
  readonly importing: Importing;

  lookupDomains(options?: CallOptions): Promise<string[]>;
  lookupDomain(domainId: string, options?: CallOptions): Promise<DomainValue[]>;
  /** For pickers: from the models, else from a sample asset. */
  metadataFields(
    options?: CallOptions & { modelId?: string | undefined; sampleAssetId?: string | undefined },
  ): Promise<{ fields: OtmmField[]; from: "models" | "sample" }>;

  /** Logs out and closes the sockets; running calls end with UNREACHABLE. */
  close(): Promise<void>;
}

/** Milliseconds that a logout may take when the connection closes. */
const LOGOUT_MS = 3000;
/** Milliseconds that running updates get to unlock their assets. */
const UNLOCK_MS = 3000;

/** @throws LifecycleError NOT_CONFIGURED when address, zone or key are not usable */
export function createOtmm(options: OtmmOptions): OtmmClient {
  const gateway = new OtmmGateway(options);
  const opener = new ContentOpener(gateway);
  const types = new ModelTypes(gateway);
  const frame = { zone: options.zone, assumptions: gateway.assumptions };
  const updates = new Map<string, Promise<unknown>>();

  /** One update at a time for each asset: our own updates must not fight over the lock. */
  async function inTurn<T>(assetId: string, work: () => Promise<T>): Promise<T> {
    const before = updates.get(assetId) ?? Promise.resolve();
    const turn = before.then(work, work);
    updates.set(assetId, turn);
    try {
      return await turn;
    } finally {
      if (updates.get(assetId) === turn) updates.delete(assetId);
    }
  }

  return {
    system: "otmm",
    connection: options.connection,
    whoAmI: async ({ signal } = {}) => {
      const user = await gateway.session.user();
      await touch(gateway, signal);
      return user;
    },
    testConnection: ({ signal } = {}) => checkConnection(gateway, signal),
    search: (query, page = {}) => assets.searchPage(gateway, query, page),
    changedSince: (since, query, page = {}) => assets.changedPage(gateway, query, since, page),
    folderChildren: (id, listing = {}) => folders.folderAssets(gateway, id, listing),
    collections: (call = {}) => folders.collections(gateway, call),
    collectionAssets: (id, listing = {}) => folders.collectionAssets(gateway, id, listing),
    rootFolders: (call = {}) => folders.rootFolders(gateway, call),
    subfolders: (id, call = {}) => folders.subfolders(gateway, id, call),
    folder: (id, call = {}) => folders.loadFolder(gateway, id, call),
    folderByPath: (path, call = {}) => folders.folderByPath(gateway, path, call),
    asset: async (id, call = {}) => {
      const asset = await assets.loadAsset(gateway, id, call);
      const [resolved] = await assets.resolveLinks(gateway, [asset], call);
      return resolved ?? asset;
    },
    assetsByIds: (ids, call = {}) => assets.loadAssets(gateway, ids, call),
    versions: (id, call = {}) => assets.loadVersions(gateway, id, call),
    resolveLinks: (list, call = {}) => assets.resolveLinks(gateway, list, call),
    toLifecycleAsset: (asset, selection) => toLifecycleAsset(options.connection, asset, gateway.assumptions, selection),
    updateFields: (id, changes, call = {}) => inTurn(id, () => updateFields(gateway, types, id, changes, call)),
    importing: importingOf(gateway, types),
    noteWrite: (asset, changes, earlier) => noteWrite(asset, changes, earlier, frame),
    onlyWrote: (asset, note) => onlyWrote(asset, note, frame),
    lookupDomains: (call = {}) => domains.lookupDomains(gateway, call),
    lookupDomain: (id, call = {}) => domains.lookupDomain(gateway, id, call),
    metadataFields: (call = {}) => metadataFields(gateway, call),
    open: (ref) => opener.open(ref),
    stored: (ref) => storedContent(gateway, ref),
    holds: (asset) => holdsOn(gateway, asset),
    identify: async (id) => {
      const { assetId, originalAssetId, version } = await assets.loadAsset(gateway, id, { fields: [] });
      return { otmm: { connection: options.connection, assetId, originalAssetId, version } };
    },
    destroying: destroyingOf(gateway),
    releasing: releasingOf(gateway, (id, changes, call) =>
      inTurn(id, () => updateFields(gateway, types, id, changes, call)),
    ),
    close: async () => {
      // An update that was aborted still unlocks its asset; a lock left behind would keep people out.
      const patience = AbortSignal.timeout(UNLOCK_MS);
      const expired = new Promise((resolve) => patience.addEventListener("abort", resolve, { once: true }));
      if (updates.size > 0) await Promise.race([Promise.allSettled(updates.values()), expired]);
      await gateway.session.logout(AbortSignal.timeout(LOGOUT_MS));
      gateway.http.close();
    },
  };
}
