import type { SandboxContext } from "../kernel/types.js";
import { S3Error } from "./errors.js";
import { dueActions, isDue, parseLifecycle, type LifecycleAction, type LifecycleRule } from "./lifecycle-rules.js";
import { assertRemovable } from "./lock.js";
import { deleteMarker, type BucketRecord, type ObjectRecord } from "./model.js";
import type { S3Store } from "./store.js";

const DAY = 86_400_000;

/** Runs lifecycle rules once per day of sandbox time, before the first request of that day is answered. */
export class Lifecycle {
  private lastDay = 0;
  private running: Promise<void> = Promise.resolve();

  constructor(
    private readonly context: SandboxContext,
    private readonly store: S3Store,
  ) {
    this.arm();
  }

  /** Resolves when the rules have been applied for the present day. */
  upToDate(): Promise<void> {
    const day = Math.floor(this.store.now().getTime() / DAY);
    if (day > this.lastDay) {
      this.lastDay = day;
      this.running = this.running.then(() => this.run());
    }
    return this.running;
  }

  /** Moves objects at midnight even when nobody asks, so that the live page shows it. */
  private arm(): void {
    const now = this.store.now().getTime();
    this.context.clock.at(new Date((Math.floor(now / DAY) + 1) * DAY), () => {
      this.upToDate().then(
        () => this.arm(),
        (error: unknown) => process.stderr.write(`sandbox: lifecycle failed: ${String(error)}\n`),
      );
    });
  }

  private async run(): Promise<void> {
    for (const bucket of Object.values(this.store.value.buckets)) {
      const rules = bucket.lifecycle === undefined ? [] : parseLifecycle(bucket.lifecycle);
      if (rules.length === 0) continue;
      for (const key of this.store.sortedKeys(bucket.name).slice()) {
        const record = this.store.record(bucket.name, key);
        if (!record) continue;
        for (const action of dueActions(rules, record, this.store.now())) await this.apply(bucket, record, action);
      }
      await this.abortUploads(bucket, rules);
    }
  }

  private async apply(bucket: BucketRecord, { key, versions }: ObjectRecord, action: LifecycleAction): Promise<void> {
    if (action.kind === "move") {
      await this.store.changeVersion(bucket.name, key, action.versionId, (version) => {
        version.storageClass = action.storageClass;
        delete version.restore;
      });
    } else if (action.kind === "expire" && bucket.versioning !== "off") {
      await this.store.addVersion(bucket, key, deleteMarker(this.store.newVersionId(bucket), this.store.now()));
    } else {
      const versionId = action.kind === "remove" ? action.versionId : (versions[0]?.id ?? "null");
      await this.removeUnlessLocked(bucket, key, versionId);
    }
  }

  /** Lifecycle leaves protected versions where they are (apis/s3.md section 6). */
  private async removeUnlessLocked(bucket: BucketRecord, key: string, versionId: string): Promise<void> {
    try {
      await this.store.removeVersion(bucket.name, key, versionId, () => {
        const version = this.store.record(bucket.name, key)?.versions.find(({ id }) => id === versionId);
        if (version) assertRemovable(version.lock, this.store.now(), false);
      });
    } catch (error) {
      if (!(error instanceof S3Error)) throw error;
    }
  }

  private async abortUploads(bucket: BucketRecord, rules: LifecycleRule[]): Promise<void> {
    const now = this.store.now();
    for (const upload of Object.values(this.store.value.uploads)) {
      const due = rules.some(
        ({ prefix, abortUploadsAfter: days }) =>
          days !== undefined &&
          upload.bucket === bucket.name &&
          upload.key.startsWith(prefix) &&
          isDue({ days }, upload.initiated, now),
      );
      if (due) await this.store.dropUpload(upload.id);
    }
  }
}
