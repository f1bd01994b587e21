import type { SandboxContext, SandboxState } from "../kernel/types.js";
import { notFound } from "./answers.js";
import type { OtmmSettings } from "./assumptions.js";
import type { AssetRecord, CollectionRecord, ContentRecord, FolderRecord, JobRecord, OtmmSeed } from "./types.js";

/** Everything that a restart must not lose. */
export interface OtmmState {
  assets: Record<string, AssetRecord>;
  folders: Record<string, FolderRecord>;
  collections: Record<string, CollectionRecord>;
  jobs: Record<string, JobRecord>;
  counters: { job: number };
  /** Orders of the settings that were carried out already. */
  done: { bulk: string; purge: string };
}

function byId<T extends { id: string | number }>(records: T[]): Record<string, T> {
  return Object.fromEntries(records.map((record) => [String(record.id), record]));
}

/** Assets, folders, collections and jobs with the indexes that keep detail calls independent of how many there are. */
export class OtmmStore {
  private readonly contents = new Map<string, string>();
  private readonly children = new Map<string, Set<string>>();
  private readonly versions = new Map<string, Set<string>>();
  /** What the search index still shows of assets that changed a moment ago; undefined: not there yet. */
  private readonly lagging = new Map<string, { until: number; before: AssetRecord | undefined }>();

  private constructor(
    private readonly context: SandboxContext,
    private readonly settings: OtmmSettings,
    private readonly state: SandboxState<OtmmState>,
  ) {
    for (const folder of Object.values(state.value.folders)) this.indexParents(folder);
    for (const asset of Object.values(state.value.assets)) this.indexAsset(asset);
  }

  static async open(context: SandboxContext, settings: OtmmSettings, seed: () => OtmmSeed): Promise<OtmmStore> {
    const state = await context.state<OtmmState>("otmm", () => {
      const { assets, folders, collections } = seed();
      return {
        assets: byId(assets),
        folders: byId(folders),
        collections: byId(collections),
        jobs: {},
        counters: { job: 1124 },
        done: { bulk: "", purge: "" },
      };
    });
    return new OtmmStore(context, settings, state);
  }

  get value(): OtmmState {
    return this.state.value;
  }

  get assets(): AssetRecord[] {
    return Object.values(this.state.value.assets);
  }

  /** Now, whole seconds, as the server writes times. */
  now(): string {
    return `${this.context.clock.now().toISOString().slice(0, 19)}Z`;
  }

  findAsset(id: string): AssetRecord | undefined {
    return this.state.value.assets[id];
  }

  /** @throws OtmmError 404 */
  asset(id: string): AssetRecord {
    const asset = this.findAsset(id);
    if (!asset) throw notFound(`The asset "${id}"`);
    return asset;
  }

  findFolder(id: string): FolderRecord | undefined {
    return this.state.value.folders[id];
  }

  /** @throws OtmmError 404 */
  folder(id: string): FolderRecord {
    const folder = this.findFolder(id);
    if (!folder) throw notFound(`The folder "${id}"`);
    return folder;
  }

  /** @throws OtmmError 404 */
  job(id: string): JobRecord {
    const job = this.state.value.jobs[id];
    if (!job) throw notFound(`The job "${id}"`);
    return job;
  }

  /** Ids of folders and assets directly in a folder. */
  childIds(folderId: string): string[] {
    return [...(this.children.get(folderId) ?? [])];
  }

  /** A folder and everything below it, each once. */
  descendants(folderId: string): Set<string> {
    const found = new Set<string>();
    const waiting = [folderId];
    for (let id = waiting.pop(); id !== undefined; id = waiting.pop()) {
      for (const child of this.childIds(id)) {
        if (found.has(child)) continue;
        found.add(child);
        if (this.findFolder(child)) waiting.push(child);
      }
    }
    return found;
  }

  /** All versions of an asset, oldest first. */
  versionsOf(originalId: string): AssetRecord[] {
    const ids = [...(this.versions.get(originalId) ?? [])];
    return ids.map((id) => this.asset(id)).sort((a, b) => a.version - b.version);
  }

  /** The asset and content object of a rendition id. @throws OtmmError 404 */
  content(id: string): { asset: AssetRecord; content: ContentRecord } {
    const asset = this.findAsset(this.contents.get(id) ?? "");
    const content = asset && [asset.master, asset.preview, asset.thumbnail].find((entry) => entry?.id === id);
    if (!asset || !content) throw notFound(`The rendition "${id}"`);
    return { asset, content };
  }

  /** What the search index knows of an asset at this moment. */
  indexed(asset: AssetRecord): AssetRecord | undefined {
    const lag = this.lagging.get(asset.id);
    if (!lag) return asset;
    if (this.context.clock.now().getTime() < lag.until) return lag.before;
    this.lagging.delete(asset.id);
    return asset;
  }

  /** Changes an asset durably. `change` gets the record and must be synchronous. */
  async changeAsset(id: string, change: (asset: AssetRecord) => void): Promise<AssetRecord> {
    const asset = this.asset(id);
    this.lag(id, asset);
    const parents = [...asset.parents];
    const written = this.state.update((value) => {
      const record = value.assets[id];
      if (record) change(record);
    });
    for (const parent of parents) this.children.get(parent)?.delete(id);
    this.indexAsset(asset);
    await written;
    this.context.changed();
    return asset;
  }

  /** Adds assets in one durable write. */
  async addAssets(assets: AssetRecord[]): Promise<void> {
    for (const asset of assets) this.lag(asset.id, undefined);
    const written = this.state.update((value) => {
      for (const asset of assets) value.assets[asset.id] = asset;
    });
    for (const asset of assets) this.indexAsset(asset);
    await written;
    this.context.changed();
  }

  async removeAssets(ids: string[]): Promise<void> {
    for (const id of ids) {
      const asset = this.asset(id);
      for (const parent of asset.parents) this.children.get(parent)?.delete(id);
      this.versions.get(asset.originalId)?.delete(id);
      for (const content of [asset.master, asset.preview, asset.thumbnail])
        if (content) this.contents.delete(content.id);
    }
    await this.state.update((value) => {
      for (const id of ids) delete value.assets[id];
    });
    this.context.changed();
  }

  async addFolder(folder: FolderRecord): Promise<void> {
    const written = this.state.update((value) => {
      value.folders[folder.id] = folder;
    });
    this.indexParents(folder);
    await written;
    this.context.changed();
  }

  /** Changes jobs, counters, collections or the record of orders done. */
  async update<R>(change: (value: OtmmState) => R): Promise<R> {
    const result = await this.state.update(change);
    this.context.changed();
    return result;
  }

  private lag(id: string, before: AssetRecord | undefined): void {
    if (this.settings.indexDelayMs <= 0) return;
    const now = this.context.clock.now().getTime();
    const known = this.lagging.get(id);
    const shown = known && now < known.until ? known.before : before && structuredClone(before);
    this.lagging.set(id, { until: now + this.settings.indexDelayMs, before: shown });
  }

  private indexAsset(asset: AssetRecord): void {
    this.indexParents(asset);
    let versions = this.versions.get(asset.originalId);
    if (!versions) this.versions.set(asset.originalId, (versions = new Set()));
    versions.add(asset.id);
    for (const content of [asset.master, asset.preview, asset.thumbnail])
      if (content) this.contents.set(content.id, asset.id);
  }

  private indexParents(child: { id: string; parents: string[] }): void {
    for (const parent of child.parents) {
      let children = this.children.get(parent);
      if (!children) this.children.set(parent, (children = new Set()));
      children.add(child.id);
    }
  }
}
