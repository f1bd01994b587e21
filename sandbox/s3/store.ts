import { randomBytes } from "node:crypto";
import type { SandboxContext, SandboxState, StoredBytes } from "../kernel/types.js";
import { S3Error } from "./errors.js";
import {
  MOST_PARTS,
  type BucketRecord,
  type ObjectRecord,
  type ObjectVersion,
  type PartRecord,
  type S3State,
} from "./model.js";

/** UTF-8 byte order, as S3 lists keys: surrogates (above U+FFFF) come after every other unit. */
export function compareKeys(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    const [x, y] = [a.charCodeAt(i), b.charCodeAt(i)];
    if (x !== y) return rank(x) - rank(y);
  }
  return a.length - b.length;
}

function rank(unit: number): number {
  return unit >= 0xd800 && unit <= 0xdfff ? unit + 0x10000 : unit;
}

/** Buckets, versions and content of one engine: what operations change goes through here. */
export class S3Store {
  /** Sorted keys by bucket. */
  private readonly keys = new Map<string, string[]>();
  /** How many versions and parts stand on a content file: copies share it. */
  private readonly users = new Map<string, number>();

  /** @param keepContent objects' files outlive them: somebody else goes on using the bytes (Preservica's ingest) */
  constructor(
    private readonly context: SandboxContext,
    private readonly state: SandboxState<S3State>,
    private readonly keepContent: boolean,
  ) {
    for (const { bucket, key, versions } of Object.values(state.value.objects)) {
      const keys = this.keys.get(bucket);
      if (keys) keys.push(key);
      else this.keys.set(bucket, [key]);
      for (const { bytes } of versions) this.useForVersion(bytes);
    }
    for (const keys of this.keys.values()) keys.sort(compareKeys);
    for (const { bytes } of Object.values(state.value.parts)) this.use(bytes, 1);
  }

  get value(): S3State {
    return this.state.value;
  }

  /** Sandbox time. */
  now(): Date {
    return this.context.clock.now();
  }

  /** @throws S3Error NoSuchBucket */
  bucket(name: string): BucketRecord {
    const bucket = this.findBucket(name);
    if (!bucket) throw new S3Error("NoSuchBucket", { fields: { BucketName: name } });
    return bucket;
  }

  findBucket(name: string): BucketRecord | undefined {
    return Object.hasOwn(this.value.buckets, name) ? this.value.buckets[name] : undefined;
  }

  record(bucket: string, key: string): ObjectRecord | undefined {
    return this.value.objects[`${bucket}/${key}`];
  }

  /** The newest version; undefined when there is none or it is a delete marker. */
  current(bucket: string, key: string): ObjectVersion | undefined {
    const newest = this.record(bucket, key)?.versions[0];
    return newest?.deleteMarker ? undefined : newest;
  }

  /** Keys of a bucket in listing order. */
  sortedKeys(bucket: string): readonly string[] {
    return this.keys.get(bucket) ?? [];
  }

  /** Changes buckets, uploads or facts of versions; not for adding or removing versions or parts. */
  async change<R>(change: (state: S3State) => R): Promise<R> {
    const result = await this.state.update(change);
    this.context.changed();
    return result;
  }

  /** Id of a new version in a bucket: "null" unless versioning is enabled. */
  newVersionId(bucket: BucketRecord): string {
    return bucket.versioning === "enabled" ? randomBytes(24).toString("base64url") : "null";
  }

  /**
   * Adds a version as the newest one. A "null" version takes the place of an older "null" version.
   * @param guard checked at the moment of the change, e.g. If-None-Match; throws to refuse
   */
  async addVersion(
    bucket: BucketRecord,
    key: string,
    version: ObjectVersion,
    guard: () => void = () => undefined,
  ): Promise<void> {
    const name = `${bucket.name}/${key}`;
    let dropped: ObjectVersion[] = [];
    await this.change((state) => {
      guard();
      const versions = this.record(bucket.name, key)?.versions ?? [];
      dropped = version.id === "null" ? versions.filter(({ id }) => id === "null") : [];
      if (versions.length === 0) this.insertKey(bucket.name, key);
      this.useForVersion(version.bytes);
      state.objects[name] = {
        bucket: bucket.name,
        key,
        versions: [version, ...versions.filter((old) => !dropped.includes(old))],
      };
    });
    for (const { bytes } of dropped) await this.release(bytes);
  }

  /** Removes one version for good. */
  async removeVersion(
    bucket: string,
    key: string,
    versionId: string,
    guard: () => void = () => undefined,
  ): Promise<void> {
    const name = `${bucket}/${key}`;
    let dropped: ObjectVersion | undefined;
    await this.change((state) => {
      guard();
      const versions = this.record(bucket, key)?.versions ?? [];
      dropped = versions.find(({ id }) => id === versionId);
      const left = versions.filter((version) => version !== dropped);
      if (left.length > 0) state.objects[name] = { bucket, key, versions: left };
      else if (delete state.objects[name]) this.removeKey(bucket, key);
    });
    if (dropped) await this.release(dropped.bytes);
  }

  /** Changes facts of one version. */
  async changeVersion(
    bucket: string,
    key: string,
    versionId: string,
    change: (version: ObjectVersion) => void,
  ): Promise<void> {
    await this.change((state) => {
      const version = state.objects[`${bucket}/${key}`]?.versions.find(({ id }) => id === versionId);
      if (version) change(version);
    });
  }

  /** Ends an upload and removes its parts. */
  async dropUpload(uploadId: string): Promise<void> {
    await this.change((state) => delete state.uploads[uploadId]);
    await this.dropParts(uploadId);
  }

  /** Forgets an ended upload's parts; files that became part of an object stay. */
  async dropParts(uploadId: string): Promise<void> {
    const dropped: PartRecord[] = [];
    await this.change((state) => {
      for (let number = 1; number <= MOST_PARTS; number++) {
        const name = `${uploadId}/${number}`;
        const part = this.value.parts[name];
        if (!part) continue;
        dropped.push(part);
        delete state.parts[name];
      }
    });
    for (const { bytes } of dropped) await this.release(bytes);
  }

  /** Counts one more user of these bytes. */
  hold(bytes: StoredBytes): void {
    this.use(bytes, 1);
  }

  /** Counts one user less; files that nobody uses are removed. */
  async release(bytes: StoredBytes): Promise<void> {
    for (const path of this.use(bytes, -1)) await this.context.files.remove({ kind: "file", path, size: 0 });
  }

  private useForVersion(bytes: StoredBytes): void {
    this.use(bytes, 1);
    if (this.keepContent) this.use(bytes, 1); // One user that never lets go.
  }

  /** @returns paths that nobody uses any more */
  private use(bytes: StoredBytes, by: 1 | -1): string[] {
    switch (bytes.kind) {
      case "file": {
        const count = (this.users.get(bytes.path) ?? 0) + by;
        if (count > 0) {
          this.users.set(bytes.path, count);
          return [];
        }
        this.users.delete(bytes.path);
        return [bytes.path];
      }
      case "slice":
        return this.use(bytes.of, by);
      case "concat":
        return bytes.parts.flatMap((part) => this.use(part, by));
      case "generated":
      case "inline":
        return [];
    }
  }

  private insertKey(bucket: string, key: string): void {
    const keys = this.keys.get(bucket);
    if (!keys) this.keys.set(bucket, [key]);
    else keys.splice(placeOf(keys, key), 0, key);
  }

  private removeKey(bucket: string, key: string): void {
    const keys = this.keys.get(bucket) ?? [];
    const at = placeOf(keys, key);
    if (keys[at] === key) keys.splice(at, 1);
  }
}

/** Where `key` stands or would stand in a sorted list. */
export function placeOf(keys: readonly string[], key: string): number {
  let low = 0;
  let high = keys.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (compareKeys(keys[middle] ?? "", key) < 0) low = middle + 1;
    else high = middle;
  }
  return low;
}
