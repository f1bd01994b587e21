import type { DestroyDeps, DestroyJob, DestroySettings } from "../../../lib/disposition/destroy.js";
import type { LifecycleAsset } from "../../../lib/messages/asset.js";
import type { OwnEvent } from "../../../lib/runtime/types.js";
import type { AssetIdentity, JsonObject, StoredEvent } from "../../../lib/store/types.js";
import type { Destroying, RecordCopy, StatedRetention } from "../../../lib/systems/disposal.js";
import type { ContentSystem, HoldAnswer } from "../../../lib/systems/port.js";
import { ModelApprovals } from "./model-approvals.js";

const AT = "2026-11-20T12:00:00.000Z";
const KEY = "otmm:dam:a";
type Request = "pending" | "approved" | "done" | "failed";

/**
 * OTMM, Preservica and the store as far as a destruction sees them, in memory. OTMM's hold field cannot be written by
 * others under the lock, nor on an asset that is marked; Preservica itself refuses what it holds, when asked and when
 * it acts. Every act of ours is held against the approved list and against what the systems last said.
 */
export class DestroyModel {
  /** Versions in OTMM: `a`, and `b` once somebody checks it in. */
  readonly versions = new Map<string, "kept" | "marked">([["a", "kept"]]);
  /** Copies in the archive: `r`, and `r2` once another version is archived. */
  readonly archived = new Map<string, "kept" | "gone">([["r", "kept"]]);
  policy: StatedRetention = {
    policy: "P",
    ref: "p1",
    period: "5 YEAR",
    start: "2015-12-31",
    expired: true,
    permanent: false,
    fromIngest: false,
  };
  readonly held = { otmm: false, archive: false };
  dead = false;
  steps = 0;
  before: (step: number) => void = () => undefined;
  readonly approvals = new ModelApprovals();
  /** Acts that the approved list did not cover as things were last told. */
  readonly violations: string[] = [];
  /** Requests that the archive has got. */
  requests = 0;
  /** The archive's manager rejects. */
  rejects = false;
  readonly events: OwnEvent[] = [];
  readonly timeline: StoredEvent[] = [];
  #locked = false;
  readonly #requested = new Map<string, Request>();
  readonly #waiting: (() => void)[] = [];
  readonly #saved = new Map<string, string>();
  /** What each place last said that it keeps, and the archive of its policy. */
  readonly #said = new Map<string, string[]>();
  #saidPolicy = "";
  /** Approvals under which OTMM's copy was put back by a person after we had noted that it was marked. */
  readonly #putBack = new Set<string>();
  /** Those of them since which OTMM has said so. */
  readonly #toldBack = new Set<string>();

  readonly asset: LifecycleAsset = {
    key: KEY,
    version: "1",
    name: "a.tif",
    ids: {
      otmm: { connection: "dam", assetId: "a", originalAssetId: "a", version: "1" },
      preservica: { connection: "archive", ref: "r" },
    },
    fields: {},
    content: [],
  };

  get otmm(): "kept" | "marked" | undefined {
    return this.versions.get("a");
  }
  get archive(): "kept" | "gone" | undefined {
    return this.archived.get("r");
  }

  hold(system: "otmm" | "archive"): void {
    const place = (): void => {
      // Nobody can edit what is marked for deletion, nor hold what is gone.
      if (system === "otmm" ? this.otmm === "kept" : this.archive === "kept") this.held[system] = true;
    };
    if (system === "otmm" && this.#locked) this.#waiting.push(place);
    else place();
  }

  /** A person takes OTMM's mark back. */
  undelete(): void {
    if (this.otmm !== "marked") return;
    this.versions.set("a", "kept");
    if ([...this.#saved.keys()].some((step) => step.startsWith(`ended ${this.approvals.last?.id} otmm`)))
      this.#putBack.add(this.approvals.last?.id ?? "");
  }

  /** Three persons do what is to be done, and the archive's manager approves; Preservica asks its own holds again. */
  people(): void {
    this.approvals.people(AT);
    for (const [ref, state] of this.#requested) {
      if (state === "pending") this.#requested.set(ref, "approved");
      else if (state === "approved") {
        const failed = this.held.archive || this.rejects;
        this.#requested.set(ref, failed ? "failed" : "done");
        if (!failed) this.archived.set(ref, "gone");
      }
    }
  }

  async step(): Promise<void> {
    await Promise.resolve();
    this.steps += 1;
    if (!this.dead) this.before(this.steps);
    if (this.dead) throw new Error("the process has died");
  }

  /** Right before something is marked or requested. */
  #acts(id: string): void {
    const approval = this.approvals.last;
    const list = JSON.stringify(approval?.list);
    const say = (problem: string): void => void this.violations.push(`${id}: ${problem}`);
    if (approval?.state !== "used") say(`the list is ${approval?.state}`);
    for (const known of [id, ...[...this.#said.values()].flat()])
      if (!list.includes(`"id":"${known}"`)) say(`${known} is not on the list`);
    const { policy, ref, period, start, expired } = JSON.parse(this.#saidPolicy) as StatedRetention;
    if (!list.includes(JSON.stringify({ policy, ref, period, start, expired }))) say("another policy was approved");
    if (this.#toldBack.has(approval?.id ?? "")) say("a person had put it back");
  }

  async #holds(system: "otmm" | "archive", ref: string): Promise<HoldAnswer> {
    await this.step();
    const at = `step ${this.steps}`;
    const name = system === "otmm" ? "otmm" : "preservica";
    if (system === "archive" && this.archived.get(ref) === "gone") {
      return { state: "unknown", system: "preservica", at, why: "404: there is no such asset" };
    }
    return this.held[system]
      ? { state: "held", system: name, at, matters: ["M"] }
      : { state: "clear", system: name, at };
  }

  #say(place: string, copies: RecordCopy[]): RecordCopy[] {
    this.#said.set(
      place,
      copies.filter(({ state }) => state === "kept").map(({ id }) => id),
    );
    return copies;
  }

  readonly #otmm: Destroying = {
    byPeople: false,
    copies: async () => {
      await this.step();
      const copies = [...this.versions].map(([id, state]): RecordCopy => ({
        id,
        version: id,
        title: id,
        role: "convenience",
        state,
      }));
      if (this.otmm === "kept") for (const approval of this.#putBack) this.#toldBack.add(approval);
      return this.#say("otmm", copies);
    },
    destroy: async (_asset, { ids }, guard) => {
      await this.step();
      for (const id of ids) {
        if (this.versions.get(id) !== "kept") continue;
        this.#locked = true;
        try {
          await guard();
          await this.step();
          this.#acts(id);
          this.versions.set(id, "marked");
        } finally {
          this.#locked = false;
          for (const place of this.#waiting.splice(0)) place();
        }
      }
      return { state: "gone", method: "marked", confirmed: AT, notReached: [] };
    },
    undo: async (_asset, ids) => {
      await this.step();
      for (const id of ids) if (this.versions.has(id)) this.versions.set(id, "kept");
    },
  };

  readonly #archive: Destroying = {
    byPeople: true,
    copies: async (asset) => {
      await this.step();
      const ref = refOf(asset);
      const state = this.archived.get(ref) ?? "gone";
      return this.#say(ref, [{ id: ref, version: ref === "r" ? "1" : "2", title: ref, role: "official", state }]);
    },
    destroy: async (asset, { token }, guard) => {
      await this.step();
      const ref = refOf(asset);
      if (this.archived.get(ref) === "gone") return { state: "gone", method: "deleted", confirmed: AT, notReached: [] };
      if (token === undefined) {
        await guard();
        await this.step();
        if (this.held.archive) return { state: "refused", why: "held" };
        this.#acts(ref);
        this.#requested.set(ref, "pending");
        this.requests += 1;
        // The answer is on its way: a crash now loses it.
        await this.step();
        return { state: "pending", token: `t-${ref}`, why: "waits" };
      }
      if (this.#requested.get(ref) === "failed") return { state: "refused", why: "held when it acted" };
      return { state: "pending", token, why: "waits" };
    },
    undo: () => Promise.resolve(),
  };

  deps(): DestroyDeps {
    const never = (): Promise<never> => Promise.reject(new Error("not asked here"));
    const otmm: ContentSystem = {
      system: "otmm",
      connection: "dam",
      open: never,
      stored: never,
      holds: () => this.#holds("otmm", ""),
      destroying: this.#otmm,
    };
    const archive: ContentSystem = {
      system: "preservica",
      connection: "archive",
      open: never,
      stored: never,
      holds: (asset) => this.#holds("archive", refOf(asset)),
      destroying: this.#archive,
      custody: {
        look: (asset) => {
          const id = refOf(asset);
          const state = this.archived.get(id) ?? "gone";
          if (state === "kept") this.#saidPolicy = JSON.stringify(this.policy);
          const retention = state === "kept" ? [this.policy] : [];
          return Promise.resolve({ at: AT, state, id, title: "a", securityTag: "internal", files: [], retention });
        },
      },
    };
    const step = (): Promise<void> => this.step();
    return {
      signedIn: () => true,
      systems: { get: (system) => (system === "otmm" ? otmm : archive) },
      store: {
        find: () =>
          Promise.resolve(
            [...this.archived.keys()].map((id): AssetIdentity => ({
              system: "preservica",
              connection: "archive",
              id,
              assetKey: KEY,
            })),
          ),
        timeline: () => Promise.resolve(this.timeline),
        head: () => Promise.resolve(undefined),
        ...this.approvals.store(step, AT),
      },
    };
  }

  job(): DestroyJob {
    const settings: DestroySettings = { deleteSource: true, zone: "Europe/Berlin", lookMs: 1 };
    return {
      id: "job",
      run: "run",
      msg: { asset: structuredClone(this.asset) },
      settings,
      signal: new AbortController().signal,
      checkpoint: <T extends JsonObject>(step: string) => {
        const text = this.#saved.get(step);
        return text === undefined ? undefined : (JSON.parse(text) as T);
      },
      save: async (step, facts) => {
        await this.step();
        this.#saved.set(step, JSON.stringify(facts));
      },
      event: (event) => void this.events.push(event),
      stage: () => undefined,
    };
  }
}

function refOf({ ids }: LifecycleAsset): string {
  return ids.preservica?.ref ?? "";
}
