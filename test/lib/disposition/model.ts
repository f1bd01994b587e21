import type { ContentRef, LifecycleAsset } from "../../../lib/messages/asset.js";
import type { ReleaseDeps, ReleaseJob, ReleaseSettings } from "../../../lib/disposition/release.js";
import type { JsonObject, LifecycleEvent } from "../../../lib/store/types.js";
import type { CustodyState, HoldGuard, ReleaseOrder, Releasing, SourceState } from "../../../lib/systems/disposal.js";
import type { ContentSystem, HoldAnswer } from "../../../lib/systems/port.js";

const AT = "2026-11-20T12:00:00.000Z";
const SHA = "ab".repeat(32);

/** An entry of the source. */
interface Entry {
  folders: string[];
  expired: boolean;
  status: string;
}
const entry = (): Entry => ({ folders: ["campaign"], expired: false, status: "PRE" });
const master = (id: string, role: ContentRef["role"]): ContentRef => ({
  system: "otmm",
  connection: "dam",
  id: `${id}/master`,
  role,
  name: `${id}.tif`,
  mediaType: "image/tiff",
  size: 10,
  fixity: [{ algorithm: "SHA-256", value: SHA, by: "flow" }],
});

/** What holds can be placed on: the asset at the source, the part that was joined into it, the archived copy. */
export const HOLDABLE = ["otmm", "part", "archive"] as const;
type Holdable = (typeof HOLDABLE)[number];

/**
 * The two systems as far as a release sees them, in memory. Every call is a step; before each, the test may do
 * something (place a hold, die). Metadata, hence OTMM's hold field, cannot be written by others while it is locked.
 */
export class Model {
  readonly whole = entry();
  /** A part that is an asset of its own at the source, with a lock and holds of its own. */
  readonly part = entry();
  signedIn = true;
  #locked: Holdable | undefined;
  /** The process has died: none of its calls does anything any more, until the test starts it again. */
  dead = false;
  readonly held = { otmm: false, part: false, archive: false };
  steps = 0;
  /** Step at which the last look at the archive's holds began. */
  lastLook = 0;
  holdPlacedAt: number | undefined;
  readonly #waitingHolds: (() => void)[] = [];
  before: (step: number) => void = () => undefined;

  readonly asset: LifecycleAsset = {
    key: "otmm:dam:a",
    version: "1",
    name: "a.tif",
    ids: {
      otmm: { connection: "dam", assetId: "a", originalAssetId: "a", version: "1" },
      preservica: { connection: "archive", ref: "r" },
    },
    fields: {},
    content: [master("a", "preservation"), master("c", "access")],
    joined: [
      {
        key: "otmm:dam:c",
        version: "1",
        name: "c.tif",
        otmm: { connection: "dam", assetId: "c", originalAssetId: "c", version: "1" },
        content: ["c/master"],
      },
    ],
    retention: { outcome: "due", rule: "R", reason: "", start: "2021-02-28" },
  };

  get locked(): boolean {
    return this.#locked !== undefined;
  }

  /** A person places a hold; OTMM's field waits for the lock. */
  hold(system: Holdable): void {
    const place = (): void => {
      this.held[system] = true;
      this.holdPlacedAt ??= this.steps;
    };
    if (system === this.#locked) this.#waitingHolds.push(place);
    else place();
  }

  async step(): Promise<void> {
    await Promise.resolve();
    this.steps += 1;
    if (!this.dead) this.before(this.steps);
    if (this.dead) throw new Error("the process has died");
  }
  #unlock(): void {
    this.#locked = undefined;
    for (const place of this.#waitingHolds.splice(0)) place();
  }

  #named({ ids }: LifecycleAsset): "otmm" | "part" {
    return ids.otmm?.assetId === "c" ? "part" : "otmm";
  }
  #entry(asset: LifecycleAsset): Entry {
    return this.#named(asset) === "part" ? this.part : this.whole;
  }

  readonly #releasing: Releasing = {
    look: async (asset) => {
      await this.step();
      return this.#state(asset);
    },
    order: (state, wish) => ({
      ...wish,
      expiry: "2026-11-20",
      before: state.folders.map(({ id }) => id),
      statusBefore: this.whole.status,
    }),
    done: (state, order) =>
      state.folders.length === 1 && state.folders[0]?.id === order.folder && state.versions.every((one) => one.expired),
    release: (asset, order, guard) => this.#release(asset, order, guard),
    undo: async (asset, order) => {
      const one = this.#entry(asset);
      await this.step();
      one.folders = [...order.before];
      await this.step();
      one.expired = false;
      one.status = order.statusBefore;
    },
  };

  async #release(asset: LifecycleAsset, order: ReleaseOrder, guard: HoldGuard): Promise<void> {
    const one = this.#entry(asset);
    await this.#underLock(asset, guard, () => {
      one.expired = true;
      one.status = order.statusValue;
    });
    await this.#underLock(asset, guard, () => {
      one.folders = [order.folder];
    });
  }
  async #underLock(asset: LifecycleAsset, guard: HoldGuard, change: () => void): Promise<void> {
    await this.step();
    this.#locked = this.#named(asset);
    try {
      await guard();
      await this.step();
      change();
    } finally {
      this.#unlock();
    }
  }

  #state(asset: LifecycleAsset): SourceState {
    const { expired, folders } = this.#entry(asset);
    return {
      at: AT,
      versions: [
        {
          id: "a",
          version: "1",
          latest: true,
          deleted: false,
          expired,
          locked: false,
          checkedOut: false,
          content: [],
        },
      ],
      folders: folders.map((id) => ({ id, name: id })),
      links: [],
      fields: {},
    };
  }

  async #holds(system: Holdable): Promise<HoldAnswer> {
    await this.step();
    if (system === "archive") this.lastLook = this.steps;
    const name = system === "archive" ? "preservica" : "otmm";
    return this.held[system]
      ? { state: "held", system: name, at: AT, matters: ["M"] }
      : { state: "clear", system: name, at: AT };
  }

  deps(): ReleaseDeps {
    const never = (): Promise<never> => Promise.reject(new Error("not asked here"));
    const copy: CustodyState = {
      at: AT,
      state: "kept",
      id: "r",
      title: "a",
      securityTag: "internal",
      files: [{ name: "a.tif", size: 10, fixity: [{ algorithm: "SHA-256", value: SHA, by: "target" }] }],
      others: [{ name: "c.tif", size: 10, fixity: [{ algorithm: "SHA-256", value: SHA, by: "target" }] }],
      retention: [{ policy: "P", start: "2021-02-28", expired: false, permanent: false, fromIngest: false }],
    };
    const otmm: ContentSystem = {
      system: "otmm",
      connection: "dam",
      open: never,
      stored: () => Promise.resolve({ size: 10, fixity: [] }),
      holds: (asset) => this.#holds(this.#named(asset)),
      releasing: this.#releasing,
    };
    const archive: ContentSystem = {
      system: "preservica",
      connection: "archive",
      open: never,
      stored: never,
      holds: () => this.#holds("archive"),
      custody: { look: () => Promise.resolve(copy) },
    };
    return {
      systems: { get: (system) => (system === "otmm" ? otmm : archive) },
      store: {
        find: () => Promise.resolve([]),
        timeline: () => Promise.resolve([]),
        head: () => Promise.resolve({ seq: 1, hash: "00".repeat(32), at: AT }),
      },
      signedIn: () => this.signedIn,
    };
  }

  /** A durable job: what it saved outlives the attempt. */
  job(saved: Map<string, string>): ReleaseJob & { events: Partial<LifecycleEvent>[] } {
    const events: Partial<LifecycleEvent>[] = [];
    const settings: ReleaseSettings = {
      source: "dam",
      archive: "archive",
      how: "archive-folder",
      folder: "released",
      statusField: "STATUS",
      statusValue: "REL",
      inUse: [],
      zone: "Europe/Berlin",
    };
    return {
      id: "job",
      run: "run",
      msg: { asset: structuredClone(this.asset) },
      settings,
      signal: new AbortController().signal,
      events,
      checkpoint: <T extends JsonObject>(step: string) => {
        const text = saved.get(step);
        return text === undefined ? undefined : (JSON.parse(text) as T);
      },
      save: async (step, facts) => {
        await this.step();
        saved.set(step, JSON.stringify(facts));
      },
      event: (event) => void events.push(event),
      stage: () => undefined,
    };
  }
}
